"""The published benchmark solved exactly: all meetings held, fewest breaks, proven.

A constructed and compacted schedule stands ready as the answer should time run out. Prices of slots give a first bound;
if the schedule meets it, that is the proof. Otherwise two searches close the gap (``benchmark_race``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.benchmark_bound import Bounds, bounds_of
from scheduler.benchmark_breaks import breaks_in
from scheduler.benchmark_compact import HEAT, search_for
from scheduler.compile import compile_problem
from scheduler.construct import construct
from scheduler.contradictions import refuse_contradictions
from scheduler.errors import ImpossibleError, ProblemError, SchedulerError
from scheduler.instance import NO_POOL, Instance
from scheduler.options import Options, Progress, Result
from scheduler.plan import Plan
from scheduler.problem import Problem
from scheduler.result import result_of
from scheduler.run import Run
from scheduler.seat import seat

if TYPE_CHECKING:
    from scheduler.benchmark_race import Proof

STEPS_PER_MEETING = 50  # compaction attempts before the proof is tried
ROUNDS = 6  # of these until the plan is fair; with a fairness of 0 that is left to the proof


def solve_b2b(
    problem: Problem,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """A schedule of all meetings with the fewest breaks, proven when time allows, else the best one found with the
    bound so far. Raises ``ImpossibleError`` when it is proven that there is none."""
    run = Run(options, progress, stop)
    inst = compile_problem(problem)
    refuse_contradictions(inst)
    _refuse_others(inst)
    run.bound = sum(inst.value)
    plan = _first_plan(inst, run)
    breaks = None if plan is None else sum(break_counts(plan))
    bounds = bounds_of(inst, len(inst.options) if breaks is None else breaks)
    if bounds.breaks > inst.n_people * inst.n_slots:
        raise ImpossibleError("infeasible", "requests", "somebody has more meetings than slots for them")
    run.breaks_bound = bounds.breaks
    if plan is not None:
        run.report("construct", plan, breaks)
        if breaks == run.breaks_bound:
            return _result(plan, run)
    return _proven(inst, plan, bounds, run)


def _refuse_others(inst: Instance) -> None:
    """The bounds and the model are those of the published problem, not of all that the engine can schedule."""
    if not all(inst.must) or any(len(choices) != 1 or len(choices[0].who) != 2 for choices in inst.options):
        raise ProblemError("not_b2b", "requests", "the b2b mode needs must-meetings of two with one participant a side")
    if not all(option.pool != NO_POOL and option.units == option.who for (option,) in inst.options):
        raise ProblemError("not_b2b", "tables", "the b2b mode knows no own tables and no pins to a table")
    if inst.rows_capped:
        raise ProblemError("not_b2b", "participants", "the b2b mode knows no limit to meetings in a row")
    if inst.some_long or inst.near:
        raise ProblemError("not_b2b", "requests", "the b2b mode knows neither long meetings nor walking times")


def break_counts(plan: Plan) -> list[int]:
    """Per participant: maximal runs of slots without a meeting between two meetings, over the whole horizon."""
    return [breaks_in(busy) for busy in plan.busy[: plan.inst.n_people]]


def _first_plan(inst: Instance, run: Run) -> Plan | None:
    """A compacted schedule that keeps all rules, or None."""
    plan = construct(inst, [0] * len(inst.options), run.within(0.2))
    if plan.value < run.bound:
        return None
    search = search_for(plan, run.options.seed)
    fairness, stop = run.options.fairness, run.within(0.2)
    for _ in range(ROUNDS if fairness else 1):
        search.run(STEPS_PER_MEETING * len(inst.options), stop, HEAT, 0.0)
        breaks = break_counts(plan)
        if fairness is None or max(breaks, default=0) - min(breaks, default=0) <= fairness:
            return plan
    return None


def _proven(inst: Instance, plan: Plan | None, bounds: Bounds, run: Run) -> Result:
    """The result of the race, or of the first plan when time runs out."""
    proof = _race(inst, plan, bounds, run)
    run.breaks_bound = proof.lower
    if proof.infeasible:
        raise ImpossibleError("infeasible", "requests", "the meetings cannot all be held (proven)")
    if proof.slots is not None:
        plan = Plan(inst)
        for m, t in enumerate(proof.slots):
            plan.place(m, inst.options[m][0], t)
        run.report("prove", plan, sum(break_counts(plan)))
    if plan is None:
        raise SchedulerError("out_of_time", "requests", "no schedule with all meetings was found in time")
    return _result(plan, run)


def _race(inst: Instance, plan: Plan | None, bounds: Bounds, run: Run) -> Proof:
    """Search until everything is proven or time is up; tell whenever the bound rises."""
    from scheduler.benchmark_model import build
    from scheduler.benchmark_race import Proof, Race

    proof = Proof(bounds.breaks, None if plan is None else sum(break_counts(plan)))
    race = Race(build(inst, bounds, run.options.fairness), proof, run)
    try:
        while race.step():
            if plan is not None and proof.lower > (run.breaks_bound or 0):
                run.breaks_bound = proof.lower
                run.report("prove", plan, sum(break_counts(plan)))
    finally:
        race.close()
    return proof


def _result(plan: Plan, run: Run) -> Result:
    """Optimal when the breaks meet their bound; the gap is that of the breaks, since every meeting is held."""
    result = result_of(plan, run, seat(plan.inst, plan, run.stopped).table, [])
    breaks, bound = sum(break_counts(plan)), run.breaks_bound or 0
    status = "optimal" if breaks <= bound else "feasible"
    gap = 0.0 if breaks <= bound else 1 - bound / breaks
    return replace(result, status=status, breaks=breaks, breaks_bound=bound, gap=gap)
