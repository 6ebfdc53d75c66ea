"""On-site and online: a place seats a team if it serves, for each participant, a way in which that one attends.

for each p of the team: attends(p) and serves(table) have a way in common
"""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.problem import Participant


def suits(serves: frozenset[str], team: Iterable[Participant]) -> bool:
    """Whether a place that serves these ways seats the whole team."""
    return all(not person.attends.isdisjoint(serves) for person in team)
