"""Published timetables by hand: these requests, in these slots, at these tables."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.core import facts
from app.core.clock import Clock
from app.events.models import Event, EventSession, MeetingTable, Room, SessionKind, Slot
from app.meetings.models import MeetingRequest
from app.registrations.models import Participant, SessionSignUp
from app.timetables import services
from app.timetables.models import Meeting, Timetable
from app.timetables.queries import published_timetable
from tests.factories.timetables import make_empty_draft, place

Placement = tuple[MeetingRequest, Slot, MeetingTable]


def publish(session: Session, clock: Clock, event: Event, placements: Sequence[Placement]) -> Timetable:
    """Publish these meetings in place of whatever was published before."""
    draft = make_empty_draft(session, clock, event)
    for asked, slot, table in placements:
        place(session, clock, draft, asked, slot, table)
    return services.publish(session, event, None, clock)


def move(session: Session, clock: Clock, event: Event, asked: MeetingRequest, slot: Slot, table: MeetingTable) -> None:
    """Move one published meeting."""
    services.move_meeting(session, meeting_of(session, event, asked), slot, table, None, clock)


def cancel(session: Session, clock: Clock, event: Event, asked: MeetingRequest, reason: str = "") -> None:
    """Cancel one published meeting."""
    services.cancel_meeting(session, meeting_of(session, event, asked), reason, None, clock)


def meeting_of(session: Session, event: Event, asked: MeetingRequest) -> Meeting:
    """The published meeting of a request."""
    timetable = published_timetable(session, event.id)
    assert timetable is not None
    return session.query(Meeting).filter_by(timetable_id=timetable.id, request_id=asked.id).one()


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
