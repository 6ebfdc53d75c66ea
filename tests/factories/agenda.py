"""Published timetables without the engine: placed, moved and cancelled by hand, with the facts the real service sends."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import facts
from app.core.clock import Clock
from app.events.models import Event, EventSession, MeetingTable, Room, SessionKind, Slot
from app.meetings.models import MeetingRequest, RequestState
from app.registrations.models import Participant, SessionSignUp
from app.timetables.models import (
    CalendarSequence,
    ChangeKind,
    Meeting,
    MeetingState,
    Seat,
    Timetable,
    TimetableChange,
    TimetableState,
)

Placement = tuple[MeetingRequest, Slot, MeetingTable]


def request(session: Session, clock: Clock, asking: Participant, asked: Participant, message: str = "") -> MeetingRequest:
    """An accepted request."""
    low, high = sorted((asking.id, asked.id))
    made = MeetingRequest(
        event_id=asking.event_id,
        code=f"t{low}-{high}",
        requester_id=asking.id,
        recipient_id=asked.id,
        low_id=low,
        high_id=high,
        message=message,
        state=RequestState.ACCEPTED,
        created_at=clock(),
    )
    session.add(made)
    session.flush()
    made.code = f"r{made.id:05d}"
    session.flush()
    return made


def publish(session: Session, clock: Clock, event: Event, placements: Sequence[Placement]) -> Timetable:
    """Publish these meetings in place of whatever was published before."""
    old = published(session, event)
    before = {m.request_id: m for m in _scheduled(session, old)} if old else {}
    if old:
        old.state = TimetableState.REPLACED
        session.flush()
    new = Timetable(event_id=event.id, number=(old.number or 0) + 1 if old else 1, state=TimetableState.PUBLISHED)
    new.created_at = new.published_at = clock()
    session.add(new)
    session.flush()
    for asked, slot, table in placements:
        _seat(session, new, asked, slot, table)
    session.flush()
    after = {m.request_id: m for m in _scheduled(session, new)}
    found = []
    for request_id in sorted(before.keys() | after.keys()):
        was, now = before.get(request_id), after.get(request_id)
        if was and now and (was.slot_id, was.table_id) == (now.slot_id, now.table_id):
            continue
        found.append((request_id, was, now, ""))
    _tell(session, clock, event, new, found)
    return new


def move(session: Session, clock: Clock, event: Event, asked: MeetingRequest, slot: Slot, table: MeetingTable) -> None:
    """Move one published meeting."""
    timetable = published(session, event)
    assert timetable is not None
    meeting = _meeting(session, timetable, asked)
    was = Meeting(request_id=asked.id, slot_id=meeting.slot_id, table_id=meeting.table_id)
    meeting.slot_id, meeting.table_id = slot.id, table.id
    for seat in meeting.seats:
        seat.slot_id = slot.id
    session.flush()
    _tell(session, clock, event, timetable, [(asked.id, was, meeting, "")])


def cancel(session: Session, clock: Clock, event: Event, asked: MeetingRequest, reason: str = "") -> None:
    """Cancel one published meeting."""
    timetable = published(session, event)
    assert timetable is not None
    meeting = _meeting(session, timetable, asked)
    meeting.state, meeting.cancel_reason = MeetingState.CANCELLED, reason
    meeting.seats.clear()
    session.flush()
    _tell(session, clock, event, timetable, [(asked.id, meeting, None, reason)])


def published(session: Session, event: Event) -> Timetable | None:
    """The published timetable, or None."""
    query = select(Timetable).where(Timetable.event_id == event.id, Timetable.state == TimetableState.PUBLISHED)
    return session.scalars(query).first()


def event_session(
    session: Session,
    event: Event,
    slot: Slot,
    title: str = "Recycling of composites",
    *,
    kind: SessionKind = SessionKind.TALK,
    sign_up: bool = True,
    capacity: int | None = None,
) -> EventSession:
    """A session at the time of a slot, in a room of its own."""
    room = Room(event_id=event.id, name=f"Room {title[:20]}", capacity=80)
    session.add(room)
    session.flush()
    made = EventSession(event_id=event.id, room=room, kind=kind, title=title, sign_up=sign_up, capacity=capacity)
    made.starts_at, made.ends_at = slot.starts_at, slot.ends_at
    session.add(made)
    session.flush()
    return made


def sign_up(session: Session, clock: Clock, participant: Participant, attended: EventSession) -> None:
    """Take a seat in a session."""
    session.add(SessionSignUp(session_id=attended.id, participant_id=participant.id, created_at=clock()))
    session.flush()
    facts.sessions_changed.send(
        session, event=participant.event, participant_ids=[participant.id], actor=None, clock=clock
    )


def _scheduled(session: Session, timetable: Timetable) -> Sequence[Meeting]:
    query = select(Meeting).where(Meeting.timetable_id == timetable.id, Meeting.state == MeetingState.SCHEDULED)
    return session.scalars(query).all()


def _meeting(session: Session, timetable: Timetable, asked: MeetingRequest) -> Meeting:
    query = select(Meeting).where(Meeting.timetable_id == timetable.id, Meeting.request_id == asked.id)
    return session.scalars(query).one()


def _seat(session: Session, timetable: Timetable, asked: MeetingRequest, slot: Slot, table: MeetingTable) -> None:
    meeting = Meeting(timetable_id=timetable.id, request_id=asked.id, slot_id=slot.id, table_id=table.id)
    session.add(meeting)
    session.flush()
    for participant_id in (asked.requester_id, asked.recipient_id):
        session.add(
            Seat(
                meeting_id=meeting.id, timetable_id=timetable.id, participant_id=participant_id, slot_id=slot.id
            )
        )


def _tell(
    session: Session,
    clock: Clock,
    event: Event,
    timetable: Timetable,
    found: Sequence[tuple[int, Meeting | None, Meeting | None, str]],
) -> None:
    event.timetable_revision += 1
    changes = []
    for request_id, was, now, reason in found:
        asked = session.get_one(MeetingRequest, request_id)
        kind = ChangeKind.MOVED if was and now else ChangeKind.ADDED if now else ChangeKind.CANCELLED
        changes.append(
            TimetableChange(
                event_id=event.id,
                timetable_id=timetable.id,
                revision=event.timetable_revision,
                request_id=request_id,
                meeting_id=now.id if now else None,
                kind=kind,
                old_slot_id=was.slot_id if was else None,
                old_table_id=was.table_id if was else None,
                new_slot_id=now.slot_id if now else None,
                new_table_id=now.table_id if now else None,
                participant_ids=[asked.requester_id, asked.recipient_id],
                reason=reason,
                at=clock(),
            )
        )
        _raise_sequence(session, clock, request_id, now)
    session.add_all(changes)
    session.flush()
    facts.timetable_changed.send(session, event=event, changes=changes, actor=None, clock=clock)


def _raise_sequence(session: Session, clock: Clock, request_id: int, now: Meeting | None) -> None:
    row = session.get(CalendarSequence, request_id)
    if row is None:
        row = CalendarSequence(request_id=request_id, sequence=0)
        session.add(row)
    else:
        row.sequence += 1
    row.changed_at, row.cancelled = clock(), now is None
    if now is not None:
        row.slot_id, row.table_id = now.slot_id, now.table_id
