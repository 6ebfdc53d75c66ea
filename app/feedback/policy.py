"""Who reads and writes monitoring reports: insiders read, regions write, leads submit, the secretariat accepts."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _

from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import Policy
from app.feedback import queries
from app.feedback.models import MonitoringReport
from app.partnerships.policy import current_partnership, current_roles, partnership_insider

WRITERS = frozenset({"lead", "region", "secretariat"})


def current_report() -> MonitoringReport:
    """The report of this request, after its policy has found it."""
    found: MonitoringReport = g.report
    return found


def _find(values: Mapping[str, Any]) -> None:
    if "report" not in values:
        return
    g.report = queries.report_by_id(session(), current_partnership().id, int(values["report"]))
    if g.report is None:
        raise NotFound(_("There is no such report."))


def _check_reader(values: Mapping[str, Any]) -> None:
    partnership_insider.check(values)
    _find(values)


def _check_writer(values: Mapping[str, Any]) -> None:
    partnership_insider.check(values)
    if not current_roles() & WRITERS:
        raise Forbidden(_("Only the regions and the secretariat write reports."))
    _find(values)


reports_visible = Policy("monitoring reports", _check_reader)
"""Who takes part in the partnership."""
report_writer = Policy("monitoring report writer", _check_writer)
"""Member regions of the partnership and the secretariat."""
