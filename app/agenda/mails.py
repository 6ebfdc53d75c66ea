"""Mails about agendas: one per participant and publication or change, with what a calendar can take over.

A change of one meeting is an invitation or a cancellation (iMIP, RFC 6047): the calendar follows by itself. Several at
once would have to be as many mails, since an invitation is about one UID; they come as one published calendar instead.
"""

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.agenda import queries
from app.agenda.calendar import Entry, Guest, calendar_text
from app.agenda.invitations import entries_of
from app.agenda.material import meeting_item
from app.agenda.rules import Agenda, Item
from app.agenda.services import by_language
from app.core.clock import Clock
from app.core.mail import Attachment, write_mail
from app.events.models import Event
from app.i18n import zone_day, zone_time
from app.registrations.models import Participant
from app.timetables.models import TimetableChange


def send_news(session: Session, event: Event, revision: int, clock: Clock) -> int:
    """Mail everybody whom the changes of one revision concern; returns how many mails."""
    query = select(TimetableChange).where(TimetableChange.event_id == event.id, TimetableChange.revision == revision)
    items: dict[int, set[str]] = {}
    for change in session.scalars(query):
        for participant_id in change.participant_ids:
            items.setdefault(participant_id, set()).add(meeting_item(change.request_id))
    earlier = select(TimetableChange.id).where(
        TimetableChange.event_id == event.id, TimetableChange.revision < revision
    )
    first = session.scalars(earlier.limit(1)).first() is None
    for language, ids in by_language(session, sorted(items)).items():
        with force_locale(language):
            agendas = queries.agendas_of(session, event, ids)
            people = _people(session, ids)
            for participant_id in ids:
                _send(
                    session, event, people[participant_id], agendas[participant_id], items[participant_id], first, clock
                )
    return len(items)


def _people(session: Session, ids: Sequence[int]) -> dict[int, Participant]:
    query = select(Participant).where(Participant.id.in_(ids)).options(joinedload(Participant.user))
    return {participant.id: participant for participant in session.scalars(query)}


def _send(
    session: Session, event: Event, person: Participant, agenda: Agenda, touched: set[str], first: bool, clock: Clock
) -> None:
    changed = [item for item in agenda.items if item.id in touched]
    if first:
        subject = _("Your meetings at %(event)s", event=event.name)
        opening = _("the timetable of %(event)s is published. Your meetings:", event=event.name)
    else:
        subject = _("Your agenda at %(event)s changed", event=event.name)
        opening = _("your agenda at %(event)s changed:", event=event.name) + "\n\n" + _changes(event, changed)
        opening += "\n\n" + _("Your meetings now:")
    if len(changed) == 1 and not first:
        subject = _subject(event, changed[0])
    body = "\n".join(
        [
            _("Hello %(name)s,", name=person.user.name),
            "",
            opening,
            "",
            _lines(event, agenda.meetings) or _("No meetings at the moment."),
            "",
            _("Always current, with why you meet and where: %(address)s", address=_address(event)),
            "",
        ]
    )
    attachment = _attachment(session, event, person, agenda.items if first else changed, first, clock)
    write_mail(session, clock, person.user.email, subject, body, attachment)


def _subject(event: Event, item: Item) -> str:
    when = f"{zone_day(item.starts_at, event.time_zone, 'EEE d MMM')}, {zone_time(item.starts_at, event.time_zone)}"
    if item.cancelled:
        return str(_("Cancelled: %(who)s, %(when)s", who=item.title, when=when))
    return str(_("Meeting with %(who)s: %(when)s, %(place)s", who=item.title, when=when, place=item.place))


def _changes(event: Event, items: Sequence[Item]) -> str:
    lines = []
    for item in items:
        line = _line(event, item)
        if item.cancelled:
            line = _("Cancelled: %(meeting)s", meeting=line) + (f" ({item.reason})" if item.reason else "")
        elif item.was_at is not None:
            was = f"{zone_day(item.was_at, event.time_zone, 'EEE d MMM')}, {zone_time(item.was_at, event.time_zone)}"
            line = _("Moved: %(meeting)s (was %(when)s, %(place)s)", meeting=line, when=was, place=item.was_place)
        elif item.was_until is not None:
            was = zone_time(item.was_until, event.time_zone)
            line = _("Another end: %(meeting)s (was until %(when)s)", meeting=line, when=was)
        else:
            line = _("New: %(meeting)s", meeting=line)
        lines.append(line)
    return "\n".join(lines) or _("A meeting is no longer in it.")


def _lines(event: Event, items: Sequence[Item]) -> str:
    return "\n".join(_line(event, item) for item in items)


def _line(event: Event, item: Item) -> str:
    zone = event.time_zone
    begins, ends = zone_time(item.starts_at, zone), zone_time(item.ends_at, zone)
    when = f"{zone_day(item.starts_at, zone, 'EEE d MMM')}, {begins}–{ends}"
    where = ", ".join(part for part in (item.place, item.place_note) if part)
    return f"{when}  {where}  {item.title} ({item.organisation})"


def _attachment(
    session: Session, event: Event, person: Participant, items: Sequence[Item], first: bool, clock: Clock
) -> Attachment | None:
    entries: list[Entry] = entries_of(session, event, items)
    if not entries:
        return None
    method, guest = "PUBLISH", None
    if len(entries) == 1 and not first:
        method = "CANCEL" if entries[0].item.cancelled else "REQUEST"
        guest = Guest(person.user.name, person.user.email)
    settings = current_app.extensions["settings"]
    text = calendar_text(event, entries, settings, clock(), method=method, guest=guest)
    return Attachment("meetings.ics", f"text/calendar; method={method}; charset=utf-8", text)


def _address(event: Event) -> str:
    return f"{current_app.extensions['settings'].public_url}/events/{event.slug}/agenda"
