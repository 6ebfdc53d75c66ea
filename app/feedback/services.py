"""Writes on monitoring reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, transitions
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.feedback import process, queries
from app.feedback.figures import COUNTED, gather
from app.feedback.models import MonitoringReport
from app.feedback.rules import Period, half_year
from app.partnerships.models import Partnership

DRAFT = "draft"
TEXT_LENGTH = 8000
TEXTS = ("summary", "difficulties", "support_wanted", "outlook")


@dataclass(frozen=True)
class ReportData:
    """A report as its form has it. `corrections`: key of a figure to its value and the reason."""

    texts: Mapping[str, str]
    corrections: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def period_of(report: MonitoringReport) -> Period:
    """The half-year of a report."""
    return Period(report.starts_on, report.ends_on)


def facts_of(report: MonitoringReport, clock: Clock) -> process.ReportFacts:
    """What the guards look at."""
    return process.ReportFacts(
        period_of(report), clock().date(), report.summary, report.difficulties, report.support_wanted
    )


def begin(
    session: Session, clock: Clock, actor: User, roles: frozenset[str], partnership: Partnership, starts_on: date
) -> MonitoringReport:
    """A draft for the half-year that begins on a day, its figures filled in.

    Raises Conflict when there is one, Invalid or Forbidden like every transition.
    """
    period = half_year(starts_on)
    if any(report.starts_on == period.starts_on for report in queries.reports_of(session, partnership.id)):
        raise Conflict(_("There is a report on this half-year already."))
    report = MonitoringReport(
        partnership_id=partnership.id,
        starts_on=starts_on,
        ends_on=period.ends_on,
        figures=gather(session, partnership, period),
        gathered_at=clock(),
        corrections={},
        summary="",
        difficulties="",
        support_wanted="",
        outlook="",
        created_at=clock(),
        created_by_id=actor.id,
    )
    machine = process.machine_of(session, partnership)
    act, case = transitions.Act(actor.id, roles), facts_of(report, clock)
    transitions.create(session, clock, machine, machine.creating[0].key, report, act, case)
    return report


def gather_again(session: Session, clock: Clock, actor: User, report: MonitoringReport) -> None:
    """Fill the figures of a draft in afresh; corrections stay. Raises Conflict when it is no draft."""
    _check_draft(report)
    report.figures, report.gathered_at = gather(session, report.partnership, period_of(report)), clock()
    report.revision += 1
    _note(session, clock, actor, report, "gather", {})


def edit(
    session: Session, clock: Clock, actor: User, report: MonitoringReport, data: ReportData, *, based_on: int
) -> None:
    """Write a draft. Raises Invalid with the field, Conflict when somebody else saved meanwhile or it is no draft."""
    _check_draft(report)
    if based_on != report.revision:
        raise Conflict(_("Somebody else changed this report meanwhile. Copy your text, reload and put it in again."))
    for name in TEXTS:
        text = data.texts.get(name, "").strip()
        if len(text) > TEXT_LENGTH:
            raise Invalid(_("Use at most %(n)d characters.", n=TEXT_LENGTH), field=name)
        setattr(report, name, text)
    corrections = {}
    for key, (value, reason) in data.corrections.items():
        if key not in COUNTED or value < 0:
            raise Invalid(_("This figure cannot be corrected like that."), field=f"value_{key}")
        if not reason.strip():
            raise Invalid(_("Say why the figure differs from the data."), field=f"reason_{key}")
        corrections[key] = {"value": value, "reason": reason.strip()[:500]}
    report.corrections = corrections
    report.revision += 1
    session.flush()
    _note(session, clock, actor, report, "edit", {"corrected": sorted(corrections)})


def take(
    session: Session,
    clock: Clock,
    actor: User,
    roles: frozenset[str],
    report: MonitoringReport,
    key: str,
    *,
    comment: str = "",
) -> None:
    """Take a step of the machine. A submission gathers the figures once more, for the last time.

    Raises Forbidden, Invalid or Conflict; nothing has changed then.
    """
    machine = process.machine_of(session, report.partnership)
    act = transitions.Act(actor.id, roles, comment)
    transitions.take(session, clock, machine, key, report, act, facts_of(report, clock))
    if key == "submit":
        report.figures, report.gathered_at = gather(session, report.partnership, period_of(report)), clock()
        session.flush()


def _check_draft(report: MonitoringReport) -> None:
    if report.state != DRAFT:
        raise Conflict(_("This report is submitted; nothing in it changes."))


def _note(
    session: Session, clock: Clock, actor: User, report: MonitoringReport, what: str, detail: dict[str, object]
) -> None:
    audit.record(
        session, clock, actor_id=actor.id, action=f"report.{what}", subject_kind="report_record", subject_id=report.id,
        detail=detail,
    )  # fmt: skip
    session.flush()
