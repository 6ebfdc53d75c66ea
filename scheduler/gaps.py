"""Gaps in an agenda, per participant and day.

For a day's busy mask and a mask of absence: between the first and the last meeting, a run of free slots
between two neighbouring meetings is a break if it holds a slot in which the participant is there; those
slots are idle.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1 << 18)
def gaps(busy: int, away: int) -> tuple[int, int]:
    """(breaks, idle slots) of one day; both masks may carry other days' bits only if they are zero there."""
    breaks = idle = 0
    inside = busy >> (busy & -busy).bit_length() if busy else 0
    away >>= (busy & -busy).bit_length() if busy else 0
    run = 0
    while inside:
        if inside & 1:
            breaks += run > 0
            idle += run
            run = 0
        elif not away & 1:
            run += 1
        inside >>= 1
        away >>= 1
    return breaks, idle
