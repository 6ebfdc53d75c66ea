"""The first legal plan: colour the selected meetings into slots.

A meeting that finds no slot in which everybody is free is made room for by a chain: the meeting in its way
changes from slot a to slot b, what was in b goes to a, and so on along the alternating component, as in the
proof of Vizing's theorem (Kempe chains), here respecting absences, pins, order and the number of tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from scheduler.instance import NO_POOL, Instance, Option
from scheduler.masks import bits, span, starts
from scheduler.plan import Plan
from scheduler.rules import tables

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
            if not insert(plan, r, inst.family(r, max(choice[r], 0)), longest):
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
        gained += insert_any(plan, r, longest)
    return gained


def insert_any(plan: Plan, r: int, longest: int) -> bool:
    """Place r in whatever way is possible after at most one chain per person."""
    return any(insert(plan, r, plan.inst.family(r, o), longest) for o in plan.inst.families(r))


def insert(plan: Plan, r: int, family: Sequence[Option], longest: int) -> bool:
    """Place r by an option of the family, if need be after one chain of at most ``longest`` meetings per person in
    the way."""
    if not plan.within_limits(family[0]):
        return False
    return place_freely(plan, r, family) or any(_make_room(plan, r, option, longest) for option in family)


def place_freely(plan: Plan, r: int, family: Sequence[Option]) -> bool:
    """Place r where nothing is in the way, beside other meetings of its people if there is a choice of zones."""
    if not plan.within_limits(family[0]):
        return False
    found = [(option, best_slot(plan, r, option, mask)) for option in family if (mask := plan.possible(r, option))]
    if not found:
        return False
    option, t = found[0] if len(found) == 1 else max(found, key=lambda place: _closeness(plan, r, *place))
    plan.place(r, option, t)
    return True


def _closeness(plan: Plan, r: int, option: Option, t: int) -> tuple[int, int]:
    """How many neighbouring meetings of its people it would have, those in the same zone first; then, free tables."""
    beside = 1 << t >> 1 | 1 << t + plan.inst.length[r]
    near = sum(bool(plan.busy[person] & beside) for person in option.who)
    same = sum(bool(plan.zones[person].get(option.zone, 0) & beside) for person in option.who) if plan.zones else 0
    free = 0 if option.pool == NO_POOL else plan.inst.pools[option.pool].room[t] - plan.pool_used[option.pool][t]
    return near + same, free


def _make_room(plan: Plan, r: int, option: Option, longest: int) -> bool:
    mask = option.mask & plan.in_order(r)
    if not mask:
        return False
    if option.pool != NO_POOL:
        everybody = 0
        for unit in option.units:
            everybody |= plan.busy[unit]
        everybody = mask & ~everybody if plan.inst.length[r] == 1 else 0
        if any(_free_table(plan, option, a, longest) and _settle(plan, r, option, a) for a in bits(everybody)):
            return True
        mask &= starts(plan.pool_open[option.pool], plan.inst.length[r])
    return any(_clear(plan, r, option, a, longest) and _settle(plan, r, option, a) for a in bits(mask))


def best_slot(plan: Plan, r: int, option: Option, mask: int) -> int:
    """A slot next to meetings of as many of them as possible; where tables are scarce, among the emptier slots."""
    inst = plan.inst
    if option.pool != NO_POOL and inst.scarce:
        mask = _emptier(plan, option.pool, mask)
    touching, near, length = mask, 0, inst.length[r]
    for unit in option.units:
        busy = plan.busy[unit]
        beside = busy << 1 | busy >> length
        near |= beside
        touching &= beside
    mask = touching or mask & near or mask
    if mask & (mask - 1) == 0 or option.pool == NO_POOL:
        return mask.bit_length() - 1 if mask & (mask - 1) == 0 else (mask & -mask).bit_length() - 1
    used, room = plan.pool_used[option.pool], inst.pools[option.pool].room
    return min(bits(mask), key=lambda t: used[t] - room[t])


def _emptier(plan: Plan, pool: int, mask: int) -> int:
    """The slots of the mask with about the most free tables: filling evenly keeps chains short at the end."""
    room = {t: plan.inst.pools[pool].room[t] - plan.pool_used[pool][t] for t in bits(mask)}
    enough = max(room.values()) - 1 - plan.inst.widest[pool] // 50
    return sum(1 << t for t, free in room.items() if free >= enough)


def _freedom(inst: Instance, r: int) -> int:
    """Slots to choose from: the fewer, the earlier the meeting is placed; long ones find no room later."""
    return max((option.mask.bit_count() for option in inst.options[r]), default=0) // inst.length[r] ** 2


def _settle(plan: Plan, r: int, option: Option, a: int) -> bool:
    if not plan.possible(r, option) >> a & 1:
        return False
    plan.place(r, option, a)
    return True


def _clear(plan: Plan, r: int, option: Option, a: int, longest: int) -> bool:
    """Free slot a, and those that follow as long as the meeting lasts, by swapping away what is in its way; undone
    when that fails."""
    done: list[tuple[list[int], int, int]] = []
    window = span(a, plan.inst.length[r])
    for unit, t in [(u, s) for u in option.units for s in bits(window & plan.busy[u])]:
        blocker = plan.grid[unit][t]
        if blocker < 0:
            continue
        chain = _way_out(plan, option, blocker, t, window, longest)
        if chain is None:
            break
        plan.swap(*chain)
        done.append(chain)
    else:
        if option.pool == NO_POOL or not window & ~plan.pool_open[option.pool]:
            return True
    for chain in reversed(done):
        plan.swap(*chain)
    return False


def _way_out(
    plan: Plan, option: Option, blocker: int, a: int, window: int, longest: int
) -> tuple[list[int], int, int] | None:
    """A component through ``blocker`` that takes it out of slot a, to outside the window, and brings nobody of the
    option into a."""
    how = plan.how[blocker]
    assert how is not None
    if plan.inst.fixed[blocker]:
        return None
    for b in bits(how.mask & ~window):
        chain = plan.component(blocker, a, b, longest)
        if chain is None:
            continue
        moved = set(chain)
        if all(plan.grid[unit][b] not in moved for unit in option.units):
            return chain, a, b
    return None


def _free_table(plan: Plan, option: Option, a: int, longest: int) -> bool:
    """All tables of the pool are taken in slot a: swap a component that brings one table more to a slot with room.

    One exists whenever a is fuller than b, because the components' differences add up to that of the slots."""
    for b in bits(plan.pool_open[option.pool]):
        for r in islice(plan.in_pool[option.pool][a], STARTS):
            if plan.inst.fixed[r]:
                continue
            chain = plan.component(r, a, b, longest)
            if chain is None or tables.shift(plan, chain, a, option.pool) <= 0:
                continue
            moved = set(chain)
            if all(plan.grid[unit][b] not in moved for unit in option.units):
                plan.swap(chain, a, b)
                return True
    return False
