"""What the judge says: broken rules and measures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken rule: a stable ``code``, a ``sentence`` for people, and the ``ids`` it is about."""

    code: str
    sentence: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of the exchange format; slots and moves are counted, value is in request values. Two go beyond it:
    ``unwelcome`` counts meetings in disliked or outside preferred slots, once for each participant concerned,
    ``rushed`` a participant's successive meetings with less time between them than the walk takes."""

    requests: int
    placed: int
    value: int
    breaks: int
    idle_slots: int
    table_moves: int
    zone_moves: int
    below_minimum: int
    participants_with_meetings: int
    fewest: int
    most: int
    unwelcome: int
    rushed: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """All broken rules (none means legal) and all measures."""

    broken: tuple[Broken, ...]
    measures: Measures
    bound: int | None

    @property
    def legal(self) -> bool:
        return not self.broken

    @property
    def gap(self) -> float | None:
        """1 - value / bound; None without a bound, or with a bound of zero."""
        return 1 - self.measures.value / self.bound if self.bound else None

    def to_json(self) -> dict[str, Any]:
        """One flat object: legal, broken rules as data, measures, bound and gap."""
        return {
            "legal": self.legal,
            "broken": [asdict(rule) for rule in self.broken],
            "broken_count": len(self.broken),
            **asdict(self.measures),
            "bound": self.bound,
            "gap": None if self.gap is None else round(self.gap, 6),
        }
