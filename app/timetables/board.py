"""One timetable seen as the rules see it: who and what is busy when, and what stands in the way of a move.

Built from the same problem the judge gets, so that what is offered here is legal there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import in_zone
from app.events.models import Event
from app.organisations.models import Organisation
from app.registrations.models import Participant
from app.timetables.material import Material, Placed, load_material, places_of
from app.timetables.models import Timetable
from app.timetables.problem import ProblemOptions, assemble

MOST_TEAMS = 200
Row = dict[str, Any]


@dataclass(frozen=True)
class Obstacle:
    """Why a meeting cannot be somewhere: a stable code and a sentence with names."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Held:
    """A scheduled meeting in stable names: request code, slot key, table label, participant codes."""

    request: str
    slot: str
    table: str
    people: tuple[str, ...]


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
        self.held = {meeting.request: meeting for meeting in held}
        self.names, self.slot_names = names, slot_names
        self.load = Counter(person for meeting in held for person in meeting.people)
        self.at_person = {(person, m.slot): m for m in held for person in m.people}
        self.at_table = {(m.table, m.slot): m for m in held}

    @cached_property
    def owners(self) -> dict[str, set[str]]:
        """Table -> whose own table it is."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for person in self.people.values():
            if person["table"]:
                found[person["table"]].add(person["id"])
        return found

    @cached_property
    def _later(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in self.requests.values():
            for earlier in row["after"]:
                found[earlier].append(row["id"])
        return found

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

    def in_slot(self, request: str, people: Sequence[str], slot: str, without: frozenset[str]) -> list[Obstacle]:
        """What speaks against these people meeting in a slot, wherever; meetings in `without` do not count."""
        if slot not in self.slots:
            return [Obstacle("slot_closed", _("This slot is closed."))]
        found = [o for person in people for o in self._person(person, slot, without)]
        row = self.requests.get(request)
        if row is None:
            return [*found, Obstacle("not_wanted", _("The request is not accepted any more, or a person left."))]
        if row["slots"] is not None and slot not in row["slots"]:
            found.append(Obstacle("slot_not_allowed", _("This meeting may not be held in this slot.")))
        pin = row["pinned"]
        if pin and pin["slot"] != slot:
            where = self.slot_names.get(pin["slot"], pin["slot"])
            found.append(
                Obstacle("pinned", _("The meeting is pinned to %(slot)s. Take the pin out first.", slot=where))
            )
        return found + list(self._order(row, slot, without))

    def at(self, request: str, people: Sequence[str], slot: str, table: str, without: frozenset[str]) -> list[Obstacle]:
        """What speaks against a table in a slot, the people aside."""
        row = self.tables.get(table)
        if row is None:
            return [Obstacle("table_closed", _("%(table)s is closed.", table=table))]
        found = []
        taken = self.at_table.get((table, slot))
        if taken and taken.request not in without:
            found.append(
                Obstacle("table_taken", _("%(table)s is taken by %(who)s.", table=table, who=self.title(taken)))
            )
        if row.get("slots") is not None and slot not in row["slots"]:
            found.append(Obstacle("table_closed", _("%(table)s is closed in this slot.", table=table)))
        own = sorted({t for person in people if (t := self.people.get(person, {}).get("table"))})
        if own and table not in own:
            found.append(Obstacle("own_table", _("This meeting takes place at %(tables)s.", tables=", ".join(own))))
        if not own and self.owners.get(table):
            who = ", ".join(self.name(person) for person in sorted(self.owners[table]))
            found.append(Obstacle("foreign_table", _("%(table)s belongs to %(who)s.", table=table, who=who)))
        pin = (self.requests.get(request) or {}).get("pinned")
        if pin and pin["table"] and pin["table"] != table:
            found.append(Obstacle("pinned", _("The meeting is pinned to %(table)s.", table=pin["table"])))
        return found

    def obstacles(
        self, request: str, people: Sequence[str], slot: str, table: str, without: frozenset[str] | None = None
    ) -> list[Obstacle]:
        """Everything that speaks against a meeting at a place; empty when it is legal there."""
        without = frozenset({request}) if without is None else without
        return self.in_slot(request, people, slot, without) + self.at(request, people, slot, table, without)

    def _person(self, code: str, slot: str, without: frozenset[str]) -> Iterator[Obstacle]:
        person, who = self.people.get(code), self.name(code)
        if person is None:
            yield Obstacle("gone", _("%(who)s does not take part any more.", who=who))
            return
        if slot in person["away"]:
            yield Obstacle("away", _("%(who)s is away or in a session in this slot.", who=who))
        other = self.at_person.get((code, slot))
        if other and other.request not in without:
            partner = ", ".join(self.name(p) for p in other.people if p != code)
            yield Obstacle(
                "busy",
                _("%(who)s meets %(partner)s in this slot at %(table)s.", who=who, partner=partner, table=other.table),
            )
        counted = self.load[code] - sum(code in self.held[r].people for r in without if r in self.held)
        most = person["max_meetings"]
        if most is not None and counted >= most:
            yield Obstacle("limit", _("%(who)s has the most meetings allowed, %(most)s.", who=who, most=most))

    def _order(self, row: Row, slot: str, without: frozenset[str]) -> Iterator[Obstacle]:
        for earlier in row["after"]:
            before = self.held.get(earlier)
            if before and earlier not in without and self.rank.get(before.slot, -1) >= self.rank[slot]:
                yield Obstacle("order", _("It must come after the meeting %(who)s.", who=self.title(before)))
        for later in self._later.get(row["id"], ()):
            after = self.held.get(later)
            if after and later not in without and self.rank.get(after.slot, len(self.rank)) <= self.rank[slot]:
                yield Obstacle("order", _("It must come before the meeting %(who)s.", who=self.title(after)))


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
        from app.events.models import MeetingTable, Slot
        from app.meetings.models import MeetingRequest

        def read(id_column: Any, name_column: Any, model: Any) -> dict[int, str]:
            rows = session.execute(select(id_column, name_column).where(model.event_id == event.id))
            return dict(rows.all())

        self.slots = read(Slot.id, Slot.key, Slot)
        self.tables = read(MeetingTable.id, MeetingTable.label, MeetingTable)
        self.people = read(Participant.id, Participant.code, Participant)
        self.requests = read(MeetingRequest.id, MeetingRequest.code, MeetingRequest)

    def held(self, place: Placed) -> Held:
        people = tuple(self.people[person] for person in place.participant_ids)
        return Held(self.requests[place.request_id], self.slots[place.slot_id], self.tables[place.table_id], people)


def participant_names(session: Session, event: Event) -> dict[str, str]:
    """Participant code -> 'Name (Organisation)'."""
    rows = session.execute(
        select(Participant.code, User.name, Organisation.name)
        .join(User, User.id == Participant.user_id)
        .join(Organisation, Organisation.id == Participant.organisation_id)
        .where(Participant.event_id == event.id)
    )
    return {code: f"{name} ({organisation})" for code, name, organisation in rows}
