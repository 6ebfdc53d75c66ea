"""Meetings of several slots: a meeting of length L that starts in slot t takes the slots t to t + L - 1 of one day, all
at one table.

    x[r,o,t] may be 1 only if everybody, and the table, is free in each of those slots
    x[r,o,t] counts in each of them, for its units and for its pool

The second line is in ``attendance`` and ``tables``; here is which first slots there are.
"""

from __future__ import annotations

from scheduler.masks import starts


def starts_of_days(days: tuple[int, ...], length: int) -> int:
    """The slots from which ``length`` slots follow in the same day."""
    return sum(starts(day, length) for day in days)
