"""The organiser's pages of interpreters."""

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.events import interpreters, queries
from app.events.blueprint import blueprint
from app.events.forms import InterpreterForm
from app.events.models import Interpreter, InterpreterAbsence
from app.events.policy import current_event, event_organiser
from app.events.setup_pages import Page, page, submitted
from app.organisations import reference


def _form(row: Interpreter | None) -> InterpreterForm:
    known = row.languages if row else []
    form = InterpreterForm(obj=row, data={f"language_{n}": code for n, code in enumerate(known, start=1)})
    for field in form.language_fields:
        field.choices = [("", _("None")), *reference.languages().choices()]
    return form


def _find(number: int) -> Interpreter:
    row = session().get(Interpreter, number)
    if row is None or row.event_id != current_event().id:
        raise NotFound(_("There is no such interpreter at this event."))
    return row


def _save(form: InterpreterForm, row: Interpreter | None) -> Interpreter:
    return interpreters.save_interpreter(
        session(),
        current_event(),
        row,
        need_user(),
        current_app.extensions["clock"],
        name=form.name.data or "",
        languages=form.languages,
        max_meetings=form.max_meetings.data,
    )


@blueprint.route("/<slug>/organise/interpreters", methods=["GET", "POST"])
@guarded(event_organiser)
def interpreters_list(slug: str) -> Page:
    """Who interprets, and whether meetings need a common language at all."""
    event, form = current_event(), _form(None)
    if submitted(form, lambda: _save(form, None), _("Added; the next scheduling run can call on them.")):
        return redirect(url_for("events.interpreters_list", slug=slug))
    found = queries.interpreters_of(session(), event.id)
    names = dict(reference.languages().choices())
    return page("events/interpreters.html", bad=request.method == "POST", form=form, found=found, names=names)


@blueprint.post("/<slug>/organise/interpreters/<any(needed, free):act>")
@guarded(event_organiser)
def common_language(slug: str, act: str) -> Response:
    """Say whether people without a common language need an interpreter."""
    clock = current_app.extensions["clock"]
    interpreters.set_common_language(session(), current_event(), need_user(), clock, needed=act == "needed")
    flash(_("Saved; the next scheduling run heeds it."), "success")
    return redirect(url_for("events.interpreters_list", slug=slug))


@blueprint.route("/<slug>/organise/interpreters/<int:number>", methods=["GET", "POST"])
@guarded(event_organiser)
def interpreter(slug: str, number: int) -> Page:
    """One interpreter: name, languages, limit, and when they are not there."""
    event, row = current_event(), _find(number)
    form = _form(row)
    slots = queries.slots_of(session(), event.id)
    query = select(InterpreterAbsence.slot_id).where(InterpreterAbsence.interpreter_id == row.id)
    away = set(session().scalars(query))

    def work() -> None:
        _save(form, row)
        free = {int(value) for value in request.form.getlist("free") if value.isdecimal()}
        interpreters.set_absences(session(), event, row, {slot.id for slot in slots} - free)

    if submitted(form, work, _("Saved; the next scheduling run heeds it.")):
        return redirect(url_for("events.interpreters_list", slug=slug))
    bad = request.method == "POST"
    return page("events/interpreter.html", bad=bad, form=form, interpreter=row, slots=slots, away=away)


@blueprint.post("/<slug>/organise/interpreters/<int:number>/remove")
@guarded(event_organiser)
def remove_interpreter(slug: str, number: int) -> Response:
    """Remove an interpreter; refused while meetings need them."""
    clock = current_app.extensions["clock"]
    interpreters.remove_interpreter(session(), current_event(), _find(number), need_user(), clock)
    flash(_("The interpreter is removed."), "success")
    return redirect(url_for("events.interpreters_list", slug=slug))
