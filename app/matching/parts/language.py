"""A common language: 1 or 0; without input if one side stated none."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.matching.parts.tables import FloatArray, IntArray
from app.matching.profiles import Profile
from app.matching.reasons import Reason

BoolArray = NDArray[np.bool_]


class LanguagePart:
    """The part 'language'."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        spoken = sorted({language for profile in profiles for language in profile.languages})
        place = {language: number for number, language in enumerate(spoken)}
        self._speaks = np.zeros((len(profiles), len(spoken)), dtype=np.float32)
        for row, profile in enumerate(profiles):
            self._speaks[row, [place[language] for language in profile.languages]] = 1
        self._unstated: BoolArray = self._speaks.sum(axis=1) == 0

    def block(self, rows: IntArray, cols: IntArray) -> FloatArray:
        common = np.minimum(self._speaks[rows] @ self._speaks[cols].T, np.float32(1))
        common[self._unstated[rows]] = np.nan
        common[:, self._unstated[cols]] = np.nan
        return np.asarray(common)

    def reason(self, seeker: Profile, partner: Profile) -> Reason | None:
        """The languages both speak, in the order in which the seeker named them."""
        common = tuple(language for language in seeker.languages if language in partner.languages)
        return Reason("language", shared=common) if common else None
