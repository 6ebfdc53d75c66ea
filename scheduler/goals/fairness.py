"""Fairness: nobody below the wanted minimum while others have more.

    minimise  sum over p of max(0, wanted[p] - meetings of p)

``wanted`` is the minimum, at most the number of requests that p is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.model import Literal, Model
    from scheduler.plan import Plan


def cost(plan: Plan) -> int:
    """Meetings missing in the plan."""
    pairs = zip(plan.inst.wanted, plan.load, strict=False)
    return sum(want - load for want, load in pairs if load < want)


def missing(model: Model) -> list[Literal]:
    """Per participant of the model below the minimum: meetings still missing, one variable each."""
    found = []
    for person in sorted(unit for unit in model.units if unit < model.inst.n_people):
        want = model.inst.wanted[person] - model.plan.load[person]
        if want > 0:
            short = model.cp.new_int_var(0, want, "")
            model.cp.add(short >= want - sum(model.units[person]))
            found.append(short)
    return found
