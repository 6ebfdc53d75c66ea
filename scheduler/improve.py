"""Value: CP-SAT on the whole problem when it is small, otherwise on one neighbourhood after the other."""

from __future__ import annotations

import math
import random
from collections import deque

from ortools.sat.python import cp_model

from scheduler import model as exact
from scheduler.goals import FAIRNESS, VALUE, Goal, comes_first, fairness, fairness_may_cost_value, tolerance, value
from scheduler.instance import Option
from scheduler.plan import Plan
from scheduler.run import Run

WHOLE = 12_000  # variables up to which the whole problem is one model
NEIGHBOURHOOD = 1_500  # variables of one neighbourhood
STALE = 60  # neighbourhoods without gain before a run without time pressure gives up


def place_musts(plan: Plan, run: Run) -> bool | None:
    """Place all must-meetings in an empty plan. False proves that it cannot be done, None means out of
    time."""
    musts = [r for r, must in enumerate(plan.inst.must) if must]
    model = exact.build(plan, musts)
    solver = _solver(run, run.options.workers, run.left)
    with run.watching(solver):
        status = solver.solve(model.cp)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        exact.apply(model, solver)
        return True
    return False if status == cp_model.INFEASIBLE and not plan.inst.truncated else None


def improve(plan: Plan, run: Run, share: float) -> None:
    """Raise the value of the plan in place; lowers ``run.bound`` to the value when that is proven best."""
    if not run.promising(plan):
        return
    everything = [r for r, options in enumerate(plan.inst.options) if options]
    if _size(plan, everything) <= WHOLE:
        solve_whole(plan, run, everything, share)
    else:
        _search(plan, run, share)


def solve_whole(plan: Plan, run: Run, everything: list[int], share: float) -> None:
    """One model of everything; its proof, when it comes in time, becomes the bound."""
    limited = run.options.work_limit is not None
    solver = _solver(run, 1 if limited else run.options.workers, run.left * share)
    if limited:
        solver.parameters.max_deterministic_time = 60.0
    outcome = _resolve(plan, run, everything, solver)
    if outcome is not None and not plan.inst.truncated:
        run.bound = min(run.bound, outcome)


def _search(plan: Plan, run: Run, share: float) -> None:
    chance = random.Random(run.options.seed)  # noqa: S311 - a search, not a secret
    stop = run.within(share)
    size, stale = NEIGHBOURHOOD, 0
    while run.promising(plan) and stale < STALE and not stop():
        seeds = [r for r, t in enumerate(plan.at) if t < 0 and plan.inst.options[r]]
        if not seeds:
            return
        chosen = _around(plan, chance.choice(seeds), size, chance)
        before = _rank(plan, run.options.goals)
        solver = _solver(run, 1, min(run.left, 20.0))
        solver.parameters.max_deterministic_time = 2.0
        _resolve(plan, run, chosen, solver)
        gained = _rank(plan, run.options.goals) > before
        stale = 0 if gained else stale + 1
        if gained:
            run.report("improve", plan)


def _around(plan: Plan, start: int, size: int, chance: random.Random) -> list[int]:
    """Requests near ``start``: those of its people, of theirs in turn, until the model is large enough."""
    inst = plan.inst
    found = {start: None}
    total = _size(plan, [start])
    queue = deque([start])
    while queue:
        r = queue.popleft()
        units = [unit for option in inst.options[r] for unit in option.units]
        near = [q for unit in dict.fromkeys(units) for q in inst.requests_of[unit] if q not in found]
        chance.shuffle(near)
        for q in near:
            found[q] = None
            queue.append(q)
            total += _size(plan, [q])
            if total > size:
                return list(found)
    return list(found)


def _size(plan: Plan, requests: list[int]) -> int:
    return sum(option.mask.bit_count() for r in requests for option in plan.inst.options[r])


def _solver(run: Run, workers: int, seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = run.options.seed % 2**31
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    return solver


def _resolve(plan: Plan, run: Run, free: list[int], solver: cp_model.CpSolver) -> int | None:
    """Take the free requests out, place them as well as possible, never worse than before. Returns the proven
    upper limit on the plan's value with the others standing still, or None."""
    placed: dict[int, tuple[Option, int]] = {}
    for r in free:
        how = plan.how[r]
        if how is not None:
            placed[r] = (how, plan.at[r])
    goals = run.options.goals
    before = _rank(plan, goals)
    for r in placed:
        plan.remove(r)
    rest = plan.value
    model = exact.build(plan, free)
    fair = fairness_may_cost_value(goals)
    _state_goal(model, run, rest)
    exact.hint(model, placed)
    with run.watching(solver):
        status = solver.solve(model.cp)
    good = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    if good:
        exact.apply(model, solver)
    if not good or _rank(plan, goals) < before:
        for r in free:
            if plan.at[r] >= 0:
                plan.remove(r)
        for r, (how, t) in placed.items():
            plan.place(r, how, t)
    if not good or fair:
        return None
    return rest + int((solver.best_objective_bound + sum(plan.inst.wanted)) // (1 + sum(plan.inst.wanted)))


def _rank(plan: Plan, goals: tuple[Goal, ...]) -> tuple[int, int]:
    """The plan by its two first goals, the higher the better."""
    both = plan.value, -fairness.cost(plan)
    return both[::-1] if fairness_may_cost_value(goals) else both


def _state_goal(model: exact.Model, run: Run, rest: int) -> None:
    """Value and missing meetings, the one so much heavier that it always decides; where value may be given up for
    fairness, a floor is under it."""
    inst, goals = model.inst, run.options.goals
    worth, missing = value.expression(model), sum(fairness.missing(model))
    if not fairness_may_cost_value(goals):
        model.cp.maximize((1 + sum(inst.wanted)) * worth - missing)
        return
    if comes_first(goals, VALUE, FAIRNESS):
        model.cp.add(worth >= math.ceil(run.bound * (1 - tolerance(goals, VALUE))) - rest)
    model.cp.maximize(worth - (1 + sum(inst.value)) * missing)
