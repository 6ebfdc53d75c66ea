"""Idle time: swap alternating components between two slots, as long as agendas become more compact.

A component swap keeps every meeting, so it changes no value and breaks no rule; it only exchanges two slots
for a connected set of meetings. Steps that make agendas longer are sometimes taken early on (simulated
annealing).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from scheduler.goals.compactness import gaps
from scheduler.instance import Instance
from scheduler.plan import Plan, bits

LONGEST = 60
PER_BREAK = 4  # price of a break in idle slots where breaks are what counts


class Compactor:
    """Keeps the cost of a plan up to date while components are swapped."""

    def __init__(self, plan: Plan, seed: int, count_absence: bool = False) -> None:
        """With ``count_absence`` the benchmark's price: a gap counts even in absence, breaks count more."""
        self.plan = plan
        self.inst = plan.inst
        self.random = random.Random(seed)  # noqa: S311 - a search, not a secret
        self.per_break = PER_BREAK if count_absence else 1
        everything = 0 if count_absence else (1 << self.inst.n_slots) - 1
        self.away = [~free & everything for free in self.inst.free[: self.inst.n_people]]
        self.cost = [self._cost(p, plan.busy[p]) for p in range(self.inst.n_people)]

    @property
    def total(self) -> int:
        """The price of all gaps: breaks plus idle slots plus unwelcome meetings, or as the benchmark wants it."""
        return sum(self.cost)

    def _cost(self, person: int, busy: int) -> int:
        total = (busy & self.inst.unwelcome[person]).bit_count()
        away = self.away[person]
        for day in self.inst.days:
            today = busy & day
            if today & (today - 1):
                low = (today & -today).bit_length() - 1
                breaks, idle = gaps(today >> low, (away & day) >> low)
                total += self.per_break * breaks + idle
        return total

    def run(self, steps: int, stop: Callable[[], bool], hot: float, cold: float = 0.0) -> int:
        """At most ``steps`` attempts, cooling from ``hot`` to ``cold``; returns the cost saved."""
        before = self.total
        gappy: list[int] = []
        for step in range(steps):
            if step % 1024 == 0:
                gappy = [p for p, cost in enumerate(self.cost) if cost]
                if not gappy or stop():
                    break
            warmth = hot + (cold - hot) * step / steps
            self._attempt(gappy[int(self.random.random() * len(gappy))], warmth)
        return before - self.total

    def _attempt(self, person: int, warmth: float) -> None:
        """Swap one of the person's meetings with another slot, if that pays or chance allows it."""
        plan = self.plan
        busy = plan.busy[person]
        if not busy:
            return
        mine = list(bits(busy))
        a = mine[int(self.random.random() * len(mine))]
        start = plan.grid[person][a]
        how = plan.how[start]
        if how is None or plan.inst.fixed[start]:
            return
        targets = how.mask & ~busy & ~(1 << a)
        beside = targets & (busy << 1 | busy >> 1) or targets
        if busy & self.inst.unwelcome[person]:
            beside = targets & ~self.inst.unwelcome[person] or beside
        if not beside:
            return
        choice = list(bits(beside))
        b = choice[int(self.random.random() * len(choice))]
        chain = plan.component(start, a, b, LONGEST)
        if chain is not None:
            self._decide(chain, a, b, warmth)

    def _decide(self, chain: list[int], a: int, b: int, warmth: float) -> None:
        both = 1 << a | 1 << b
        changed: dict[int, int] = {}
        touched: dict[int, int] = {}
        for r in chain:
            for person in self._who(r):
                touched[person] = touched.get(person, 0) + 1
        delta = 0
        for person, times in touched.items():
            if times == 1:
                cost = self._cost(person, self.plan.busy[person] ^ both)
                changed[person] = cost
                delta += cost - self.cost[person]
        if delta <= 0 or (warmth > 0 and self.random.random() < math.exp(-delta / warmth)):
            self.plan.swap(chain, a, b)
            for person, cost in changed.items():
                self.cost[person] = cost

    def _who(self, r: int) -> tuple[int, ...]:
        how = self.plan.how[r]
        assert how is not None
        return how.who


def compactness(inst: Instance, plan: Plan) -> tuple[int, int]:
    """(breaks, idle slots) of a plan, by the same definition as the judge's."""
    breaks = idle = 0
    everything = (1 << inst.n_slots) - 1
    for person in range(inst.n_people):
        for day in inst.days:
            today = plan.busy[person] & day
            if today & (today - 1):
                low = (today & -today).bit_length() - 1
                found = gaps(today >> low, (~inst.free[person] & everything & day) >> low)
                breaks, idle = breaks + found[0], idle + found[1]
    return breaks, idle
