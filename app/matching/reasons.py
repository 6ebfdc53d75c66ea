"""Why two participants should meet, as data. `sentences` turns it into words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Direction = Literal["gain", "give"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One part's share in one directed score, and what it rests on.

    `direction` is 'gain' when the viewer seeks and the other has, 'give' the other way round. `contribution` is what
    the part adds to that directed score: the contributions of all parts sum to it. `shared` are words, codes,
    languages or wishes, the weightiest first. Needs and offers are named by id and title.
    """

    part: str
    direction: Direction = "gain"
    contribution: float = 0.0
    need_id: int | None = None
    need: str = ""
    offer_id: int | None = None
    offer: str = ""
    shared: tuple[str, ...] = ()

    def weighed(self, direction: Direction, contribution: float) -> "Reason":
        return replace(self, direction=direction, contribution=contribution)

    def turned(self) -> "Reason":
        """The same reason as the other of the two sees it."""
        return replace(self, direction="give" if self.direction == "gain" else "gain")

    def as_data(self) -> dict[str, Any]:
        """A dictionary that JSON can hold."""
        return {**asdict(self), "shared": list(self.shared), "contribution": round(self.contribution, 4)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Reason":
        """The opposite of `as_data`."""
        return cls(**{**data, "shared": tuple(data["shared"])})
