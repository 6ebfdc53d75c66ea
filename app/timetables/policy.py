"""Who may change a timetable: organisers always, desk staff the published one on the day."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _

from app.core.errors import Forbidden
from app.core.guard import Policy
from app.events.models import Phase, StaffRole
from app.events.policy import current_event, event_staff
from app.timetables.models import Timetable, TimetableState


def is_organiser() -> bool:
    """True when the reader is an organiser of the current event."""
    return g.get("staff_role") is StaffRole.ORGANISER


def may_change(timetable: Timetable) -> bool:
    """Whether the reader, who is staff, may change this timetable now."""
    if is_organiser():
        return True
    return current_event().phase is Phase.LIVE and timetable.state is TimetableState.PUBLISHED


def need_change(timetable: Timetable) -> None:
    """Raises Forbidden unless `may_change`."""
    if not may_change(timetable):
        raise Forbidden(_("Desk staff change the published timetable only, and only while the event is live."))


def _check_changer(values: Mapping[str, Any]) -> None:
    event_staff.check(values)
    if not is_organiser() and current_event().phase is not Phase.LIVE:
        raise Forbidden(_("Desk staff change meetings only while the event is live."))


timetable_changer = Policy("timetable changer", _check_changer)
"""Organisers of the event; desk staff while it is live. Views call `need_change` for the timetable at hand too."""
