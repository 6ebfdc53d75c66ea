"""The capability map: for each region and cell of the value chain what is offered and needed, and by how many. Pure.

A cell is a segment, or a segment and a technology. With voices i of region r and their strongest statement a_ik about
cell k, the mass is x_rk = sum_i a_ik: the tenth statement of one respondent does not count, the tenth respondent does.
Figures of a cell that rests on one or two respondents do not leave this module.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.surveys.statements import Side, Statement, Voice
from app.surveys.suppression import MINIMUM, may_show

Cell = tuple[str, str]
"""Segment and technology; the technology is empty for statements without one and for maps by segment."""
Grain = Literal["segment", "technology"]
Measure = Literal["mass", "share"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One side of one cell in one region. `value` lies between 0 and 1; None: suppressed, or too few answers."""

    respondents: int | None
    mass: float | None
    value: float | None


NOTHING = Figure(0, 0.0, 0.0)
HIDDEN = Figure(None, None, None)


@dataclass(frozen=True)
class CapabilityMap:
    """What a region offers and needs in each cell. Regions and cells are in the order they were given."""

    regions: tuple[str, ...]
    cells: tuple[Cell, ...]
    respondents: Mapping[str, int | None]
    offers: Mapping[tuple[str, Cell], Figure]
    needs: Mapping[tuple[str, Cell], Figure]
    minimum: int = MINIMUM

    def offer(self, region: str, cell: Cell) -> Figure:
        """What the region offers in the cell; all hidden for a region with too few answers."""
        return self._figure(self.offers, region, cell)

    def need(self, region: str, cell: Cell) -> Figure:
        """What the region needs in the cell."""
        return self._figure(self.needs, region, cell)

    def gap(self, region: str, cell: Cell) -> float | None:
        """need · (1 - offer): what the region needs and has not. None where one of the two is hidden."""
        need, offer = self.need(region, cell).value, self.offer(region, cell).value
        return None if need is None or offer is None else need * (1 - offer)

    def _figure(self, figures: Mapping[tuple[str, Cell], Figure], region: str, cell: Cell) -> Figure:
        if self.respondents.get(region) is None:
            return HIDDEN
        return figures.get((region, cell), NOTHING)


@dataclass
class _Tally:
    """Strongest statement of each respondent by region and cell."""

    strongest: dict[Side, dict[tuple[str, Cell], dict[str, float]]] = field(
        default_factory=lambda: {"offer": {}, "need": {}}
    )

    def add(self, voice: Voice, statement: Statement, grain: Grain) -> None:
        cell = cell_of(statement, grain)
        by_voice = self.strongest[statement.side].setdefault((voice.region, cell), {})
        by_voice[voice.code] = max(by_voice.get(voice.code, 0.0), statement.strength)


def cell_of(statement: Statement, grain: Grain) -> Cell:
    """The cell a statement falls into."""
    return statement.segment, statement.technology if grain == "technology" else ""


def cells_of(segments: Sequence[str], voices: Iterable[Voice], grain: Grain) -> tuple[Cell, ...]:
    """The cells of a map: every segment, and by technology those combinations that somebody mentions, in order."""
    if grain == "segment":
        return tuple((segment, "") for segment in segments)
    place = {segment: number for number, segment in enumerate(segments)}
    found = {cell_of(s, grain) for voice in voices for s in voice.statements if s.segment in place}
    return tuple(sorted(found, key=lambda cell: (place[cell[0]], cell[1])))


def map_of(
    voices: Sequence[Voice],
    regions: Sequence[str],
    segments: Sequence[str],
    *,
    grain: Grain = "segment",
    measure: Measure = "mass",
    minimum: int = MINIMUM,
) -> CapabilityMap:
    """The capability map of these voices. Voices of other regions and statements about unknown segments are left out.

    value = ln(1 + x_rk) / ln(1 + max x) by mass, or (x_rk / n_r) / max(x / n) by share; the maximum runs over
    all cells, regions and sides that may be shown, so that need and offer of the same value stand for the same mass.
    """
    known = set(regions)
    voices = [voice for voice in voices if voice.region in known]
    cells = cells_of(segments, voices, grain)
    wanted, tally = set(cells), _Tally()
    for voice in voices:
        for statement in voice.statements:
            if cell_of(statement, grain) in wanted:
                tally.add(voice, statement, grain)
    answered = {region: sum(voice.region == region for voice in voices) for region in regions}
    shown = {
        side: {
            place: (len(by_voice), sum(by_voice.values()))
            for place, by_voice in places.items()
            if may_show(len(by_voice), minimum)
        }
        for side, places in tally.strongest.items()
    }
    scale = _Scale(shown, answered, measure)
    figures = {
        side: {
            place: Figure(*shown[side][place], scale(place[0], shown[side][place][1]))
            if place in shown[side]
            else HIDDEN
            for place in places
        }
        for side, places in tally.strongest.items()
    }
    respondents = {region: n if n >= minimum else None for region, n in answered.items()}
    return CapabilityMap(tuple(regions), cells, respondents, figures["offer"], figures["need"], minimum)


class _Scale:
    """Mass to value."""

    def __init__(
        self,
        shown: Mapping[Side, Mapping[tuple[str, Cell], tuple[int, float]]],
        answered: Mapping[str, int],
        measure: Measure,
    ) -> None:
        self._answered, self._measure = answered, measure
        self._top = max(
            (self._raw(place[0], mass) for places in shown.values() for place, (_n, mass) in places.items()),
            default=0.0,
        )

    def _raw(self, region: str, mass: float) -> float:
        return math.log1p(mass) if self._measure == "mass" else mass / self._answered[region]

    def __call__(self, region: str, mass: float) -> float:
        return self._raw(region, mass) / self._top if self._top else 0.0


def specialisation(found: CapabilityMap) -> dict[tuple[str, Cell], float]:
    """Revealed comparative advantage of offers, (x_rk / sum_k x_rk) / (sum_r x_rk / sum_rk x_rk), after Balassa (1965).

    Only cells that are shown count, in every sum: nothing can be found out by subtraction. 1 is the average; a region
    or cell without any offer has no figure.
    """
    mass = {
        (region, cell): figure.mass
        for region in found.regions
        for cell in found.cells
        if (figure := found.offer(region, cell)).mass
    }
    of_region: dict[str, float] = {}
    of_cell: dict[Cell, float] = {}
    for (region, cell), x in mass.items():
        of_region[region] = of_region.get(region, 0.0) + x
        of_cell[cell] = of_cell.get(cell, 0.0) + x
    total = sum(of_region.values())
    return {(region, cell): (x / of_region[region]) / (of_cell[cell] / total) for (region, cell), x in mass.items()}
