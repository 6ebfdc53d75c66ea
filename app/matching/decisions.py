"""What an organiser decides about matching: weights, filters and how lists are spread. Plain data with its checks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.matching.weights import DEFAULT, PRESETS, Weights

LIST_LENGTH = 24
"""How many places a fair list has: one page of the directory."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """`preset` names where the weights came from ('' for the organiser's own, 'learnt' for a proposal taken).

    `common_slot`: who has no free slot in common is not proposed. `floor`: pairs below this score are on no list.
    `good`: from this score on a match counts as good. `per_organisation`: at most so many colleagues on one list.
    `cap_factor`: nobody is on more lists than this many times the average. `quiet_boost` is added, for ordering only,
    to the score of people who got fewer than `quiet_below` requests.
    """

    preset: str = "balanced"
    weights: Weights = field(default=DEFAULT)
    common_slot: bool = False
    floor: float = 0.0
    good: float = 0.4
    per_organisation: int = 2
    cap_factor: float = 3.0
    quiet_boost: float = 0.03
    quiet_below: int = 2

    def __post_init__(self) -> None:
        for name, low, high in (
            ("floor", 0, 1), ("good", 0, 1), ("per_organisation", 1, 20), ("cap_factor", 1, 20),
            ("quiet_boost", 0, 0.5), ("quiet_below", 0, 50),
        ):  # fmt: skip
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must lie between {low} and {high}, not {value}")

    def as_data(self) -> dict[str, Any]:
        """A dictionary that JSON can hold."""
        return {**asdict(self), "weights": self.weights.as_dict()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Decisions":
        """The opposite of `as_data`; an empty mapping gives the defaults."""
        if not data:
            return cls()
        return cls(**{**data, "weights": Weights(**data["weights"])})


def preset_of(weights: Weights) -> str:
    """The name of the preset with the same proportions, or ''."""
    return next((name for name, preset in PRESETS.items() if _proportions(preset) == _proportions(weights)), "")


def _proportions(weights: Weights) -> tuple[float, ...]:
    whole = sum(weights.as_dict().values())
    return tuple(round(value / whole, 4) for value in weights.as_dict().values())
