"""Tables: who meets where, with few changes of table and zone, own and pinned tables kept.

Slots are seated one after the other. Within a slot every meeting of the pool may take any open pool table,
so each slot is an assignment problem; its price is the number of participants who would come from, or go
to, another table, and a fraction of it for another zone. Sweeps over the slots repeat until nothing improves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from scheduler.instance import Instance
from scheduler.plan import Plan

TABLE, ZONE = 10, 3  # price of a change of table, and of zone on top


def seat(
    inst: Instance,
    plan: Plan,
    stop: Callable[[], bool],
    sweeps: int = 4,
    keep: Mapping[int, int] | None = None,
) -> list[int]:
    """The table of each placed request, -1 for the others; always legal. ``keep`` names tables of meetings that
    stay where they are, as far as the table is still open and theirs."""
    return _Seating(inst, plan, keep or {}).run(stop, 0 if keep else sweeps)


class _Seating:
    def __init__(self, inst: Instance, plan: Plan, keep: Mapping[int, int]) -> None:
        self.keep = keep
        self.inst = inst
        self.plan = plan
        self.table = [-1] * len(plan.at)
        self.zone = [t.zone for t in inst.problem.tables]
        self.meetings: list[list[int]] = [[] for _ in range(inst.n_slots)]
        for r, t in enumerate(plan.at):
            if t >= 0:
                self.meetings[t].append(r)
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
                if previous >= 0 and day == self.inst.day_of[t]:
                    found[previous].append(r)
                    found[r].append(previous)
                previous, day = r, self.inst.day_of[t]
        return found

    def run(self, stop: Callable[[], bool], sweeps: int) -> list[int]:
        for t in range(self.inst.n_slots):
            self._first(t)
        for _ in range(sweeps):
            if stop() or not sum(self._improve(t) for t in range(self.inst.n_slots)):
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
        """Seat slot t after the slots before it: own and pinned tables, then familiar ones, then any."""
        free = {table: None for table in self.inst.pool_tables if self.inst.opened[table] >> t & 1}
        loose = []
        for r in self.meetings[t]:
            how = self.plan.how[r]
            assert how is not None
            if how.tables:
                choice = [table for table in how.tables if self.inst.opened[table] >> t & 1]
                choice = [table for table in choice if table == self.keep.get(r)] or choice
                self.table[r] = min(choice, key=partial(self._price, r))
                free.pop(self.table[r], None)
            else:
                loose.append(r)
        for r in [r for r in loose if self.keep.get(r) in free]:
            self.table[r] = self.keep[r]
            del free[self.keep[r]]
        loose = [r for r in loose if self.table[r] < 0]
        waiting = []
        for r in sorted(loose, key=lambda r: -len(self.neighbours[r])):
            familiar = [self.table[other] for other in self.neighbours[r] if self.table[other] in free]
            if familiar:
                self.table[r] = min(familiar, key=partial(self._price, r))
                del free[self.table[r]]
            else:
                waiting.append(r)
        by_zone: dict[str | None, list[int]] = {}
        for table in reversed(free):
            by_zone.setdefault(self.zone[table], []).append(table)
        for r in waiting:
            near = [self.zone[self.table[other]] for other in self.neighbours[r] if self.table[other] >= 0]
            zone = next((z for z in near if by_zone.get(z)), None)
            rows = by_zone[zone] if by_zone.get(zone) else next(rows for rows in by_zone.values() if rows)
            self.table[r] = rows.pop()

    def _improve(self, t: int) -> int:
        """Swap or move pool meetings of slot t to tables their neighbours use; the price saved."""
        holder = {self.table[r]: r for r in self.meetings[t]}
        saved = 0
        for r in self.meetings[t]:
            how = self.plan.how[r]
            if how is None or (how.tables and len(how.tables) < 2):
                continue
            for other in self.neighbours[r]:
                saved += self._try(t, r, self.table[other], holder)
            for table in how.tables:
                saved += self._try(t, r, table, holder)
        return saved

    def _try(self, t: int, r: int, table: int, holder: dict[int, int]) -> int:
        now = self.table[r]
        if table in (now, -1) or not self._may_sit(r, table, t):
            return 0
        other = holder.get(table)
        before = self._price(r, now) + (self._price(other, table) if other is not None else 0)
        if other is not None and not self._may_sit(other, now, t):
            return 0
        after = self._price(r, table) + (self._price(other, now) if other is not None else 0)
        if after >= before:
            return 0
        self.table[r], holder[table] = table, r
        if other is not None:
            self.table[other], holder[now] = now, other
        else:
            del holder[now]
        return before - after

    def _may_sit(self, r: int, table: int, t: int) -> bool:
        how = self.plan.how[r]
        assert how is not None
        if not self.inst.opened[table] >> t & 1:
            return False
        return table in how.tables if how.tables else table in self._pool

    @property
    def _pool(self) -> frozenset[int]:
        return self.inst.pool_set
