"""Preferences: few meetings in slots that a participant would rather avoid.

minimise  sum over participants p of the slots in which p meets and that are disliked, or outside the preferred
"""

from __future__ import annotations

from scheduler.goals import PREFERENCES
from scheduler.goals.step import PersonCost


class Preferences(PersonCost):
    """The goal while steps are taken."""

    name = PREFERENCES

    def of(self, person: int, busy: int) -> int:
        """Meetings in unwelcome slots."""
        return (busy & self.plan.inst.unwelcome[person]).bit_count()

    def better(self, person: int, busy: int) -> int:
        """All welcome slots."""
        return ~self.plan.inst.unwelcome[person]
