"""Versions: old agenda + changes = agenda fetched afresh, whatever happened; no gap, however many write at once."""

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.agenda import queries, rules, services
from app.agenda.models import AgendaChange
from app.agenda.rules import Agenda, Item, Kind
from app.core import facts
from app.core.database import Base, Database
from app.core.errors import AppError
from app.events.models import Event, Phase
from app.meetings.models import MeetingRequest
from app.registrations.models import Absence, Participant
from app.timetables.models import Meeting, MeetingState
from app.timetables.queries import published_timetable
from tests import cast as casting
from tests.factories import agenda as factory
from tests.factories.timetables import make_participant, make_request


class Day:
    """An event on which things happen at random: versions, moves, cancellations, sessions, absences, new names."""

    def __init__(self, session, cast, clock, chance):
        self.session, self.cast, self.clock, self.chance = session, cast, clock, chance
        extra = [make_participant(session, clock, cast, name) for name in ("Petra", "Paul")]
        self.people = [cast.pia_participant, cast.piotr_participant, *extra]
        pairs = [(a, b) for i, a in enumerate(self.people) for b in self.people[i + 1 :]]
        self.requests = [make_request(session, clock, a, b) for a, b in pairs]
        self.sessions = [factory.event_session(session, cast.event, cast.slots[3], f"Talk {n}") for n in range(2)]
        cast.event.phase = Phase.LIVE

    def step(self):
        self.clock.advance(timedelta(minutes=1))
        self.chance.choice([self.publish, self.move, self.move, self.cancel, self.attend, self.rename, self.leave])()
        self.session.commit()

    def publish(self):
        taken, chosen = set(), []
        for request in self.chance.sample(self.requests, len(self.requests)):
            slot, table = self.chance.choice(self.cast.slots[:3]), self.chance.choice(self.cast.tables)
            keys = {(slot.id, table.label), (slot.id, request.requester_id), (slot.id, request.recipient_id)}
            if not keys & taken and not self.away(request, slot):
                taken |= keys
                chosen.append((request, slot, table))
        factory.publish(self.session, self.clock, self.cast.event, chosen)

    def away(self, request, slot):
        people = (request.requester_id, request.recipient_id)
        query = select(Absence).where(Absence.slot_id == slot.id, Absence.participant_id.in_(people))
        return self.session.scalars(query).first() is not None

    def scheduled(self):
        timetable = published_timetable(self.session, self.cast.event.id)
        if timetable is None:
            return None
        query = select(Meeting).where(Meeting.timetable_id == timetable.id, Meeting.state == MeetingState.SCHEDULED)
        found = self.session.scalars(query).all()
        return self.session.get(MeetingRequest, self.chance.choice(found).request_id) if found else None

    def move(self):
        request = self.scheduled()
        if request is not None:
            self.attempt(
                factory.move, request, self.chance.choice(self.cast.slots), self.chance.choice(self.cast.tables)
            )

    def cancel(self):
        request = self.scheduled()
        if request is not None:
            factory.cancel(self.session, self.clock, self.cast.event, request, "So it goes.")

    def attempt(self, act, *arguments):
        """Some moves are refused by the timetable; nothing changes then."""
        self.session.commit()
        try:
            act(self.session, self.clock, self.cast.event, *arguments)
        except AppError:
            self.session.rollback()

    def attend(self):
        person, held = self.chance.choice(self.people), self.chance.choice(self.sessions)
        if queries.states_of(self.session, [person.id]) or True:
            present = {
                s.session_id for s in self.session.query(factory.SessionSignUp).filter_by(participant_id=person.id)
            }
            if held.id not in present:
                factory.sign_up(self.session, self.clock, person, held)

    def rename(self):
        person = self.chance.choice(self.people)
        person.user.name = f"Name {self.chance.randrange(1000)}"
        self.told(person)

    def leave(self):
        person = self.chance.choice(self.people)
        free = [i.id for i in queries.agenda_of(self.session, self.cast.event, person.id).items if i.kind is Kind.FREE]
        if free:
            self.session.add(Absence(participant_id=person.id, slot_id=int(self.chance.choice(free).split("-")[1])))
            self.told(person)

    def told(self, person):
        self.session.flush()
        facts.participant_changed.send(self.session, participant=person, actor=None, clock=self.clock)

    def fresh(self, person) -> dict:
        agenda = queries.agenda_of(self.session, self.cast.event, person.id)
        items = {item.id: rules.as_data(item) for item in agenda.items}
        return {"version": agenda.version, "published": agenda.published, "items": items}


def caught_up(session, person, state):
    """What a page that was away makes of the server's answer."""
    missed = queries.changes_since(session, person.id, state["version"])
    assert missed is not None
    for change in missed:
        state = rules.apply(state, change)
    return state


@pytest.mark.parametrize("seed", range(4))
def test_old_state_and_changes_make_the_agenda_fetched_afresh(app, cast, session, clock, seed):
    with app.app_context():
        day = Day(session, cast, clock, random.Random(seed))
        day.publish()
        session.commit()
        pages = {person.id: [day.fresh(person)] for person in day.people}
        for _ in range(10):
            day.step()
            for person in day.people:
                pages[person.id].append(day.fresh(person))
        for person in day.people:
            now = pages[person.id][-1]
            for opened in pages[person.id]:  # a page opened at any time
                assert caught_up(session, person, opened) == now
            versions = list(session.scalars(select(AgendaChange.version).filter_by(participant_id=person.id)))
            assert versions == list(range(1, now["version"] + 1))
            everything = queries.changes_since(session, person.id, 0)
            assert everything is not None
            again = now
            for change in everything:  # nothing is applied twice
                again = rules.apply(again, change)
            assert again == now


def test_a_change_that_changes_nothing_gets_no_version(app, published, session, clock):
    cast = published.cast
    before = cast.pia_participant.agenda_version
    facts.participant_changed.send(session, participant=cast.piotr_participant, actor=None, clock=clock)
    assert cast.pia_participant.agenda_version == before


def test_first_publication_reaches_those_without_a_meeting_too(published, session):
    assert published.petra_participant.agenda_version == 1
    change = session.scalars(select(AgendaChange).filter_by(participant_id=published.petra_participant.id)).one()
    assert change.payload["published"]
    assert {item["kind"] for item in change.payload["changed"]} == {"free"}


def test_too_many_missed_changes_are_not_sent_one_by_one(published, session, monkeypatch):
    monkeypatch.setattr(queries, "MOST_CHANGES", 0)
    assert queries.changes_since(session, published.cast.pia_participant.id, 0) is None


def test_now_is_a_meeting_before_a_session_and_never_a_cancelled_one():
    def item(name, kind, minute, **more):
        starts = casting.NOW + timedelta(minutes=minute)
        return Item(name, kind, starts, starts + timedelta(minutes=20), **more)

    items = [
        item("session-1", Kind.SESSION, -10),
        item("meeting-1", Kind.MEETING, -5),
        item("meeting-2", Kind.MEETING, -5, cancelled=True),
        item("slot-1", Kind.FREE, 5),
        item("meeting-3", Kind.MEETING, 10, cancelled=True),
        item("meeting-4", Kind.MEETING, 15),
    ]
    current, following = rules.now_and_next(items, casting.NOW)
    assert (current.id, following.id) == ("meeting-1", "meeting-4")
    assert rules.now_and_next([], casting.NOW) == (None, None)
    assert Agenda(1, 1, True, tuple(items)).meetings == [items[1], items[5]]


@pytest.mark.postgresql
def test_many_writers_leave_no_gap_on_postgresql(postgresql_url, clock):
    database = Database(postgresql_url.replace("postgresql://", "postgresql+psycopg://"))
    Base.metadata.create_all(database.engine)
    with database.open() as session:
        cast = casting.assemble(session, clock)
        event, pia = cast.event, cast.pia_participant
        asked = make_request(session, clock, pia, cast.piotr_participant)
        factory.publish(session, clock, event, [(asked, cast.slots[0], cast.tables[0])])
        session.commit()
        event_id, ids = event.id, [pia.id, cast.piotr_participant.id]
    started = threading.Barrier(8)
    failures: list[Exception] = []

    def write(number: int) -> None:
        try:
            with database.open() as own:
                started.wait()
                own.get_one(Participant, ids[number % 2]).user.name = f"Name {number}"
                order = ids if number % 3 else ids[::-1]
                services.record_changes(own, own.get_one(Event, event_id), order, clock)
                own.commit()
        except Exception as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert failures == []
    with database.open() as session:
        for participant_id in ids:
            versions = list(
                session.scalars(
                    select(AgendaChange.version).filter_by(participant_id=participant_id).order_by(AgendaChange.version)
                )
            )
            assert versions == list(range(1, len(versions) + 1))
            assert session.get_one(Participant, participant_id).agenda_version == len(versions)
            state = queries.states_of(session, [participant_id])[participant_id]
            agenda = queries.agenda_of(session, session.get_one(Event, event_id), participant_id)
            assert state["items"] == {item.id: rules.as_data(item) for item in agenda.items}
    database.engine.dispose()
