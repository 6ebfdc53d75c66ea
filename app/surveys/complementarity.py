"""Complementarity between regions: the formulas of a matching run. Pure: no database, no request, no clock, no chance.

With need_rk, offer_rk in [0, 1] of region r in cell k (capability.py) and weights w_k that sum to 1:

    C(r -> s) = sum_k w_k · need_rk · offer_sk · (1 - offer_rk)        what s has that r needs and has not itself
    cover(r -> s) = C(r -> s) / sum_k w_k · need_rk · (1 - offer_rk)   the share of r's gap that s could fill
    mutual(r, s) = harmonic mean of both covers                        both sides gain (Pizzato et al., RECON, 2010)
    critical mass(r, s) = sum_k w_k · min(offer_rk, offer_sk)          the same strengths, for doing something larger

A cell counts for a pair only where every figure the term needs may be shown; so no derived figure gives away a hidden
one. Sources and discussion: docs/mapping.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.surveys.capability import CapabilityMap, Cell

CHALLENGE_REGIONS = 2
"""From how many regions on a need is a common challenge."""


@dataclass(frozen=True, slots=True)
class Share:
    """One cell's part in a figure: w_k times its term."""

    cell: Cell
    amount: float


@dataclass(frozen=True, slots=True)
class OneWay:
    """What `giver` has for `taker`: C, its share of the taker's gap, and the cells it comes from, the largest first."""

    taker: str
    giver: str
    complement: float
    cover: float
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two regions, `one` before `other` in the order of the map."""

    one: str
    other: str
    gain: OneWay
    """What `other` has for `one`."""
    give: OneWay
    """What `one` has for `other`."""
    mutual: float

    @property
    def total(self) -> float:
        """Both directions together; orders the list."""
        return self.gain.complement + self.give.complement


@dataclass(frozen=True, slots=True)
class Mass:
    """Two regions with the same strengths."""

    one: str
    other: str
    amount: float
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Challenge:
    """A need that several regions share, the neediest first."""

    cell: Cell
    regions: tuple[str, ...]
    need: float
    """Mean of the needs of these regions."""
    respondents: int


@dataclass(frozen=True, slots=True)
class WhiteSpot:
    """A need that no region is shown to offer. `nowhere`: nobody at all; else single respondents, who stay unnamed."""

    cell: Cell
    regions: tuple[str, ...]
    need: float
    nowhere: bool


def even_weights(cells: Sequence[Cell]) -> dict[Cell, float]:
    """Every cell counts the same."""
    return {cell: 1 / len(cells) for cell in cells} if cells else {}


def weights_of(cells: Sequence[Cell], by_segment: Mapping[str, float]) -> dict[Cell, float]:
    """Weights from what segments count (1 where nothing is said), shared among a segment's cells; they sum to 1."""
    members: dict[str, int] = {}
    for segment, _technology in cells:
        members[segment] = members.get(segment, 0) + 1
    total = sum(by_segment.get(segment, 1.0) for segment in members)
    if not total:
        return even_weights(cells)
    return {cell: by_segment.get(cell[0], 1.0) / members[cell[0]] / total for cell in cells}


def one_way(found: CapabilityMap, weights: Mapping[Cell, float], taker: str, giver: str) -> OneWay:
    """C(taker -> giver) with its parts."""
    complement = gap = 0.0
    shares = []
    for cell in found.cells:
        lack = found.gap(taker, cell)
        if not lack:
            continue
        gap += weights[cell] * lack
        offer = found.offer(giver, cell).value
        if offer:
            amount = weights[cell] * lack * offer
            complement += amount
            shares.append(Share(cell, amount))
    shares.sort(key=lambda share: (-share.amount, share.cell))
    return OneWay(taker, giver, complement, complement / gap if gap else 0.0, tuple(shares))


def pairs(found: CapabilityMap, weights: Mapping[Cell, float]) -> list[Pair]:
    """All pairs in which at least one side has something for the other, the most complementary first."""
    made = []
    for number, one in enumerate(found.regions):
        for other in found.regions[number + 1 :]:
            gain, give = one_way(found, weights, one, other), one_way(found, weights, other, one)
            if gain.complement or give.complement:
                made.append(Pair(one, other, gain, give, harmonic(gain.cover, give.cover)))
    return sorted(made, key=lambda pair: (-pair.total, pair.one, pair.other))


def harmonic(one: float, other: float) -> float:
    """Harmonic mean; 0 when one of them is 0."""
    return 2 * one * other / (one + other) if one and other else 0.0


def critical_mass(found: CapabilityMap, weights: Mapping[Cell, float]) -> list[Mass]:
    """All pairs with a strength in common, the largest mass first."""
    made = []
    for number, one in enumerate(found.regions):
        for other in found.regions[number + 1 :]:
            shares = [
                Share(cell, weights[cell] * min(a, b))
                for cell in found.cells
                if (a := found.offer(one, cell).value) and (b := found.offer(other, cell).value)
            ]
            if shares:
                shares.sort(key=lambda share: (-share.amount, share.cell))
                made.append(Mass(one, other, sum(share.amount for share in shares), tuple(shares)))
    return sorted(made, key=lambda mass: (-mass.amount, mass.one, mass.other))


def common_challenges(found: CapabilityMap, *, regions_at_least: int = CHALLENGE_REGIONS) -> list[Challenge]:
    """Cells that at least so many regions are shown to need, the most shared first."""
    made = []
    for cell in found.cells:
        needing = _needing(found, cell)
        if len(needing) >= regions_at_least:
            mean = sum(value for _region, value, _n in needing) / len(needing)
            respondents = sum(n for _region, _value, n in needing)
            made.append(Challenge(cell, tuple(region for region, _value, _n in needing), mean, respondents))
    return sorted(made, key=lambda each: (-len(each.regions), -each.need, each.cell))


def white_spots(found: CapabilityMap) -> list[WhiteSpot]:
    """Cells that a region is shown to need and none is shown to offer, the greatest need first."""
    made = []
    for cell in found.cells:
        needing = _needing(found, cell)
        offers = [found.offer(region, cell) for region in found.regions]
        if needing and not any(offer.value for offer in offers):
            nowhere = all(offer.respondents == 0 for offer in offers)
            need = max(value for _region, value, _n in needing)
            made.append(WhiteSpot(cell, tuple(region for region, _value, _n in needing), need, nowhere))
    return sorted(made, key=lambda spot: (-spot.need, spot.cell))


def _needing(found: CapabilityMap, cell: Cell) -> list[tuple[str, float, int]]:
    """Regions with a shown need, its value and its respondents, the neediest first."""
    needs = [(region, found.need(region, cell)) for region in found.regions]
    shown = [(region, need.value, need.respondents) for region, need in needs if need.value and need.respondents]
    return sorted(shown, key=lambda each: (-each[1], each[0]))
