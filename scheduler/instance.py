"""The problem in numbers: what the algorithms work on (``compile`` makes it).

Sets of slots are bit masks (bit t stands for slot t). Everything that can be in one meeting at a time is a
*unit*: the participants, then the interpreters, then the *contested* tables: those with several owners, and those
somebody pinned a meeting to.
Tables without an owner form *pools* of tables that are alike: in slot t as many meetings of a pool fit as its tables
are open. That is exact, because such meetings can be seated at any open table of the pool afterwards. Usually there is
one pool; tables that serve other ways of attending make another, so do zones where walking is forbidden to be
hurried, and opening hours where meetings last several slots. Pools that differ in these two respects only are of one
*kind*: the bound, which knows no times, counts them together.

An *option* is one way to hold a meeting: who goes, and at which kind of table. Options that differ only in the pool
within one kind make a *family*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from scheduler.problem import Problem

MOST_TEAMS = 4096
NO_POOL = -1


class Option(NamedTuple):
    """``units`` are taken for the meeting's slots, ``mask`` the first slots possible, ``pool`` the pool it takes a
    table of (``NO_POOL``: none); ``tables`` the own (or pinned) tables it may sit at, empty for any of the pool.
    ``zone`` is the number of its zone where walking matters, else -1; ``interpreter`` a unit or -1."""

    who: tuple[int, ...]
    units: tuple[int, ...]
    mask: int
    pool: int
    tables: tuple[int, ...]
    zone: int = -1
    interpreter: int = -1
    family: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """Tables without owner that are alike; ``room`` is the number of open ones by slot, ``kind`` its kind."""

    tables: tuple[int, ...]
    room: tuple[int, ...]
    kind: int


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
    pools: tuple[Pool, ...]
    kind_room: tuple[int, ...]  # by kind: table-slots of its pools together
    opened: tuple[int, ...]  # by table: slots it is open
    options: tuple[tuple[Option, ...], ...]  # by request; empty when the meeting cannot take place at all
    length: tuple[int, ...]  # by request: slots it takes
    value: tuple[int, ...]
    must: tuple[bool, ...]
    fixed: tuple[bool, ...]  # by request: pinned, never moved by a chain
    before: tuple[tuple[int, ...], ...]  # by request: requests that lie earlier
    later: tuple[tuple[int, ...], ...]  # the other direction
    requests_of: tuple[tuple[int, ...], ...]  # by unit
    truncated: frozenset[int]  # requests with more than MOST_TEAMS teams; the others were left out
    zone_names: tuple[str, ...] = ()  # the zones of ``near`` by number
    near: tuple[tuple[tuple[int, ...], ...], ...] = ()  # by zone, zone, slot: see ``rules.walking``
    table_unit: dict[int, int] = field(default_factory=dict)  # contested table -> unit

    @cached_property
    def rows_capped(self) -> bool:
        """Whether anybody limits meetings in a row."""
        return any(self.most_in_row)

    @cached_property
    def some_long(self) -> bool:
        """Whether any meeting lasts several slots."""
        return any(length > 1 for length in self.length)

    @cached_property
    def scarce(self) -> bool:
        """Whether pool tables may run out: more pool requests than nine tenths of the table-slots."""
        asked = sum(
            length
            for options, length in zip(self.options, self.length, strict=True)
            if any(o.pool != NO_POOL for o in options)
        )
        return asked > 0.9 * sum(self.kind_room)

    @cached_property
    def open_tables(self) -> tuple[int, ...]:
        """By slot: open tables without owner, all pools together."""
        return tuple(sum(pool.room[t] for pool in self.pools) for t in range(self.n_slots))

    @cached_property
    def widest(self) -> tuple[int, ...]:
        """By pool: open tables in the slot with the most."""
        return tuple(max(pool.room, default=0) for pool in self.pools)

    @cached_property
    def pool_of(self) -> dict[int, int]:
        """Table without owner -> its pool."""
        return {table: p for p, pool in enumerate(self.pools) for table in pool.tables}

    def families(self, r: int) -> list[int]:
        """Position of the first option of each family of a request."""
        return [i for i, option in enumerate(self.options[r]) if option.family == i]

    def family(self, r: int, o: int) -> tuple[Option, ...]:
        """The options of the family that an option of a request belongs to."""
        options = self.options[r]
        if len(options) == 1 or (len(self.pools) == 1 and not self.near):
            return (options[o],)
        family = options[o].family
        return tuple(option for option in options if option.family == family)

    def unit_name(self, unit: int) -> str:
        """The id of the participant, interpreter or table behind a unit."""
        problem = self.problem
        if unit < self.n_people:
            return problem.participants[unit].id
        helpers = problem.interpreters or ()
        if unit < self.n_people + len(helpers):
            return helpers[unit - self.n_people].id
        return next(problem.tables[table].id for table, u in self.table_unit.items() if u == unit)
