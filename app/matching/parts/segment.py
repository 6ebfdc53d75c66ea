"""Wanted place in the value chain against the partner's place; a neighbour in the chain counts half."""

from collections.abc import Hashable, Sequence

from app.matching.parts.tables import FitTable, FloatArray, IntArray
from app.matching.profiles import Profile
from app.matching.reasons import Reason

CHAIN = (
    *("inputs", "components", "design", "manufacturing", "integration", "testing", "distribution"),
    *("end_use", "recovery"),
)
"""The codes of `reference.VALUE_CHAIN`, upstream first."""
NEIGHBOUR = 0.5


def segment_fit(wanted: tuple[str, ...], position: str | None) -> float | None:
    """1 for a wanted position, 1/2 for a neighbour of one, else 0; None without a wish or a position."""
    if not wanted or position is None:
        return None
    if position in wanted:
        return 1.0
    if position not in CHAIN:
        return 0.0
    place = CHAIN.index(position)
    near = any(code in CHAIN and abs(CHAIN.index(code) - place) == 1 for code in wanted)
    return NEIGHBOUR if near else 0.0


def _fit(wanted: Hashable, there: Hashable) -> float | None:
    assert isinstance(wanted, tuple)
    assert there is None or isinstance(there, str)
    return segment_fit(wanted, there)


class SegmentPart:
    """The part 'segment'."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._table = FitTable(
            _fit,
            [tuple(sorted(profile.wanted_positions)) for profile in profiles],
            [profile.value_chain_position for profile in profiles],
        )

    def block(self, rows: IntArray, cols: IntArray) -> FloatArray:
        return self._table.block(rows, cols)

    def reason(self, seeker: Profile, partner: Profile) -> Reason | None:
        """The partner's position, if it is wanted or next to one that is."""
        if not segment_fit(seeker.wanted_positions, partner.value_chain_position):
            return None
        return Reason("segment", shared=(str(partner.value_chain_position),))
