"""Reminders of follow-ups: once before the day, once after it, to their owner or, without one, to whom planned the
workshop. The day is that of the event's time zone.

What is told is claimed by one conditional UPDATE first, so that two workers, or a job that is run again, tell it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core import jobs
from app.core.clock import Clock, in_zone
from app.events.models import Event, EventSession
from app.workshops import mails
from app.workshops.models import EntryKind, EntryState, Workshop, WorkshopEntry

REMIND = "workshops.remind"
REMIND_EVERY = timedelta(hours=6)
BEFORE = timedelta(days=3)
LONG_PAST = timedelta(days=30)
"""Nobody is told of a day that passed longer ago: an old installation does not begin with a flood of mails."""


@dataclass(frozen=True)
class Told:
    """How many reminders went out before and after the day."""

    before: int = 0
    after: int = 0


def keep_reminding(session: Session, clock: Clock) -> None:
    """Have reminders sent from now on; asked for twice, it is done once."""
    jobs.enqueue(session, REMIND, {}, clock, once=True)


def open_rows(session: Session) -> Sequence[tuple[WorkshopEntry, Event]]:
    """Every follow-up that waits and of which something is still to be told, with its event."""
    query = select(WorkshopEntry, Event).join(Workshop, Workshop.id == WorkshopEntry.workshop_id)
    query = query.join(EventSession, EventSession.id == Workshop.session_id)
    query = query.join(Event, Event.id == EventSession.event_id).where(
        WorkshopEntry.kind == EntryKind.FOLLOW_UP,
        WorkshopEntry.state == EntryState.OPEN,
        or_(WorkshopEntry.reminded_at.is_(None), WorkshopEntry.overdue_told_at.is_(None)),
    )
    query = query.options(joinedload(WorkshopEntry.workshop).joinedload(Workshop.session))
    return [(entry, event) for entry, event in session.execute(query.order_by(WorkshopEntry.id))]


def remind_due(session: Session, clock: Clock) -> Told:
    """Tell everybody what is due within three days or overdue, each once."""
    before = after = 0
    for entry, event in open_rows(session):
        today = in_zone(clock(), event.time_zone).date()
        column = column_due(entry.due or today, today)
        if column is None or getattr(entry, column) is not None or not _claim(session, clock, entry, column):
            continue
        before, after = before + (column == "reminded_at"), after + (column == "overdue_told_at")
        if (person := _person(session, entry)) is not None and person.reminder_mails and person.is_active:
            mails.send_reminder(session, clock, event, entry, person, is_overdue=column == "overdue_told_at")
    session.flush()
    return Told(before, after)


def column_due(due: date, today: date) -> str | None:
    """What is to be told of a follow-up today: the column that keeps when it was, or None."""
    if today - due > LONG_PAST:
        return None
    if today > due:
        return "overdue_told_at"
    return "reminded_at" if due - today <= BEFORE else None


def anything_to_tell(session: Session, clock: Clock) -> bool:
    """True while some follow-up waits whose day has not passed long ago."""
    return any((entry.due or date.min) + LONG_PAST >= clock().date() for entry, _event in open_rows(session))


def _claim(session: Session, clock: Clock, entry: WorkshopEntry, column: str) -> bool:
    attribute = getattr(WorkshopEntry, column)
    query = update(WorkshopEntry).where(
        WorkshopEntry.id == entry.id, attribute.is_(None), WorkshopEntry.state == EntryState.OPEN
    )
    query = query.values({column: clock()}).execution_options(synchronize_session=False)
    claimed = session.execute(query.returning(WorkshopEntry.id)).first() is not None
    session.refresh(entry, [column])
    return claimed


def _person(session: Session, entry: WorkshopEntry) -> User | None:
    number = entry.owner_id or entry.workshop.created_by_id
    return session.get(User, number) if number is not None else None
