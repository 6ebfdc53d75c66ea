"""The stages in order: check, bound, construct, improve, compact, seat, explain, audit."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.bound import select
from scheduler.compile import compile_problem
from scheduler.construct import construct, fill
from scheduler.contradictions import refuse_contradictions
from scheduler.errors import ImpossibleError, SchedulerError
from scheduler.instance import Instance
from scheduler.memory import collector_paused
from scheduler.options import Options, Progress, Result
from scheduler.plan import Plan
from scheduler.polish import polish
from scheduler.problem import Problem
from scheduler.result import result_of
from scheduler.run import Run
from scheduler.schedule import Schedule


def solve(
    problem: Problem,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    baseline: Schedule | None = None,
) -> Result:
    """The best legal schedule found; see ``scheduler.solve``."""
    run = Run(options, progress, stop)
    with collector_paused():
        inst = compile_problem(problem)
        refuse_contradictions(inst)
        plan, price = _start(inst, run)
    run.report("construct", plan)
    if run.promising(plan):  # only then is the solver worth loading
        from scheduler.improve import improve

        improve(plan, run, share=0.6)
        run.report("improve", plan)
    seats = polish(plan, run, _home(problem, baseline))
    with collector_paused():
        return result_of(plan, run, seats.table, price)


def _start(inst: Instance, run: Run) -> tuple[Plan, list[float]]:
    """The first plan, and the prices that prove its bound."""
    selection = select(inst, run.options.goals)
    if selection is None:
        raise _no_musts(proven=not inst.truncated)
    run.bound = selection.bound
    return _first_plan(inst, selection.choice, run), selection.price


def _home(problem: Problem, baseline: Schedule | None) -> dict[int, int]:
    """The slot of the baseline by request, for those that still exist."""
    rank, requests = problem.slot_index, problem.request_index
    return {
        requests[meeting.request]: rank[meeting.slot]
        for meeting in (baseline.meetings if baseline is not None else ())
        if meeting.request in requests and meeting.slot in rank
    }


def _first_plan(inst: Instance, choice: list[int], run: Run) -> Plan:
    """A plan with every must-meeting, by chains if they suffice, else by the exact model."""
    plan = construct(inst, choice, run.asked)
    if all(t >= 0 for t, must in zip(plan.at, inst.must, strict=True) if must):
        return plan
    from scheduler.improve import place_musts

    plan = Plan(inst)
    outcome = place_musts(plan, run)
    if not outcome:
        raise _no_musts(proven=outcome is False)
    fill(plan, run.stopped)
    return plan


def _no_musts(*, proven: bool) -> SchedulerError:
    if proven:
        return ImpossibleError("musts_clash", "requests", "the must-meetings cannot all be held")
    return SchedulerError("out_of_time", "requests", "no schedule with all must-meetings was found in time")
