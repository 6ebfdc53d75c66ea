"""A lower bound on breaks from the tables alone: what everybody's best agenda would cost if slots had prices.

Whoever meets in slot t takes a place, and tables[t] tables have 2 tables[t] places. For any prices w >= 0,

    breaks >= sum_p min over agendas A of p (breaks of A + sum over t in A of w[t]) - sum_t 2 tables[t] w[t]

by weak duality; an agenda of p is any choice of as many slots as p has meetings, among those possible for p. The inner
minimum is a shortest path over the slots. At prices of zero the bound counts the breaks that absence forces. Good
prices are found by a subgradient method with Polyak's step (USSR Comput. Math. Math. Phys. 9, 1969) along a direction
with memory (Camerini, Fratta and Maffioli, Math. Programming Study 3, 1975). Crowded halls are its case: clauses prove
such a bound slowly, because they cannot count.

All sums are whole numbers of twelfths of a break: exact, and the best prices tend to be halves and thirds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scheduler.instance import Instance
from scheduler.plan import bits

UNIT = 12  # prices and sums are in 1 / UNIT of a break
ROUNDS = 150  # of the subgradient method, if the problem is not too large for that
WORK = 3_000_000  # steps of shortest paths in all rounds
AHEAD = 2  # breaks beyond the best bound so far that a step aims at
MEMORY = 0.8  # share of the last direction in the next
PATIENCE = 10  # rounds without progress before the step is made smaller
SHRINK = 1.5
STALLED = 40  # rounds without progress after which there will be none

Agenda = tuple[int, int]  # cost, mask of slots
NEVER: Agenda = (1 << 40, 0)


@dataclass(frozen=True)
class PriceBound:
    """``prices`` by slot, ``cheapest`` by participant: the cost of the best agenda at these prices; ``total`` is the
    bound. All in twelfths of a break."""

    prices: list[int]
    cheapest: list[int]
    total: int

    @property
    def breaks(self) -> int:
        """No schedule has fewer."""
        return max(0, -(-self.total // UNIT))


def price_bound(inst: Instance, target: int) -> PriceBound:
    """The best bound found; no better one is sought once it proves ``target`` breaks."""
    kinds = [_kind(inst, person) for person in range(inst.n_people)]
    auction = _Auction(Counter(kinds), [2 * tables for tables in inst.open_tables])
    auction.run(target)
    for unit in (UNIT // 2, UNIT):
        auction.offer([(price + unit // 2) // unit * unit for price in auction.best_prices])
    cost = {kind: _cheapest(*kind, auction.best_prices)[0] for kind in auction.kinds}
    return PriceBound(auction.best_prices, [cost[kind] for kind in kinds], auction.best)


def _kind(inst: Instance, person: int) -> tuple[int, int]:
    """(number of meetings, mask of the slots possible for some of them)."""
    possible = 0
    for r in inst.requests_of[person]:
        for option in inst.options[r]:
            possible |= option.mask
    return len(inst.requests_of[person]), possible


class _Auction:
    """Seeks the prices with the highest bound. ``kinds`` counts participants that are alike, ``places`` is by slot."""

    def __init__(self, kinds: Counter[tuple[int, int]], places: list[int]) -> None:
        self.kinds = kinds
        self.places = places
        self.best_prices = [0] * len(places)
        self.best, self._excess = self._evaluate(self.best_prices)

    def offer(self, prices: list[int]) -> bool:
        """Keep these prices if they are better; whether they are."""
        total, self._excess = self._evaluate(prices)
        self._last = total
        if total <= self.best:
            return False
        self.best, self.best_prices = total, prices
        return True

    def run(self, target: int) -> None:
        """Some rounds of steps towards a bound of ``target`` breaks."""
        exact, direction = [0.0] * len(self.places), [0.0] * len(self.places)
        self._last, step, stalled = self.best, 1.0, 0
        steps = sum(meetings for meetings, _ in self.kinds) * len(self.places)
        for _ in range(min(ROUNDS, WORK // max(1, steps))):
            if self.best > UNIT * (target - 1) or stalled > STALLED:
                return
            direction = [
                0.0 if not price and g + MEMORY * d <= 0 else g + MEMORY * d
                for g, d, price in zip(self._excess, direction, exact, strict=True)
            ]
            length = sum(d * d for d in direction)
            if not length:
                return
            aim = min(target, self.best / UNIT + AHEAD)
            factor = step * (aim - self._last / UNIT) / length
            exact = [max(0.0, price + factor * d) for price, d in zip(exact, direction, strict=True)]
            stalled = 0 if self.offer([round(UNIT * price) for price in exact]) else stalled + 1
            if stalled % PATIENCE == PATIENCE - 1:
                step /= SHRINK

    def _evaluate(self, prices: list[int]) -> tuple[int, list[int]]:
        """The bound at these prices and, by slot, the places taken beyond those there are: a subgradient."""
        excess = [-most for most in self.places]
        total = -sum(most * price for most, price in zip(self.places, prices, strict=True))
        for (meetings, possible), people in self.kinds.items():
            cost, slots = _cheapest(meetings, possible, prices)
            total += people * cost
            for t in bits(slots):
                excess[t] += people
        return total, excess


def _cheapest(meetings: int, possible: int, prices: list[int]) -> Agenda:
    """The agenda with the smallest number of breaks plus prices, by the number of meetings held so far and whether
    the last slot was one of them."""
    busy = [NEVER] * (meetings + 1)
    idle = [(0, 0), *[NEVER] * meetings]
    for t, price in enumerate(prices):
        now = [NEVER] * (meetings + 1)
        if possible >> t & 1:
            for held in range(meetings):
                waited = idle[held][0] + UNIT * (held > 0)
                cost, slots = busy[held] if busy[held][0] <= waited else (waited, idle[held][1])
                now[held + 1] = (cost + price, slots | 1 << t)
        idle = [min(pair) for pair in zip(busy, idle, strict=True)]
        busy = now
    return min(busy[meetings], idle[meetings])
