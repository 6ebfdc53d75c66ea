"""The blueprints of the project pages, and what all of them need."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, render_template
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.core.clock import Clock
from app.core.database import session
from app.core.errors import AppError, Invalid
from app.projects import policy, process
from app.projects.models import InvestmentProject
from app.projects.wording import day, euros, name, rate, sentence, short_euros

blueprint = Blueprint("projects", __name__, url_prefix="/partnerships/<partnership>")
site = Blueprint("calls", __name__, url_prefix="/calls")
Page = str | Response | tuple[str, int]


def clock() -> Clock:
    """The clock of the application."""
    found: Clock = current_app.extensions["clock"]
    return found


def submitted(form: FlaskForm, work: Callable[[], object], done: str) -> bool:
    """True when the form was sent, is right and its work succeeded; else nothing is kept and errors are shown."""
    if not form.validate_on_submit():
        return False
    try:
        with session().begin_nested():
            work()
    except AppError as error:
        field = error.field if isinstance(error, Invalid) else None
        if field and field in form:
            form[field].errors = [*form[field].errors, error.message]
        else:
            form.form_errors.append(error.message)
        return False
    flash(done, "success")
    return True


def page(template: str, *, bad: bool = False, **context: object) -> tuple[str, int]:
    """A page; 422 when a form on it was refused."""
    return render_template(f"projects/{template}.html", **context), 422 if bad else 200


def state_of(project: InvestmentProject) -> Any:
    """The state of a project as its machine describes it."""
    machine = process.machine_of(session(), project.partnership)
    return machine.state(project.state)


@blueprint.context_processor
@site.context_processor
def words() -> dict[str, Any]:
    """What the templates of projects call things by, and whether the reader may write."""
    project: InvestmentProject | None = g.get("project")
    found: dict[str, Any] = {
        "name_of": name,
        "euros": euros,
        "rate": rate,
        "sentence": sentence,
        "short_euros": short_euros,
        "day": day,
    }
    if project is not None:
        found.update(
            project=project,
            place={"partnership": project.partnership.slug, "number": project.number},
            state=state_of(project),
            may_write=policy.may_write() and project.state not in ("stopped", "commercialised"),
            may_lead=policy.may_lead(),
            project_tabs=_tabs(),
        )
    return found


def _tabs() -> list[tuple[str, str, str]]:
    """Endpoint, label and icon of the pages of one project."""
    return [
        ("projects.show", _("Project"), "compass"),
        ("projects.consortium", _("Consortium"), "people"),
        ("projects.plan", _("Business plan"), "journal-text"),
        ("projects.budget", _("Budget"), "receipt"),
        ("projects.funding", _("Funding"), "pie-chart"),
        ("projects.cash_flow_page", _("Cash flow"), "graph-up"),
        ("projects.indicators", _("Indicators"), "speedometer2"),
        ("projects.trail_page", _("Trail"), "clock-history"),
    ]
