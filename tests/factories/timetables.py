"""Participants who want to meet, runs and timetables."""

from itertools import combinations
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import Conflict
from app.events.models import Event, MeetingTable, Slot
from app.meetings.models import MeetingRequest, Priority, RequestState
from app.organisations.models import Organisation
from app.registrations.models import Attendance, Participant, RegistrationState
from app.timetables.models import Timetable
from app.timetables.options import RunOptions
from app.timetables.services import place_request, publish, solve_now
from tests.cast import Cast

QUICK = RunOptions(time_limit=2, workers=1, seed=1)


def make_participant(
    session: Session,
    clock: Clock,
    cast: Cast,
    name: str,
    *,
    organisation: Organisation | None = None,
    attendance: Attendance = Attendance.ON_SITE,
) -> Participant:
    """An approved participant of the cast's event."""
    user = User(email=f"{name.lower()}@example.org", name=f"{name} Example", created_at=clock())
    organisation = organisation or Organisation(name=f"{name} Works", kind="company", country="BE", created_at=clock())
    session.add_all([user, organisation])
    session.flush()
    participant = Participant(
        event_id=cast.event.id,
        user_id=user.id,
        organisation_id=organisation.id,
        type_id=cast.pia_participant.type_id,
        code=name.lower(),
        state=RegistrationState.APPROVED,
        attendance=attendance,
        languages=["en"],
        feed_token=f"feed-of-{name}",
        created_at=clock(),
    )
    session.add(participant)
    session.flush()
    return participant


def make_request(
    session: Session,
    clock: Clock,
    one: Participant,
    other: Participant,
    *,
    priority: Priority = Priority.NORMAL,
    state: RequestState = RequestState.ACCEPTED,
    must_place: bool = False,
    any_colleague: bool = False,
) -> MeetingRequest:
    """`one` asked `other` for a meeting; accepted unless said otherwise."""
    low, high = sorted((one.id, other.id))
    request = MeetingRequest(
        event_id=one.event_id,
        code=f"r-{one.code}-{other.code}",
        requester_id=one.id,
        recipient_id=other.id,
        low_id=low,
        high_id=high,
        priority=priority,
        state=state,
        must_place=must_place,
        any_colleague=any_colleague,
        created_at=clock(),
    )
    session.add(request)
    session.flush()
    return request


def make_crowd(session: Session, clock: Clock, cast: Cast, count: int = 2) -> list[Participant]:
    """Pia, Piotr and `count` others, each of whom has agreed to meet each other one."""
    extra = [make_participant(session, clock, cast, f"Guest{n}") for n in range(1, count + 1)]
    people = [cast.pia_participant, cast.piotr_participant, *extra]
    for one, other in combinations(people, 2):
        make_request(session, clock, one, other)
    return people


def make_draft(session: Session, clock: Clock, cast: Cast) -> Timetable:
    """The draft of a quick run over the accepted requests of the cast's event."""
    solve_now(session, cast.event, QUICK, clock=clock, actor=cast.olga)
    draft = session.query(Timetable).filter_by(event_id=cast.event.id, number=None).one()
    session.commit()
    return draft


def make_published(session: Session, clock: Clock, cast: Cast) -> Timetable:
    """The same, published by Olga."""
    make_draft(session, clock, cast)
    published = publish(session, cast.event, cast.olga, clock)
    session.commit()
    return published


def make_empty_draft(session: Session, clock: Clock, event: Event) -> Timetable:
    """A draft without meetings."""
    draft = Timetable(event_id=event.id, created_at=clock())
    session.add(draft)
    session.flush()
    return draft


def place(
    session: Session, clock: Clock, timetable: Timetable, request: MeetingRequest, slot: Slot, table: MeetingTable
) -> object:
    """Place a request by hand."""
    return place_request(session, timetable, request, slot, table, None, clock)


def place_where_possible(
    session: Session, clock: Clock, timetable: Timetable, request: MeetingRequest, cast: Cast, chance: Random
) -> None:
    """Place a request by hand at a place chosen by chance; nowhere when there is none."""
    tables = list(session.scalars(select(MeetingTable).where(MeetingTable.event_id == cast.event.id)))
    spots = [(slot, table) for slot in cast.slots for table in tables]
    chance.shuffle(spots)
    for slot, table in spots:
        try:
            place(session, clock, timetable, request, slot, table)
        except Conflict:
            continue
        return
