"""Each request at most once, must-meetings exactly once; an option is one participant from each side.

sum over o, t of x[r,o,t] <= 1, and = 1 for must-meetings
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.model import Model


def constrain(model: Model) -> None:
    """State the formula for the free requests."""
    for r, mine in model.request.items():
        if model.inst.must[r]:
            model.cp.add_exactly_one(mine)
        elif len(mine) > 1:
            model.cp.add_at_most_one(mine)
