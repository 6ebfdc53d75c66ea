"""Tables without owner: in each slot as many meetings of a pool as tables of it are open.

    sum of x[r,o,t] over everything in pool k during slot s <= room[k,s]             for each k and s

The plan asks the same of a component that swaps two slots: the slot that gets more meetings of a pool than it gives
must have room for the difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.instance import NO_POOL

if TYPE_CHECKING:
    from scheduler.model import Model
    from scheduler.plan import Plan


def shift(plan: Plan, found: list[int], a: int, pool: int) -> int:
    """How many tables of a pool more slot a gives to the other slot than it gets, if the component is swapped."""
    total = 0
    for r in found:
        option = plan.how[r]
        if option is not None and option.pool == pool:
            total += 1 if plan.at[r] == a else -1
    return total


def allow(plan: Plan, found: list[int], a: int, b: int) -> bool:
    """Whether every pool has the tables when the component changes places."""
    pools = plan.inst.pools
    if len(pools) == 1:
        return _fits(plan, 0, shift(plan, found, a, 0), a, b)
    touched = {option.pool for r in found if (option := plan.how[r]) is not None}
    return all(_fits(plan, k, shift(plan, found, a, k), a, b) for k in touched if k != NO_POOL)


def _fits(plan: Plan, pool: int, gain: int, a: int, b: int) -> bool:
    room, used = plan.inst.pools[pool].room, plan.pool_used[pool]
    if gain > 0:
        return used[b] + gain <= room[b]
    return gain == 0 or used[a] - gain <= room[a]


def constrain(model: Model) -> None:
    """State the formula for the free requests."""
    for (pool, t), variables in model.pool.items():
        room = model.inst.pools[pool].room[t] - model.plan.pool_used[pool][t]
        if len(variables) > room:
            model.at_most(variables, room)
