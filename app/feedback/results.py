"""What partnerships have brought, for everybody: counts of accepted monitoring reports, without names and money."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.core.tables import Cell
from app.feedback import queries
from app.feedback.models import MonitoringReport
from app.feedback.rules import shown
from app.partnerships.models import Partnership
from app.projects.open_data import Dataset, public_partnerships

COUNTS = ("members", "events", "meetings", "workshops", "projects")
"""Figures that are shown to everybody. None of them counts people."""


def accepted(session: Session, partnership_id: int) -> list[MonitoringReport]:
    """The accepted reports of a partnership, the newest first."""
    return [row for row in queries.reports_of(session, partnership_id) if row.state == "accepted"]


def counts(report: MonitoringReport) -> dict[str, Any]:
    """The public figures of a report, as they were corrected."""
    return {name: shown(name, report.figures, report.corrections) for name in COUNTS}


def latest(session: Session, partnership: Partnership) -> dict[str, Any] | None:
    """Period and public figures of the newest accepted report, or None."""
    found = accepted(session, partnership.id)
    if not found:
        return None
    return {"first_day": found[0].starts_on, "last_day": found[0].ends_on, **counts(found[0])}


def _rows(session: Session) -> list[Sequence[Cell]]:
    return [
        (partnership.slug, report.starts_on, report.ends_on, *counts(report).values())
        for partnership in public_partnerships(session)
        for report in reversed(accepted(session, partnership.id))
    ]


RESULTS = Dataset(
    "results",
    _l("Results of partnerships"),
    _l("Counts from accepted six-monthly monitoring reports: regions, events, meetings, workshops, projects."),
    ("partnership", "first_day", "last_day", *COUNTS),
    _rows,
    ("results", "monitoring", "partnerships"),
)
