"""The figures of a report in words."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

LABELS: dict[str, Any] = {
    "members": _l("Regions"),
    "member_countries": _l("Countries"),
    "joined": _l("Regions that joined"),
    "left": _l("Regions that left"),
    "events": _l("Events held"),
    "participants": _l("Participants of these events"),
    "meetings": _l("Meetings"),
    "workshops": _l("Workshops"),
    "projects": _l("Investment projects"),
    "new_projects": _l("New projects"),
    "projects_funded": _l("Projects with secured money"),
    "i3_projects": _l("Projects with secured I3 money"),
    "budget": _l("Budget of all projects"),
    "secured": _l("Money secured"),
    "secured_in_period": _l("Money secured in this half-year"),
    "applied": _l("Money applied for"),
    "gap": _l("Money still to find"),
}


def period_name(starts_on: date) -> str:
    """'2027, first half'."""
    if starts_on.month <= 6:
        return str(_("%(year)s, first half", year=starts_on.year))
    return str(_("%(year)s, second half", year=starts_on.year))
