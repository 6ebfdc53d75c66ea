"""The judge: every broken rule and every measure of a schedule, recomputed from the problem alone.

It imports no solver and shares no code with the model, so that a mistake there cannot hide here. What makes a
schedule legal and how the measures are defined follows the exchange format, version 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from scheduler.problem import Problem
from scheduler.schedule import Meeting, Schedule


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken rule: a stable ``code``, a ``sentence`` for people, and the ``ids`` it is about."""

    code: str
    sentence: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of the exchange format; slots and moves are counted, value is in request values. ``unwelcome``
    goes beyond it: meetings in disliked or outside preferred slots, once for each participant concerned."""

    requests: int
    placed: int
    value: int
    breaks: int
    idle_slots: int
    table_moves: int
    zone_moves: int
    below_minimum: int
    participants_with_meetings: int
    fewest: int
    most: int
    unwelcome: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """All broken rules (none means legal) and all measures."""

    broken: tuple[Broken, ...]
    measures: Measures
    bound: int | None

    @property
    def legal(self) -> bool:
        return not self.broken

    @property
    def gap(self) -> float | None:
        """1 - value / bound; None without a bound, or with a bound of zero."""
        return 1 - self.measures.value / self.bound if self.bound else None

    def to_json(self) -> dict[str, Any]:
        """One flat object: legal, broken rules as data, measures, bound and gap."""
        return {
            "legal": self.legal,
            "broken": [asdict(rule) for rule in self.broken],
            "broken_count": len(self.broken),
            **asdict(self.measures),
            "bound": self.bound,
            "gap": None if self.gap is None else round(self.gap, 6),
        }


def audit(problem: Problem, schedule: Schedule) -> Judgement:
    """Judge a schedule. Never raises on a bad schedule: whatever is wrong with it is in ``broken``."""
    diary = _Diary(problem, schedule)
    broken = (
        *diary.unknown,
        *_sides(diary),
        *_attendance(diary),
        *_loads(diary),
        *_rows(diary),
        *_tables(diary),
        *_own_tables(diary),
        *_places(diary),
        *_musts_and_order(diary),
        *_bookkeeping(diary),
    )
    return Judgement(broken, _measures(diary), schedule.bound)


class _Diary:
    """The schedule looked up by request, participant and table; meetings with unknown ids are set aside."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem = problem
        self.schedule = schedule
        self.slots = {slot.id: slot for slot in problem.slots}
        self.rank = {slot.id: i for i, slot in enumerate(problem.slots)}
        self.tables = {table.id: table for table in problem.tables}
        self.people = {person.id: person for person in problem.participants}
        self.requests = {request.id: request for request in problem.requests}
        self.meetings: list[Meeting] = []
        self.unknown: list[Broken] = []
        for meeting in schedule.meetings:
            strange = self._strange(meeting)
            if strange:
                sentence = f"{meeting.request}: unknown {', '.join(strange)}"
                self.unknown.append(Broken("unknown_id", sentence, (meeting.request, *strange)))
            else:
                self.meetings.append(meeting)
        self.placed = {meeting.request: meeting for meeting in self.meetings}
        self.load = Counter(person for meeting in self.meetings for person in meeting.participants)

    def _strange(self, meeting: Meeting) -> list[str]:
        strange = [] if meeting.request in self.requests else [meeting.request]
        strange += [] if meeting.slot in self.slots else [meeting.slot]
        strange += [] if meeting.table in self.tables else [meeting.table]
        return strange + [person for person in meeting.participants if person not in self.people]


def _sides(diary: _Diary) -> Iterator[Broken]:
    """Rule 1: at most once, one participant from each side, all different."""
    for request, times in Counter(meeting.request for meeting in diary.meetings).items():
        if times > 1:
            yield Broken("placed_twice", f"{request} is placed {times} times", (request,))
    for meeting in diary.meetings:
        sides = diary.requests[meeting.request].sides
        who = meeting.participants
        fits = len(who) == len(sides) == len(set(who)) and all(
            person in side for person, side in zip(who, sides, strict=True)
        )
        if not fits:
            sentence = f"{meeting.request}: {', '.join(who) or 'nobody'} is not one from each side"
            yield Broken("wrong_participants", sentence, (meeting.request, *who))


def _attendance(diary: _Diary) -> Iterator[Broken]:
    """Rule 2: nobody in two meetings in one slot, nobody while away."""
    busy: dict[tuple[str, str], str] = {}
    for meeting in diary.meetings:
        for person in meeting.participants:
            other = busy.get((person, meeting.slot))
            busy[person, meeting.slot] = meeting.request
            if other is not None:
                sentence = f"{person} is in {other} and {meeting.request} in {meeting.slot}"
                yield Broken("double_booking", sentence, (person, meeting.slot, other, meeting.request))
            if meeting.slot in diary.people[person].away:
                sentence = f"{meeting.request}: {person} is away in {meeting.slot}"
                yield Broken("away", sentence, (meeting.request, person, meeting.slot))


def _loads(diary: _Diary) -> Iterator[Broken]:
    """Rule 2: nobody in more meetings than ``max_meetings``."""
    for person, load in diary.load.items():
        most = diary.people[person].max_meetings
        if most is not None and load > most:
            yield Broken("over_maximum", f"{person} has {load} meetings, at most {most} are allowed", (person,))


def _rows(diary: _Diary) -> Iterator[Broken]:
    """Beyond the format: nobody meets more than ``max_in_a_row`` times in neighbouring slots of a day."""
    for person, agenda in _agendas(diary):
        most = diary.people[person].max_in_a_row
        row, last = 0, -2
        for place, _ in agenda:
            row = row + 1 if place == last + 1 else 1
            last = place
            if most is not None and row == most + 1:
                yield Broken("too_many_in_a_row", f"{person} has more than {most} meetings in a row", (person,))


def _tables(diary: _Diary) -> Iterator[Broken]:
    """Rule 3: one meeting per table and slot, only while the table is open."""
    taken: dict[tuple[str, str], str] = {}
    for meeting in diary.meetings:
        other = taken.get((meeting.table, meeting.slot))
        taken[meeting.table, meeting.slot] = meeting.request
        if other is not None:
            sentence = f"{meeting.table} seats {other} and {meeting.request} in {meeting.slot}"
            yield Broken("table_twice", sentence, (meeting.table, meeting.slot, other, meeting.request))
        opened = diary.tables[meeting.table].slots
        if opened is not None and meeting.slot not in opened:
            sentence = f"{meeting.request}: {meeting.table} is closed in {meeting.slot}"
            yield Broken("table_closed", sentence, (meeting.request, meeting.table, meeting.slot))


def _own_tables(diary: _Diary) -> Iterator[Broken]:
    """Rule 4: owners meet at an own table of one of them, nobody else sits there."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for person in diary.people.values():
        if person.table:
            owners[person.table].add(person.id)
    for meeting in diary.meetings:
        own = {table for person in meeting.participants if (table := diary.people[person].table)}
        if own and meeting.table not in own:
            sentence = f"{meeting.request} is at {meeting.table}, not at {' or '.join(sorted(own))}"
            yield Broken("not_own_table", sentence, (meeting.request, meeting.table, *sorted(own)))
        if owners[meeting.table] and not owners[meeting.table] & set(meeting.participants):
            sentence = f"{meeting.request} is at {meeting.table}, which belongs to somebody else"
            yield Broken("foreign_table", sentence, (meeting.request, meeting.table))


def _places(diary: _Diary) -> Iterator[Broken]:
    """Rule 5: allowed slots and pins hold."""
    for meeting in diary.meetings:
        request = diary.requests[meeting.request]
        if request.slots is not None and meeting.slot not in request.slots:
            sentence = f"{meeting.request}: {meeting.slot} is not one of its slots"
            yield Broken("slot_not_allowed", sentence, (meeting.request, meeting.slot))
        pin = request.pinned
        if pin and (meeting.slot != pin.slot or (pin.table and meeting.table != pin.table)):
            where = f"{pin.slot}, {pin.table}" if pin.table else pin.slot
            yield Broken("not_at_pin", f"{meeting.request} is pinned to {where}", (meeting.request, pin.slot))


def _musts_and_order(diary: _Diary) -> Iterator[Broken]:
    """Rule 5: must-meetings are placed, later meetings lie after earlier ones."""
    for request in diary.requests.values():
        if request.must and request.id not in diary.placed:
            yield Broken("must_missing", f"{request.id} must be placed and is not", (request.id,))
        for earlier in request.after if request.id in diary.placed else ():
            if earlier not in diary.placed:
                continue
            first, second = (diary.rank[diary.placed[r].slot] for r in (earlier, request.id))
            if first >= second:
                yield Broken("order", f"{request.id} is not after {earlier}", (request.id, earlier))


def _bookkeeping(diary: _Diary) -> Iterator[Broken]:
    """Every request is either placed or unplaced with a reason; the value keeps below the claimed bound."""
    unplaced = {entry.request: entry.reason for entry in diary.schedule.unplaced}
    for request in diary.requests:
        if request in diary.placed and request in unplaced:
            yield Broken("placed_and_unplaced", f"{request} is both placed and unplaced", (request,))
        if request not in diary.placed and request not in unplaced:
            yield Broken("unaccounted", f"{request} is neither placed nor unplaced", (request,))
    for request, reason in unplaced.items():
        if not reason:
            yield Broken("no_reason", f"{request} is unplaced without a reason", (request,))
    value, bound = _value(diary), diary.schedule.bound
    if bound is not None and value > bound:
        yield Broken("above_bound", f"value {value} exceeds its own bound {bound}", ())


def _value(diary: _Diary) -> int:
    return sum(diary.requests[request].value for request in diary.placed)


def _measures(diary: _Diary) -> Measures:
    breaks = idle = tables = zones = 0
    for person, agenda in _agendas(diary):
        away = diary.people[person].away
        for (first, left), (second, right) in pairwise(agenda):
            between = diary.problem.slots[first + 1 : second]
            run = sum(slot.id not in away for slot in between)
            breaks += run > 0
            idle += run
            tables += left != right
            zones += diary.tables[left].zone != diary.tables[right].zone
    asked = Counter(person for r in diary.requests.values() for side in r.sides for person in side)
    below = sum(max(0, min(p.min_meetings, asked[p.id]) - diary.load[p.id]) for p in diary.people.values())
    return Measures(
        requests=len(diary.requests),
        placed=len(diary.placed),
        value=_value(diary),
        breaks=breaks,
        idle_slots=idle,
        table_moves=tables,
        zone_moves=zones,
        below_minimum=below,
        participants_with_meetings=len(diary.load),
        fewest=min(diary.load.values(), default=0),
        most=max(diary.load.values(), default=0),
        unwelcome=sum(_unwelcome(diary, m.slot, p) for m in diary.meetings for p in m.participants),
    )


def _agendas(diary: _Diary) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Per participant and day, the (slot position, table) of each meeting in time order."""
    days: defaultdict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for meeting in diary.meetings:
        for person in meeting.participants:
            days[person, diary.slots[meeting.slot].day][diary.rank[meeting.slot]] = meeting.table
    for (person, _), agenda in days.items():
        yield person, sorted(agenda.items())


def _unwelcome(diary: _Diary, slot: str, name: str) -> bool:
    person = diary.people[name]
    return slot in person.disliked or bool(person.preferred and slot not in person.preferred)
