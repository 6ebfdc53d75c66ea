"""Writes on what a project shows and reaches: documents beside the plan, indicators and their values."""

import math
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.projects.kinds import PlanSection
from app.projects.models import IndicatorValue, InvestmentProject, PlanAttachment, ProjectIndicator
from app.projects.services.projects import add_document, check_open, note

MOST = 1e15


@dataclass(frozen=True)
class IndicatorData:
    """An indicator as its form has it."""

    name: str
    unit: str
    baseline: float
    target: float
    due: date


def attach(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, section: PlanSection, upload: FileStorage
) -> PlanAttachment:
    """Keep a document beside a section of the plan. Raises FileRefused when it is not what it claims to be."""
    stored = add_document(session, clock, actor, project, upload)
    made = PlanAttachment(project_id=project.id, section=section, file=stored, added_at=clock())
    session.add(made)
    session.flush()
    return made


def take_off(session: Session, clock: Clock, actor: User, project: InvestmentProject, row: PlanAttachment) -> None:
    """Take a document off a section; it stays among the documents of the project."""
    check_open(project)
    if row.taken_off_at is None:
        row.taken_off_at = clock()
        note(session, clock, actor, project, "take_off", {"section": row.section.value, "name": row.file.name})


def add_indicator(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, data: IndicatorData
) -> ProjectIndicator:
    """Add an indicator. Raises Invalid with the field."""
    check_open(project)
    name = " ".join(data.name.split())
    if not name or len(name) > 160:
        raise Invalid(_("Say in a few words what is measured."), field="name")
    if any(row.name.casefold() == name.casefold() for row in project.indicators):
        raise Invalid(_("There is an indicator of this name already."), field="name")
    for field in ("baseline", "target"):
        _check_number(getattr(data, field), field)
    if data.target == data.baseline:
        raise Invalid(_("The target differs from the start."), field="target")
    made = ProjectIndicator(
        project=project, name=name, unit=data.unit.strip()[:40], baseline=data.baseline, target=data.target,
        due=data.due,
    )  # fmt: skip
    session.add(made)
    session.flush()
    note(session, clock, actor, project, "add_indicator", {"name": name, "target": data.target})
    return made


def _check_number(value: float, field: str) -> None:
    if not math.isfinite(value) or abs(value) > MOST:
        raise Invalid(_("Enter a plain number."), field=field)


def remove_indicator(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, row: ProjectIndicator
) -> None:
    """Take an indicator out. Raises Conflict for one with values: reports rest on them."""
    check_open(project)
    if row.values:
        raise Conflict(_("This indicator has values; it stays, as reports rest on it."))
    note(session, clock, actor, project, "remove_indicator", {"name": row.name})
    project.indicators.remove(row)
    session.flush()


def measure(
    session: Session,
    clock: Clock,
    actor: User,
    project: InvestmentProject,
    row: ProjectIndicator,
    day: date,
    value: float,
    source: str = "",
) -> None:
    """Note what was measured on a day, in place of an earlier value of that day. Raises Invalid with the field."""
    check_open(project)
    if day > clock().date():
        raise Invalid(_("This day lies ahead."), field="day")
    _check_number(value, "value")
    found = next((each for each in row.values if each.day == day), None)
    if found is None:
        found = IndicatorValue(day=day, value=value)
        row.values.append(found)
    found.value, found.source = value, source.strip()[:200]
    session.flush()
    session.refresh(row, ["values"])
    note(session, clock, actor, project, "measure", {"name": row.name, "day": day.isoformat(), "value": value})
