"""Suppression of small counts: no figure rests on fewer than three respondents, on no page and in no export.

Primary suppression only would not be enough if totals over regions or segments were published beside the cells;
therefore totals are made of cells that are shown (docs/mapping.md, "What is never shown").
"""

from typing import Final

MINIMUM: Final = 3
"""The smallest number of respondents a published figure may rest on."""


def may_show(respondents: int, minimum: int = MINIMUM) -> bool:
    """True for a figure that rests on nobody (it is a plain zero) or on enough respondents."""
    return respondents == 0 or respondents >= minimum


def shown_count(respondents: int, minimum: int = MINIMUM) -> int | None:
    """The count, or None where it is suppressed."""
    return respondents if may_show(respondents, minimum) else None
