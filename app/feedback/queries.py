"""Reads on monitoring reports."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.feedback.models import MonitoringReport
from app.feedback.rules import before, half_year


def half_year_before(day: date) -> date:
    """The first day of the half-year before the one that holds a day."""
    return before(half_year(day)).starts_on


def reports_of(session: Session, partnership_id: int) -> list[MonitoringReport]:
    """The reports of a partnership, newest first."""
    query = select(MonitoringReport).where(MonitoringReport.partnership_id == partnership_id)
    return list(session.scalars(query.order_by(MonitoringReport.starts_on.desc())))


def report_by_id(session: Session, partnership_id: int, report_id: int) -> MonitoringReport | None:
    """A report of a partnership, or None."""
    found = session.get(MonitoringReport, report_id)
    return found if found is not None and found.partnership_id == partnership_id else None
