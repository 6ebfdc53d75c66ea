"""Readiness: the range a need wants against the range an offer has."""

FADES_OVER = 3
"""Levels of distance after which nothing is left."""

Levels = tuple[int | None, int | None]


def trl_fit(wanted: Levels, there: Levels) -> float | None:
    """1 where the ranges meet, less one third for each level between them, at least 0; None if a side says nothing.

    A wanted range with one end is open at the other; an offer with one end has just that level.
    """
    if wanted == (None, None) or there == (None, None):
        return None
    low, high = wanted[0] or 1, wanted[1] or 9
    there_low, there_high = there[0] or there[1] or 1, there[1] or there[0] or 9
    gap = max(0, low - there_high, there_low - high)
    return max(0.0, 1 - gap / FADES_OVER)
