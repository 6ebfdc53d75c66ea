"""The first legal plan: colour the selected meetings into slots.

A meeting that finds no slot in which everybody is free is made room for by a chain: the meeting in its way
changes from slot a to slot b, what was in b goes to a, and so on along the alternating component, as in the
proof of Vizing's theorem (Kempe chains), here respecting absences, pins, order and the number of tables.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from scheduler.instance import Instance, Option
from scheduler.plan import Plan, bits

CHAINS = (8, 40, 400)  # longest chain tried in the first, second and third round
STARTS = 30  # components looked at to free a table in a slot


def construct(inst: Instance, choice: list[int], stop: Callable[[], bool]) -> Plan:
    """Place must-meetings and pinned ones first, then the selected, then whatever else still fits."""
    plan = Plan(inst)
    waiting = [r for r, o in enumerate(choice) if o >= 0 or (inst.must[r] and inst.options[r])]
    waiting.sort(key=lambda r: (not inst.must[r], not inst.fixed[r], _freedom(inst, r), -inst.value[r], r))
    for longest in CHAINS:
        left = []
        for k, r in enumerate(waiting):
            if k % 64 == 0 and stop():
                return plan
            preferred = inst.options[r][max(choice[r], 0)]
            if not insert(plan, r, preferred, longest):
                left.append(r)
        waiting = left
    fill(plan, stop)
    return plan


def fill(plan: Plan, stop: Callable[[], bool], longest: int = CHAINS[-1]) -> int:
    """Try every unplaced request once, the most valuable first; the number placed."""
    inst = plan.inst
    rest = [r for r, t in enumerate(plan.at) if t < 0 and inst.options[r]]
    rest.sort(key=lambda r: (not inst.must[r], -inst.value[r], r))
    gained = 0
    for k, r in enumerate(rest):
        if k % 64 == 0 and stop():
            break
        gained += any(insert(plan, r, option, longest) for option in inst.options[r])
    return gained


def insert(plan: Plan, r: int, option: Option, longest: int) -> bool:
    """Place r by this option, if need be after one chain of at most ``longest`` meetings per person in the
    way."""
    if not plan.within_limits(option):
        return False
    mask = plan.possible(r, option)
    if mask:
        plan.place(r, option, best_slot(plan, option, mask))
        return True
    mask = option.mask & plan.in_order(r)
    if not mask:
        return False
    everybody = mask
    for unit in option.units:
        everybody &= ~plan.busy[unit]
    if option.pool:
        mask &= plan.pool_open
        if any(_free_table(plan, option, a, longest) and _settle(plan, r, option, a) for a in bits(everybody)):
            return True
    return any(_clear(plan, option, a, longest) and _settle(plan, r, option, a) for a in bits(mask))


def best_slot(plan: Plan, option: Option, mask: int) -> int:
    """A slot next to meetings of as many of them as possible; where tables are scarce, among the emptier slots."""
    inst = plan.inst
    if option.pool and inst.scarce:
        mask = _emptier(plan, mask)
    touching, near = mask, 0
    for unit in option.units:
        busy = plan.busy[unit]
        beside = busy << 1 | busy >> 1
        near |= beside
        touching &= beside
    mask = touching or mask & near or mask
    if mask & (mask - 1) == 0:
        return mask.bit_length() - 1
    return min(bits(mask), key=lambda t: plan.pool_used[t] - inst.pool[t])


def _emptier(plan: Plan, mask: int) -> int:
    """The slots of the mask with about the most free pool tables: filling evenly keeps chains short at the end."""
    room = {t: plan.inst.pool[t] - plan.pool_used[t] for t in bits(mask)}
    enough = max(room.values()) - 1 - plan.inst.pool_widest // 50
    return sum(1 << t for t, free in room.items() if free >= enough)


def _freedom(inst: Instance, r: int) -> int:
    """Slots to choose from: the fewer, the earlier the meeting is placed."""
    return max((option.mask.bit_count() for option in inst.options[r]), default=0)


def _settle(plan: Plan, r: int, option: Option, a: int) -> bool:
    if not plan.possible(r, option) >> a & 1:
        return False
    plan.place(r, option, a)
    return True


def _clear(plan: Plan, option: Option, a: int, longest: int) -> bool:
    """Free slot a for the option by swapping away what is in its way; undone when that fails."""
    done: list[tuple[list[int], int, int]] = []
    for unit in option.units:
        blocker = plan.grid[unit][a]
        if blocker < 0:
            continue
        chain = _way_out(plan, option, blocker, a, longest)
        if chain is None:
            break
        plan.swap(*chain)
        done.append(chain)
    else:
        if not option.pool or plan.pool_open >> a & 1:
            return True
    for chain in reversed(done):
        plan.swap(*chain)
    return False


def _way_out(plan: Plan, option: Option, blocker: int, a: int, longest: int) -> tuple[list[int], int, int] | None:
    """A component through ``blocker`` that takes it out of slot a and brings nobody of the option into it."""
    how = plan.how[blocker]
    assert how is not None
    if plan.inst.fixed[blocker]:
        return None
    for b in bits(how.mask & ~(1 << a)):
        chain = plan.component(blocker, a, b, longest)
        if chain is None:
            continue
        moved = set(chain)
        if all(plan.grid[unit][b] not in moved for unit in option.units):
            return chain, a, b
    return None


def _free_table(plan: Plan, option: Option, a: int, longest: int) -> bool:
    """All pool tables of slot a are taken: swap a component that brings one table more to a slot with room.

    One exists whenever a is fuller than b, because the components' differences add up to that of the slots."""
    for b in bits(plan.pool_open):
        for r in islice(plan.in_pool[a], STARTS):
            if plan.inst.fixed[r]:
                continue
            chain = plan.component(r, a, b, longest)
            if chain is None or plan.shift(chain, a) <= 0:
                continue
            moved = set(chain)
            if all(plan.grid[unit][b] not in moved for unit in option.units):
                plan.swap(chain, a, b)
                return True
    return False
