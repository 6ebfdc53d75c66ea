"""Import of answers with a check before, and export of everything."""

from pathlib import PurePath

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import AppError, ImportRefused, Invalid, NotFound
from app.core.exchange import SheetReport
from app.core.guard import guarded
from app.core.tables import CSV_TYPE, XLSX_TYPE, Sheet, Table, read_table, write_csv, write_xlsx
from app.core.uploads import content_of, takes_files
from app.surveys import exchange, forms, queries, services, showing
from app.surveys.blueprint import Page, blueprint, clock, now, page
from app.surveys.policy import (
    current_campaign,
    current_run,
    current_standing,
    survey_analyst,
    survey_coordinator,
    survey_run,
)

FAULTS_SHOWN = 200


@blueprint.get("/<code>/exchange")
@guarded(survey_analyst)
def exchange_page(partnership: str, code: str) -> Page:
    """What can be taken out, and for coordinators the way in."""
    return _page(forms.ImportForm())


def _page(form: forms.ImportForm, *, reports: list[SheetReport] | None = None, bad: bool = False) -> Page:
    campaign = current_campaign()
    asked = queries.asked_of(session(), campaign, None)
    faults = [fault for report in reports or [] for fault in report.faults]
    return page(
        "exchange",
        bad=bad,
        campaign=campaign,
        standing=current_standing(),
        form=form,
        blocks=asked.blocks,
        columns={block.key: exchange.columns_of(block, asked) for block in asked.blocks},
        faults=faults[:FAULTS_SHOWN],
        fault_count=len(faults),
        runs=queries.runs_of(session(), campaign),
    )


@blueprint.post("/<code>/exchange")
@takes_files
@guarded(survey_coordinator)
def import_answers(partnership: str, code: str) -> Page:
    """Import answers; one fault, and nothing is imported. With `check` set, only say what would happen."""
    form = forms.ImportForm()
    if not form.validate_on_submit():
        return _page(form, bad=True)
    only_check = "check" in request.form
    try:
        with session().begin_nested():
            tables = _tables(form)
            reports = services.load_answers(
                session(), clock(), need_user(), current_campaign(), tables, keep=not only_check
            )
    except ImportRefused as error:
        return _page(form, reports=[SheetReport("", faults=list(error.cells))], bad=True)
    except AppError as error:
        form.file.errors = [*form.file.errors, error.message]
        return _page(form, bad=True)
    if any(report.faults for report in reports):
        return _page(form, reports=reports, bad=True)
    if only_check:
        flash(_("The files are sound. Upload them once more to import them."), "success")
        return redirect(url_for("surveys.exchange_page", partnership=partnership, code=code))
    new, changed = reports[0].created, reports[0].updated
    flash(_("Imported: %(new)d new answers, %(changed)d changed.", new=len(new), changed=len(changed)), "success")
    return redirect(url_for("surveys.responses", partnership=partnership, code=code))


def _tables(form: forms.ImportForm) -> dict[str, Table]:
    """The tables of the files; a CSV file bears the name of its part, such as needs.csv. Raises Invalid."""
    tables: dict[str, Table] = {}
    for upload in form.file.data or []:
        if not upload or not upload.filename:
            continue
        name = PurePath(upload.filename.replace("\\", "/")).stem.lower().rpartition("-")[2]
        for key, table in read_table(content_of(upload), upload.filename, name).items():
            if key in tables:
                raise Invalid(_("The part “%(name)s” is there in two files.", name=key), field="file")
            tables[key] = Table(key, table.columns, table.rows)
    if not tables:
        raise Invalid(_("Choose a file."), field="file")
    return tables


def _file(name: str, kind: str, sheets: list[Sheet]) -> Response:
    content = write_xlsx(sheets) if kind == "xlsx" else write_csv(sheets[0])
    response = Response(content, content_type=XLSX_TYPE if kind == "xlsx" else CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _chosen(sheets: list[Sheet], name: str, kind: str) -> list[Sheet]:
    chosen = [sheet for sheet in sheets if name in ("all", sheet.name)]
    if not chosen or (kind == "csv" and name == "all"):
        raise NotFound(_("There is no table of this name."))
    return chosen


@blueprint.get("/<code>/exchange/template-<name>.<any(csv, xlsx):kind>")
@guarded(survey_analyst)
def template(partnership: str, code: str, name: str, kind: str) -> Response:
    """An example to fill in: 'all' as a workbook, or one part."""
    asked = queries.asked_of(session(), current_campaign(), None)
    sheets = []
    for block in asked.blocks:
        columns = exchange.columns_of(block, asked)
        sheets.append(Sheet(block.key, [c.name for c in columns], [[c.example for c in columns]]))
    return _file(f"template-{name}", kind, _chosen(sheets, name, kind))


@blueprint.get("/<code>/exchange/answers-<name>.<any(csv, xlsx):kind>")
@guarded(survey_analyst)
def export_answers(partnership: str, code: str, name: str, kind: str) -> Response:
    """Answers, a sheet for each part, and progress."""
    campaign, standing = current_campaign(), current_standing()
    asked = queries.asked_of(session(), campaign, None)
    reader = exchange.Reader(showing.RANKS["analysts"], standing.regions)
    sheets = exchange.answer_sheets(session(), campaign, asked, reader)
    sheets.append(exchange.progress_sheet(session(), campaign))
    return _file(f"{campaign.code}-{now():%Y%m%d}-{name}", kind, _chosen(sheets, name, kind))


@blueprint.get("/<code>/runs/<int:number>/export-<name>.<any(csv, xlsx):kind>")
@guarded(survey_run)
def export_run(partnership: str, code: str, number: int, name: str, kind: str) -> Response:
    """Heat map and findings; evidence for analysts."""
    run = current_run()
    sheets = exchange.run_sheets(session(), run, everything=current_standing().sees_answers)
    return _file(f"{current_campaign().code}-run-{run.number}-{name}", kind, _chosen(sheets, name, kind))
