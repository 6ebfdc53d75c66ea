"""Import with a preview, and export."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from app.accounts.policy import need_user
from app.core import audit
from app.core.database import session
from app.core.errors import FileRefused, ImportRefused, Invalid, NotFound
from app.core.exchange import ExchangeSheet, SheetReport, load_all, sheets
from app.core.guard import guarded
from app.core.tables import CSV_TYPE, XLSX_TYPE, Row, Sheet, Table, read_table, write_csv, write_xlsx
from app.core.uploads import content_of, takes_files
from app.events.models import Event
from app.events.policy import current_event, event_organiser
from app.registrations.blueprint import blueprint, clock, now
from app.registrations.forms import ImportForm, attach
from app.registrations.joining import Answer
from app.registrations.organiser_pages import invite

KEEP_SECONDS = 3600
KEEP_AT_MOST = 1_500_000
FAULTS_SHOWN = 200


@blueprint.route("/organise/import", methods=["GET", "POST"])
@takes_files
@guarded(event_organiser)
def import_participants(slug: str) -> Answer:
    """Check uploaded tables and show what would happen; a second step, with the same tables, does it."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _import_page(form), 200 if request.method == "GET" else 422
    try:
        tables = _checked_before() if "checked" in request.form else _uploaded(form)
    except ImportRefused as error:
        return _import_page(form, faults=error.cells), 422
    except Invalid as error:
        attach(form, error)
        return _import_page(form), 422
    doing = "checked" in request.form
    reports = load_all(session(), clock(), need_user(), current_event(), tables, keep=doing)
    faults = [fault for report in reports for fault in report.faults]
    if faults:
        return _import_page(form, faults=faults), 422
    if doing:
        _finish(current_event(), reports, mail=form.invite.data)
        return redirect(url_for("registrations.participants", slug=slug, sort="registered", order="descending"))
    return _import_page(form, reports=reports, checked=_kept(tables))


def _import_page(form: ImportForm, **more: Any) -> str:
    faults = more.pop("faults", [])
    return render_template(
        "registrations/import.html",
        form=form,
        sheets=sheets(loadable=True),
        faults=faults[:FAULTS_SHOWN],
        fault_count=len(faults),
        **more,
    )


def _uploaded(form: ImportForm) -> dict[str, Table]:
    """The tables of the uploaded files. A workbook with a single sheet of another name holds participants."""
    tables: dict[str, Table] = {}
    known = [sheet.name for sheet in sheets(loadable=True)]
    for field, name in ((form.file, "participants"), (form.entries, "entries")):
        if not field.data:
            continue
        try:
            found = read_table(content_of(field.data), field.data.filename or "", name)
        except FileRefused as error:
            error.field = field.name
            raise
        if len(found) == 1 and not set(found) & set(known):
            only = next(iter(found.values()))
            found = {name: Table(name, only.columns, only.rows)}
        tables.update((key, table) for key, table in found.items() if key in known)
    if not tables:
        raise Invalid(_("Choose a file with participants, or with needs and offers."), field="file")
    if not any(table.rows for table in tables.values()):
        raise Invalid(_("There is nothing below the header of this file."), field="file")
    return tables


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"import {current_event().id}")


def _kept(tables: dict[str, Table]) -> str | None:
    """The checked tables, signed, for the second step; None when they are too many to travel in a form."""
    plain = {
        table.name: [table.columns, [[row.number, list(row.cells.values())] for row in table.rows]]
        for table in tables.values()
    }
    text = _serializer().dumps(plain)
    return text if len(text) <= KEEP_AT_MOST else None


def _checked_before() -> dict[str, Table]:
    try:
        plain = _serializer().loads(request.form["checked"], max_age=KEEP_SECONDS)
    except BadData:
        raise Invalid(_("The check is too old; upload the file again."), field="file") from None
    return {
        name: Table(name, tuple(columns), [Row(n, dict(zip(columns, cells, strict=True))) for n, cells in rows])
        for name, (columns, rows) in plain.items()
    }


def _finish(event: Event, reports: list[SheetReport], *, mail: bool) -> None:
    for report in reports:
        if mail:
            for added in report.subjects:
                invite(added)
        text = _(
            "%(sheet)s: %(new)d new, %(changed)d changed, %(same)d as before.",
            sheet=report.sheet,
            new=len(report.created),
            changed=len(report.updated),
            same=report.unchanged,
        )
        flash(text, "success")
    audit.record(
        session(),
        clock(),
        actor_id=need_user().id,
        action="registrations.import",
        subject_kind="event",
        subject_id=event.id,
        event_id=event.id,
        detail={report.sheet: [len(report.created), len(report.updated)] for report in reports},
    )


def _answer(name: str, kind: str, content: bytes) -> Response:
    response = Response(content, content_type=XLSX_TYPE if kind == "xlsx" else CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _template(sheet: ExchangeSheet) -> Sheet:
    return Sheet(sheet.name, [c.name for c in sheet.columns], [[c.example for c in sheet.columns]])


@blueprint.get("/organise/import/template-<name>.<any(csv, xlsx):kind>")
@guarded(event_organiser)
def import_template(slug: str, name: str, kind: str) -> Response:
    """An example to fill in: 'all' as a workbook, or one table as CSV."""
    found = [_template(sheet) for sheet in sheets(loadable=True) if name in ("all", sheet.name)]
    if not found or (kind == "csv" and name == "all"):
        raise NotFound(_("There is no template of this name."))
    return _answer(f"template-{name}", kind, write_xlsx(found) if kind == "xlsx" else write_csv(found[0]))


@blueprint.get("/organise/export")
@guarded(event_organiser)
def export(slug: str) -> str:
    """What can be taken out, as a workbook or table by table."""
    return render_template("registrations/export.html", sheets=sheets())


@blueprint.get("/organise/export/<name>.<any(csv, xlsx):kind>")
@guarded(event_organiser)
def export_file(slug: str, name: str, kind: str) -> Response:
    """'all' as a workbook, or one table."""
    chosen = [sheet for sheet in sheets() if name in ("all", sheet.name)]
    if not chosen or (kind == "csv" and name == "all"):
        raise NotFound(_("There is no table of this name."))
    written = [sheet.export(session(), current_event()) for sheet in chosen]
    stamp = f"{slug}-{name}-{now():%Y%m%d}"
    return _answer(stamp, kind, write_xlsx(written) if kind == "xlsx" else write_csv(written[0]))
