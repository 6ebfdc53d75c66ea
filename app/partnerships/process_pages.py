"""The administrator's processes: look at one, copy it, write its next version on a form or as JSON."""

import json
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import administrator, need_user
from app.core.database import session
from app.core.errors import AppError, CellError, ImportRefused, Invalid, NotFound
from app.core.guard import guarded
from app.partnerships import diagrams, forms, outline, queries, state_picture, ties
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.checks import CHECKS
from app.partnerships.services import processes
from app.partnerships.templates import SHIPPED, Template, read_template


def find_process(key: str, version: int | None = None) -> Template:
    """A process by key, its newest version unless one is named; raises NotFound."""
    try:
        found = (
            queries.newest_template(session(), key) if version is None else queries.template(session(), key, version)
        )
    except KeyError:
        found = None
    if found is None:
        raise NotFound(_("There is no such process."))
    return found


@blueprint.get("/processes")
@guarded(administrator)
def process_list() -> Page:
    """All processes of this installation."""
    return page("processes", rows=queries.newest_templates(session()), shipped=SHIPPED)


@blueprint.route("/processes/<key>", methods=["GET", "POST"])
@guarded(administrator)
def process(key: str) -> Page:
    """One process: its phases, machines as diagrams, rules; and a form to copy it."""
    found, form = find_process(key, request.args.get("version", type=int)), forms.CopyProcessForm()
    made: list[Template] = []

    def work() -> None:
        made.append(
            processes.copy_template(
                session(), clock(), need_user(), found, key=form.key.data or "", name=form.name.data or ""
            )
        )

    if submitted(form, work, _("The copy is made; now change it.")):
        return redirect(url_for("partnerships.edit_process", key=made[0].key))
    return page(
        "process",
        bad=request.method == "POST",
        found=found,
        form=form,
        is_shipped=key in SHIPPED,
        versions=processes.versions_of(session(), key),
        guards_text=diagrams.guards_text,
        draw=state_picture.draw,
    )


@blueprint.get("/processes/<key>/process.json")
@guarded(administrator)
def process_json(key: str) -> Response:
    """The whole process as JSON: what the expert's page takes."""
    found = find_process(key, request.args.get("version", type=int))
    data = found.model_dump(mode="json", exclude_defaults=True)
    response = Response(json.dumps(data, indent=1, ensure_ascii=False), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-v{found.version}.json"'
    return response


@blueprint.route("/processes/<key>/edit", methods=["GET", "POST"])
@guarded(administrator)
def edit_process(key: str) -> Page:
    """Write the next version of an own process on a form. Buttons change the form; only the last one keeps anything."""
    found, form = find_process(key), forms.NoteForm()
    data, faults, place = found.model_dump(mode="json"), list[CellError](), ""
    if request.method == "POST":
        data, doing = outline.read(request.form, data), request.form.get("act", "")
        if doing == "keep" and form.validate():
            try:
                with session().begin_nested():
                    made = processes.edit_template(
                        session(), clock(), need_user(), key, outline.finished(data), form.note.data or ""
                    )
            except ImportRefused as error:
                faults = error.cells
            except AppError as error:
                form.form_errors.append(error.message)
            else:
                flash(_("Version %(n)d is kept; running partnerships stay under theirs.", n=made.version), "success")
                return redirect(url_for("partnerships.process", key=key))
        elif doing and doing != "keep":
            place = outline.act(data, doing)
    return _outline_page(found, form, data, faults, place, bad=bool(faults or form.errors))


def _outline_page(
    found: Template, form: forms.NoteForm, data: dict[str, Any], faults: list[CellError], place: str, *, bad: bool
) -> Page:
    drawn, also = _preview(found, data)
    return page(
        "edit_process",
        bad=bad,
        found=found,
        form=form,
        data=data,
        outline=outline,
        faults={fault.column: fault.message for fault in faults},
        place=place,
        options=_options(data),
        checks=CHECKS,
        kept={"roles": ties.kept_roles(found), "phases": ties.kept_phases(found)},
        kept_fields=ties.FIELDS,
        drawn=drawn,
        draw=state_picture.draw,
        unsound=also,
        shipped=found.key in SHIPPED,
    )


def _preview(found: Template, data: dict[str, Any]) -> tuple[Template, list[CellError]]:
    """The process as the form describes it, to be drawn; while it has faults, the kept one and the faults."""
    try:
        drawn = read_template(outline.finished(data))
        processes.check_ties(found, drawn)
    except ImportRefused as error:
        return found, error.cells
    return drawn, []


def _options(data: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What the lines of the outline choose from."""
    kinds = {
        "text": _("One line"), "long": _("Long text"), "choice": _("One of a list"), "choices": _("Several of a list"),
        "rows": _("Rows"), "number": _("Number"), "tick": _("Tick"), "date": _("Date"),
    }  # fmt: skip
    columns = ("text", "long", "choice", "number", "date")

    def named(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [(item["key"], _(item["name"])) for item in items if item.get("key")]

    return {
        "kinds": [(key, name) for key, name in kinds.items() if key != "date"],
        "column_kinds": [(key, kinds[key]) for key in columns],
        "lists": [("", "–"), *((name, name.replace("_", " ")) for name in data.get("lists", {}))],
        "states": named(data["machines"]["partnership"]["states"]),
        "weights": [("hard", _("Must be met")), ("soft", _("Gives points"))],
        "checks": [("", _("None: people judge")), *((key, key.replace("_", " ")) for key in CHECKS)],
        "phases": [("", "–"), *named(data["phases"])],
        "roles": named(data["roles"]),
        "comments": [("none", _("None")), ("optional", _("Optional")), ("required", _("Required"))],
    }


@blueprint.route("/processes/<key>/edit/json", methods=["GET", "POST"])
@guarded(administrator)
def edit_process_json(key: str) -> Page:
    """The same as JSON, for experts; every fault is named with its place."""
    found, form, faults = find_process(key), forms.EditProcessForm(), list[CellError]()
    if request.method == "GET":
        data = processes.template_data(session(), key, found.version)
        form.text.data = json.dumps(data, indent=1, ensure_ascii=False)
    if form.validate_on_submit():
        try:
            with session().begin_nested():
                made = processes.edit_template(
                    session(), clock(), need_user(), key, form.text.data or "", form.note.data or ""
                )
        except ImportRefused as error:
            faults = error.cells
        except Invalid as error:
            form.text.errors = [error.message]
        else:
            flash(_("Version %(n)d is kept; running partnerships stay under theirs.", n=made.version), "success")
            return redirect(url_for("partnerships.process", key=key))
    return page("edit_process_json", bad=request.method == "POST", found=found, form=form, faults=faults)
