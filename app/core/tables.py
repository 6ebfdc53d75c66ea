"""Tables in files: CSV and XLSX, written so that spreadsheets cannot be tricked, read with care and clear faults.

Writing. In CSV a text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection);
reading takes it away again, so that a file that went out comes back the same. In XLSX text is stored as text.

Reading. Files are bounded before they are parsed: size in memory, rows, columns. XML with entities is refused.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import PurePath
from typing import Any

from flask_babel import gettext as _

from app.core.errors import AppError, CellError, ImportRefused
from app.core.filetypes import BROKEN, holds_programs
from app.core.uploads import refused

Cell = str | int | float | bool | date | datetime | None
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MAX_ROWS = 3000
MAX_COLUMNS = 80
MAX_CELL = 20_000
MAX_UNPACKED = 40 * 1024 * 1024
MAX_PARTS = 300
TABLE_SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx"}
OTHER_KINDS = (b"%PDF-", b"\xd0\xcf\x11\xe0", b"MZ\x90", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")
"""First bytes of files that are no text, whatever their name."""

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """A table to write: names of its columns, and rows of as many cells."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Row:
    """One row that was read; `number` is what a spreadsheet shows, `cells` the text by column, trimmed."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The text of a cell; empty when the column is not in the file."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """A table that was read. Columns are lower case with underscores."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)


def clean(text: str) -> str:
    """Text without the characters XML cannot hold, lines ended by a line feed."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def write_csv(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8 with a byte order mark, so that spreadsheets read accents right."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(sheet.header)
    for row in sheet.rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return str(cell)
    text = clean(cell)
    return f"'{text}" if _RISKY.match(text) else text


def write_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as one workbook, the header of each frozen. Times are written as text with their zone."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:31])
        page.freeze_panes = "A2"
        for number, row in enumerate([sheet.header, *sheet.rows]):
            cells = []
            for value in row:
                plain = value if isinstance(value, (int, float)) and not isinstance(value, bool) else _text(value)
                cell = WriteOnlyCell(page, value=plain)
                if isinstance(plain, str):
                    cell.data_type = "s"  # never a formula
                if number == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            page.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(value: Cell) -> str | None:
    if value is None or value == "":
        return None
    return clean(value) if isinstance(value, str) else _csv_cell(value)


def read_table(data: bytes, filename: str, name: str) -> dict[str, Table]:
    """The tables of an uploaded file by lower-case name: the sheets of an XLSX file, or `name` for a CSV file.

    Raises FileRefused when the file cannot be read at all, ImportRefused with the places when parts of it cannot.
    """
    is_package = data[:4] == b"PK\x03\x04"
    _check_kind(data, PurePath(filename.replace("\\", "/")).suffix.lower(), is_package=is_package)
    if is_package:
        return _read_xlsx(data)
    return {name: _table(name, _csv_rows(_decoded(data)))}


def _check_kind(data: bytes, suffix: str, *, is_package: bool) -> None:
    """Refuse what is empty, is no table by its name, or is something else than its name says."""
    if suffix not in TABLE_SUFFIXES:
        raise refused(_("This is neither CSV nor XLSX. Save it as one of these and upload it again."), 415)
    if not data:
        raise refused(_("The file is empty; choose another one."))
    if (suffix == ".xlsx") != is_package:
        kind = "XLSX" if suffix == ".xlsx" else "CSV"
        message = _("This file is not really %(kind)s. Save it as CSV or XLSX and upload it again.", kind=kind)
        raise refused(message)
    if data.startswith(OTHER_KINDS):
        raise refused(_("This file is not really CSV. Save it as CSV or XLSX and upload it again."))


def _decoded(data: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with a mark, or the encoding of western European spreadsheets."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise refused(_("The characters of this file cannot be read. Save it as CSV in UTF-8."))


def _csv_rows(text: str) -> list[list[str]]:
    first = re.sub(r'"[^"]*"', "", text.lstrip("\ufeff").partition("\n")[0])
    delimiter = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            _check_size(len(rows), len(row))
            rows.append([cell[1:] if _GUARDED.match(cell) else cell for cell in row])
    except csv.Error as error:
        place = CellError(
            len(rows) + 1, "", _("The quotation marks of this row do not pair up: %(error)s.", error=error)
        )
        raise ImportRefused(_("The file cannot be read."), [place]) from None
    return rows


def _read_xlsx(data: bytes) -> dict[str, Table]:
    from openpyxl import load_workbook

    _check_package(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        pages = {page.title.strip().lower(): _page_rows(page) for page in book.worksheets}
        book.close()
    except AppError:
        raise
    except Exception as error:  # the library raises many kinds for broken files
        message = _(
            "This XLSX file is damaged (%(error)s). Open it, save it anew and upload that one.",
            error=type(error).__name__,
        )
        raise refused(message) from None
    return {name: _table(name, rows) for name, rows in pages.items() if any(any(row) for row in rows)}


def _check_package(data: bytes) -> None:
    """Refuse an archive that unpacks to more than we want to hold, holds programs, or whose XML defines entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise refused(_("This XLSX file is too large once unpacked. Split it, or save it as CSV."), 413)
            if holds_programs(part.filename for part in parts):
                raise refused(
                    _("This file holds macros or embedded programs. Save it as XLSX without them, or as CSV.")
                )
            for part in parts:
                with package.open(part) as opened:
                    start = opened.read(4096)
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise refused(_("This XLSX file holds definitions that no spreadsheet writes. Save it as CSV."))
    except BROKEN:
        message = _("This XLSX file is damaged or protected by a password. Save it without one and upload it again.")
        raise refused(message) from None


def _page_rows(page: Any) -> list[list[str]]:
    """The text of a sheet. Raises ImportRefused that names each formula: its value here may be older than its parts."""
    rows: list[list[str]] = []
    faults: list[CellError] = []
    page.reset_dimensions()  # the size a file claims may be wrong
    for number, row in enumerate(page.iter_rows(), start=1):
        cells = list(row)
        while cells and cells[-1].value is None:
            cells.pop()
        _check_size(len(rows), len(cells))
        for place, cell in enumerate(cells):
            if cell.data_type == "f":
                column = rows[0][place] if rows and place < len(rows[0]) else ""
                message = _("This cell holds a formula; replace it by its value.")
                faults.append(CellError(number, column, message, str(cell.value)[:80], page.title))
        rows.append([_cell_text(cell.value) for cell in cells])
    if faults:
        raise ImportRefused(_("Some cells hold formulas."), faults)
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value)


def _check_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise refused(_("A file has at most %(n)d rows; split it.", n=MAX_ROWS), 413)
    if columns > MAX_COLUMNS:
        raise refused(_("A file has at most %(n)d columns; leave out those nobody asks for.", n=MAX_COLUMNS), 413)


def column_key(text: str) -> str:
    """'E-mail ' and 'e_mail' are one column."""
    return re.sub(r"[\s\-]+", "_", text.strip().lower())


def _table(name: str, raw: list[list[str]]) -> Table:
    """Rows under their header. Empty rows are left out but counted. Raises ImportRefused for a faulty header."""
    header = [column_key(text) for text in raw[0]] if raw else []
    while header and not header[-1]:
        header.pop()
    faults = []
    if not any(header):
        faults.append(CellError(1, "", _("The first row must hold the names of the columns."), sheet=name))
    for number, column in enumerate(header):
        if not column:
            faults.append(CellError(1, str(number + 1), _("This column has no name."), sheet=name))
        elif column in header[:number]:
            faults.append(CellError(1, column, _("This column is there twice."), sheet=name))
    rows = []
    for number, cells in enumerate(raw[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            message = _("This row has more cells than the header; a text with a comma may lack quotation marks.")
            faults.append(CellError(number, "", message, sheet=name))
        for column, cell in zip(header, cells, strict=False):
            if len(cell) > MAX_CELL:
                message = _("Use at most %(n)d characters in a cell.", n=MAX_CELL)
                faults.append(CellError(number, column, message, cell[:40] + "…", name))
        padded = cells[: len(header)] + [""] * (len(header) - len(cells))
        rows.append(Row(number, {c: clean(t).strip() for c, t in zip(header, padded, strict=True)}))
    if faults:
        raise ImportRefused(_("The table cannot be read."), faults)
    return Table(name, tuple(header), rows)
