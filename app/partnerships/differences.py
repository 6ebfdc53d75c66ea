"""The visible difference between two versions of a document: field by field, word by word. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from app.partnerships.templates import DocumentField, DocumentType

Kind = Literal["same", "added", "removed"]
WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class FieldDifference:
    """A field that changed, with its lines; each line is a sequence of pieces."""

    field: DocumentField
    lines: tuple[tuple[Piece, ...], ...]


def text_difference(before: str, after: str) -> tuple[Piece, ...]:
    """The words that stayed, went and came; joined, 'same' and 'removed' give `before`, 'same' and 'added' `after`."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            pieces.append(Piece("removed", "".join(old[i:j])))
        if k < m:
            pieces.append(Piece("added", "".join(new[k:m])))
    return tuple(pieces)


def document_difference(
    document: DocumentType, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[FieldDifference]:
    """The fields that differ, in the order of the document."""
    found = []
    for field in document.fields:
        old, new = before.get(field.key), after.get(field.key)
        if (old or None) != (new or None):
            found.append(FieldDifference(field, _lines(field, old, new)))
    return found


def _lines(field: DocumentField, old: Any, new: Any) -> tuple[tuple[Piece, ...], ...]:
    if field.kind != "rows":
        return (text_difference(as_text(old), as_text(new)),)
    before = [row_text(field, row) for row in old or []]
    after = [row_text(field, row) for row in new or []]
    lines: list[tuple[Piece, ...]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [(Piece("same", line),) for line in before[i:j]]
        elif tag == "replace" and j - i == m - k:
            lines += [text_difference(one, other) for one, other in zip(before[i:j], after[k:m], strict=True)]
        else:
            lines += [(Piece("removed", line),) for line in before[i:j]]
            lines += [(Piece("added", line),) for line in after[k:m]]
    return tuple(lines)


def as_text(value: Any) -> str:
    """A value as one text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else ""
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)


def row_text(field: DocumentField, row: Mapping[str, Any]) -> str:
    """A row as one line, its cells parted by middle dots."""
    return " · ".join(str(row[column.key]) for column in field.columns if row.get(column.key) not in (None, ""))
