"""Moves: participants change table and zone seldom and do not have to hurry.

    minimise  sum over successive meetings of a participant on one day of
        1 (other table) + 1 (other zone) + price (less time between them than the walk takes)

The last where walking has a price; where a hurry is forbidden it is a rule (``rules.walking``).
"""

from __future__ import annotations

import random
from functools import lru_cache

from scheduler.goals import MOVES
from scheduler.goals.step import Proposal, Step, propose_for
from scheduler.plan import Plan
from scheduler.rules.walking import hurried


class Moves:
    """The goal while steps are taken; ``table`` is the table of each placed request and changes with ``reseat``."""

    name = MOVES

    def __init__(self, plan: Plan, table: list[int]) -> None:
        self.plan = plan
        self.inst = plan.inst
        self.table = table
        problem = self.inst.problem
        self.zone = [t.zone or "" for t in problem.tables]
        self.price = problem.walking_price or 0
        self.minutes = {frozenset(walk.zones): walk.minutes for walk in problem.walks} if self.price else {}
        self._hurried = lru_cache(maxsize=None)(lambda s, t, m: hurried(problem.slots, s, t, m))
        self.cost = [self.of(plan.grid[person]) for person in range(self.inst.n_people)]
        self.total = sum(self.cost)
        self.costly: list[int] = []
        self._changed: dict[int, int] = {}

    def between(self, one: int, last: int, other: int, t: int) -> int:
        """The price of going from a table, left after slot ``last``, to another one in slot t."""
        if one == other:
            return 0
        here, there = self.zone[one], self.zone[other]
        if here == there:
            return 1
        minutes = self.minutes.get(frozenset((here, there)), 0) if self.minutes else 0
        return 2 + (self.price if minutes and self._hurried(last, t, minutes) else 0)

    def of(self, row: list[int]) -> int:
        """The price of an agenda: the request by slot, -1 for none."""
        total, last, before, day = 0, -1, -1, -1
        for t, r in enumerate(row):
            if r < 0:
                continue
            if before >= 0 and r != before and day == self.inst.day_of[t]:
                total += self.between(self.table[before], last, self.table[r], t)
            before, last, day = r, t, self.inst.day_of[t]
        return total

    def delta(self, step: Step) -> int:
        """How much the total would change."""
        total = 0
        self._changed.clear()
        for person in step.who:
            row = self.plan.grid[person][:]
            mine = [move for move in step.moves if self._attends(person, move[0])]
            for r, before, _ in mine:
                if before >= 0 and row[before] == r:
                    row[before : before + self.inst.length[r]] = [-1] * self.inst.length[r]
            for r, _, after in mine:
                if after >= 0:
                    row[after : after + self.inst.length[r]] = [r] * self.inst.length[r]
            new = self.of(row)
            self._changed[person] = new
            total += new - self.cost[person]
        return total

    def _attends(self, person: int, r: int) -> bool:
        how = self.plan.how[r]
        return how is not None and person in how.who

    def commit(self) -> None:
        """The step last asked about has been taken."""
        for person, new in self._changed.items():
            self.total += new - self.cost[person]
            self.cost[person] = new
        self._changed.clear()

    def reseat(self, changes: dict[int, int]) -> int:
        """Give requests other tables and say how much the total changed; asked again with the old ones to undo it."""
        people: set[int] = set()
        for r, table in changes.items():
            self.table[r] = table
            how = self.plan.how[r]
            people.update(how.who if how is not None else ())
        before = self.total
        for person in people:
            new = self.of(self.plan.grid[person])
            self.total += new - self.cost[person]
            self.cost[person] = new
        return self.total - before

    def refresh(self) -> bool:
        """List the participants who move."""
        self.costly = [person for person, cost in enumerate(self.cost) if cost]
        return bool(self.costly)

    def propose(self, chance: random.Random) -> Proposal | None:
        """One of their meetings, to any slot in which they have none."""
        person = self.costly[int(chance.random() * len(self.costly))]
        return propose_for(self.plan, person, chance)
