"""Competing bookings against PostgreSQL: one wins, the others are told who was faster."""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import create_app
from app.core.database import Database
from app.core.errors import Conflict
from app.core.migrating import upgrade_database
from app.events.models import MeetingTable, Slot
from app.meetings.models import MeetingRequest
from app.timetables.models import Meeting, MeetingState, Seat, Timetable
from app.timetables.services import place_request
from config import Settings
from tests.cast import Cast, FixedClock, assemble
from tests.factories.timetables import make_empty_draft, make_participant, make_request

pytestmark = pytest.mark.postgresql
CONNECTIONS = 12


@pytest.fixture
def database(postgresql_url: str, settings: Settings) -> Iterator[Database]:
    url = postgresql_url.replace("://", "+psycopg://", 1)
    app: Flask = create_app(settings.model_copy(update={"database_url": url}))
    with app.app_context():
        upgrade_database()
    found: Database = app.extensions["database"]
    yield found
    found.engine.dispose()


class Stage:
    """Pia is wanted by many at once; everybody competes for her first slot and the first table."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.open() as session:
            cast: Cast = assemble(session, clock)
            suitors = [make_participant(session, clock, cast, f"Suitor{n}") for n in range(CONNECTIONS)]
            self.to_pia = [make_request(session, clock, one, cast.pia_participant).id for one in suitors]
            pairs = zip(suitors[::2], suitors[1::2], strict=True)
            self.apart = [make_request(session, clock, one, other).id for one, other in pairs]
            self.draft = make_empty_draft(session, clock, cast.event).id
            self.pia = cast.pia_participant.id
            self.slot, self.tables = cast.slots[0].id, [table.id for table in cast.tables]
            session.commit()

    def book(self, session: Session, request_id: int, table_id: int) -> None:
        place_request(
            session,
            session.get_one(Timetable, self.draft),
            session.get_one(MeetingRequest, request_id),
            session.get_one(Slot, self.slot),
            session.get_one(MeetingTable, table_id),
            None,
            self.clock,
        )

    def compete(self, bookings: list[Callable[[Session], None]]) -> tuple[int, list[Exception]]:
        """Let all of them loose at the same moment, each on a connection of its own: (winners, errors)."""
        gate = threading.Barrier(len(bookings))
        won, errors = [], []

        def run(booking: Callable[[Session], None]) -> None:
            with Session(self.database.engine) as session:
                session.scalars(select(Timetable.id)).all()  # connected before the gate opens
                session.rollback()
                gate.wait()
                try:
                    booking(session)
                    session.commit()
                except (Conflict, IntegrityError) as error:
                    session.rollback()
                    errors.append(error)
                else:
                    won.append(True)

        threads = [threading.Thread(target=run, args=(booking,)) for booking in bookings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return len(won), errors


@pytest.fixture
def stage(database: Database, clock: FixedClock) -> Stage:
    return Stage(database, clock)


def test_one_person_is_booked_once(stage: Stage) -> None:
    """Six ask for Pia at one table, six at the other: she can sit at one of them only."""
    won, errors = stage.compete(
        [lambda s, r=r, n=n: stage.book(s, r, stage.tables[n % 2]) for n, r in enumerate(stage.to_pia[:10])]
    )
    assert (won, len(errors)) == (1, 9)
    assert all(isinstance(error, Conflict) and "Pia Example" in error.message for error in errors)
    with stage.database.open() as session:
        assert len(session.scalars(select(Seat).where(Seat.participant_id == stage.pia)).all()) == 1
        assert len(session.scalars(select(Meeting)).all()) == 1


def test_one_table_is_given_once(stage: Stage) -> None:
    won, errors = stage.compete([lambda s, r=r: stage.book(s, r, stage.tables[0]) for r in stage.apart])
    assert (won, len(errors)) == (1, len(stage.apart) - 1)
    assert all(isinstance(error, Conflict) and "is taken by Suitor" in error.message for error in errors)


def test_the_database_alone_would_do(stage: Stage) -> None:
    """Bare inserts, past every check and lock of ours: the unique indexes let one through."""

    def insert_bare(session: Session, request_id: int, table_id: int) -> None:
        place = {"slot_id": stage.slot, "last_slot_id": stage.slot, "table_id": table_id}
        row = {"timetable_id": stage.draft, "request_id": request_id, "state": MeetingState.SCHEDULED, **place}
        row |= {"pinned": False, "cancel_reason": ""}
        meeting = session.scalars(insert(Meeting).returning(Meeting.id), [row]).one()
        seat = {"meeting_id": meeting, "timetable_id": stage.draft, "slot_id": stage.slot, "participant_id": stage.pia}
        session.execute(insert(Seat), [seat])

    won, errors = stage.compete(
        [lambda s, r=r, n=n: insert_bare(s, r, stage.tables[n % 2]) for n, r in enumerate(stage.to_pia[:10])]
    )
    assert (won, len(errors)) == (1, 9)
    assert all(isinstance(error, IntegrityError) for error in errors)
