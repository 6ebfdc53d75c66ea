"""Compactness: few breaks and little idle time between a participant's first and last meeting of a day.

    minimise  sum over participants p and days of  breaks + idle slots

A run of slots without a meeting between two meetings is a break if p is there in one of them, and those are idle
(``gaps``).
"""

from __future__ import annotations

from functools import lru_cache

from scheduler.goals import COMPACTNESS
from scheduler.goals.step import PersonCost
from scheduler.plan import Plan


@lru_cache(maxsize=1 << 18)
def gaps(busy: int, away: int) -> tuple[int, int]:
    """(breaks, idle slots) of one day; both masks may carry other days' bits only if they are zero there."""
    breaks = idle = 0
    inside = busy >> (busy & -busy).bit_length() if busy else 0
    away >>= (busy & -busy).bit_length() if busy else 0
    run = 0
    while inside:
        if inside & 1:
            breaks += run > 0
            idle += run
            run = 0
        elif not away & 1:
            run += 1
        inside >>= 1
        away >>= 1
    return breaks, idle


def compactness(plan: Plan) -> tuple[int, int]:
    """(breaks, idle slots) of a plan, by the same definition as the judge's."""
    inst = plan.inst
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


class Compactness(PersonCost):
    """The goal while steps are taken."""

    name = COMPACTNESS

    def __init__(self, plan: Plan) -> None:
        everything = (1 << plan.inst.n_slots) - 1
        self.days = plan.inst.days
        self.away = [everything & ~free for free in plan.inst.free[: plan.inst.n_people]]
        super().__init__(plan)

    def of(self, person: int, busy: int) -> int:
        """Breaks plus idle slots of one participant."""
        total, away = 0, self.away[person]
        for day in self.days:
            today = busy & day
            if today & (today - 1):
                low = (today & -today).bit_length() - 1
                breaks, idle = gaps(today >> low, (away & day) >> low)
                total += breaks + idle
        return total

    def better(self, person: int, busy: int) -> int:
        """Slots beside other meetings."""
        return busy << 1 | busy >> 1
