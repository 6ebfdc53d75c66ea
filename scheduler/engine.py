"""The stages in order: check, bound, construct, improve, compact, seat, explain, audit."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.bound import select
from scheduler.compact import Compactor
from scheduler.construct import construct, fill
from scheduler.contradictions import refuse_contradictions
from scheduler.errors import ImpossibleError, SchedulerError
from scheduler.improve import improve, place_musts
from scheduler.instance import Instance, compile_problem
from scheduler.options import Options, Progress, Result
from scheduler.plan import Plan
from scheduler.problem import Problem
from scheduler.result import result_of
from scheduler.run import Run
from scheduler.seat import seat

STEPS_PER_MEETING = 400  # compaction attempts per placed meeting, if time allows
TRIAL = 2_000  # attempts that measure the speed
STAGES = 20  # of cooling, each reported
FEW_STEPS = 100  # attempts per meeting below which the search starts cooler
HEAT = 0.6  # annealing temperature at the start, in idle slots


def solve(
    problem: Problem,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """The best legal schedule found; see ``scheduler.solve``."""
    run = Run(options, progress, stop)
    inst = compile_problem(problem)
    refuse_contradictions(inst)
    selection = select(inst)
    if selection is None:
        raise ImpossibleError("musts_clash", "requests", "the must-meetings cannot all be held")
    run.bound = selection.bound
    plan = _first_plan(inst, selection.choice, run)
    run.report("construct", plan)
    improve(plan, run, share=0.6)
    run.report("improve", plan)
    _compact(plan, run)
    return result_of(plan, run, seat(inst, plan, run.stopped), selection.price)


def _first_plan(inst: Instance, choice: list[int], run: Run) -> Plan:
    """A plan with every must-meeting, by chains if they suffice, else by the exact model."""
    plan = construct(inst, choice, run.asked)
    if all(t >= 0 for t, must in zip(plan.at, inst.must, strict=True) if must):
        return plan
    plan = Plan(inst)
    outcome = place_musts(plan, run)
    if outcome is False:
        raise ImpossibleError("musts_clash", "requests", "the must-meetings cannot all be held")
    if outcome is None:
        raise SchedulerError("out_of_time", "requests", "no schedule with all must-meetings was found in time")
    fill(plan, run.stopped)
    return plan


def _compact(plan: Plan, run: Run) -> None:
    """Anneal for as many steps as work limit or time allow, reporting at each of the cooling stages."""
    compactor = Compactor(plan, run.options.seed)
    steps = run.options.work_limit
    if steps is None:
        began = run.seconds
        compactor.run(TRIAL, run.stopped, HEAT, HEAT)
        rate = TRIAL / max(1e-3, run.seconds - began)
        steps = min(STEPS_PER_MEETING * plan.placed(), int(rate * run.left * 0.85))
    heat = HEAT * min(1.0, steps / (FEW_STEPS * max(1, plan.placed())))
    for stage in range(STAGES):
        if run.stopped() or not compactor.total:
            break
        hot, cold = (heat * (1 - (stage + k) / STAGES) for k in (0, 1))
        compactor.run(max(1, steps // STAGES), run.stopped, hot, cold)
        run.report("compact", plan)
