"""Nobody has more meetings than allowed.

sum of x[r,o,t] over all meetings of unit u <= limit[u]         where slots alone do not say so
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.model import Model


def constrain(model: Model) -> None:
    """State the formula for the units of the free requests."""
    inst = model.inst
    for unit, variables in model.units.items():
        room = inst.limit[unit] - model.plan.load[unit]
        slots = sum(1 for t in range(inst.n_slots) if (unit, t) in model.use)
        if slots > room:
            model.at_most(variables, room)
