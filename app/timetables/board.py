"""One timetable seen as the rules see it: who and what is busy when, and what stands in the way of a move.

Built from the same problem the judge gets, so that what is offered here is legal there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import in_zone
from app.events.models import Event, Interpreter, MeetingTable, Slot
from app.meetings.models import MeetingRequest
from app.organisations.models import Organisation
from app.registrations.models import Participant
from app.timetables.material import Material, Placed, load_material, places_of
from app.timetables.models import Timetable
from app.timetables.problem import ProblemOptions, assemble

MOST_TEAMS = 200
Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """A scheduled meeting in stable names: request, first slot, table, participants, all its slots, interpreter."""

    request: str
    slot: str
    table: str
    people: tuple[str, ...]
    slots: tuple[str, ...]
    interpreter: str | None = None


class Board:
    """The state of one timetable against the present rules of its event. All ids here are stable names."""

    def __init__(self, material: Material, held: Sequence[Held], names: dict[str, str], slot_names: dict[str, str]):
        self.material = material
        self.problem = assemble(material, ProblemOptions())
        self.slots: dict[str, Row] = {row["id"]: row for row in self.problem["slots"]}
        self.rank = {key: i for i, key in enumerate(self.slots)}
        self.tables: dict[str, Row] = {row["id"]: row for row in self.problem["tables"]}
        self.people: dict[str, Row] = {row["id"]: row for row in self.problem["participants"]}
        self.requests: dict[str, Row] = {row["id"]: row for row in self.problem["requests"]}
        self.interpreters: dict[str, Row] = {row["id"]: row for row in self.problem.get("interpreters", ())}
        self.names, self.slot_names = names, slot_names
        self.held: dict[str, Held] = {}
        self.load: Counter[str] = Counter()
        self.interpreted: Counter[str] = Counter()
        self.at_person: dict[tuple[str, str], Held] = {}
        self.at_table: dict[tuple[str, str], Held] = {}
        self.at_interpreter: dict[tuple[str, str], Held] = {}
        for meeting in held:
            self._put(meeting)

    def _put(self, meeting: Held) -> list[Held]:
        """Add a meeting; returns those it hides, which a later `_take` has to bring back."""
        self.held[meeting.request] = meeting
        self.load.update(meeting.people)
        if meeting.interpreter:
            self.interpreted[meeting.interpreter] += 1
        return self._show(meeting)

    def _show(self, meeting: Held) -> list[Held]:
        hidden = []
        for slot in meeting.slots:
            places = [(self.at_table, meeting.table), *((self.at_person, person) for person in meeting.people)]
            places += [(self.at_interpreter, meeting.interpreter)] if meeting.interpreter else []
            for index, key in places:
                if (key, slot) in index:
                    hidden.append(index[key, slot])
                index[key, slot] = meeting
        return hidden

    def _take(self, meeting: Held) -> None:
        del self.held[meeting.request]
        self.load.subtract(meeting.people)
        for slot in meeting.slots:
            self.at_table.pop((meeting.table, slot), None)
            for person in meeting.people:
                self.at_person.pop((person, slot), None)
            if meeting.interpreter:
                self.at_interpreter.pop((meeting.interpreter, slot), None)
        if meeting.interpreter:
            self.interpreted[meeting.interpreter] -= 1

    @contextmanager
    def without(self, *requests: str) -> Iterator[None]:
        """The board as it would be without the meetings of these requests."""
        gone = [self.held[request] for request in requests if request in self.held]
        for meeting in gone:
            self._take(meeting)
        try:
            yield
        finally:
            for meeting in gone:
                self._put(meeting)

    @contextmanager
    def swapped(self, request: str, other: str) -> Iterator[bool]:
        """The board without one meeting and with another in its place; False when the other cannot last there."""
        ours, theirs = self.held[request], self.held[other]
        span = self.span(other, ours.slot)
        with self.without(request, other):
            moved = replace(theirs, slot=ours.slot, table=ours.table, slots=span or ())
            hidden = self._put(moved)
            try:
                yield span is not None
            finally:
                self._take(moved)
                for meeting in hidden:
                    self._show(meeting)

    @cached_property
    def owners(self) -> dict[str, set[str]]:
        """Table -> whose own table it is."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for person in self.people.values():
            if person["table"]:
                found[person["table"]].add(person["id"])
        return found

    @cached_property
    def later(self) -> dict[str, list[str]]:
        """Request -> those that have to lie after it."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in self.requests.values():
            for earlier in row["after"]:
                found[earlier].append(row["id"])
        return found

    @cached_property
    def walks(self) -> dict[frozenset[str], int]:
        """Two zones -> minutes between them, where a hurry is forbidden."""
        walking = self.problem.get("walking") or {"price": None, "between": ()}
        rows = walking["between"] if walking["price"] is None else ()
        return {frozenset(row["zones"]): row["minutes"] for row in rows}

    @cached_property
    def _slot_ids(self) -> dict[str, int]:
        return {key: slot_id for slot_id, key in self.material.slot_keys.items()}

    def name(self, code: str) -> str:
        return self.names.get(code, code)

    def title(self, meeting: Held) -> str:
        """Who meets, e.g. 'Anna Berg (Nordic AB) – Jean Roy (Usine SA)'."""
        return " – ".join(self.name(person) for person in meeting.people)

    def teams(self, request: str) -> Iterator[tuple[str, ...]]:
        """Every choice of one participant from each side, the people asked for first."""
        row = self.requests.get(request)
        if row is not None:
            yield from (team for team in islice(product(*row["sides"]), MOST_TEAMS) if len(set(team)) == len(team))

    def span(self, request: str, slot: str) -> tuple[str, ...] | None:
        """The slots a request's meeting takes from one on; None when not so many follow."""
        length = self.requests.get(request, {}).get("length", 1)
        if slot not in self._slot_ids:
            return None
        found = self.material.span(self._slot_ids[slot], length)
        return None if found is None else tuple(self.material.slot_keys[slot_id] for slot_id in found)


def load_board(session: Session, event: Event, timetable: Timetable) -> Board:
    """The board of a timetable as the database has it now."""
    material = load_material(session, event)
    names = participant_names(session, event)
    slot_names = {
        slot.key: in_zone(slot.starts_at, event.time_zone).strftime("%Y-%m-%d %H:%M") for slot in material.slots
    }
    return Board(material, held_in(session, material, timetable.id), names, slot_names)


def held_in(session: Session, material: Material, timetable_id: int) -> list[Held]:
    """The scheduled meetings of a timetable in stable names, in the order of the slots and tables."""
    names = StableNames(session, material.event)
    return [names.held(place) for place in places_of(session, timetable_id).values() if not place.cancelled]


class StableNames:
    """Ids of one event to stable names, for everything that exists: closed slots and people who left included."""

    def __init__(self, session: Session, event: Event) -> None:
        def read(id_column: Any, name_column: Any, model: Any) -> dict[int, str]:
            rows = session.execute(select(id_column, name_column).where(model.event_id == event.id))
            return dict(rows.all())

        slots = session.execute(select(Slot.id, Slot.key).where(Slot.event_id == event.id).order_by(Slot.starts_at))
        self.slots: dict[int, str] = dict(slots.all())
        self._order = list(self.slots)
        self._rank = {slot_id: i for i, slot_id in enumerate(self._order)}
        self.tables = read(MeetingTable.id, MeetingTable.label, MeetingTable)
        self.people = read(Participant.id, Participant.code, Participant)
        self.requests = read(MeetingRequest.id, MeetingRequest.code, MeetingRequest)
        self.interpreters = read(Interpreter.id, Interpreter.code, Interpreter)

    def slots_of(self, place: Placed) -> tuple[str, ...]:
        """All slots of a meeting, from its first to its last."""
        last = place.slot_id if place.last_slot_id is None else place.last_slot_id
        return tuple(self.slots[s] for s in self._order[self._rank[place.slot_id] : self._rank[last] + 1])

    def held(self, place: Placed) -> Held:
        people = tuple(self.people[person] for person in place.participant_ids)
        helper = None if place.interpreter_id is None else self.interpreters[place.interpreter_id]
        slot, table = self.slots[place.slot_id], self.tables[place.table_id]
        return Held(self.requests[place.request_id], slot, table, people, self.slots_of(place), helper)


def participant_names(session: Session, event: Event) -> dict[str, str]:
    """Participant code -> 'Name (Organisation)'."""
    rows = session.execute(
        select(Participant.code, User.name, Organisation.name)
        .join(User, User.id == Participant.user_id)
        .join(Organisation, Organisation.id == Participant.organisation_id)
        .where(Participant.event_id == event.id)
    )
    return {code: f"{name} ({organisation})" for code, name, organisation in rows}
