"""The stages in order: check, bound, construct, improve, compact, seat, explain, audit."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.audit import audit
from scheduler.bound import select
from scheduler.compact import Compactor, compactness
from scheduler.construct import construct, fill
from scheduler.contradictions import refuse_contradictions
from scheduler.errors import ImpossibleError, SchedulerError
from scheduler.explain import explain
from scheduler.improve import improve, place_musts
from scheduler.instance import Instance, compile_problem
from scheduler.options import Options, Progress, Result
from scheduler.plan import Plan
from scheduler.problem import Problem
from scheduler.run import Run
from scheduler.schedule import Meeting, Schedule
from scheduler.seat import seat

STEPS_PER_MEETING = 100  # compaction attempts per placed meeting in one round
PATIENCE = 3  # rounds without gain before compaction stops by itself


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
    return _result(problem, plan, run)


def _first_plan(inst: Instance, choice: list[int], run: Run) -> Plan:
    """A plan with every must-meeting, by chains if they suffice, else by the exact model."""
    plan = construct(inst, choice, run.stopped)
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
    compactor = Compactor(plan, run.options.seed)
    steps = max(2_000, STEPS_PER_MEETING * plan.placed())
    budget = run.options.work_limit
    heat, dull = 0.6, 0
    while compactor.total and dull < PATIENCE and not run.stopped() and (budget is None or budget > 0):
        batch = steps if budget is None else min(steps, budget)
        saved = compactor.run(batch, run.stopped, heat)
        budget = None if budget is None else budget - batch
        dull = dull + 1 if saved <= 0 else 0
        heat *= 0.7
        run.report("compact", plan)


def _result(problem: Problem, plan: Plan, run: Run) -> Result:
    inst = plan.inst
    tables = seat(inst, plan, run.stopped)
    meetings = []
    for r in sorted((r for r, t in enumerate(plan.at) if t >= 0), key=lambda r: (plan.at[r], r)):
        how = plan.how[r]
        assert how is not None
        meetings.append(
            Meeting(
                problem.requests[r].id,
                tuple(problem.participants[p].id for p in how.who),
                problem.slots[plan.at[r]].id,
                problem.tables[tables[r]].id,
            )
        )
    schedule = Schedule(tuple(meetings), tuple(explain(inst, plan)), run.bound)
    judgement = audit(problem, schedule)
    if not judgement.legal:
        raise AssertionError(f"the engine made an illegal schedule: {judgement.broken[0].sentence}")
    breaks, idle = compactness(inst, plan)
    return Result(
        schedule=schedule,
        status="optimal" if plan.value == run.bound else "feasible",
        value=plan.value,
        bound=run.bound,
        gap=judgement.gap or 0.0,
        breaks=breaks,
        idle_slots=idle,
        placed=len(meetings),
        seconds_to_first=run.first or run.seconds,
        seconds=run.seconds,
        measures=judgement.measures,
    )
