"""Meetings in a row: of any most[p] + 1 neighbouring slots of a day, p is free in one.

    sum over s = t .. t + most[p] of u[p,s] <= most[p]           for each p with a limit and each t

A meeting of several slots counts as many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.instance import Option
from scheduler.masks import bits, span

if TYPE_CHECKING:
    from scheduler.model import Model
    from scheduler.plan import Plan


def short_rows(busy: int, days: tuple[int, ...], most: int) -> bool:
    """Whether no day has more than ``most`` busy slots in a row."""
    for day in days:
        row = busy & day
        for _ in range(most):
            row &= row >> 1
        if row:
            return False
    return True


def allowed(plan: Plan, option: Option, mask: int, length: int) -> int:
    """The first slots of the mask in which nobody would be in meetings for longer than allowed."""
    inst = plan.inst
    for person in option.who:
        most = inst.most_in_row[person]
        if most:
            for t in bits(mask):
                if not short_rows(plan.busy[person] | span(t, length), inst.days, most):
                    mask &= ~(1 << t)
    return mask


def allow(plan: Plan, found: list[int], a: int, b: int) -> bool:
    """Whether everybody's rows stay short when the component changes places."""
    times: dict[int, int] = {}
    for r in found:
        option = plan.how[r]
        for person in option.who if option is not None else ():
            times[person] = times.get(person, 0) + 1
    both = 1 << a | 1 << b
    inst = plan.inst
    return all(
        n > 1 or not inst.most_in_row[p] or short_rows(plan.busy[p] ^ both, inst.days, inst.most_in_row[p])
        for p, n in times.items()
    )


def constrain(model: Model) -> None:
    """State the formula for everybody with a limit."""
    inst = model.inst
    for person in range(inst.n_people):
        most = inst.most_in_row[person]
        for day in inst.days if most and person in model.units else ():
            slots = list(bits(day))
            for window in zip(*(slots[k:] for k in range(most + 1)), strict=False):
                fixed = sum(model.plan.busy[person] >> t & 1 for t in window)
                literals = [x for t in window for x in model.use.get((person, t), ())]
                if literals:
                    model.at_most(literals, most - fixed)
