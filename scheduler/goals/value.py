"""Value: the sum of the values of the placed requests.

maximise  sum over r of value[r] (sum over o, t of x[r,o,t])
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.model import Model
    from scheduler.plan import Plan


def floor(plan: Plan, bound: int, share: float) -> int:
    """The least value that a tolerance, a share of the best value possible, allows from here on."""
    return min(plan.value, math.ceil(bound * (1 - share)))


def expression(model: Model) -> cp_model.LinearExpr:
    """The value of the free requests in the exact model."""
    return model.weighted([(model.inst.value[r], x) for r, mine in model.request.items() for x in mine])
