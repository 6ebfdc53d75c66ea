"""A good start for the benchmark: swap alternating components between two slots, as long as breaks become fewer.

As the benchmark counts, a gap is one also in absence, and days do not matter.
"""

from __future__ import annotations

import random

from scheduler.goals.compactness import gaps
from scheduler.goals.step import PersonCost
from scheduler.plan import Plan
from scheduler.polish import Search

PER_BREAK = 4  # price of a break in idle slots: breaks are what counts
HEAT = 2.0  # annealing temperature at the start, in idle slots


class Breaks(PersonCost):
    """Breaks, and as a guide on the way to fewer of them idle slots."""

    name = "breaks"

    def of(self, person: int, busy: int) -> int:
        """The price of one participant's gaps."""
        breaks, idle = gaps(busy >> (busy & -busy).bit_length() - 1, 0) if busy else (0, 0)
        return PER_BREAK * breaks + idle

    def better(self, person: int, busy: int) -> int:
        """Slots beside other meetings."""
        return busy << 1 | busy >> 1


def search_for(plan: Plan, seed: int) -> Search:
    """Annealing for fewer breaks that keeps every meeting; run it for as many steps as wanted."""
    chance = random.Random(seed)  # noqa: S311 - a search, not a secret
    return Search(plan, Breaks(plan), [], [], None, floor=plan.value, chance=chance)
