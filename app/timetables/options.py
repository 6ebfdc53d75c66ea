"""What an organiser may choose for a run."""

import enum
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Invalid
from app.timetables.goals import USUAL, Goal, checked
from app.timetables.problem import ProblemOptions

SHORTEST, LONGEST = 1, 3600
MOST_WORKERS = 64


class Mode(enum.Enum):
    """How a run goes about it."""

    FRESH = "fresh"
    """Everything is placed anew; what was published counts only through the goal of stability."""
    REPLAN = "replan"
    """What is published stays; as few meetings move as it takes to place the others."""
    FILL = "fill"
    """No published meeting moves: only free places are filled."""


@dataclass(frozen=True)
class RunOptions:
    """`time_limit` in seconds. The seed makes two runs on one problem alike; see also ProblemOptions.

    `goals` in the organiser's order. `first_slot`: the first slot that had not begun when a re-planning run was asked
    for, None before the first; `engine.replan` leaves what lies before it alone.
    """

    time_limit: float = 60.0
    workers: int = 2
    seed: int = 1
    with_cancelled: bool = False
    mode: Mode = Mode.FRESH
    goals: tuple[Goal, ...] = USUAL
    first_slot: str | None = None

    def checked(self) -> "RunOptions":
        """These options; raises Invalid, naming the field, when one is out of range."""
        if not SHORTEST <= self.time_limit <= LONGEST:
            raise Invalid(
                _("The time limit must be between %(least)s and %(most)s seconds.", least=SHORTEST, most=LONGEST),
                field="time_limit",
            )
        if not 1 <= self.workers <= MOST_WORKERS:
            raise Invalid(
                _("The number of workers must be between 1 and %(most)s.", most=MOST_WORKERS), field="workers"
            )
        if not 0 <= self.seed < 2**31:
            raise Invalid(_("The seed must be a whole number from 0 to 2147483647."), field="seed")
        checked(self.goals)
        return self

    @property
    def problem(self) -> ProblemOptions:
        return ProblemOptions(with_cancelled=self.with_cancelled)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"mode": self.mode.value, "goals": [[g.name, g.tolerance] for g in self.goals]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "RunOptions":
        """Options as a run keeps them; what an older version did not know takes its default."""
        known = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        if "mode" in known:
            known["mode"] = Mode(known["mode"])
        if "goals" in known:
            known["goals"] = checked([Goal(name, tolerance) for name, tolerance in known["goals"]])
        return cls(**known)
