"""Agendas as calendar entries, read from the database."""

from collections.abc import Sequence

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.calendar import Entry
from app.agenda.rules import Item, Kind
from app.events.models import Event, EventSession
from app.timetables.models import CalendarSequence


def entries_of(session: Session, event: Event, items: Sequence[Item]) -> list[Entry]:
    """Calendar entries of meetings, cancelled ones included, and of the sessions one signed up for."""
    meetings = [item for item in items if item.kind is Kind.MEETING]
    attended = [item for item in items if item.kind is Kind.SESSION and item.mine]
    sequences = _sequences(session, meetings)
    entries = [meeting_entry(event, item, sequences.get(_number(item), 0)) for item in meetings]
    raised = _session_sequences(session, attended)
    entries += [session_entry(event, item, raised.get(_number(item), 0)) for item in attended]
    return entries


def meeting_entry(event: Event, item: Item, sequence: int) -> Entry:
    """A meeting's entry; its UID never changes."""
    address = f"{_site()}/events/{event.slug}/agenda/meetings/{item.code}"
    hint = _("Always current: %(address)s", address=f"{_site()}/events/{event.slug}/agenda")
    return Entry(f"request-{_number(item)}@{_host()}", sequence, item, address, hint)


def session_entry(event: Event, item: Item, sequence: int) -> Entry:
    """A session's entry."""
    address = f"{_site()}/events/{event.slug}/programme#{item.id}"
    return Entry(f"session-{_number(item)}@{_host()}", sequence, item, address)


def _number(item: Item) -> int:
    return int(item.id.rpartition("-")[2])


def _sequences(session: Session, items: Sequence[Item]) -> dict[int, int]:
    numbers = [_number(item) for item in items]
    query = select(CalendarSequence.request_id, CalendarSequence.sequence)
    rows = session.execute(query.where(CalendarSequence.request_id.in_(numbers))) if numbers else ()
    return {row[0]: row[1] for row in rows}


def _session_sequences(session: Session, items: Sequence[Item]) -> dict[int, int]:
    numbers = [_number(item) for item in items]
    query = select(EventSession.id, EventSession.sequence).where(EventSession.id.in_(numbers))
    return {row[0]: row[1] for row in session.execute(query)} if numbers else {}


def _site() -> str:
    return str(current_app.extensions["settings"].public_url)


def _host() -> str:
    return str(current_app.extensions["settings"].host)
