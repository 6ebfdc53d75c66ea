"""The machine of investment projects: data in `machines/project.json`, checked when it is read.

A process template may bring its own machine called `project`; partnerships under that template run by it.
"""

import json
from functools import cache
from importlib.resources import files

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.core.machines import Machine
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.projects import guards  # the guards register before the machine asks for them

ROLES = ("project_lead", "meeting_party", "lead", "region", "secretariat")
"""Roles the machine knows: a lead of the project, somebody who met at an event of the partnership, and those of the
partnership."""
ROLE_NAMES = {"project_lead": _l("Project lead"), "meeting_party": _l("Met at an event")}
"""Names of the roles that are not of the partnership."""
PIPELINE = (
    "idea", "concept", "consortium", "feasibility", "business_plan", "funding_mix", "applied", "funded", "implementing",
    "commercialised",
)  # fmt: skip
"""The states of the board in their order; those beside it are shown below."""
ASIDE = ("on_hold", "stopped")
__all__ = ["ASIDE", "PIPELINE", "ROLES", "ROLE_NAMES", "guards", "machine", "machine_of"]


@cache
def machine() -> Machine:
    """The shipped machine."""
    path = files("app.projects") / "machines" / "project.json"
    return Machine.model_validate(json.loads(path.read_text(encoding="utf-8")))


def machine_of(session: Session, partnership: Partnership) -> Machine:
    """The machine that the projects of a partnership run by."""
    return partnerships.template_of(session, partnership).machines.get("project") or machine()
