"""The plan under construction: who is where when, with the moves that keep it legal.

A plan is legal at any time except for must-meetings not placed yet. Tables are counted here and named in
``seat``.
"""

from __future__ import annotations

from typing import Protocol

from scheduler.instance import NO_POOL, Instance, Option
from scheduler.masks import bits, span, starts
from scheduler.rules import order, rows, tables, walking

__all__ = ["Plan", "bits"]

Snapshot = tuple[list[int], list[Option | None]]
CLOSED = -2


class Seats(Protocol):
    """Who sits where, as far as the plan wants to know."""

    def in_the_way(self, r: int, t: int) -> int:
        """The meeting at request r's table in slot t: -1 for none, ``CLOSED`` when the table is closed then."""


class Plan:
    """Placed meetings. ``at[r]`` is the first slot of request r or -1, ``how[r]`` its option."""

    def __init__(self, inst: Instance) -> None:
        self.inst = inst
        self.at = [-1] * len(inst.options)
        self.how: list[Option | None] = [None] * len(inst.options)
        self.grid = [[-1] * inst.n_slots for _ in range(inst.n_units)]
        self.busy = [0] * inst.n_units
        self.load = [0] * inst.n_units
        self.zones: list[dict[int, int]] = [{} for _ in range(inst.n_people)] if inst.near else []
        self.pool_used = [[0] * inst.n_slots for _ in inst.pools]
        self.pool_open = [sum(1 << t for t, most in enumerate(pool.room) if most > 0) for pool in inst.pools]
        self.in_pool: list[list[dict[int, None]]] = [  # meetings by pool and slot, oldest first
            [{} for _ in range(inst.n_slots)] for _ in inst.pools
        ]
        self.value = 0
        self.journal: list[tuple[list[int], int, int]] = []  # swaps since the caller last cleared it

    def placed(self) -> int:
        """Number of placed meetings."""
        return sum(slot >= 0 for slot in self.at)

    def snapshot(self) -> Snapshot:
        """What ``restore`` needs to come back to this plan."""
        return self.at[:], self.how[:]

    def restore(self, snapshot: Snapshot) -> None:
        """Become the plan of a snapshot again."""
        at, how = snapshot
        changed = [r for r, t in enumerate(at) if t != self.at[r] or how[r] is not self.how[r]]
        for r in changed:
            if self.at[r] >= 0:
                self.remove(r)
        for r in changed:
            option = how[r]
            if option is not None:
                self.place(r, option, at[r])

    def fits(self, r: int, option: Option, t: int) -> bool:
        """Whether request r could be placed in slot t right now."""
        return self.within_limits(option) and bool(self.possible(r, option) >> t & 1)

    def place(self, r: int, option: Option, t: int) -> None:
        """Put request r, not placed so far, into slot t; the caller has made sure that it fits."""
        self.at[r], self.how[r] = t, option
        length = self.inst.length[r]
        mask = 1 << t if length == 1 else span(t, length)
        for unit in option.units:
            row = self.grid[unit]
            row[t] = r
            for s in range(t + 1, t + length):
                row[s] = r
            self.busy[unit] |= mask
            self.load[unit] += 1
        if option.pool != NO_POOL:
            for s in range(t, t + length):
                self.in_pool[option.pool][s][r] = None
                self._count(option.pool, s, 1)
        if self.zones:
            for person in option.who:
                self.zones[person][option.zone] = self.zones[person].get(option.zone, 0) | mask
        self.value += self.inst.value[r]

    def remove(self, r: int) -> None:
        """Take a placed request out."""
        t, option = self.at[r], self.how[r]
        assert option is not None
        self.at[r], self.how[r] = -1, None
        length = self.inst.length[r]
        mask = 1 << t if length == 1 else span(t, length)
        for unit in option.units:
            row = self.grid[unit]
            row[t] = -1
            for s in range(t + 1, t + length):
                row[s] = -1
            self.busy[unit] &= ~mask
            self.load[unit] -= 1
        if option.pool != NO_POOL:
            for s in range(t, t + length):
                del self.in_pool[option.pool][s][r]
                self._count(option.pool, s, -1)
        if self.zones:
            for person in option.who:
                self.zones[person][option.zone] &= ~mask
        self.value -= self.inst.value[r]

    def _count(self, pool: int, t: int, change: int) -> None:
        self.pool_used[pool][t] += change
        if self.pool_used[pool][t] < self.inst.pools[pool].room[t]:
            self.pool_open[pool] |= 1 << t
        else:
            self.pool_open[pool] &= ~(1 << t)

    def within_limits(self, option: Option) -> bool:
        """Whether everybody in it may have one more meeting."""
        load, limit = self.load, self.inst.limit
        return all(load[unit] < limit[unit] for unit in option.units)

    def possible(self, r: int, option: Option) -> int:
        """Mask of the first slots in which request r could be placed right now, loads aside."""
        inst = self.inst
        taken = 0
        for unit in option.units:
            taken |= self.busy[unit]
        if option.pool != NO_POOL:
            taken |= ~self.pool_open[option.pool]
        if self.zones:
            taken |= walking.blocked(self, option)
        length = inst.length[r]
        mask = option.mask & ~taken if length == 1 else option.mask & starts(~taken, length)
        if mask and inst.rows_capped:
            mask = rows.allowed(self, option, mask, length)
        return mask & self.in_order(r) if mask and self.ordered(r) else mask

    def in_order(self, r: int) -> int:
        """Mask of the slots that the order with placed requests leaves to r."""
        return order.in_order(self, r)

    def ordered(self, r: int) -> bool:
        """Whether r takes part in any order at all."""
        return bool(self.inst.before[r] or self.inst.later[r])

    def component(self, start: int, a: int, b: int, most: int, seats: Seats | None = None) -> list[int] | None:
        """The meetings that change places when ``start`` swaps between slots a and b: the connected part of
        the two slots' meetings around it, also those at the same tables when there are seats. None when one of them
        cannot, or there are more than ``most``."""
        inst, grid, at, how = self.inst, self.grid, self.at, self.how
        found = [start]
        seen = {start}
        for r in found:
            option = how[r]
            assert option is not None
            target = b if at[r] == a else a
            if inst.fixed[r] or inst.length[r] > 1 or not option.mask >> target & 1:
                return None
            if self.ordered(r) and not self.in_order(r) >> target & 1:
                return None
            for unit in option.units:
                other = grid[unit][target]
                if other >= 0 and other not in seen:
                    seen.add(other)
                    found.append(other)
            if seats is not None:
                other = seats.in_the_way(r, target)
                if other == CLOSED:
                    return None
                if other >= 0 and other not in seen:
                    seen.add(other)
                    found.append(other)
            if len(found) > most:
                return None
        return found if self._may_swap(found, a, b) else None

    def _may_swap(self, found: list[int], a: int, b: int) -> bool:
        if self.inst.rows_capped and not rows.allow(self, found, a, b):
            return False
        if self.zones and not walking.allow(self, found, a, b):
            return False
        return tables.allow(self, found, a, b)

    def swap(self, found: list[int], a: int, b: int) -> None:
        """Exchange the two slots for a component; doing it twice restores the plan."""
        self.journal.append((found, a, b))
        moved = []
        for r in found:
            option = self.how[r]
            assert option is not None
            moved.append((r, option, b if self.at[r] == a else a))
            self.remove(r)
        for r, option, target in moved:
            self.place(r, option, target)
