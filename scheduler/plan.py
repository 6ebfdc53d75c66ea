"""The plan under construction: who is where when, with the moves that keep it legal.

A plan is legal at any time except for must-meetings not placed yet. Tables are counted here and named in
``seat``.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.instance import Instance, Option


def bits(mask: int) -> Iterator[int]:
    """The positions of the ones, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def short_rows(busy: int, days: tuple[int, ...], most: int) -> bool:
    """Whether no day has more than ``most`` busy slots in a row."""
    for day in days:
        row = busy & day
        for _ in range(most):
            row &= row >> 1
        if row:
            return False
    return True


class Plan:
    """Placed meetings. ``at[r]`` is the slot of request r or -1, ``how[r]`` its option."""

    def __init__(self, inst: Instance) -> None:
        self.inst = inst
        self.at = [-1] * len(inst.options)
        self.how: list[Option | None] = [None] * len(inst.options)
        self.grid = [[-1] * inst.n_slots for _ in range(inst.n_units)]
        self.busy = [0] * inst.n_units
        self.load = [0] * inst.n_units
        self.pool_used = [0] * inst.n_slots
        self.pool_open = sum(1 << t for t, most in enumerate(inst.pool) if most > 0)
        self.in_pool: list[dict[int, None]] = [{} for _ in range(inst.n_slots)]  # pool meetings, oldest first
        self.value = 0
        self.journal: list[tuple[list[int], int, int]] = []  # swaps since the caller last cleared it

    def placed(self) -> int:
        """Number of placed meetings."""
        return sum(slot >= 0 for slot in self.at)

    def copy(self) -> Plan:
        """An independent copy."""
        twin = Plan.__new__(Plan)
        twin.inst, twin.at, twin.how = self.inst, self.at[:], self.how[:]
        twin.grid = [row[:] for row in self.grid]
        twin.busy, twin.load = self.busy[:], self.load[:]
        twin.pool_used, twin.pool_open, twin.value = self.pool_used[:], self.pool_open, self.value
        twin.journal = []
        twin.in_pool = [dict(row) for row in self.in_pool]
        return twin

    def fits(self, r: int, option: Option, t: int) -> bool:
        """Whether request r could be placed in slot t right now."""
        return self.within_limits(option) and bool(self.possible(r, option) >> t & 1)

    def place(self, r: int, option: Option, t: int) -> None:
        """Put request r, not placed so far, into slot t; the caller has made sure that it fits."""
        self.at[r], self.how[r] = t, option
        bit = 1 << t
        for unit in option.units:
            self.grid[unit][t] = r
            self.busy[unit] |= bit
            self.load[unit] += 1
        if option.pool:
            self.in_pool[t][r] = None
            self._count(t, 1)
        self.value += self.inst.value[r]

    def remove(self, r: int) -> None:
        """Take a placed request out."""
        t, option = self.at[r], self.how[r]
        assert option is not None
        self.at[r], self.how[r] = -1, None
        bit = 1 << t
        for unit in option.units:
            self.grid[unit][t] = -1
            self.busy[unit] &= ~bit
            self.load[unit] -= 1
        if option.pool:
            del self.in_pool[t][r]
            self._count(t, -1)
        self.value -= self.inst.value[r]

    def _count(self, t: int, change: int) -> None:
        self.pool_used[t] += change
        if self.pool_used[t] < self.inst.pool[t]:
            self.pool_open |= 1 << t
        else:
            self.pool_open &= ~(1 << t)

    def within_limits(self, option: Option) -> bool:
        """Whether everybody in it may have one more meeting."""
        load, limit = self.load, self.inst.limit
        return all(load[unit] < limit[unit] for unit in option.units)

    def possible(self, r: int, option: Option) -> int:
        """Mask of the slots in which request r could be placed right now, loads aside."""
        mask = option.mask
        for unit in option.units:
            mask &= ~self.busy[unit]
        if option.pool:
            mask &= self.pool_open
        if mask and self.inst.rows_capped:
            mask = self._without_long_rows(option, mask)
        return mask & self.in_order(r) if mask else 0

    def _without_long_rows(self, option: Option, mask: int) -> int:
        """The slots of the mask in which nobody would get more meetings in a row than allowed."""
        inst = self.inst
        for person in option.who:
            most = inst.most_in_row[person]
            if most:
                for t in bits(mask):
                    if not short_rows(self.busy[person] | 1 << t, inst.days, most):
                        mask &= ~(1 << t)
        return mask

    def _rows_allow(self, found: list[int], a: int, b: int) -> bool:
        """Whether swapping keeps every capped participant's rows short."""
        times: dict[int, int] = {}
        for r in found:
            option = self.how[r]
            for person in option.who if option is not None else ():
                times[person] = times.get(person, 0) + 1
        both = 1 << a | 1 << b
        most = self.inst.most_in_row
        return all(
            n > 1 or not most[p] or short_rows(self.busy[p] ^ both, self.inst.days, most[p]) for p, n in times.items()
        )

    def in_order(self, r: int) -> int:
        """Mask of the slots after everything that must lie before r and before all that must lie after it."""
        inst = self.inst
        first, last = 0, inst.n_slots
        for b in inst.before[r]:
            first = max(first, self.at[b] + 1)
        for a in inst.later[r]:
            if self.at[a] >= 0:
                last = min(last, self.at[a])
        return ((1 << last) - 1) & ~((1 << first) - 1) if last > first else 0

    def ordered(self, r: int) -> bool:
        """Whether r takes part in any order at all."""
        return bool(self.inst.before[r] or self.inst.later[r])

    def component(self, start: int, a: int, b: int, most: int) -> list[int] | None:
        """The meetings that change places when ``start`` swaps between slots a and b: the connected part of
        the two slots' meetings around it. None when one of them cannot, or there are more than ``most``."""
        inst, grid, at, how = self.inst, self.grid, self.at, self.how
        found = [start]
        seen = {start}
        for r in found:
            option = how[r]
            assert option is not None
            target = b if at[r] == a else a
            if inst.fixed[r] or not option.mask >> target & 1 or (self.ordered(r) and not self._may_go(r, target)):
                return None
            for unit in option.units:
                other = grid[unit][target]
                if other >= 0 and other not in seen:
                    seen.add(other)
                    found.append(other)
            if len(found) > most:
                return None
        if self.inst.rows_capped and not self._rows_allow(found, a, b):
            return None
        return found if self._pool_allows(found, a, b) else None

    def _may_go(self, r: int, target: int) -> bool:
        return bool(self.in_order(r) >> target & 1)

    def shift(self, found: list[int], a: int) -> int:
        """How many pool tables more slot a gives to the other slot than it gets, if the component is swapped."""
        total = 0
        for r in found:
            option = self.how[r]
            if option is not None and option.pool:
                total += 1 if self.at[r] == a else -1
        return total

    def _pool_allows(self, found: list[int], a: int, b: int) -> bool:
        shift = self.shift(found, a)
        if shift > 0:
            return self.pool_used[b] + shift <= self.inst.pool[b]
        return shift == 0 or self.pool_used[a] - shift <= self.inst.pool[a]

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
