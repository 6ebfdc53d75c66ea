"""Reading one field of a JSON object.

Each function returns the checked value, or raises ``ProblemError`` with the place in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scheduler.errors import ProblemError

Row = dict[str, Any]
T = TypeVar("T")


def optional(row: Row, key: str, place: str, read: Callable[[object, str], T]) -> T | None:
    """``read`` of the field, or None when it is absent or null."""
    value = row.get(key)
    return None if value is None else read(value, f"{place}.{key}")


def an_object(value: object, place: str) -> Row:
    if not isinstance(value, dict):
        raise ProblemError("type", place, f"must be an object, is {short(value)}")
    return value


def a_list(value: object, place: str) -> list[object]:
    if not isinstance(value, list):
        raise ProblemError("type", place, f"must be a list, is {short(value)}")
    return value


def a_text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise ProblemError("type", place, f"must be a text that is not empty, is {short(value)}")
    return value


def a_truth(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise ProblemError("type", place, f"must be true or false, is {short(value)}")
    return value


def a_natural(value: object, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProblemError("type", place, f"must be a whole number, is {short(value)}")
    if value < 0:
        raise ProblemError("negative", place, f"must not be negative, is {short(value)}")
    if value > 10**9:
        raise ProblemError("too_large", place, "must be at most 1000000000")
    return value


def a_positive(value: object, place: str) -> int:
    number = a_natural(value, place)
    if number == 0:
        raise ProblemError("negative", place, "must be at least 1, is 0")
    return number


def id_set(row: Row, key: str, place: str, known: frozenset[str], kind: str) -> frozenset[str]:
    """The known ids listed in an optional field; empty when it is absent."""
    return frozenset(optional(row, key, place, lambda value, at: ids(value, at, known, kind)) or ())


def texts(value: object, place: str) -> frozenset[str]:
    """A list of texts as a set."""
    return frozenset(a_text(entry, f"{place}[{k}]") for k, entry in enumerate(a_list(value, place)))


def ids(value: object, place: str, known: frozenset[str] | None, kind: str) -> list[str]:
    """A list of ids, in order; with ``known`` each must be one of them."""
    found = []
    for k, entry in enumerate(a_list(value, place)):
        name = a_text(entry, f"{place}[{k}]")
        if known is not None:
            known_id(name, known, f"{place}[{k}]", kind)
        found.append(name)
    return found


def known_id(name: str, known: frozenset[str], place: str, kind: str) -> None:
    """Raise unless the id is known."""
    if name not in known:
        raise ProblemError("unknown_id", place, f"there is no {kind} {short(name)}")


def short(value: object) -> str:
    """A value for an error message: its type when it is a container, cut when it is long."""
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return shown if len(shown) <= 60 else shown[:57] + "..."
