"""Which tables an event exchanges with files. Each feature adds its own sheets; export writes all, import reads some.

An import runs as one unit: every sheet is loaded row by row in order, faults are collected, and one fault undoes all.
"""

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core import facts
from app.core.clock import Clock
from app.core.errors import AppError, CellError, Invalid
from app.core.tables import Row, Sheet, Table


@dataclass(frozen=True)
class Column:
    """A column of an import. `note` says what goes in, `example` stands in the template."""

    name: str
    note: Any
    example: str = ""
    required: bool = False


@dataclass
class SheetReport:
    """What loading one sheet did or would do: who is new, who changes, what is wrong."""

    sheet: str
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    faults: list[CellError] = field(default_factory=list)
    subjects: list[Any] = field(default_factory=list)
    """The rows that were made, for what follows an import, such as invitations."""
    mentioned: set[str] = field(default_factory=set)
    """Keys of the rows of this import so far, shared by all sheets: a row that refers to a faulty one is not blamed."""

    def fault(self, row: Row, column: str, message: str) -> None:
        """Note what is wrong with a cell."""
        self.faults.append(CellError(row.number, column, message, row.get(column)[:80], self.sheet))

    @contextmanager
    def row(self, row: Row, columns: dict[str, str], otherwise: str) -> Iterator[None]:
        """Turn an error of a service into a fault of this row; `columns` maps its fields to ours."""
        try:
            yield
        except Invalid as error:
            name = error.field or ""
            self.fault(row, columns.get(name, name or otherwise), error.message)
        except AppError as error:
            self.fault(row, otherwise, error.message)


Load = Callable[[Session, Clock, Any, Any, Table, SheetReport], None]


@dataclass(frozen=True)
class ExchangeSheet:
    """A table of an event. `export` writes it; one with `load` (session, clock, actor, event, table, report) is also
    read, and knows the `columns`; `written_only` columns are in exports and passed over by imports."""

    name: str
    label: Any
    order: int
    export: Callable[[Session, Any], Sheet]
    columns: Sequence[Column] = ()
    written_only: Sequence[str] = ()
    load: Load | None = None


_sheets: dict[str, ExchangeSheet] = {}


def add_sheet(sheet: ExchangeSheet) -> None:
    """Add a feature's table; the same name replaces the former."""
    _sheets[sheet.name] = sheet


def sheets(*, loadable: bool = False) -> list[ExchangeSheet]:
    """The tables in order; with `loadable` only those an import reads."""
    ordered = sorted(_sheets.values(), key=lambda sheet: sheet.order)
    return [sheet for sheet in ordered if sheet.load is not None or not loadable]


def load_all(
    session: Session, clock: Clock, actor: Any, event: Any, tables: dict[str, Table], *, keep: bool
) -> list[SheetReport]:
    """Load the tables that are known, in a savepoint that is undone unless `keep` is set and nothing is wrong."""
    reports: list[SheetReport] = []
    mentioned: set[str] = set()
    savepoint = session.begin_nested()
    with facts.gathered(session) as changed:
        for sheet in sheets(loadable=True):
            table = tables.get(sheet.name)
            if table is None or sheet.load is None:
                continue
            report = SheetReport(sheet.name, mentioned=mentioned)
            report.faults = header_faults(sheet, table)
            if not report.faults:
                sheet.load(session, clock, actor, event, table, report)
            reports.append(report)
    if keep and not any(report.faults for report in reports):
        for values in changed.values():
            facts.participant_changed.send(session, **values)
        savepoint.commit()
    else:
        savepoint.rollback()
        session.expire_all()
    return reports


def header_faults(sheet: ExchangeSheet, table: Table) -> list[CellError]:
    """Unknown and missing columns."""
    known = [column.name for column in sheet.columns] + list(sheet.written_only)
    faults = []
    for column in table.columns:
        if column not in known:
            near = difflib.get_close_matches(column, known, 1)
            hint = _("Do you mean %(name)s?", name=near[0]) if near else _("Remove it, or see the list of columns.")
            message = _("There is no column of this name. %(hint)s", hint=hint)
            faults.append(CellError(1, column, message, column, sheet.name))
    for wanted in sheet.columns:
        if wanted.required and wanted.name not in table.columns:
            faults.append(CellError(1, wanted.name, _("This column is missing."), sheet=sheet.name))
    return faults
