"""The problem in numbers: what the algorithms work on.

Sets of slots are bit masks (bit t stands for slot t). Everything that can be in one meeting at a time is a
*unit*: the participants, then the *contested* tables: those with several owners, and those somebody pinned
a meeting to.
All tables without an owner form a *pool*: in slot t as many meetings without own table fit as pool tables
are open.
That is exact: meetings that need no particular table can be seated at any open one afterwards.

An *option* is one way to hold a meeting: who goes, and at which kind of table.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product

from scheduler.problem import Problem, Request

MOST_TEAMS = 4096


@dataclass(frozen=True, slots=True)
class Option:
    """``units`` are taken for the meeting's slot, ``mask`` the slots possible, ``pool`` whether it needs a
    table of the pool; ``tables`` the own (or pinned) tables it may sit at, empty for any of the pool."""

    who: tuple[int, ...]
    units: tuple[int, ...]
    mask: int
    pool: bool
    tables: tuple[int, ...]


@dataclass(frozen=True)
class Instance:
    """Index form of a problem. Lists are indexed by unit, slot or request as their names say."""

    problem: Problem
    n_slots: int
    n_people: int
    n_units: int
    days: tuple[int, ...]  # mask of each day's slots
    day_of: tuple[int, ...]  # by slot
    free: tuple[int, ...]  # by unit: slots in which it can meet
    limit: tuple[int, ...]  # by unit: most meetings
    wanted: tuple[int, ...]  # by person: minimum, capped by the requests they are in
    most_in_row: tuple[int, ...]  # by person: most meetings in neighbouring slots, 0 for no limit
    unwelcome: tuple[int, ...]  # by person: mask of the slots to be avoided
    pool: tuple[int, ...]  # by slot: open tables without owner
    opened: tuple[int, ...]  # by table: slots it is open
    pool_tables: tuple[int, ...]
    options: tuple[tuple[Option, ...], ...]  # by request; empty when the meeting cannot take place at all
    value: tuple[int, ...]
    must: tuple[bool, ...]
    fixed: tuple[bool, ...]  # by request: pinned, never moved by a chain
    before: tuple[tuple[int, ...], ...]  # by request: requests that lie earlier
    later: tuple[tuple[int, ...], ...]  # the other direction
    requests_of: tuple[tuple[int, ...], ...]  # by unit
    truncated: bool  # some request has more than MOST_TEAMS teams; the others were left out
    table_unit: dict[int, int] = field(default_factory=dict)  # contested table -> unit

    @cached_property
    def pool_widest(self) -> int:
        """Pool tables open in the slot with the most."""
        return max(self.pool, default=0)

    @cached_property
    def rows_capped(self) -> bool:
        """Whether anybody limits meetings in a row."""
        return any(self.most_in_row)

    @cached_property
    def scarce(self) -> bool:
        """Whether pool tables may run out: more pool requests than table-slots."""
        return sum(any(o.pool for o in options) for options in self.options) > 0.9 * sum(self.pool)

    @cached_property
    def pool_set(self) -> frozenset[int]:
        """The tables without owner."""
        return frozenset(self.pool_tables)


def compile_problem(problem: Problem) -> Instance:
    """Translate a well-formed problem; linear in its size."""
    return _Compiler(problem).run()


class _Compiler:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        rank = problem.slot_index
        self.everything = (1 << len(problem.slots)) - 1
        self.slot_mask = {name: 1 << i for name, i in rank.items()}
        self.people = problem.participant_index
        self.free = [self.everything & ~self._mask(p.away) for p in problem.participants]
        self.own = [-1 if p.table is None else problem.table_index[p.table] for p in problem.participants]
        self.opened = [self.everything if t.slots is None else self._mask(t.slots) for t in problem.tables]
        self.owners = Counter(table for table in self.own if table >= 0)
        self.some_table = 0  # slots with an open table that nobody owns
        for table, mask in enumerate(self.opened):
            self.some_table |= 0 if table in self.owners else mask
        self.table_unit: dict[int, int] = {}
        self.truncated = False

    def _mask(self, slots: frozenset[str]) -> int:
        return sum(self.slot_mask[name] for name in slots)

    def run(self) -> Instance:
        problem, n_people = self.problem, len(self.problem.participants)
        options = tuple(tuple(self._options(request)) for request in problem.requests)
        tables = [table for table, _ in sorted(self.table_unit.items(), key=lambda item: item[1])]
        free = [*self.free, *(self.opened[table] for table in tables)]
        pool_tables = tuple(t for t in range(len(problem.tables)) if t not in self.owners)
        requests_of: list[list[int]] = [[] for _ in free]
        for r, choices in enumerate(options):
            for unit in {unit for option in choices for unit in option.units}:
                requests_of[unit].append(r)
        asked = Counter(p for q in problem.requests for side in q.sides for p in side)
        before = tuple(tuple({problem.request_index[b] for b in q.after}) for q in problem.requests)
        later: list[list[int]] = [[] for _ in before]
        for r, earlier in enumerate(before):
            for b in earlier:
                later[b].append(r)
        day_names = list(dict.fromkeys(slot.day for slot in problem.slots))
        limits = [p.max_meetings for p in problem.participants] + [None] * len(tables)
        return Instance(
            problem=problem,
            n_slots=len(problem.slots),
            n_people=n_people,
            n_units=len(free),
            days=tuple(sum(self.slot_mask[s.id] for s in problem.slots if s.day == d) for d in day_names),
            day_of=tuple(day_names.index(slot.day) for slot in problem.slots),
            free=tuple(free),
            limit=tuple(
                min(mask.bit_count(), len(problem.slots) if most is None else most)
                for mask, most in zip(free, limits, strict=True)
            ),
            wanted=tuple(min(p.min_meetings, asked[p.id]) for p in problem.participants),
            most_in_row=tuple(p.max_in_a_row or 0 for p in problem.participants),
            unwelcome=tuple(
                self._mask(p.disliked) | (self.everything & ~self._mask(p.preferred) if p.preferred else 0)
                for p in problem.participants
            ),
            pool=tuple(sum(self.opened[t] >> s & 1 for t in pool_tables) for s in range(len(problem.slots))),
            opened=tuple(self.opened),
            pool_tables=pool_tables,
            options=options,
            value=tuple(q.value for q in problem.requests),
            must=tuple(q.must for q in problem.requests),
            fixed=tuple(q.pinned is not None for q in problem.requests),
            before=before,
            later=tuple(map(tuple, later)),
            requests_of=tuple(map(tuple, requests_of)),
            truncated=self.truncated,
            table_unit=self.table_unit,
        )

    def _options(self, request: Request) -> list[Option]:
        allowed = self.everything if request.slots is None else self._mask(request.slots)
        pin = request.pinned
        if pin is not None:
            allowed &= self.slot_mask[pin.slot]
        table = None if pin is None or pin.table is None else self.problem.table_index[pin.table]
        sides = [[self.people[p] for p in side] for side in request.sides]
        teams = list(islice(product(*sides), MOST_TEAMS + 1))
        self.truncated |= len(teams) > MOST_TEAMS
        found: list[Option] = []
        for who in teams[:MOST_TEAMS]:
            mask = allowed
            for p in who:
                mask &= self.free[p]
            if mask and len(set(who)) == len(who):
                found += self._seated(who, mask, table)
        return found

    def _seated(self, who: tuple[int, ...], mask: int, pinned: int | None) -> list[Option]:
        """The options of one team: at single-owner tables (together), at each contested table, or in the
        pool."""
        own = sorted({self.own[p] for p in who if self.own[p] >= 0})
        if not own:
            return self._in_pool(who, mask, pinned)
        if pinned is not None:
            own = [table for table in own if table == pinned]
        private = tuple(table for table in own if self.owners[table] == 1)
        found = []
        reachable = 0
        for table in private:
            reachable |= self.opened[table]
        if mask & reachable:
            found.append(Option(who, who, mask & reachable, False, private))
        for table in own:
            if self.owners[table] > 1 and mask & self.opened[table]:
                units = (*who, self._unit(table))
                found.append(Option(who, units, mask & self.opened[table], False, (table,)))
        return found

    def _in_pool(self, who: tuple[int, ...], mask: int, pinned: int | None) -> list[Option]:
        if pinned is None:
            mask &= self.some_table
            return [Option(who, who, mask, True, ())] if mask else []
        mask &= self.opened[pinned]
        if pinned in self.owners or not mask:
            return []
        return [Option(who, (*who, self._unit(pinned)), mask, True, (pinned,))]

    def _unit(self, table: int) -> int:
        return self.table_unit.setdefault(table, len(self.problem.participants) + len(self.table_unit))
