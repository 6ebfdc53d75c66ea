"""The machine of monitoring reports and its guards."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.machines import Machine, guard
from app.feedback.rules import Period, is_half_year
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership


@dataclass(frozen=True)
class ReportFacts:
    """A report as its guards see it."""

    period: Period
    today: date
    summary: str = ""
    difficulties: str = ""
    support_wanted: str = ""


@guard("report_half_year")
def half_year_only(case: ReportFacts) -> list[str]:
    """The period is a half-year that has begun."""
    if not is_half_year(case.period) or case.period.starts_on > case.today:
        return [_("A report covers one half-year that has begun.")]
    return []


@guard("report_period_over")
def period_over(case: ReportFacts) -> list[str]:
    """The half-year is over."""
    return [] if case.today > case.period.ends_on else [_("The half-year is not over yet.")]


@guard("report_written")
def written(case: ReportFacts) -> list[str]:
    """Summary, difficulties and wanted support are written; 'none' is an answer."""
    missing = [
        label
        for text, label in (
            (case.summary, _("summary")),
            (case.difficulties, _("difficulties")),
            (case.support_wanted, _("support wanted")),
        )
        if not text.strip()
    ]
    return [_("Still to write: %(parts)s.", parts=", ".join(missing))] if missing else []


@cache
def machine() -> Machine:
    """The shipped machine."""
    path = files("app.feedback") / "machines" / "report.json"
    return Machine.model_validate(json.loads(path.read_text(encoding="utf-8")))


def machine_of(session: Session, partnership: Partnership) -> Machine:
    """The machine that the reports of a partnership run by; its process template may bring its own."""
    return partnerships.template_of(session, partnership).machines.get("report") or machine()
