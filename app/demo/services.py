"""Writes of the demo: an event in the database, brought from one stage to the next.

Rows are written in bulk, without mails and live events: nobody is there yet to read them.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.demo import world as demo
from app.demo.building import build_world
from app.demo.peopling import PeopleLoading
from app.demo.programme import FULL_SIZE, plan
from app.demo.spacing import SpaceLoading
from app.events.models import Event, Phase, Slot
from app.events.queries import event_by_slug
from app.meetings.models import MeetingRequest, Priority, RequestState, Veto
from app.registrations.models import Participant

PHASE_ORDER = list(Phase)
ARRIVED_OF_TEN = 8
"""How many of ten people have been checked in when the demo is live."""


def demo_event(session: Session) -> Event | None:
    """Return the demo event, or None before it is loaded."""
    return event_by_slug(session, str(plan()["event"]["slug"]))


def load_registrations(session: Session, clock: Clock, *, size: int = FULL_SIZE, starts_today: bool = False) -> Event:
    """Return the demo event with everybody registered and approved; load it when it is not there."""
    found = demo_event(session)
    if found is not None:
        return found
    today = local_date(clock)
    world = build_world(today, size=size, first_day=today if starts_today else None)
    event, keys = SpaceLoading(session, world, clock()).load()
    PeopleLoading(session, world, clock(), event, keys).load()
    return event


def load_requests(session: Session, clock: Clock, event: Event) -> int:
    """Add the meeting requests and vetoes of the demo world; return how many requests. Nothing when some exist."""
    if session.scalars(select(MeetingRequest.id).where(MeetingRequest.event_id == event.id).limit(1)).first():
        return 0
    rows = session.execute(select(Participant.code, Participant.id).where(Participant.event_id == event.id))
    people = {row.code: row.id for row in rows}
    first_day = session.scalars(select(Slot.day).where(Slot.event_id == event.id).order_by(Slot.day)).first()
    world = build_world(local_date(clock), size=len(people), first_day=first_day)
    session.add_all(
        Veto(participant_id=people[row.participant], other_id=people[row.other], created_at=clock())
        for row in world.vetoes
    )
    session.add_all(_request(row, people, event) for row in world.requests)
    session.flush()
    return len(world.requests)


def _request(row: demo.Request, people: dict[str, int], event: Event) -> MeetingRequest:
    one, other = people[row.requester], people[row.recipient]
    return MeetingRequest(
        event_id=event.id,
        code=row.code,
        requester_id=one,
        recipient_id=other,
        low_id=min(one, other),
        high_id=max(one, other),
        message=row.message,
        priority=Priority(row.priority),
        recipient_priority=Priority(row.recipient_priority) if row.recipient_priority else None,
        mutual=row.mutual,
        state=RequestState(row.state),
        answer_reason=row.answer_reason,
        any_colleague=row.any_colleague,
        created_at=row.asked_at,
        answered_at=row.answered_at,
    )


def advance_phase(session: Session, event: Event, phase: Phase) -> None:
    """Bring the event to ``phase`` unless it is there or further already."""
    if PHASE_ORDER.index(event.phase) < PHASE_ORDER.index(phase):
        event.phase = phase
        session.flush()


def check_in_arrivals(session: Session, clock: Clock, event: Event) -> int:
    """Check in eight of ten participants, unless somebody was checked in before; return how many."""
    everybody = list(
        session.scalars(select(Participant).where(Participant.event_id == event.id).order_by(Participant.code))
    )
    if any(person.checked_in_at for person in everybody):
        return 0
    arrived = [person for n, person in enumerate(everybody) if n % 10 < ARRIVED_OF_TEN]
    for number, person in enumerate(arrived):
        person.checked_in_at = clock() - timedelta(minutes=5 + number % 50)
    session.flush()
    return len(arrived)


def local_date(clock: Clock) -> date:
    """Return today's date at the place of the demo event."""
    return clock().astimezone(ZoneInfo(plan()["event"]["time_zone"])).date()
