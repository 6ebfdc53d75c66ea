"""A common language: 1 or 0; without input if one side stated none."""

from collections.abc import Hashable, Sequence

from app.matching.parts.tables import FitTable, FloatArray, IntArray
from app.matching.profiles import Profile
from app.matching.reasons import Reason


def language_fit(one: frozenset[str], other: frozenset[str]) -> float | None:
    """1 with a common language, else 0; None if a side stated none."""
    if not one or not other:
        return None
    return 1.0 if one & other else 0.0


def _fit(one: Hashable, other: Hashable) -> float | None:
    assert isinstance(one, frozenset)
    assert isinstance(other, frozenset)
    return language_fit(one, other)


class LanguagePart:
    """The part 'language'."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        spoken = [frozenset(profile.languages) for profile in profiles]
        self._table = FitTable(_fit, spoken, spoken)

    def block(self, rows: IntArray, cols: IntArray) -> FloatArray:
        return self._table.block(rows, cols)

    def reason(self, seeker: Profile, partner: Profile) -> Reason | None:
        """The languages both speak, in the order in which the seeker named them."""
        common = tuple(language for language in seeker.languages if language in partner.languages)
        return Reason("language", shared=common) if common else None
