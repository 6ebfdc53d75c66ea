"""Nobody is in two meetings at once: participants, interpreters and contested tables are units.

sum of x[r,o,t] over everything that unit u takes part in during slot s <= 1        for each u and s
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.model import Model


def constrain(model: Model) -> None:
    """State the formula; what stands still is in the masks already."""
    for variables in model.use.values():
        if len(variables) > 1:
            model.cp.add_at_most_one(variables)
