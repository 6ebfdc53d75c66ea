"""One matching run on plain data: from a snapshot and parameters to results and findings. Pure, and reproducible.

What goes in and what comes out is plain JSON, so that a run can be stored, computed again and compared.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.surveys import complementarity
from app.surveys.capability import CapabilityMap, Cell, Figure, Grain, Measure, cell_of, map_of, specialisation
from app.surveys.complementarity import OneWay, Share
from app.surveys.statements import Side, Statement, Strengths, Voice
from app.surveys.suppression import MINIMUM

CODE_VERSION = "1"
"""Rises when the same snapshot and parameters would give other figures."""
PAIRS_AT_MOST = 120
MASSES_AT_MOST = 60
CELLS_AT_MOST = 6
"""Cells of a pair for which evidence is kept."""
EVIDENCE_AT_MOST = 8
"""Statements kept for each side of a cell."""
DIGITS = 6

Json = dict[str, Any]


@dataclass(frozen=True)
class Parameters:
    """What an analyst may choose. `minimum` can be raised above three, never lowered."""

    grain: Grain = "segment"
    measure: Measure = "mass"
    minimum: int = MINIMUM
    weights: Mapping[str, float] = field(default_factory=dict)
    """Segment to what it counts; 1 where nothing is said."""
    validated_only: bool = False
    strengths: Strengths = field(default_factory=Strengths)

    def __post_init__(self) -> None:
        if self.minimum < MINIMUM:
            raise ValueError(f"figures rest on at least {MINIMUM} respondents")

    def plain(self) -> Json:
        """As JSON."""
        return {**asdict(self), "weights": dict(self.weights)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Parameters":
        """From what `plain` gave; what a run says of its scorer is nobody's choice."""
        own = {name: value for name, value in plain.items() if name != "scorer"}
        return cls(**{**own, "strengths": Strengths(**plain.get("strengths", {}))})


def snapshot_of(
    regions: Sequence[str],
    segments: Sequence[tuple[str, str]],
    technologies: Sequence[tuple[str, str]],
    voices: Iterable[tuple[int, str, Sequence[Statement]]],
    *,
    chain_version: int,
) -> Json:
    """What a run rests on: codes, and for every response its number, its region and its statements."""
    return {
        "regions": list(regions),
        "segments": [list(each) for each in segments],
        "technologies": [list(each) for each in technologies],
        "chain_version": chain_version,
        "responses": [
            [
                number,
                region,
                [[s.side, s.segment, s.technology, s.strength, s.block, s.item, s.priority] for s in statements],
            ]
            for number, region, statements in voices
        ],
    }


def voices_of(snapshot: Json) -> list[Voice]:
    """The voices of a snapshot."""
    return [
        Voice(str(number), region, tuple(Statement(*statement) for statement in statements))
        for number, region, statements in snapshot["responses"]
    ]


@dataclass(frozen=True)
class Finding:
    """One finding, as it is stored."""

    kind: str
    regions: tuple[str, ...]
    segment: str
    technology: str
    figures: Json
    evidence: list[Json]


@dataclass(frozen=True)
class Computed:
    """What a run gives: the figures of the map, and the findings in their order."""

    result: Json
    findings: list[Finding]


def compute(snapshot: Json, parameters: Parameters) -> Computed:
    """Everything a run shows. The same input gives the same output, bit for bit."""
    voices = voices_of(snapshot)
    found = map_of(
        voices,
        snapshot["regions"],
        [code for code, _name in snapshot["segments"]],
        grain=parameters.grain,
        measure=parameters.measure,
        minimum=parameters.minimum,
    )
    weights = complementarity.weights_of(found.cells, parameters.weights)
    evidence = _Evidence(voices, parameters.grain)
    findings = [
        *_pairs(found, weights, evidence),
        *_masses(found, weights, evidence),
        *_challenges(found, evidence),
        *_white_spots(found, evidence),
    ]
    return Computed(_result(found, weights, len(voices)), findings)


def digest_of(parameters: Json, snapshot: Json, result: Json) -> str:
    """SHA-256 over what a run was made of and what came out."""
    text = json.dumps([parameters, snapshot, result], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _result(found: CapabilityMap, weights: Mapping[Cell, float], answers: int) -> Json:
    advantage = specialisation(found)
    return {
        "answers": answers if answers >= found.minimum else None,
        "respondents": dict(found.respondents),
        "cells": [list(cell) for cell in found.cells],
        "weights": [_round(weights[cell]) for cell in found.cells],
        "map": {
            region: [
                {
                    "offer": _figure(found.offer(region, cell)),
                    "need": _figure(found.need(region, cell)),
                    "gap": _round(found.gap(region, cell)),
                    "rca": _round(advantage.get((region, cell))),
                }
                for cell in found.cells
            ]
            for region in found.regions
        },
    }


def _figure(figure: Figure) -> list[float | int | None]:
    return [figure.respondents, _round(figure.mass), _round(figure.value)]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


class _Evidence:
    """Statements by side, region and cell, the strongest first."""

    def __init__(self, voices: Sequence[Voice], grain: Grain) -> None:
        self._found: dict[tuple[Side, str, Cell], list[tuple[float, int, Statement]]] = {}
        for voice in voices:
            for statement in voice.statements:
                place = statement.side, voice.region, cell_of(statement, grain)
                self._found.setdefault(place, []).append((-statement.strength, int(voice.code), statement))
        for statements in self._found.values():
            statements.sort(key=lambda each: (each[0], each[1], each[2].block, each[2].item))

    def of(self, side: Side, region: str, cell: Cell) -> list[Json]:
        """The strongest statements, one for each list entry."""
        lines: list[Json] = []
        seen: set[tuple[int, str, str]] = set()
        for _strength, number, s in self._found.get((side, region, cell), ()):
            if (number, s.block, s.item) in seen:
                continue
            seen.add((number, s.block, s.item))
            line = {"side": side, "region": region, "segment": cell[0], "technology": s.technology}
            lines.append({**line, "response": number, "block": s.block, "item": s.item, "priority": s.priority})
            if len(lines) == EVIDENCE_AT_MOST:
                break
        return lines


def _pairs(found: CapabilityMap, weights: Mapping[Cell, float], evidence: _Evidence) -> Iterable[Finding]:
    for pair in complementarity.pairs(found, weights)[:PAIRS_AT_MOST]:
        figures: Json = {"total": _round(pair.total), "mutual": _round(pair.mutual)}
        figures |= {"gain": _way(pair.gain), "give": _way(pair.give)}
        lines = [line for way in (pair.gain, pair.give) for line in _evidence_of(way, evidence)]
        best = max((*pair.gain.shares[:1], *pair.give.shares[:1]), key=lambda share: share.amount)
        yield Finding("complementarity", (pair.one, pair.other), *best.cell, figures, lines)


def _way(way: OneWay) -> Json:
    return {"complement": _round(way.complement), "cover": _round(way.cover), "cells": _shares(way.shares)}


def _shares(shares: Sequence[Share]) -> list[list[Any]]:
    return [[*share.cell, _round(share.amount)] for share in shares[:CELLS_AT_MOST]]


def _evidence_of(way: OneWay, evidence: _Evidence) -> Iterable[Json]:
    for share in way.shares[:CELLS_AT_MOST]:
        yield from evidence.of("need", way.taker, share.cell)
        yield from evidence.of("offer", way.giver, share.cell)


def _masses(found: CapabilityMap, weights: Mapping[Cell, float], evidence: _Evidence) -> Iterable[Finding]:
    for mass in complementarity.critical_mass(found, weights)[:MASSES_AT_MOST]:
        figures = {"amount": _round(mass.amount), "cells": _shares(mass.shares)}
        lines = [
            line
            for share in mass.shares[:CELLS_AT_MOST]
            for region in (mass.one, mass.other)
            for line in evidence.of("offer", region, share.cell)
        ]
        yield Finding("critical_mass", (mass.one, mass.other), *mass.shares[0].cell, figures, lines)


def _challenges(found: CapabilityMap, evidence: _Evidence) -> Iterable[Finding]:
    for each in complementarity.common_challenges(found):
        figures = {"need": _round(each.need), "respondents": each.respondents}
        lines = [line for region in each.regions for line in evidence.of("need", region, each.cell)]
        yield Finding("challenge", each.regions, *each.cell, figures, lines)


def _white_spots(found: CapabilityMap, evidence: _Evidence) -> Iterable[Finding]:
    for spot in complementarity.white_spots(found):
        figures = {"need": _round(spot.need), "nowhere": spot.nowhere}
        lines = [line for region in spot.regions for line in evidence.of("need", region, spot.cell)]
        yield Finding("white_spot", spot.regions, *spot.cell, figures, lines)
