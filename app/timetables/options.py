"""What an organiser may choose for a run."""

from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Invalid
from app.timetables.problem import ProblemOptions

SHORTEST, LONGEST = 1, 3600
MOST_WORKERS = 64


@dataclass(frozen=True)
class RunOptions:
    """`time_limit` in seconds. The seed makes two runs on one problem alike; see also ProblemOptions."""

    time_limit: float = 60.0
    workers: int = 2
    seed: int = 1
    keep_published: bool = False
    with_cancelled: bool = False

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
        return self

    @property
    def problem(self) -> ProblemOptions:
        return ProblemOptions(keep_published=self.keep_published, with_cancelled=self.with_cancelled)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "RunOptions":
        """Options as a run keeps them; what an older version did not know takes its default."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in stored.items() if name in known})
