"""One step of the search: which meetings come and go, and the agendas that follow."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from scheduler.masks import bits
from scheduler.plan import Plan

Move = tuple[int, int, int]  # request, its slot before or -1, its slot after or -1
Proposal = tuple[int, int]  # request, slot to move it to


@dataclass(slots=True)
class Step:
    """``moves`` of meetings; ``busy`` the new masks of everybody whose mask changes, ``who`` everybody concerned."""

    moves: Sequence[Move]
    busy: dict[int, int]
    who: Sequence[int]


class Cost(Protocol):
    """A goal kept up to date while steps are taken: ``delta`` foretells what ``commit`` then does."""

    name: str
    total: int

    def delta(self, step: Step) -> int:
        """How much the total would change."""

    def commit(self) -> None:
        """The step last asked about has been taken."""

    def refresh(self) -> bool:
        """Look again at where the cost comes from; False when there is none."""

    def propose(self, chance: random.Random) -> Proposal | None:
        """A move that may lower the cost."""


class PersonCost:
    """A goal that adds up over participants, each by the mask of the slots in which they meet."""

    name: str

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.cost = [self.of(person, plan.busy[person]) for person in range(plan.inst.n_people)]
        self.total = sum(self.cost)
        self.costly: list[int] = []
        self._changed: dict[int, int] = {}

    def of(self, person: int, busy: int) -> int:
        """The cost of one participant."""
        raise NotImplementedError

    def better(self, person: int, busy: int) -> int:
        """Slots to which a meeting of the participant is best moved."""
        raise NotImplementedError

    def delta(self, step: Step) -> int:
        """How much the total would change."""
        cost, changed, total = self.cost, self._changed, 0
        changed.clear()
        for person, busy in step.busy.items():
            new = self.of(person, busy)
            if new != cost[person]:
                changed[person] = new
                total += new - cost[person]
        return total

    def commit(self) -> None:
        """The step last asked about has been taken."""
        for person, new in self._changed.items():
            self.total += new - self.cost[person]
            self.cost[person] = new
        self._changed.clear()

    def refresh(self) -> bool:
        """List the participants who cost something."""
        self.costly = [person for person, cost in enumerate(self.cost) if cost]
        return bool(self.costly)

    def propose(self, chance: random.Random) -> Proposal | None:
        """One of a costly participant's meetings, to a slot that is better for them."""
        person = self.costly[int(chance.random() * len(self.costly))]
        return propose_for(self.plan, person, chance, self.better)


def propose_for(
    plan: Plan, person: int, chance: random.Random, better: Callable[[int, int], int] | None = None
) -> Proposal | None:
    """One of a participant's meetings, to a slot in which they have none, if possible a better one."""
    busy = plan.busy[person]
    if not busy:
        return None
    r = plan.grid[person][_one_of(busy, chance)]
    how = plan.how[r]
    targets = 0 if how is None or plan.inst.fixed[r] else how.mask & ~busy
    if better is not None:
        targets = targets & better(person, busy) or targets
    return (r, _one_of(targets, chance)) if targets else None


def _one_of(mask: int, chance: random.Random) -> int:
    choice = list(bits(mask))
    return choice[int(chance.random() * len(choice))]
