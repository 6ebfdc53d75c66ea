"""Stability: meetings of the baseline schedule stay in their slot.

    minimise  the number of placed requests r with a slot in the baseline and another one now

What is not placed any more counts for value, not here.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from scheduler.goals import STABILITY
from scheduler.goals.step import Proposal, Step
from scheduler.plan import Plan


class Stability:
    """The goal while steps are taken; ``home`` is the slot in the baseline by request."""

    name = STABILITY

    def __init__(self, plan: Plan, home: Mapping[int, int]) -> None:
        self.plan = plan
        self.home = home
        self.total = sum(self._strays(r, plan.at[r]) for r in home)
        self.strays: list[int] = []
        self._delta = 0

    def _strays(self, r: int, t: int) -> bool:
        return t >= 0 and self.home.get(r, t) != t

    def delta(self, step: Step) -> int:
        """How much the total would change."""
        self._delta = sum(self._strays(r, after) - self._strays(r, before) for r, before, after in step.moves)
        return self._delta

    def commit(self) -> None:
        """The step last asked about has been taken."""
        self.total += self._delta

    def refresh(self) -> bool:
        """List the meetings that are elsewhere."""
        self.strays = [r for r in self.home if self._strays(r, self.plan.at[r])]
        return bool(self.strays)

    def propose(self, chance: random.Random) -> Proposal | None:
        """One of them, back to where it was."""
        r = self.strays[int(chance.random() * len(self.strays))]
        how = self.plan.how[r]
        target = self.home[r]
        possible = how is not None and not self.plan.inst.fixed[r] and how.mask >> target & 1
        return (r, target) if possible and self.plan.at[r] != target else None
