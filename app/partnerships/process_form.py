"""The form on which an administrator writes the next version of a process, a part on each page."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import administrator, need_user
from app.core.database import session
from app.core.errors import AppError, CellError, ImportRefused
from app.core.guard import guarded
from app.partnerships import forms, outline, process_parts, state_picture, ties
from app.partnerships.blueprint import Page, blueprint, clock, page
from app.partnerships.checks import CHECKS
from app.partnerships.process_pages import find_process
from app.partnerships.process_parts import GENERAL, KEEP, Memory, part_at, parts_of
from app.partnerships.services import processes
from app.partnerships.templates import SHIPPED, Template, read_template


@dataclass
class Writing:
    """The form while somebody writes: the version it began with, what it says now, and what is on the page."""

    found: Template
    data: dict[str, Any]
    form: forms.NoteForm
    part: str
    memory: Memory
    place: str = ""
    """Where in the part one goes on, after the button `pressed`."""
    pressed: str = ""
    newer: Template | None = None
    """What somebody else kept meanwhile."""


@blueprint.route("/processes/<key>/edit", methods=["GET", "POST"])
@guarded(administrator)
def edit_process(key: str) -> Page:
    """Write the next version of an own process on a form. Buttons change the form; only the last one keeps anything."""
    if request.method == "GET":
        return _writing_page(_opened(find_process(key)), refused=False)
    writing = _sent(key)
    verb, _colon, place = request.form.get("act", "").partition(":")
    if verb == "keep":
        if made := _keep(writing):
            flash(_("Version %(n)d is kept; running partnerships stay under theirs.", n=made.version), "success")
            return redirect(url_for("partnerships.process", key=key))
    elif verb == "take-over":
        _take_over(writing, find_process(key))
    elif verb == "go":
        writing.part, writing.place = part_at(parts_of(writing.data), place).place, place
    elif verb:
        _act(writing, verb, place)
    return _writing_page(writing, refused=verb == "keep")


def _opened(found: Template) -> Writing:
    data = found.model_dump(mode="json")
    part = part_at(parts_of(data), request.args.get("part", GENERAL)).place
    return Writing(found, data, forms.NoteForm(formdata=None), part, Memory(found.version))


def _sent(key: str) -> Writing:
    memory = process_parts.recalled(key, request.form.get("memory", ""))
    found, form, part = find_process(key, memory.version), forms.NoteForm(), request.form.get("part", "")
    data = found.model_dump(mode="json") | memory.changed
    if part in {known.place for known in parts_of(data)}:
        data = outline.read(request.form, data, part)
    else:
        part = GENERAL
    if form.note.name in request.form:
        memory.note = form.note.data or ""
    form.note.data = memory.note
    return Writing(found, data, form, part, memory)


def _act(writing: Writing, verb: str, path: str) -> None:
    """Add, move or remove; one stays in the part, but goes on to a new document or rule set."""
    writing.place, writing.pressed = outline.act(writing.data, f"{verb}:{path}"), verb
    if verb == "add" and path in outline.PAGED:
        writing.part = part_at(parts_of(writing.data), writing.place).place


def _keep(writing: Writing) -> Template | None:
    """Keep all parts as one version, or say on the form what is in the way; then None."""
    writing.memory.is_checked, writing.part, newest = True, KEEP, find_process(writing.found.key)
    if not writing.form.validate():
        return None
    if newest.version != writing.found.version:
        writing.newer = newest
        return None
    try:
        with session().begin_nested():
            return processes.edit_template(
                session(), clock(), need_user(), newest.key, outline.finished(writing.data), writing.memory.note
            )
    except ImportRefused as error:
        writing.part = part_at(parts_of(writing.data), error.cells[0].column).place
    except AppError as error:
        writing.form.form_errors.append(error.message)
    return None


def _take_over(writing: Writing, newest: Template) -> None:
    """Go on from a version that somebody else kept; what was changed here stays as it was written."""
    own = process_parts.changes(writing.data, writing.found.model_dump(mode="json"))
    writing.found, writing.data = newest, newest.model_dump(mode="json") | own
    writing.memory.version, writing.part = newest.version, KEEP


def _writing_page(writing: Writing, *, refused: bool) -> Page:
    found, data, memory = writing.found, writing.data, writing.memory
    base, parts = found.model_dump(mode="json"), parts_of(data)
    memory.is_checked = memory.is_checked or writing.part == KEEP
    drawn, faults = _drawn(found, data) if memory.is_checked else (found, [])
    if writing.pressed == "add":
        faults = [fault for fault in faults if not f"{fault.column}.".startswith(f"{writing.place}.")]
    by_place = {fault.column: fault.message for fault in faults}
    holder = {place: part_at(parts, place).place for place in by_place}
    number = next(at for at, part in enumerate(parts) if part.place == writing.part)
    memory.changed = process_parts.changes(data, base)
    return page(
        "edit_process",
        bad=refused,
        refused=refused,
        writing=writing,
        found=found,
        form=writing.form,
        data=data,
        parts=parts,
        number=number,
        part=parts[number],
        holder=holder,
        bad_parts=Counter(holder.values()),
        words={place: process_parts.in_words(parts, place) for place in by_place},
        faults=by_place,
        changed=process_parts.changed(data, base),
        memory=process_parts.remembered(found.key, memory),
        outline=outline,
        options=_options(data),
        checks=CHECKS,
        kept={"roles": ties.kept_roles(found), "phases": ties.kept_phases(found), "documents": ties.FIELDS},
        drawn=drawn,
        draw=state_picture.draw,
        shipped=found.key in SHIPPED,
    )


def _drawn(found: Template, data: dict[str, Any]) -> tuple[Template, list[CellError]]:
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
