"""Wishes about the partner: type, size, country. The figure is the share of the stated wishes that come true."""

from collections.abc import Hashable, Sequence

import numpy as np

from app.matching.parts.tables import FitTable, FloatArray, IntArray
from app.matching.profiles import Profile
from app.matching.reasons import Reason

# Wish, and the field of the partner it is about.
WISHES = (
    ("wanted_types", "participant_type"),
    ("wanted_sizes", "size"),
    ("wanted_countries", "country"),
)


def wish_fit(wanted: tuple[str, ...], there: str | None) -> float | None:
    """1 if the wish comes true, 0 if not; None without a wish, or when the partner left the field empty."""
    if not wanted or there is None:
        return None
    return 1.0 if there in wanted else 0.0


def _fit(wanted: Hashable, there: Hashable) -> float | None:
    assert isinstance(wanted, tuple)
    assert there is None or isinstance(there, str)
    return wish_fit(wanted, there)


class WishesPart:
    """The part 'wishes'."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._tables = [
            FitTable(
                _fit,
                [tuple(sorted(getattr(profile, wish))) for profile in profiles],
                [getattr(profile, field) for profile in profiles],
            )
            for wish, field in WISHES
        ]

    def block(self, rows: IntArray, cols: IntArray) -> FloatArray:
        total = np.zeros((len(rows), len(cols)), dtype=np.float32)
        stated = np.zeros_like(total)
        for table in self._tables:
            fits = table.block(rows, cols)
            known = ~np.isnan(fits)
            total += np.where(known, fits, np.float32(0))
            stated += known
        return np.where(stated > 0, total / np.maximum(stated, np.float32(1)), np.float32(np.nan))

    def reason(self, seeker: Profile, partner: Profile) -> Reason | None:
        """The fields of the partner that are as wished, as 'field=value'."""
        met = [
            f"{field}={getattr(partner, field)}"
            for wish, field in WISHES
            if wish_fit(getattr(seeker, wish), getattr(partner, field))
        ]
        return Reason("wishes", shared=tuple(met)) if met else None
