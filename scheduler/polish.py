"""Polish: serve the goals behind value and fairness, one after the other, by small steps that keep the plan legal.

A step swaps an alternating component between two slots, which keeps every meeting and so costs no value; where the
value has a tolerance, a step may also drop a meeting or take one in. In its phase a goal is lowered by simulated
annealing, while every earlier goal stays within its tolerance of what it had reached. Later goals weigh a little, so
that of two equal steps the better one for them is taken. From the phase of ``moves`` on every meeting has a table and
takes it along, and there are steps that exchange tables.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scheduler.goals import COMPACTNESS, FAIRNESS, MOVES, PREFERENCES, STABILITY, VALUE, fairness, tolerance, value
from scheduler.goals.compactness import Compactness
from scheduler.goals.moves import Moves
from scheduler.goals.preferences import Preferences
from scheduler.goals.stability import Stability
from scheduler.goals.step import Cost, Step
from scheduler.masks import bits, span
from scheduler.plan import Plan, Snapshot
from scheduler.run import Run
from scheduler.seat import Seats, seat

STEPS_PER_MEETING = {COMPACTNESS: 400, MOVES: 100, PREFERENCES: 200, STABILITY: 200}  # attempts, if time allows
TRIAL = 2_000  # attempts that measure the speed
STAGES = 20  # of cooling, each reported
FEW_STEPS = 100  # attempts per meeting below which the search starts cooler
HEAT = 0.6  # annealing temperature at the start, in units of the goal
LATER = 0.02  # weight of each goal against the one before it
LONGEST = 60  # meetings of the longest component looked at
SHARES = {COMPACTNESS: 6, MOVES: 2, PREFERENCES: 2, STABILITY: 2}  # of the time
TOGGLES = 0.15  # of the attempts drop or add a meeting where the value has a tolerance
RESEATS = 0.6  # of the attempts for fewer moves exchange tables


def polish(plan: Plan, run: Run, home: Mapping[int, int]) -> Seats:
    """Serve the goals in the order of the run's options; returns the tables. ``home`` is the baseline's slot by
    request."""
    return _Polish(plan, run, home).work()


class _Polish:
    def __init__(self, plan: Plan, run: Run, home: Mapping[int, int]) -> None:
        self.plan = plan
        self.run = run
        self.goals = run.options.goals
        self.home = home
        self.seats: Seats | None = None
        self.floor = value.floor(plan, run.bound, tolerance(self.goals, VALUE))
        self.caps: dict[str, int] = {}

    def work(self) -> Seats:
        names = [goal.name for goal in self.goals if goal.name not in (VALUE, FAIRNESS)]
        phases = [name for name in names if self._matters(name)]
        for i, name in enumerate(phases):
            if name == MOVES and self.seats is None:
                self.seats = seat(self.plan.inst, self.plan, self.run.stopped)
            weights = [SHARES[later] for later in phases[i:]]
            self._serve(name, phases, weights[0] / sum(weights))
        return self.seats or seat(self.plan.inst, self.plan, self.run.stopped)

    def _matters(self, name: str) -> bool:
        if name == PREFERENCES:
            return any(self.plan.inst.unwelcome)
        return bool(self.home) if name == STABILITY else True

    def _costs(self, phases: list[str]) -> dict[str, Cost]:
        """A fresh account of every goal that can be counted now."""
        found: dict[str, Cost] = {}
        for name in phases:
            if name == COMPACTNESS:
                found[name] = Compactness(self.plan)
            elif name == PREFERENCES:
                found[name] = Preferences(self.plan)
            elif name == STABILITY:
                found[name] = Stability(self.plan, self.home)
            elif self.seats is not None:
                found[name] = Moves(self.plan, self.seats.table)
        return found

    def _serve(self, name: str, phases: list[str], share: float) -> None:
        """The phase of one goal; leaves the best plan of the phase, and the cap that later phases must keep."""
        costs = self._costs(phases)
        later = phases[phases.index(name) + 1 :]
        search = Search(
            self.plan, costs[name], [costs[n] for n in later if n in costs], self._earlier(costs), self.seats
        )
        search.floor, search.missing = self.floor, fairness.cost(self.plan)
        search.chance = random.Random(f"{self.run.options.seed} {name}")  # noqa: S311 - a search, not a secret
        reached = self._anneal(search, name, share)
        self.caps[name] = reached + int(reached * tolerance(self.goals, name))

    def _earlier(self, costs: dict[str, Cost]) -> list[tuple[Cost, int]]:
        return [(costs[name], cap) for name, cap in self.caps.items() if name in costs]

    def _anneal(self, search: Search, name: str, share: float) -> int:
        """Cool down over as many steps as work limit or time allow, and keep the best; its cost."""
        run, plan = self.run, self.plan
        steps = run.options.work_limit
        stop = run.within(share)
        best, kept = search.cost.total, self._keep()
        if steps is None:
            began, left = run.seconds, run.left
            search.run(TRIAL, stop, HEAT, HEAT)
            rate = TRIAL / max(1e-3, run.seconds - began)
            steps = min(STEPS_PER_MEETING[name] * plan.placed(), int(rate * left * share * 0.85))
        heat = HEAT * min(1.0, steps / (FEW_STEPS * max(1, plan.placed())))
        for stage in range(STAGES):
            if stop() or not search.cost.total:
                break
            hot, cold = (heat * (1 - (stage + k) / STAGES) for k in (0, 1))
            search.run(max(1, steps // STAGES), stop, hot, cold)
            if search.cost.total <= best:
                best, kept = search.cost.total, self._keep()
                run.report(name, plan)
        if search.cost.total > best:
            self._restore(kept)
        return best

    def _keep(self) -> tuple[Snapshot, list[int]]:
        return self.plan.snapshot(), self.seats.table[:] if self.seats else []

    def _restore(self, kept: tuple[Snapshot, list[int]]) -> None:
        snapshot, table = kept
        self.plan.restore(snapshot)
        if self.seats is not None:
            self.seats = Seats(self.plan, table)


@dataclass
class Search:
    """Annealing on one goal. ``floor`` is the least value, ``missing`` the most meetings missing to minimum wishes."""

    plan: Plan
    cost: Cost
    later: list[Cost]
    earlier: list[tuple[Cost, int]]
    seats: Seats | None
    floor: int = 0
    missing: int = 0
    chance: random.Random = field(default_factory=random.Random)

    def run(self, steps: int, stop: Callable[[], bool], hot: float, cold: float) -> None:
        """At most ``steps`` attempts, cooling from ``hot`` to ``cold``."""
        toggling = self.floor < self.plan.value and self.seats is None
        for step in range(steps):
            if step % 1024 == 0 and (stop() or not self.cost.refresh()):
                return
            warmth = hot + (cold - hot) * step / steps
            kind = self.chance.random()
            if toggling and kind < TOGGLES:
                self._toggle(warmth)
            elif isinstance(self.cost, Moves) and kind < RESEATS:
                self._reseat(self.cost, warmth)
            else:
                self._swap(warmth)

    def _swap(self, warmth: float) -> None:
        """Swap a component around a meeting that the goal would like to see elsewhere."""
        plan = self.plan
        proposal = self.cost.propose(self.chance)
        if proposal is None:
            return
        r, b = proposal
        a = plan.at[r]
        chain = plan.component(r, a, b, LONGEST, self.seats)
        if chain is None:
            return
        times: dict[int, int] = {}
        for q in chain:
            how = plan.how[q]
            for person in how.who if how is not None else ():
                times[person] = times.get(person, 0) + 1
        both = 1 << a | 1 << b
        busy = {person: plan.busy[person] ^ both for person, n in times.items() if n == 1}
        moves = [(q, a, b) if plan.at[q] == a else (q, b, a) for q in chain]
        if self._accepts(Step(moves, busy, list(times)), warmth):
            plan.swap(chain, a, b)
            plan.journal.clear()
            if self.seats is not None:
                self.seats.moved(moves)

    def _accepts(self, step: Step, warmth: float) -> bool:
        """Whether to take the step; when so, the accounts are brought up to date."""
        for cost, cap in self.earlier:
            delta = cost.delta(step)
            if delta > 0 and cost.total + delta > cap:
                return False
        change: float = self.cost.delta(step)
        weight = LATER
        for cost in self.later:
            change += weight * cost.delta(step)
            weight *= LATER
        if not self._chance_allows(change, warmth):
            return False
        for cost, _ in self.earlier:
            cost.commit()
        self.cost.commit()
        for cost in self.later:
            cost.commit()
        return True

    def _chance_allows(self, change: float, warmth: float) -> bool:
        return change <= 0 or (warmth > 0 and self.chance.random() < math.exp(-change / warmth))

    def _toggle(self, warmth: float) -> None:
        """Drop a meeting while the value allows it, or take one in that costs nothing."""
        plan = self.plan
        r = int(self.chance.random() * len(plan.at))
        if plan.at[r] >= 0:
            self._drop(r, warmth)
            return
        for option in plan.inst.options[r]:
            mask = plan.possible(r, option) if plan.within_limits(option) else 0
            for t in bits(mask):
                taken = span(t, plan.inst.length[r])
                step = Step([(r, -1, t)], {p: plan.busy[p] | taken for p in option.who}, option.who)
                if self._accepts(step, 0.0):
                    plan.place(r, option, t)
                    return

    def _drop(self, r: int, warmth: float) -> None:
        plan, inst = self.plan, self.plan.inst
        how, t = plan.how[r], plan.at[r]
        if how is None or inst.must[r] or inst.fixed[r] or plan.value - inst.value[r] < self.floor:
            return
        if any(plan.load[p] <= inst.wanted[p] for p in how.who):
            return
        left = ~span(t, inst.length[r])
        step = Step([(r, t, -1)], {p: plan.busy[p] & left for p in how.who}, how.who)
        if self.cost.delta(step) < 0 and self._accepts(step, warmth):
            plan.remove(r)

    def _reseat(self, cost: Moves, warmth: float) -> None:
        """Seat a meeting where somebody in it was before or goes next; who sits there changes places with it."""
        assert self.seats is not None
        changes = self.seats.proposal(cost, self.chance)
        if changes is None:
            return
        before = {r: self.seats.table[r] for r in changes}
        change = cost.reseat(changes)
        if self._chance_allows(change, warmth):
            self.seats.reseated(changes, before)
        else:
            cost.reseat(before)
