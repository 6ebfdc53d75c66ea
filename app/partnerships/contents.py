"""From a sent form to the content of a document, by the fields of its template, and back. Pure.

Fields are called `f-KEY`, cells of rows `f-KEY-NUMBER-COLUMN`. A draft may be incomplete; what is there has to be
right.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.organisations.reference import translated
from app.partnerships.templates import Column, DocumentField, DocumentType, Template

Content = dict[str, Any]
Errors = dict[str, str]
CELL_KINDS = {"text", "long", "choice", "number", "date"}


def field_name(key: str) -> str:
    """The name of a field's control."""
    return f"f-{key}"


def cell_name(key: str, row: int, column: str) -> str:
    """The name of a cell's control."""
    return f"f-{key}-{row}-{column}"


def parse_content(process: Template, document: DocumentType, form: "MultiDict[str, str]") -> tuple[Content, Errors]:
    """Content and errors by control name of a sent form; the content holds what was sent, also where it is wrong."""
    content: Content = {}
    errors: Errors = {}
    for field in document.fields:
        name = field_name(field.key)
        if field.kind == "rows":
            content[field.key] = _rows(process, field, form, errors)
        elif field.kind == "choices":
            chosen = list(dict.fromkeys(form.getlist(name)))
            content[field.key] = chosen
            _check_choices(process, field, chosen, name, errors)
        elif field.kind == "tick":
            content[field.key] = name in form
        else:
            content[field.key] = _cell(process, field, form.get(name, ""), name, errors)
    return content, errors


def _rows(process: Template, field: DocumentField, form: "MultiDict[str, str]", errors: Errors) -> list[Content]:
    numbers = sorted({int(part[2]) for part in _cells(form, field.key)})
    rows: list[Content] = []
    for number in numbers:
        faults: Errors = {}
        row = {}
        for column in field.columns:
            name = cell_name(field.key, number, column.key)
            row[column.key] = _cell(process, column, form.get(name, ""), name, faults)
        if not any(value not in (None, "") for value in row.values()):
            continue
        for column in field.columns:
            if column.required and row[column.key] in (None, ""):
                name = cell_name(field.key, number, column.key)
                faults[name] = _("Fill in “%(column)s” or empty the whole row.", column=translated(column.name))
        # Rows that were left empty close up, so errors move to where the row will stand.
        place = len(rows)
        errors |= {_moved(name, field.key, number, place): fault for name, fault in faults.items()}
        rows.append(row)
    if len(rows) > field.max:
        errors[field_name(field.key)] = _("At most %(n)d rows.", n=field.max)
    return rows


def _cells(form: "MultiDict[str, str]", key: str) -> list[list[str]]:
    parts = [name.split("-") for name in form if name.startswith(f"f-{key}-")]
    return [part for part in parts if len(part) == 4 and part[1] == key and part[2].isdecimal() and len(part[2]) < 5]


def _moved(name: str, key: str, number: int, place: int) -> str:
    return name.replace(f"f-{key}-{number}-", f"f-{key}-{place}-", 1)


def _cell(process: Template, part: DocumentField | Column, raw: str, name: str, errors: Errors) -> Any:
    text = raw.replace("\r\n", "\n").strip()
    if not text:
        return None if part.kind == "number" else ""
    if part.kind == "number":
        return _number(part, text, name, errors)
    if part.kind == "date":
        return _date(text, name, errors)
    if part.kind == "choice":
        if text not in {choice.key for choice in process.lists[part.choices]}:
            errors[name] = _("Choose one from the list.")
    elif len(text) > part.max:
        errors[name] = _("%(n)d characters are too many; use at most %(m)d.", n=len(text), m=part.max)
    return text


def _number(part: DocumentField | Column, text: str, name: str, errors: Errors) -> Any:
    if text.isdecimal() and 1 <= int(text) <= part.max:
        return int(text)
    errors[name] = _("Write a whole number from 1 to %(n)d.", n=part.max)
    return text


def _date(text: str, name: str, errors: Errors) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        errors[name] = _("Write the date as year-month-day, such as 2027-03-31.")
    return text


def _check_choices(process: Template, field: DocumentField, chosen: list[str], name: str, errors: Errors) -> None:
    known = {choice.key for choice in process.lists[field.choices]}
    if not set(chosen) <= known:
        errors[name] = _("Choose from the list.")
    elif len(chosen) > field.max:
        errors[name] = _("Choose at most %(n)d.", n=field.max)


def shown(process: Template, part: DocumentField | Column, value: Any) -> str:
    """A value as a reader sees it: names instead of keys."""
    if value in (None, "", []):
        return ""
    if part.kind in {"choice", "choices"}:
        names = {choice.key: translated(choice.name) for choice in process.lists[part.choices]}
        return ", ".join(names.get(key, key) for key in ([value] if isinstance(value, str) else value))
    if part.kind == "tick":
        return _("Yes") if value else ""
    if part.kind == "date":
        return _written(str(value))
    return str(value)


def _written(text: str) -> str:
    """A date in the reader's way of writing, kept on one line; what is no date stays as it is."""
    try:
        return str(format_date(date.fromisoformat(text), "d MMM y")).replace(" ", "\u00a0")
    except ValueError:
        return text


def readable(process: Template, document: DocumentType, content: Mapping[str, Any]) -> Content:
    """The content with names instead of keys, for the page and for differences."""
    found: Content = {}
    for field in document.fields:
        value = content.get(field.key)
        if field.kind == "rows":
            found[field.key] = [
                {column.key: shown(process, column, row.get(column.key)) for column in field.columns}
                for row in value or []
            ]
        else:
            found[field.key] = shown(process, field, value)
    return found
