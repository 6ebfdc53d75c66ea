"""From answers to statements: who offers or needs what, where in the value chain, how strongly. Pure.

Strengths are shares of one full statement, between 0 and 1, so that a sum over respondents counts full-strength
respondents. They are conventions of ours, documented in docs/mapping.md, and parameters of every run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["offer", "need"]
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Strengths:
    """How much each kind of statement counts. A capability or facility counts `base` and rises to 1 with its TRL."""

    position: float = 0.5
    base: float = 0.5
    unknown_trl: float = 0.75
    research: float = 0.5
    research_active: float = 0.75

    def of_trl(self, trl: int | None) -> float:
        """Strength of something at this readiness level."""
        return self.unknown_trl if trl is None else self.base + (1 - self.base) * (trl - 1) / 8


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one respondent about one cell. `item` is the key of the list entry, or the segment."""

    side: Side
    segment: str
    technology: str
    """A code of the campaign's technologies, or empty for none named."""
    strength: float
    block: str
    item: str
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """One respondent as a run sees it: a code, the region it counts for, what it states. No name, no text."""

    code: str
    region: str
    statements: tuple[Statement, ...]


def statements_of(answers: Mapping[str, Content], strengths: Strengths) -> tuple[Statement, ...]:
    """All statements of one respondent, in the order of the blocks."""
    return tuple(_all(answers, strengths))


def _all(answers: Mapping[str, Content], strengths: Strengths) -> Iterator[Statement]:
    for segment, row in (answers.get("positions") or {}).items():
        if row.get("active"):
            yield Statement("offer", segment, "", strengths.position, "positions", segment)
    for item in _items(answers, "capabilities"):
        yield from _spread("offer", item, strengths.of_trl(item.get("trl")), "capabilities")
    for item in _items(answers, "research"):
        if item.get("willingness") != "no":
            active = item.get("willingness") == "active"
            yield from _spread("offer", item, strengths.research_active if active else strengths.research, "research")
    for item in _items(answers, "infrastructure"):
        yield from _spread("offer", item, strengths.of_trl(item.get("trl_to")), "infrastructure")
    for item in _items(answers, "needs"):
        yield from _spread("need", item, int(item.get("urgency", 3)) / 5, "needs")


def _items(answers: Mapping[str, Content], block: str) -> list[dict[str, Any]]:
    return list((answers.get(block) or {}).get("items", ()))


def _spread(side: Side, item: Mapping[str, Any], strength: float, block: str) -> Iterator[Statement]:
    """One statement for each technology named, or one without."""
    if not item.get("segment"):
        return
    for technology in item.get("technologies") or [""]:
        yield Statement(
            side, item["segment"], technology, strength, block, item["key"], str(item.get("priority") or "")
        )
