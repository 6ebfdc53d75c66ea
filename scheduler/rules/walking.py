"""Walking time: two meetings of one participant on one day leave the minutes that the way between their zones takes.

    near[y][z][t] = slots s of t's day with  minutes between t and s  <  walk(y, z)
    for each participant p, zones y, z, slot t, s in near[y][z][t]:    u[p,y,t] + u[p,z,s] <= 1

with u[p,z,t] = 1 when p meets in zone z in slot t. Where the slots do not say when they start, only neighbouring slots
are too near. With a price instead of the ban, ``near`` is empty and a hurry costs (``goals.moves``).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import combinations
from operator import itemgetter
from typing import TYPE_CHECKING

from scheduler.problem import Problem, Slot

if TYPE_CHECKING:
    from scheduler.instance import Option
    from scheduler.model import Literal, Model
    from scheduler.plan import Plan

Near = tuple[tuple[tuple[int, ...], ...], ...]


def nearness(problem: Problem, zones: tuple[str, ...]) -> Near:
    """``near`` of the formula for the numbered zones."""
    walk = {frozenset(walk.zones): walk.minutes for walk in problem.walks}
    return tuple(
        tuple(
            tuple(_too_near(problem.slots, t, walk.get(frozenset((y, z)), 0)) for t in range(len(problem.slots)))
            for z in zones
        )
        for y in zones
    )


def _too_near(slots: tuple[Slot, ...], t: int, minutes: int) -> int:
    return sum(
        1 << s
        for s, other in enumerate(slots)
        if minutes and s != t and other.day == slots[t].day and hurried(slots, min(s, t), max(s, t), minutes)
    )


def hurried(slots: tuple[Slot, ...], first: int, second: int, minutes: int) -> bool:
    """Whether between the end of one slot and the start of a later one there are less than so many minutes."""
    one, other = slots[first], slots[second]
    if one.start is None or other.start is None or one.minutes is None:
        return second == first + 1
    end = datetime.fromisoformat(one.start) + timedelta(minutes=one.minutes)
    return datetime.fromisoformat(other.start) - end < timedelta(minutes=minutes)


def blocked(plan: Plan, option: Option) -> int:
    """Slots in which somebody of the option could not get to, or away from, its zone in time."""
    near = plan.inst.near[option.zone]
    mask = 0
    for person in option.who:
        for zone, busy in plan.zones[person].items():
            rows = near[zone]
            while busy:
                low = busy & -busy
                mask |= rows[low.bit_length() - 1]
                busy ^= low
    return mask


def allow(plan: Plan, found: list[int], a: int, b: int) -> bool:
    """Whether everybody still gets everywhere in time when the component changes places."""
    coming: dict[int, list[tuple[int, int]]] = {}
    for r in found:
        option = plan.how[r]
        assert option is not None
        target = b if plan.at[r] == a else a
        for person in option.who:
            coming.setdefault(person, []).append((option.zone, target))
    return all(_in_time(plan, person, moves, a, b) for person, moves in coming.items())


def _in_time(plan: Plan, person: int, moves: list[tuple[int, int]], a: int, b: int) -> bool:
    near = plan.inst.near
    after = {zone: busy & ~(1 << a | 1 << b) for zone, busy in plan.zones[person].items()}
    for zone, target in moves:
        after[zone] = after.get(zone, 0) | 1 << target
    return not any(near[zone][other][target] & busy for zone, target in moves for other, busy in after.items())


def constrain(model: Model) -> None:
    """The formula above for the free requests; the others' zones are in the masks already."""
    inst = model.inst
    if not inst.near:
        return
    here: defaultdict[int, defaultdict[tuple[int, int], list[Literal]]] = defaultdict(lambda: defaultdict(list))
    for (r, o, t), variable in model.x.items():
        option = inst.options[r][o]
        for person in option.who:
            for s in range(t, t + inst.length[r]):
                here[person][option.zone, s].append(variable)
    for places in here.values():
        for ((y, t), mine), ((z, s), others) in combinations(sorted(places.items(), key=itemgetter(0)), 2):
            if inst.near[y][z][t] >> s & 1:
                model.cp.add_at_most_one([*mine, *others])
