"""Sets of slots as bit masks: bit t stands for slot t."""

from __future__ import annotations

from collections.abc import Iterator


def bits(mask: int) -> Iterator[int]:
    """The positions of the ones, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def starts(mask: int, length: int) -> int:
    """The slots from which on ``length`` neighbouring ones are in the mask, days aside:
    mask and mask >> 1 and ... and mask >> (length - 1)."""
    found = mask
    for k in range(1, length):
        found &= mask >> k
    return found


def span(t: int, length: int) -> int:
    """The ``length`` slots from t on."""
    return ((1 << length) - 1) << t
