"""The state machine of workshops, as data in `machines/`, and its guard."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.machines import Machine, guard

OPEN = "open"
WRITABLE = ("planned", "open")
"""States in which agenda, groups and facilitators can change."""
ENDED = ("held", "minuted")

ROLE_NAMES = {"organiser": _l("Organiser"), "facilitator": _l("Facilitator")}


@dataclass(frozen=True)
class WorkshopFacts:
    """What the guards look at."""

    minutes: int = 0
    """Versions of the minutes since the workshop was last ended."""


@guard("workshop_minuted")
def workshop_minuted(case: WorkshopFacts) -> list[str]:
    """There is a version of the minutes."""
    return [] if case.minutes else [_("Keep a version of the minutes first.")]


@cache
def machine() -> Machine:
    """The machine of workshops."""
    path = files("app.workshops") / "machines" / "workshop.json"
    return Machine.model_validate(json.loads(path.read_text(encoding="utf-8")))
