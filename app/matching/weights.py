"""How much each part counts, and presets by type of event."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

PARTS = ("text", "codes", "segment", "trl", "partnership", "wishes", "language")
"""Every part, in the order of the figures in a `Breakdown`."""
SUBSTANCE = ("text", "codes", "segment")
"""Parts that say whether somebody has what is sought; the others only qualify that and never stand alone."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight of zero or more for each part; only their proportions matter.

    Raises ValueError when a weight is negative, or when no part of `SUBSTANCE` has any weight.
    """

    text: float = 0.40
    codes: float = 0.15
    segment: float = 0.10
    trl: float = 0.08
    partnership: float = 0.07
    wishes: float = 0.12
    language: float = 0.08

    def __post_init__(self) -> None:
        for name in PARTS:
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                raise ValueError(f"the weight of {name} must be a number of zero or more, not {value}")
        if not any(getattr(self, name) for name in SUBSTANCE):
            raise ValueError(f"at least one of {', '.join(SUBSTANCE)} needs a weight above zero")

    def as_dict(self) -> dict[str, float]:
        return {field.name: float(getattr(self, field.name)) for field in fields(self)}


DEFAULT = Weights()

PRESETS: Mapping[str, Weights] = MappingProxyType(
    {
        "balanced": DEFAULT,
        # Buyers look for a product that exists, from the right place in the chain, in a language they speak.
        "buyers": Weights(text=0.35, codes=0.2, segment=0.15, trl=0.02, partnership=0.1, wishes=0.1, language=0.08),
        # Project partners must fit in readiness and kind of cooperation; where they sit in the chain matters less.
        "research": Weights(text=0.42, codes=0.15, segment=0.05, trl=0.15, partnership=0.1, wishes=0.08, language=0.05),
        # A thematic partnership fills the gaps of a value chain across regions.
        "value_chain": Weights(
            text=0.3, codes=0.12, segment=0.25, trl=0.1, partnership=0.05, wishes=0.13, language=0.05
        ),
    }
)
"""Starting points for the organiser, by type of event."""
