"""From a finished plan to the result: schedule, reasons, measures, confirmed by the judge."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.audit import audit
from scheduler.explain import explain
from scheduler.instance import Instance
from scheduler.options import Result
from scheduler.plan import Plan
from scheduler.run import Run
from scheduler.schedule import Meeting, Schedule


def result_of(plan: Plan, run: Run, tables: Sequence[int], price: Sequence[float]) -> Result:
    """The result of a run. A plan that the judge finds illegal is a bug and raises ``AssertionError``."""
    inst = plan.inst
    meetings = tuple(
        meeting_of(plan, r, tables[r])
        for r in sorted((r for r, t in enumerate(plan.at) if t >= 0), key=lambda r: (plan.at[r], r))
    )
    schedule = Schedule(meetings, tuple(explain(inst, plan)), run.bound)
    judgement = audit(inst.problem, schedule)
    if not judgement.legal:
        raise AssertionError(f"the engine made an illegal schedule: {judgement.broken[0].sentence}")
    return Result(
        schedule=schedule,
        status="optimal" if plan.value == run.bound else "feasible",
        value=plan.value,
        bound=run.bound,
        gap=judgement.gap or 0.0,
        breaks=judgement.measures.breaks,
        idle_slots=judgement.measures.idle_slots,
        placed=len(meetings),
        seconds_to_first=run.first or run.seconds,
        seconds_to_best=run.best or run.seconds,
        seconds=run.seconds,
        measures=judgement.measures,
        prices=prices_by_name(inst, price),
    )


def meeting_of(plan: Plan, r: int, table: int) -> Meeting:
    """A placed request in the words of the exchange format."""
    problem, how = plan.inst.problem, plan.how[r]
    assert how is not None
    who = tuple(problem.participants[p].id for p in how.who)
    helper = None if how.interpreter < 0 else plan.inst.unit_name(how.interpreter)
    return Meeting(problem.requests[r].id, who, problem.slots[plan.at[r]].id, problem.tables[table].id, helper)


def prices_by_name(inst: Instance, price: Sequence[float]) -> dict[str, float]:
    """The bound's multipliers by the names of what they price; zeros left out."""
    if not any(price):
        return {}
    from scheduler.bound import Rows  # loads a linear-programming library

    return {name: a for name, a in zip(Rows(inst).names(), price, strict=True) if a}
