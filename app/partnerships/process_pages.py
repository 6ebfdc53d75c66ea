"""The administrator's processes: look at one, copy it, write its next version as JSON; on a form: process_form.py."""

import json

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import administrator, need_user
from app.core.database import session
from app.core.errors import CellError, ImportRefused, Invalid, NotFound
from app.core.guard import guarded
from app.partnerships import diagrams, forms, queries, state_picture
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.services import processes
from app.partnerships.templates import SHIPPED, Template


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
