"""Order: a request that lies after another starts later than the other's last slot, when both are placed.

(b in slot t or later) + (r starts in slot t or earlier) <= 1         for each b before r and each t
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.model import Literal, Model
    from scheduler.plan import Plan


def in_order(plan: Plan, r: int) -> int:
    """Mask of the first slots after everything that must lie before r and before all that must lie after it."""
    inst = plan.inst
    first, last = 0, inst.n_slots
    for b in inst.before[r]:
        if plan.at[b] >= 0:
            first = max(first, plan.at[b] + inst.length[b])
    for a in inst.later[r]:
        if plan.at[a] >= 0:
            last = min(last, plan.at[a])
    last -= inst.length[r] - 1
    return ((1 << last) - 1) & ~((1 << first) - 1) if last > first else 0


def constrain(model: Model) -> None:
    """State the formula for pairs that are both free; fixed ones are in the masks already."""
    inst = model.inst
    free = set(model.free)
    starting: defaultdict[int, list[tuple[int, Literal]]] = defaultdict(list)
    for (r, _, t), variable in model.x.items():
        if inst.before[r] or inst.later[r]:
            starting[r].append((t, variable))
    for r in model.free:
        for b in inst.before[r]:
            for t in range(inst.n_slots) if b in free else ():
                late = [variable for s, variable in starting[b] if s + inst.length[b] - 1 >= t]
                early = [variable for s, variable in starting[r] if s <= t]
                if late and early:
                    model.cp.add_at_most_one(late + early)
