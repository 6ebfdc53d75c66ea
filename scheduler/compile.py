"""From a well-formed problem to its index form; linear in its size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, product

from scheduler.instance import MOST_TEAMS, NO_POOL, Instance, Option, Pool
from scheduler.masks import starts
from scheduler.problem import Problem, Request
from scheduler.rules.languages import interpreters_for
from scheduler.rules.length import starts_of_days
from scheduler.rules.walking import nearness
from scheduler.rules.ways import suits


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
        self.helpers = problem.interpreters or ()
        self.free = [self.everything & ~self._mask(p.away) for p in problem.participants]
        self.free += [self.everything & ~self._mask(helper.away) for helper in self.helpers]
        self.own = [-1 if p.table is None else problem.table_index[p.table] for p in problem.participants]
        self.opened = [self.everything if t.slots is None else self._mask(t.slots) for t in problem.tables]
        self.owners = Counter(table for table in self.own if table >= 0)
        self.first_table_unit = len(self.free)
        self.table_unit: dict[int, int] = {}
        self.truncated: set[int] = set()
        day_names = list(dict.fromkeys(slot.day for slot in problem.slots))
        self.day_of = tuple(day_names.index(slot.day) for slot in problem.slots)
        self.days = tuple(sum(self.slot_mask[s.id] for s in problem.slots if s.day == d) for d in day_names)
        self.starts: dict[int, int] = {1: self.everything}
        self.walking = bool(problem.walks) and problem.walking_price is None
        self.zone_names = tuple(dict.fromkeys(t.zone or "" for t in problem.tables)) if self.walking else ()
        self.zone = [self.zone_names.index(t.zone or "") if self.walking else -1 for t in problem.tables]
        serving, attending = {t.serves for t in problem.tables}, {p.attends for p in problem.participants}
        self.everywhere = all(serves & attends for serves in serving for attends in attending)
        self.pools, self.kind_room = self._pools()
        self.pool_of = {table: p for p, pool in enumerate(self.pools) for table in pool.tables}
        self.pool_open = [sum(1 << s for s, room in enumerate(pool.room) if room) for pool in self.pools]

    def _mask(self, slots: frozenset[str]) -> int:
        return sum(self.slot_mask[name] for name in slots)

    def _pools(self) -> tuple[list[Pool], list[int]]:
        """Group the tables without owner; see ``instance``. Pinned tables stand alone where meetings are long."""
        problem = self.problem
        long = any(request.length > 1 for request in problem.requests)
        pinned = {request.pinned.table for request in problem.requests if request.pinned} if long else set()
        groups: dict[tuple[frozenset[str], int, int, int], list[int]] = {}
        for t, table in enumerate(problem.tables):
            if t not in self.owners:
                alone = t if long and table.id in pinned else -1
                key = (table.serves, self.zone[t], self.opened[t] if long else -1, alone)
                groups.setdefault(key, []).append(t)
        kinds = {serves: k for k, serves in enumerate(dict.fromkeys(key[0] for key in groups))}
        kind_room = [0] * len(kinds)
        pools = []
        for key, tables in groups.items():
            room = tuple(sum(self.opened[t] >> s & 1 for t in tables) for s in range(len(problem.slots)))
            kind_room[kinds[key[0]]] += sum(room)
            pools.append(Pool(tuple(tables), room, kinds[key[0]]))
        return pools, kind_room

    def run(self) -> Instance:
        problem = self.problem
        options = tuple(tuple(self._options(request)) for request in problem.requests)
        tables = [table for table, _ in sorted(self.table_unit.items(), key=lambda item: item[1])]
        free = [*self.free, *(self.opened[table] for table in tables)]
        requests_of: list[list[int]] = [[] for _ in free]
        for r, choices in enumerate(options):
            for unit in {unit for option in choices for unit in option.units}:
                requests_of[unit].append(r)
        before = tuple(tuple({problem.request_index[b] for b in q.after}) for q in problem.requests)
        later: list[list[int]] = [[] for _ in before]
        for r, earlier in enumerate(before):
            for b in earlier:
                later[b].append(r)
        asked = Counter(p for q in problem.requests for side in q.sides for p in side)
        limits = [p.max_meetings for p in problem.participants]
        limits += [helper.max_meetings for helper in self.helpers]
        limits += [None] * len(tables)
        return Instance(
            problem=problem,
            n_slots=len(problem.slots),
            n_people=len(problem.participants),
            n_units=len(free),
            days=self.days,
            day_of=self.day_of,
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
            pools=tuple(self.pools),
            kind_room=tuple(self.kind_room),
            opened=tuple(self.opened),
            options=options,
            length=tuple(q.length for q in problem.requests),
            value=tuple(q.value for q in problem.requests),
            must=tuple(q.must for q in problem.requests),
            fixed=tuple(q.pinned is not None for q in problem.requests),
            before=before,
            later=tuple(map(tuple, later)),
            requests_of=tuple(map(tuple, requests_of)),
            truncated=frozenset(self.truncated),
            zone_names=self.zone_names,
            near=nearness(problem, self.zone_names),
            table_unit=self.table_unit,
        )

    def _options(self, request: Request) -> list[Option]:
        allowed = self.everything if request.slots is None else self._mask(request.slots)
        pin = request.pinned
        if pin is not None:
            allowed &= self.slot_mask[pin.slot]
        if request.length > 1:
            if request.length not in self.starts:
                self.starts[request.length] = starts_of_days(self.days, request.length)
            allowed &= self.starts[request.length]
        table = None if pin is None or pin.table is None else self.problem.table_index[pin.table]
        found: list[Option] = []
        for who in self._teams(request):
            free = self.everything
            for p in who:
                free &= self.free[p]
            mask = allowed & free if request.length == 1 else allowed & starts(free, request.length)
            if mask and len(set(who)) == len(who):
                found += self._seated(who, mask, table, request.length)
        if self.problem.interpreters is not None:
            found = [with_helper for option in found for with_helper in self._interpreted(option, request.length)]
        return _with_families(found, self.pools) if len(found) > 1 else found

    def _teams(self, request: Request) -> list[tuple[int, ...]]:
        """One participant from each side, in every way up to ``MOST_TEAMS``."""
        if all(len(side) == 1 for side in request.sides):
            return [tuple(self.people[side[0]] for side in request.sides)]
        teams = list(islice(product(*([self.people[p] for p in side] for side in request.sides)), MOST_TEAMS + 1))
        if len(teams) > MOST_TEAMS:
            self.truncated.add(self.problem.request_index[request.id])
        return teams[:MOST_TEAMS]

    def _interpreted(self, option: Option, length: int) -> Iterator[Option]:
        """The option with each interpreter who can help, or as it is where none is needed."""
        able = interpreters_for([self.problem.participants[p] for p in option.who], self.helpers)
        if able is None:
            yield option
        for i in able or ():
            unit = len(self.problem.participants) + i
            mask = option.mask & starts(self.free[unit], length)
            if mask:
                yield option._replace(units=(*option.units, unit), mask=mask, interpreter=unit)

    def _suits(self, table: int, who: tuple[int, ...]) -> bool:
        if self.everywhere:
            return True
        people = self.problem.participants
        return suits(self.problem.tables[table].serves, [people[p] for p in who])

    def _seated(self, who: tuple[int, ...], mask: int, pinned: int | None, length: int) -> Iterator[Option]:
        """The options of one team: at single-owner tables (together), at each contested table, or in the
        pools."""
        own = sorted({self.own[p] for p in who if self.own[p] >= 0})
        if not own:
            yield from self._pooled(who, mask, length) if pinned is None else self._at_pin(who, mask, pinned, length)
            return
        own = [t for t in own if pinned in (None, t) and self._suits(t, who)]
        private: dict[int, list[int]] = {}
        for table in own:
            if self.owners[table] == 1:
                private.setdefault(self.zone[table], []).append(table)
        for zone, tables in private.items():
            reachable = 0
            for table in tables:
                reachable |= starts(self.opened[table], length)
            if mask & reachable:
                yield Option(who, who, mask & reachable, NO_POOL, tuple(tables), zone)
        for table in own:
            reachable = mask & starts(self.opened[table], length)
            if self.owners[table] > 1 and reachable:
                yield Option(who, (*who, self._unit(table)), reachable, NO_POOL, (table,), self.zone[table])

    def _pooled(self, who: tuple[int, ...], mask: int, length: int) -> Iterator[Option]:
        for p, pool in enumerate(self.pools):
            reachable = mask & starts(self.pool_open[p], length) if self._suits(pool.tables[0], who) else 0
            if reachable:
                yield Option(who, who, reachable, p, (), self.zone[pool.tables[0]])

    def _at_pin(self, who: tuple[int, ...], mask: int, pinned: int, length: int) -> Iterator[Option]:
        mask &= starts(self.opened[pinned], length)
        if pinned not in self.owners and mask and self._suits(pinned, who):
            units = (*who, self._unit(pinned))
            yield Option(who, units, mask, self.pool_of[pinned], (pinned,), self.zone[pinned])

    def _unit(self, table: int) -> int:
        return self.table_unit.setdefault(table, self.first_table_unit + len(self.table_unit))


def _with_families(found: list[Option], pools: list[Pool]) -> list[Option]:
    """Options that take the same units and a table of the same kind get the position of the first of them."""
    if len(pools) < 2:
        return [option._replace(family=i) if i else option for i, option in enumerate(found)]
    first: dict[tuple[object, ...], int] = {}
    families = []
    for i, option in enumerate(found):
        kind = -1 if option.pool == NO_POOL else pools[option.pool].kind
        families.append(first.setdefault((option.who, option.units, kind), i))
    return [option._replace(family=i) for option, i in zip(found, families, strict=True)]
