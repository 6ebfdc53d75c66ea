"""The last seat of a session, wanted by many at once, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app import create_app
from app.core.database import Database
from app.core.errors import Conflict
from app.core.migrating import upgrade_database
from app.events.models import EventSession
from app.registrations import services
from app.registrations.models import Participant, SessionSignUp
from tests.cast import FixedClock, assemble
from tests.factories.registrations import make_participant, make_session

pytestmark = pytest.mark.postgresql


def compete(app, database, clock, pairs):
    """Sign up each (participant id, session id) from a connection of its own, all at the same moment."""
    start = Barrier(len(pairs))

    def sign_up(pair):
        with app.app_context(), database.open() as session:
            person, wanted = session.get(Participant, pair[0]), session.get(EventSession, pair[1])
            start.wait()
            try:
                services.sign_up(session, clock, None, person, wanted)
                session.commit()
            except Conflict as conflict:
                return conflict.code
            return "in"

    with ThreadPoolExecutor(len(pairs)) as pool:
        return sorted(pool.map(sign_up, pairs))


@pytest.fixture
def venue(settings, postgresql_url):
    """A PostgreSQL with the cast, eight more people and two sessions that overlap."""
    app, clock = create_app(settings.model_copy(update={"database_url": psycopg_url(postgresql_url)})), FixedClock()
    database: Database = app.extensions["database"]
    with app.app_context(), database.open() as session:
        upgrade_database()
        cast = assemble(session, clock)
        people = [make_participant(session, clock, cast.event).id for _ in range(8)]
        small = make_session(session, cast.event, "Small", cast.slots[0].starts_at, capacity=3)
        other = make_session(session, cast.event, "Other", cast.slots[0].starts_at + timedelta(minutes=10))
        session.commit()
        places = small.id, other.id
    yield app, database, clock, people, *places
    database.engine.dispose()


def psycopg_url(url):
    """The address with the driver we use."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def test_three_seats_go_to_three_of_eight(venue):
    app, database, clock, people, small, _other = venue
    answers = compete(app, database, clock, [(person, small) for person in people])
    assert answers == ["in"] * 3 + ["session_full"] * 5
    with database.open() as session:
        assert session.scalar(select(func.count()).where(SessionSignUp.session_id == small)) == 3


def test_one_person_never_sits_in_two_sessions_at_once(venue):
    app, database, clock, people, small, other = venue
    answers = compete(app, database, clock, [(people[0], small), (people[0], other)])
    assert answers == ["in", "session_overlap"]
