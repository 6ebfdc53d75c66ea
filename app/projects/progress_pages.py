"""Pages of what a project shows and reaches: documents beside its plan, indicators and their values."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.core.uploads import takes_files
from app.projects import forms, policy, queries, services
from app.projects.blueprint import Page, blueprint, clock, page, submitted
from app.projects.models import PlanSection, ProjectIndicator
from app.projects.plan_pages import SECTIONS, plan_section_page
from app.projects.services.progress import IndicatorData


@blueprint.post(f"/projects/<int:number>/plan/<any({SECTIONS}):section>/attachments")
@takes_files
@guarded(policy.project_writer)
def attach(partnership: str, number: int, section: str) -> Page:
    """Keep a document beside a section of the plan."""
    project, form = policy.current_project(), forms.DocumentForm()

    def work() -> None:
        services.attach(session(), clock(), need_user(), project, PlanSection(section), form.file.data)

    if submitted(form, work, _("The document is kept.")):
        return redirect(url_for("projects.plan", partnership=partnership, number=number, _anchor=section))
    return plan_section_page(PlanSection(section), document_form=form)


@blueprint.post("/projects/<int:number>/plan/attachments/<int:attachment>/take-off")
@guarded(policy.project_writer)
def take_off(partnership: str, number: int, attachment: int) -> Response:
    """Take a document off its section."""
    project = policy.current_project()
    rows = [row for many in queries.attachments_of(session(), project.id).values() for row in many]
    found = next((row for row in rows if row.id == attachment), None)
    if found is None:
        raise NotFound(_("This is not there any more."))
    services.take_off(session(), clock(), need_user(), project, found)
    flash(_("The document is taken off; it stays among the documents of the project."), "success")
    return redirect(url_for("projects.plan", partnership=partnership, number=number, _anchor=found.section.value))


@blueprint.get("/projects/<int:number>/indicators")
@guarded(policy.project_visible)
def indicators(partnership: str, number: int) -> Page:
    """What the project measures itself by, and how far it is."""
    return _indicators()


def _indicators(
    form: forms.IndicatorForm | None = None, value_form: forms.ValueForm | None = None, of: int | None = None
) -> Page:
    return page(
        "indicators",
        bad=form is not None or value_form is not None,
        form=form or forms.IndicatorForm(formdata=None),
        value_form=value_form or forms.ValueForm(formdata=None),
        value_of=of,
        today=clock()().date(),
    )


@blueprint.post("/projects/<int:number>/indicators")
@guarded(policy.project_writer)
def add_indicator(partnership: str, number: int) -> Page:
    """Add an indicator."""
    form = forms.IndicatorForm()

    def work() -> None:
        data = IndicatorData(
            form.name.data, form.unit.data or "", float(form.baseline.data or 0), float(form.target.data), form.due.data
        )
        services.add_indicator(session(), clock(), need_user(), policy.current_project(), data)

    if submitted(form, work, _("The indicator is added.")):
        return redirect(url_for("projects.indicators", partnership=partnership, number=number))
    return _indicators(form)


def _indicator(number: int) -> ProjectIndicator:
    found = next((row for row in policy.current_project().indicators if row.id == number), None)
    if found is None:
        raise NotFound(_("This is not there any more."))
    return found


@blueprint.post("/projects/<int:number>/indicators/<int:indicator>/values")
@guarded(policy.project_writer)
def measure(partnership: str, number: int, indicator: int) -> Page:
    """Note what was measured on a day."""
    row, form = _indicator(indicator), forms.ValueForm()

    def work() -> None:
        services.measure(
            session(), clock(), need_user(), policy.current_project(), row, form.day.data, float(form.value.data),
            form.source.data or "",
        )  # fmt: skip

    if submitted(form, work, _("The value is noted.")):
        return redirect(url_for("projects.indicators", partnership=partnership, number=number))
    return _indicators(value_form=form, of=indicator)


@blueprint.post("/projects/<int:number>/indicators/<int:indicator>/remove")
@guarded(policy.project_writer)
def remove_indicator(partnership: str, number: int, indicator: int) -> Response:
    """Take an indicator out that has no value yet."""
    services.remove_indicator(session(), clock(), need_user(), policy.current_project(), _indicator(indicator))
    flash(_("The indicator is taken out."), "success")
    return redirect(url_for("projects.indicators", partnership=partnership, number=number))
