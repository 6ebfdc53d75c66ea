"""A lower bound on breaks from the tables alone: what everybody's best agenda would cost if slots had prices.

Whoever meets in slot t takes a place, and tables[t] tables have 2 tables[t] places. For any prices w >= 0,

    breaks >= sum_p min over agendas A of p (breaks of A + sum over t in A of w[t]) - sum_t 2 tables[t] w[t]

by weak duality; an agenda of p is any choice of as many slots as p has meetings, among those possible for p. The inner
minimum is a shortest path over the slots. At prices of zero the bound counts the breaks that absence forces. Good
prices are found by a subgradient method with Polyak's step (USSR Comput. Math. Math. Phys. 9, 1969) along a direction
with memory (Camerini, Fratta and Maffioli, Math. Programming Study 3, 1975). Crowded halls are its case: clauses prove
such a bound slowly, because they cannot count.
"""

from __future__ import annotations

import math
from collections import Counter

from scheduler.instance import Instance
from scheduler.plan import bits

ROUNDS = 150  # of the subgradient method
MEMORY = 0.8  # share of the last direction in the next
PATIENCE = 15  # rounds without progress before the step is made smaller
SHRINK = 1.5
TOLERANCE = 1e-6  # rounding of the sums; a bound within it of a whole number is that number

Agenda = tuple[float, int]  # cost, mask of slots
NEVER: Agenda = (math.inf, 0)


def fewest_breaks(inst: Instance, target: int) -> int:
    """A proven lower bound on the breaks of all schedules; no better one is sought once ``target`` is reached."""
    agendas = _kinds(inst)
    places = [2 * tables for tables in inst.open_tables]
    prices, direction = [0.0] * inst.n_slots, [0.0] * inst.n_slots
    best, step, stalled = -math.inf, 1.0, 0
    for _ in range(ROUNDS):
        bound, excess = _priced(agendas, prices, places)
        stalled = 0 if bound > best + TOLERANCE else stalled + 1
        best = max(best, bound)
        if best >= target - TOLERANCE or stalled > 4 * PATIENCE:
            break
        if stalled % PATIENCE == PATIENCE - 1:
            step /= SHRINK
        direction = [g + MEMORY * d for g, d in zip(excess, direction, strict=True)]
        direction = [d if d > 0 or w > 0 else 0.0 for d, w in zip(direction, prices, strict=True)]
        length = sum(d * d for d in direction)
        if not length:
            break
        factor = step * (target - bound) / length
        prices = [max(0.0, w + factor * d) for w, d in zip(prices, direction, strict=True)]
    return max(0, math.ceil(best - TOLERANCE))


def _kinds(inst: Instance) -> Counter[tuple[int, int]]:
    """How many participants have so many meetings in so many possible slots."""
    kinds: Counter[tuple[int, int]] = Counter()
    for requests in inst.requests_of[: inst.n_people]:
        possible = 0
        for r in requests:
            for option in inst.options[r]:
                possible |= option.mask
        if requests:
            kinds[len(requests), possible] += 1
    return kinds


def _priced(kinds: Counter[tuple[int, int]], prices: list[float], places: list[int]) -> tuple[float, list[int]]:
    """The bound at these prices and, by slot, the places taken beyond those there are: a subgradient."""
    excess = [-most for most in places]
    bound = -sum(most * w for most, w in zip(places, prices, strict=True))
    for (meetings, possible), people in kinds.items():
        cost, slots = _cheapest(meetings, possible, prices)
        bound += people * cost
        for t in bits(slots):
            excess[t] += people
    return bound, excess


def _cheapest(meetings: int, possible: int, prices: list[float]) -> Agenda:
    """The agenda with the smallest number of breaks plus prices, by the number of meetings held so far and whether
    the last slot was one of them."""
    busy = [NEVER] * (meetings + 1)
    idle = [(0.0, 0), *[NEVER] * meetings]
    for t, price in enumerate(prices):
        now = [NEVER] * (meetings + 1)
        if possible >> t & 1:
            for held in range(meetings):
                waited = idle[held][0] + (held > 0)
                cost, slots = busy[held] if busy[held][0] <= waited else (waited, idle[held][1])
                now[held + 1] = (cost + price, slots | 1 << t)
        idle = [min(pair) for pair in zip(busy, idle, strict=True)]
        busy = now
    return min(busy[meetings], idle[meetings])
