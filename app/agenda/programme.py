"""Reads of the public programme and of what a venue screen shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.core.clock import in_zone
from app.events.models import Event, EventSession, MeetingTable, Slot
from app.events.queries import sessions_of, slots_of
from app.registrations.models import SessionSignUp
from app.timetables.models import ChangeKind, TableBooking, Timetable, TimetableChange, TimetableState

TICKER = 6
SOON = 5
"""How many changes and coming sessions fit on a wall."""


@dataclass(frozen=True)
class ProgrammeEntry:
    """A session of the programme; `seats` None means no limit."""

    session: EventSession
    taken: int
    seats: int | None
    mine: bool

    @property
    def is_full(self) -> bool:
        return self.seats is not None and self.taken >= self.seats


@dataclass(frozen=True)
class SlotNews:
    """A meeting slot on the screen, and how many meetings it holds."""

    slot: Slot
    meetings: int


@dataclass(frozen=True)
class ScreenMoment:
    """What a venue screen shows at one moment; it has to be drawn again at `until` at the latest."""

    running: Sequence[EventSession]
    coming: Sequence[EventSession]
    slot: SlotNews | None
    next_slot: SlotNews | None
    changes: Sequence[Any]
    until: datetime | None


def programme_of(
    session: Session, event: Event, participant_id: int | None, *, public_only: bool
) -> dict[date, list[ProgrammeEntry]]:
    """Sessions by local day in time order, with seats taken and whether the asking participant has one."""
    counts = select(SessionSignUp.session_id, func.count()).join(EventSession)
    taken = {
        row[0]: row[1]
        for row in session.execute(counts.where(EventSession.event_id == event.id).group_by(SessionSignUp.session_id))
    }
    own = select(SessionSignUp.session_id).where(SessionSignUp.participant_id == participant_id)
    mine = set(session.scalars(own)) if participant_id is not None else set()
    days: dict[date, list[ProgrammeEntry]] = {}
    for found in sessions_of(session, event.id, public_only=public_only):
        entry = ProgrammeEntry(found, taken.get(found.id, 0), seats_of(found), found.id in mine)
        days.setdefault(in_zone(found.starts_at, event.time_zone).date(), []).append(entry)
    return days


def seats_of(found: EventSession) -> int | None:
    """How many may sign up: the session's own limit, else the room's; None without sign-up or limit."""
    if not found.sign_up:
        return None
    if found.capacity is not None:
        return found.capacity
    return found.room.capacity if found.room else None


def screen_at(session: Session, event: Event, now: datetime) -> ScreenMoment:
    """What is on now and next: sessions in their rooms, meeting slots, the latest changes without names."""
    sessions = sessions_of(session, event.id, public_only=True)
    running = [found for found in sessions if found.starts_at <= now < found.ends_at]
    coming = [found for found in sessions if found.starts_at > now]
    slots = [slot for slot in slots_of(session, event.id) if slot.is_open]
    held = _meetings_per_slot(session, event.id)
    current = next((SlotNews(s, held.get(s.id, 0)) for s in slots if s.starts_at <= now < s.ends_at), None)
    following = next((SlotNews(s, held.get(s.id, 0)) for s in slots if s.starts_at > now), None)
    spans = [(found.starts_at, found.ends_at) for found in sessions] + [
        (slot.starts_at, slot.ends_at) for slot in slots
    ]
    moments = [moment for span in spans for moment in span if moment > now]
    return ScreenMoment(
        running=running,
        coming=coming[:SOON],
        slot=current,
        next_slot=following,
        changes=_latest_changes(session, event.id),
        until=min(moments, default=None),
    )


def _meetings_per_slot(session: Session, event_id: int) -> dict[int, int]:
    query = (
        select(TableBooking.slot_id, func.count())
        .join(Timetable, Timetable.id == TableBooking.timetable_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
        .group_by(TableBooking.slot_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _latest_changes(session: Session, event_id: int) -> Sequence[Any]:
    """Moves and cancellations, the newest first: times and tables only, since anybody may read the screen."""
    was_slot, is_slot = aliased(Slot), aliased(Slot)
    was_table, is_table = aliased(MeetingTable), aliased(MeetingTable)
    query = (
        select(
            TimetableChange.id,
            TimetableChange.kind,
            TimetableChange.at,
            was_slot.starts_at.label("was_at"),
            is_slot.starts_at.label("is_at"),
            was_table.label.label("was_table"),
            is_table.label.label("is_table"),
        )
        .outerjoin(was_slot, was_slot.id == TimetableChange.old_slot_id)
        .outerjoin(is_slot, is_slot.id == TimetableChange.new_slot_id)
        .outerjoin(was_table, was_table.id == TimetableChange.old_table_id)
        .outerjoin(is_table, is_table.id == TimetableChange.new_table_id)
        .where(TimetableChange.event_id == event_id)
        .where(TimetableChange.kind.in_((ChangeKind.MOVED, ChangeKind.CANCELLED)))
        .order_by(TimetableChange.id.desc())
        .limit(TICKER)
    )
    return session.execute(query).all()
