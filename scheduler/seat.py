"""Tables: who meets where, with few changes of table and zone, own and pinned tables kept.

Slots are seated one after the other, earlier meetings first. Within a slot every meeting of a pool may take any open
table of it, so each slot is an assignment problem; its price is the number of participants who would come from, or go
to, another table, and a fraction of it for another zone. Sweeps over the slots repeat until nothing improves. A meeting
of several slots keeps its table, which is therefore not free later.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from scheduler.instance import NO_POOL, Instance
from scheduler.masks import starts
from scheduler.plan import CLOSED, Plan

if TYPE_CHECKING:
    from scheduler.goals.moves import Moves

TABLE, ZONE = 10, 3  # price of a change of table, and of zone on top


class Seats:
    """The table of each placed request (``table``, -1 for the others), and who holds which table when."""

    def __init__(self, plan: Plan, table: list[int]) -> None:
        self.plan = plan
        self.table = table
        self.holder: list[dict[int, int]] = [{} for _ in range(plan.inst.n_slots)]
        for r, t in enumerate(plan.at):
            for s in range(t, t + plan.inst.length[r]) if t >= 0 else ():
                self.holder[s][table[r]] = r

    def in_the_way(self, r: int, t: int) -> int:
        """The meeting at request r's table in slot t: -1 for none, ``CLOSED`` when the table is closed then."""
        table = self.table[r]
        if not self.plan.inst.opened[table] >> t & 1:
            return CLOSED
        return self.holder[t].get(table, -1)

    def moved(self, moves: list[tuple[int, int, int]]) -> None:
        """Meetings of one slot have changed their slot and taken their tables along."""
        for r, before, _ in moves:
            if self.holder[before].get(self.table[r]) == r:
                del self.holder[before][self.table[r]]
        for r, _, after in moves:
            self.holder[after][self.table[r]] = r

    def proposal(self, cost: Moves, chance: random.Random) -> dict[int, int] | None:
        """New tables by request that bring one meeting of somebody who moves to the table of another of theirs."""
        person = cost.costly[int(chance.random() * len(cost.costly))]
        mine = list(dict.fromkeys(r for r in self.plan.grid[person] if r >= 0))
        if len(mine) < 2:
            return None
        i = int(chance.random() * (len(mine) - 1))
        r, other = (mine[i], mine[i + 1]) if chance.random() < 0.5 else (mine[i + 1], mine[i])
        return self.exchange(r, self.table[other])

    def exchange(self, r: int, table: int) -> dict[int, int] | None:
        """New tables by request with r at this table, who is there at the one of r; None where that cannot be."""
        now, t = self.table[r], self.plan.at[r]
        if table == now or not self._may_sit(r, table):
            return None
        held = self.holder[t].get(table, -1)
        if held < 0:
            return {r: table}
        return {r: table, held: now} if self._may_sit(held, now) else None

    def _may_sit(self, r: int, table: int) -> bool:
        """Whether the request's way of being held allows the table, one of several only where it lasts one slot."""
        inst, how = self.plan.inst, self.plan.how[r]
        if how is None or inst.length[r] > 1 or not inst.opened[table] >> self.plan.at[r] & 1:
            return False
        return table in how.tables if how.tables else inst.pool_of.get(table, -1) == how.pool

    def reseated(self, changes: dict[int, int], before: dict[int, int]) -> None:
        """Note who holds what after an exchange within one slot."""
        for r, table in before.items():
            self.holder[self.plan.at[r]].pop(table, None)
        for r, table in changes.items():
            self.holder[self.plan.at[r]][table] = r


def seat(
    inst: Instance,
    plan: Plan,
    stop: Callable[[], bool],
    sweeps: int = 4,
    keep: Mapping[int, int] | None = None,
) -> Seats:
    """Tables for all placed requests; always legal. ``keep`` names tables of meetings that stay where they are, as far
    as the table is still open and theirs."""
    return Seats(plan, _Seating(inst, plan, keep or {}).run(stop, 0 if keep else sweeps))


class _Seating:
    def __init__(self, inst: Instance, plan: Plan, keep: Mapping[int, int]) -> None:
        self.keep = keep
        self.inst = inst
        self.plan = plan
        self.table = [-1] * len(plan.at)
        self.zone = [t.zone for t in inst.problem.tables]
        self.meetings: list[list[int]] = [[] for _ in range(inst.n_slots)]  # by first slot
        self.running: list[list[int]] = [[] for _ in range(inst.n_slots)]  # by slot, started before
        for r, t in enumerate(plan.at):
            if t >= 0:
                self.meetings[t].append(r)
                for s in range(t + 1, t + inst.length[r]):
                    self.running[s].append(r)
        self.neighbours = self._neighbours()

    def _neighbours(self) -> dict[int, list[int]]:
        """Per request the meetings directly before and after it in its participants' days."""
        found: dict[int, list[int]] = {r: [] for r, t in enumerate(self.plan.at) if t >= 0}
        for person in range(self.inst.n_people):
            row = self.plan.grid[person]
            previous, day = -1, -1
            for t, r in enumerate(row):
                if r < 0:
                    continue
                if previous >= 0 and previous != r and day == self.inst.day_of[t]:
                    found[previous].append(r)
                    found[r].append(previous)
                previous, day = r, self.inst.day_of[t]
        return found

    def run(self, stop: Callable[[], bool], sweeps: int) -> list[int]:
        for t in range(self.inst.n_slots):
            self._first(t)
        seats = Seats(self.plan, self.table) if sweeps else None
        for _ in range(sweeps):
            if seats is None or stop() or not sum(self._improve(seats, t) for t in range(self.inst.n_slots)):
                break
        return self.table

    def _price(self, r: int, table: int) -> int:
        total = 0
        zone = self.zone[table]
        for other in self.neighbours[r]:
            there = self.table[other]
            if there >= 0 and there != table:
                total += TABLE + (ZONE if self.zone[there] != zone else 0)
        return total

    def _first(self, t: int) -> None:
        """Seat what starts in slot t: own and pinned tables, then those kept, then familiar ones, then any."""
        free = self._free(t)
        loose = []
        for r in self.meetings[t]:
            how = self.plan.how[r]
            assert how is not None
            if how.tables:
                opened = [
                    table for table in how.tables if starts(self.inst.opened[table], self.inst.length[r]) >> t & 1
                ]
                choice = [table for table in opened if table == self.keep.get(r)] or opened
                self._take(r, min(choice, key=partial(self._price, r)), free)
            else:
                loose.append(r)
        for r in loose:
            if self.keep.get(r, -1) in free[self._pool(r)]:
                self._take(r, self.keep[r], free)
        loose = [r for r in loose if self.table[r] < 0]
        waiting = []
        for r in sorted(loose, key=lambda r: -len(self.neighbours[r])):
            tables = free[self._pool(r)]
            familiar = [self.table[other] for other in self.neighbours[r] if self.table[other] in tables]
            if familiar:
                self._take(r, min(familiar, key=partial(self._price, r)), free)
            else:
                waiting.append(r)
        self._anywhere(waiting, free)

    def _free(self, t: int) -> list[dict[int, None]]:
        """By pool the tables open in slot t at which no longer meeting still sits."""
        held = {self.table[r] for r in self.running[t]}
        return [
            {table: None for table in pool.tables if self.inst.opened[table] >> t & 1 and table not in held}
            for pool in self.inst.pools
        ]

    def _take(self, r: int, table: int, free: list[dict[int, None]]) -> None:
        self.table[r] = table
        pool = self.inst.pool_of.get(table)
        if pool is not None:
            free[pool].pop(table, None)

    def _pool(self, r: int) -> int:
        how = self.plan.how[r]
        return NO_POOL if how is None else how.pool

    def _anywhere(self, waiting: list[int], free: list[dict[int, None]]) -> None:
        """Seat meetings without a familiar table, in the zone of a neighbour if it has room."""
        zones: list[dict[str | None, list[int]]] = [{} for _ in free]
        for pool, tables in enumerate(free):
            for table in reversed(tables):
                zones[pool].setdefault(self.zone[table], []).append(table)
        for r in waiting:
            by_zone = zones[self._pool(r)]
            near = [self.zone[self.table[other]] for other in self.neighbours[r] if self.table[other] >= 0]
            zone = next((z for z in near if by_zone.get(z)), None)
            rows = by_zone[zone] if by_zone.get(zone) else next(rows for rows in by_zone.values() if rows)
            self.table[r] = rows.pop()

    def _improve(self, seats: Seats, t: int) -> int:
        """Exchange tables in slot t for those that neighbours use; the price saved."""
        saved = 0
        for r in self.meetings[t]:
            how = self.plan.how[r]
            assert how is not None
            wanted = dict.fromkeys((*(self.table[other] for other in self.neighbours[r]), *how.tables))
            for table in wanted if len(how.tables) != 1 else ():
                changes = seats.exchange(r, table)
                if changes is not None:
                    saved += self._try(seats, changes)
        return saved

    def _try(self, seats: Seats, changes: dict[int, int]) -> int:
        before = {r: self.table[r] for r in changes}
        gain = sum(self._price(r, before[r]) - self._price(r, table) for r, table in changes.items())
        if gain <= 0:
            return 0
        for r, table in changes.items():
            self.table[r] = table
        seats.reseated(changes, before)
        return gain
