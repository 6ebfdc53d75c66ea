from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.core.database import Base
from app.core.models import LiveEvent, Mail
from app.demo import services
from app.demo.building import SMALL_SIZE
from app.demo.programme import FULL_SIZE
from app.events.models import MeetingTable, Phase, Slot, Staff, StaffRole
from app.marketplace.models import Entry, EntryKind
from app.meetings.models import MeetingRequest, RequestState
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState


@pytest.fixture
def event(session, clock):
    return services.load_registrations(session, clock, size=SMALL_SIZE)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def everything(session):
    """Number of rows of every table."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }


def test_registration_stage_has_people_who_are_approved_and_say_what_they_need(session, event):
    people = session.scalars(select(Participant)).all()
    assert len(people) == SMALL_SIZE
    assert {person.state for person in people} == {RegistrationState.APPROVED}
    assert event.phase is Phase.REGISTRATION
    kinds = Counter(tuple(row) for row in session.execute(select(Entry.participant_id, Entry.kind)))
    assert all(1 <= kinds[person.id, kind] <= 3 for person in people for kind in EntryKind)


def test_event_is_reachable_by_its_known_name(session, event):
    assert event.slug == "demo"
    assert services.demo_event(session) is event
    assert count(session, Slot) == 24


def test_team_signs_in_by_link_only(session, event):
    staff = session.execute(select(Staff.role, User.password_hash).join(User, User.id == Staff.user_id)).all()
    assert {tuple(row) for row in staff} == {(StaffRole.ORGANISER, None), (StaffRole.DESK, None)}
    administrators = session.scalars(select(User).where(User.is_administrator)).all()
    assert len(administrators) == 1


def test_online_guests_own_an_online_room(session, event):
    rooms = session.execute(
        select(Participant.attendance, MeetingTable.link).join(
            MeetingTable, MeetingTable.id == Participant.own_table_id
        )
    ).all()
    assert rooms
    assert all((attendance.value == "online") == bool(link) for attendance, link in rooms)


def test_booking_stage_adds_requests_in_all_states(session, clock, event):
    added = services.load_requests(session, clock, event)
    services.advance_phase(session, event, Phase.BOOKING)
    states = Counter(session.scalars(select(MeetingRequest.state)))
    assert sum(states.values()) == added > 3 * SMALL_SIZE
    assert states[RequestState.ACCEPTED] > states[RequestState.OPEN] > 0
    assert event.phase is Phase.BOOKING


def test_requests_lie_in_the_past(session, clock, event):
    services.load_requests(session, clock, event)
    assert session.scalar(select(func.max(MeetingRequest.created_at))) < clock()
    assert session.scalar(select(func.max(MeetingRequest.answered_at))) < clock()


def test_second_load_changes_nothing_even_days_later(session, clock, event):
    services.load_requests(session, clock, event)
    session.commit()
    before = everything(session)
    clock.advance(timedelta(days=3))
    assert services.load_registrations(session, clock, size=SMALL_SIZE) is event
    assert services.load_requests(session, clock, event) == 0
    assert everything(session) == before


def test_requests_can_be_added_on_a_later_day(session, clock, event):
    session.commit()
    clock.advance(timedelta(days=3))
    assert services.load_requests(session, clock, event) > 0


def test_phase_never_goes_back(session, event):
    services.advance_phase(session, event, Phase.LIVE)
    services.advance_phase(session, event, Phase.BOOKING)
    assert event.phase is Phase.LIVE


def test_nobody_is_mailed_or_told(session, clock, event):
    services.load_requests(session, clock, event)
    assert count(session, Mail) == 0
    assert count(session, LiveEvent) == 0


def test_live_stage_starts_today_and_most_have_arrived(session, clock):
    event = services.load_registrations(session, clock, size=SMALL_SIZE, starts_today=True)
    first = session.scalar(select(func.min(Slot.day)))
    assert first == services.local_date(clock)
    arrived = services.check_in_arrivals(session, clock, event)
    assert SMALL_SIZE / 2 < arrived < SMALL_SIZE
    assert services.check_in_arrivals(session, clock, event) == 0


def test_full_size_event_loads(session, clock):
    event = services.load_registrations(session, clock)
    services.load_requests(session, clock, event)
    assert count(session, Participant) == FULL_SIZE
    assert count(session, Organisation) > 200
    assert count(session, MeetingRequest) > 2000
