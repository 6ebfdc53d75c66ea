"""A monitoring report as tables."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.tables import Sheet
from app.feedback.figures import COUNTED
from app.feedback.models import MonitoringReport
from app.feedback.rules import shown
from app.feedback.wording import LABELS, period_name
from app.partnerships.models import Partnership
from app.projects.kinds import FundingState, ProjectType, Source
from app.projects.process import machine_of
from app.projects.queries import name_of


def names(session: Session, partnership: Partnership) -> dict[str, str]:
    """What the codes in a report's figures are called."""
    states = machine_of(session, partnership).states
    found = {f"type:{kind.value}": name_of(kind) for kind in ProjectType}
    found |= {f"source:{source.value}": name_of(source) for source in Source}
    found |= {f"state:{state.key}": _(state.name) for state in states}
    return found | {f"money:{state.value}": name_of(state) for state in FundingState}


def _indicators(figures: dict[str, Any]) -> Sheet:
    """What the projects measure themselves by; reports from before there were indicators have none."""
    header = (_("Project"), _("Indicator"), _("Unit"), _("Value"), _("Day"), _("Target"), _("By"), _("Share in %"))
    keys = ("project", "name", "unit", "value", "day", "target", "due", "share")
    return Sheet(_("Indicators"), header, [tuple(row[key] for key in keys) for row in figures.get("indicators", [])])


def sheets(session: Session, report: MonitoringReport) -> list[Sheet]:
    """The workbook: texts, figures with their corrections, projects by state and type, funding by source."""
    figures, words = report.figures, names(session, report.partnership)
    texts = [
        (_("Period"), period_name(report.starts_on)),
        (_("State"), report.state),
        (_("Summary"), report.summary),
        (_("Difficulties"), report.difficulties),
        (_("Support wanted"), report.support_wanted),
        (_("The next half-year"), report.outlook),
    ]
    counted = [
        (
            str(LABELS[key]),
            figures[key],
            shown(key, figures, report.corrections),
            report.corrections.get(key, {}).get("reason", ""),
        )
        for key in COUNTED
    ]
    by_source = [
        (words[f"source:{source}"], sums["planned"], sums["applied"], sums["secured"])
        for source, sums in figures["by_source"].items()
    ]
    states = [(words.get(f"state:{key}", key), number) for key, number in figures["by_state"].items()]
    types = [(words[f"type:{kind}"], number) for kind, number in figures["by_type"].items()]
    header = (_("Source"), _("Planned"), _("Applied for"), _("Secured"))
    return [
        Sheet(_("Report"), (_("Part"), _("Text")), texts),
        Sheet(_("Figures"), (_("Figure"), _("From the data"), _("Reported"), _("Reason")), counted),
        Sheet(_("Projects by state"), (_("State"), _("Projects")), states),
        Sheet(_("Projects by type"), (_("Type"), _("Projects")), types),
        Sheet(_("Funding by source"), header, by_source),
        _indicators(figures),
    ]
