"""Pages of the six-monthly monitoring reports."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import format_currency
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in_user
from app.core import navigation
from app.core.clock import Clock
from app.core.database import session
from app.core.errors import AppError, Invalid, NotFound
from app.core.guard import guarded
from app.core.tables import XLSX_TYPE, write_xlsx
from app.core.transitions import choices, history
from app.feedback import exports, forms, process, queries, results, services
from app.feedback.figures import AMOUNTS, COUNTED
from app.feedback.models import MonitoringReport
from app.feedback.policy import WRITERS, current_report, report_writer, reports_visible
from app.feedback.rules import before, half_year, shown
from app.feedback.wording import LABELS, period_name
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.partnerships.policy import current_partnership, current_roles
from app.projects import open_data
from app.projects import queries as projects

blueprint = Blueprint("feedback", __name__, url_prefix="/partnerships/<partnership>/reports")
Page = str | Response | tuple[str, int]
PERIODS_OFFERED = 6


def _clock() -> Clock:
    found: Clock = current_app.extensions["clock"]
    return found


def _submitted(form: FlaskForm, work: Callable[[], object], done: str) -> bool:
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


@blueprint.get("/")
@guarded(reports_visible)
def index(partnership: str) -> Page:
    """All reports of a partnership."""
    return _index(_begin_form())


def _index(form: forms.BeginForm, bad: bool = False) -> Page:
    machine = process.machine_of(session(), current_partnership())
    rows = queries.reports_of(session(), current_partnership().id)
    may_begin = bool(current_roles() & set(machine.creating[0].roles)) and bool(form.starts_on.choices)
    page = render_template(
        "feedback/index.html",
        rows=rows,
        states={state.key: state for state in machine.states},
        period_name=period_name,
        form=form,
        may_begin=may_begin,
    )
    return page, 422 if bad else 200


def _begin_form() -> forms.BeginForm:
    form = forms.BeginForm()
    taken = {report.starts_on for report in queries.reports_of(session(), current_partnership().id)}
    period, offered = half_year(_clock()().date()), []
    for _number in range(PERIODS_OFFERED):
        if period.starts_on not in taken:
            offered.append((period.starts_on.isoformat(), period_name(period.starts_on)))
        period = before(period)
    form.starts_on.choices = offered
    return form


@blueprint.post("/")
@guarded(report_writer)
def begin(partnership: str) -> Page:
    """Begin the report on a half-year."""
    form = _begin_form()
    made: list[MonitoringReport] = []

    def work() -> None:
        day = date.fromisoformat(form.starts_on.data)
        made.append(services.begin(session(), _clock(), need_user(), current_roles(), current_partnership(), day))

    if _submitted(form, work, _("The report is begun; its figures are filled in.")):
        return redirect(url_for("feedback.show", partnership=partnership, report=made[0].id))
    return _index(form, bad=True)


@blueprint.get("/<int:report>")
@guarded(reports_visible)
def show(partnership: str, report: int) -> Page:
    """One report."""
    return render_template("feedback/show.html", **_values(current_report()))


def _values(report: MonitoringReport) -> dict[str, Any]:
    machine = process.machine_of(session(), report.partnership)
    facts = services.facts_of(report, _clock())
    return {
        "report": report,
        "state": machine.state(report.state),
        "steps": choices(machine, report.state, current_roles(), facts),
        "labels": LABELS,
        "counted": COUNTED,
        "amounts": AMOUNTS,
        "shown": {key: shown(key, report.figures, report.corrections) for key in COUNTED},
        "short_money": projects.short_euros,
        "money": lambda euros: format_currency(euros, "EUR", format="¤#,##0", currency_digits=False),
        "period_name": period_name,
        "names": exports.names(session(), report.partnership),
        "may_write": report.state == services.DRAFT and bool(current_roles() & WRITERS),
        "trail": history(session(), "report", report.id),
        "over": _clock()().date() >= report.ends_on + timedelta(days=1),
        "machine": machine,
    }


@blueprint.route("/<int:report>/edit", methods=["GET", "POST"])
@guarded(report_writer)
def edit(partnership: str, report: int) -> Page:
    """Write a report, and correct figures with a reason."""
    found = current_report()
    form = forms.for_figures()()
    if request.method == "GET":
        form.based_on.data = str(found.revision)
        for name in services.TEXTS:
            form[name].data = getattr(found, name)
        for key, correction in found.corrections.items():
            form[f"value_{key}"].data, form[f"reason_{key}"].data = correction["value"], correction["reason"]

    def work() -> None:
        based_on = int(form.based_on.data) if form.based_on.data.isdecimal() else -1
        services.edit(session(), _clock(), need_user(), found, _data(form), based_on=based_on)

    if _submitted(form, work, _("The report is saved.")):
        return redirect(url_for("feedback.show", partnership=partnership, report=report))
    bad = request.method == "POST"
    return render_template("feedback/edit.html", form=form, **_values(found)), 422 if bad else 200


def _data(form: forms.ReportForm) -> services.ReportData:
    corrections = {
        key: (form[f"value_{key}"].data, form[f"reason_{key}"].data or "")
        for key in COUNTED
        if form[f"value_{key}"].data is not None
    }
    return services.ReportData({name: form[name].data or "" for name in services.TEXTS}, corrections)


@blueprint.post("/<int:report>/gather")
@guarded(report_writer)
def gather(partnership: str, report: int) -> Response:
    """Fill the figures in afresh."""
    services.gather_again(session(), _clock(), need_user(), current_report())
    flash(_("The figures are filled in afresh."), "success")
    return redirect(url_for("feedback.show", partnership=partnership, report=report))


@blueprint.post("/<int:report>/steps/<step>")
@guarded(reports_visible)
def step(partnership: str, report: int, step: str) -> Response:
    """Take a step of the machine; role and guards decide."""
    found = current_report()
    machine = process.machine_of(session(), found.partnership)
    if all(transition.key != step for transition in machine.transitions):
        raise NotFound(_("There is no such step."))
    comment = request.form.get("comment", "")
    services.take(session(), _clock(), need_user(), current_roles(), found, step, comment=comment)
    flash(_("Done: %(state)s.", state=_(machine.state(found.state).name)), "success")
    return redirect(url_for("feedback.show", partnership=partnership, report=report))


@blueprint.get("/<int:report>/report.xlsx")
@guarded(reports_visible)
def workbook(partnership: str, report: int) -> Response:
    """The report as XLSX."""
    found = current_report()
    name = f"{partnership}-report-{found.starts_on.isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(write_xlsx(exports.sheets(session(), found)), content_type=XLSX_TYPE, headers=headers)


def is_insider() -> bool:
    """True when the reader takes part in the current partnership."""
    user, found = signed_in_user(), g.get("partnership")
    return user is not None and found is not None and partnerships.belongs(session(), found, user)


def _results_panel(found: Partnership) -> dict[str, Any] | None:
    row = results.latest(session(), found) if found in open_data.public_partnerships(session()) else None
    return None if row is None else {"row": row}


def _report_names(db: Session, partnership: Partnership) -> partnerships.Names:
    query = select(MonitoringReport.id, MonitoringReport.starts_on)
    rows = db.execute(query.where(MonitoringReport.partnership_id == partnership.id)).all()
    return {number: period_name(starts_on) for number, starts_on in rows}


def init_app(_app: Flask) -> None:
    """Add the entry of a partnership's pages, and the steps to its history."""
    navigation.add_entry(
        navigation.NavigationEntry(
            "partnership", "feedback.index", _l("Reports"), "clipboard-data", 70, shown=is_insider, also=("feedback.",)
        )
    )
    open_data.add_dataset(results.RESULTS)
    navigation.add_section("partnership", navigation.Panel("feedback/_results.html", _results_panel, 30))
    partnerships.add_history("report", partnerships.Told(_report_names, process.machine_of))
