"""JSON to ``Problem``: every mistake ends in one ``ProblemError`` that names the place in the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from scheduler.errors import ProblemError
from scheduler.problem import PROBLEM_FORMAT, Participant, Pin, Problem, Request, Slot, Table

Row = dict[str, Any]
T = TypeVar("T")
Named = Slot | Table | Participant | Request


def read_problem(path: str | Path) -> Problem:
    """Read a problem file. Raises ``ProblemError`` for anything that is not a well-formed problem."""
    return problem_from_json(load_json(path))


def load_json(path: str | Path) -> object:
    """The parsed content of a JSON file; unreadable, binary or broken files raise ``ProblemError``."""
    try:
        return json.loads(Path(path).read_bytes())
    except OSError as error:
        raise ProblemError("unreadable", str(path), error.strerror or "cannot be read") from None
    except RecursionError:
        raise ProblemError("not_json", str(path), "is nested too deeply to be a problem") from None
    except ValueError as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "not UTF-8 text or a broken number"
        raise ProblemError("not_json", str(path), f"is not JSON: {reason}") from None


def problem_from_json(data: object) -> Problem:
    """Build a ``Problem`` from parsed JSON. Guarantees known references, unique ids, numbers in range."""
    top = _object(data, "top level")
    if top.get("format") != PROBLEM_FORMAT:
        raise ProblemError("format", "format", f"must be {PROBLEM_FORMAT!r}, is {_short(top.get('format'))}")
    slots = tuple(_slot(row, place) for row, place in _rows(top, "slots"))
    _check_time_order(slots)
    slot_ids = _unique(slots, "slots")
    tables = tuple(_table(row, place, slot_ids) for row, place in _rows(top, "tables"))
    table_ids = _unique(tables, "tables")
    people = tuple(_participant(row, place, slot_ids, table_ids) for row, place in _rows(top, "participants"))
    people_ids = _unique(people, "participants")
    requests = tuple(_request(row, place, people_ids, slot_ids, table_ids) for row, place in _rows(top, "requests"))
    request_ids = _unique(requests, "requests")
    for i, request in enumerate(requests):
        for k, earlier in enumerate(request.after):
            _known(earlier, request_ids, f"requests[{i}].after[{k}]", "request")
    name = top.get("name")
    return Problem(name if isinstance(name, str) else "", slots, tables, people, requests)


def _rows(top: Row, key: str) -> Iterator[tuple[Row, str]]:
    for i, row in enumerate(_list(top.get(key), key)):
        yield _object(row, f"{key}[{i}]"), f"{key}[{i}]"


def _slot(row: Row, place: str) -> Slot:
    start = _optional(row, "start", place, _text)
    if start is not None:
        try:
            datetime.fromisoformat(start)
        except ValueError:
            raise ProblemError("start", f"{place}.start", f"{_short(start)} is not a date and time") from None
    return Slot(
        id=_text(row.get("id"), f"{place}.id"),
        day=_text(row.get("day"), f"{place}.day"),
        start=start,
        minutes=_optional(row, "minutes", place, _positive),
    )


def _check_time_order(slots: tuple[Slot, ...]) -> None:
    seen: set[str] = set()
    for i, slot in enumerate(slots):
        previous = slots[i - 1] if i else None
        if previous is None or previous.day != slot.day:
            if slot.day in seen:
                raise ProblemError("day_order", f"slots[{i}].day", f"day {slot.day} comes back after another day")
            seen.add(slot.day)
        if previous and previous.start and slot.start and _later_or_same(previous.start, slot.start):
            raise ProblemError("slot_order", f"slots[{i}].start", f"slot {slot.id} is not after {previous.id}")


def _later_or_same(first: str, second: str) -> bool:
    try:
        return datetime.fromisoformat(first) >= datetime.fromisoformat(second)
    except TypeError:
        raise ProblemError("start", "slots", "some starts have a time zone and others do not") from None


def _table(row: Row, place: str, slot_ids: frozenset[str]) -> Table:
    zone = _optional(row, "zone", place, _text)
    slots = _optional(row, "slots", place, lambda value, at: _ids(value, at, slot_ids, "slot"))
    return Table(_text(row.get("id"), f"{place}.id"), zone, None if slots is None else frozenset(slots))


def _participant(row: Row, place: str, slot_ids: frozenset[str], table_ids: frozenset[str]) -> Participant:
    table = _optional(row, "table", place, _text)
    if table is not None:
        _known(table, table_ids, f"{place}.table", "table")
    away = _optional(row, "away", place, lambda value, at: _ids(value, at, slot_ids, "slot"))
    return Participant(
        id=_text(row.get("id"), f"{place}.id"),
        organisation=_optional(row, "organisation", place, _text),
        away=frozenset(away or ()),
        min_meetings=_optional(row, "min_meetings", place, _natural) or 0,
        max_meetings=_optional(row, "max_meetings", place, _natural),
        table=table,
        max_in_a_row=_optional(row, "max_in_a_row", place, _positive),
        preferred=_slot_set(row, "preferred", place, slot_ids),
        disliked=_slot_set(row, "disliked", place, slot_ids),
    )


def _slot_set(row: Row, key: str, place: str, slot_ids: frozenset[str]) -> frozenset[str]:
    return frozenset(_optional(row, key, place, lambda value, at: _ids(value, at, slot_ids, "slot")) or ())


def _request(
    row: Row, place: str, people: frozenset[str], slot_ids: frozenset[str], table_ids: frozenset[str]
) -> Request:
    slots = _optional(row, "slots", place, lambda value, at: _ids(value, at, slot_ids, "slot"))
    after = _optional(row, "after", place, lambda value, at: _ids(value, at, None, "request"))
    pin = _optional(row, "pinned", place, _object)
    return Request(
        id=_text(row.get("id"), f"{place}.id"),
        sides=_sides(row.get("sides"), f"{place}.sides", people),
        value=_positive(row.get("value"), f"{place}.value"),
        must=_optional(row, "must", place, _truth) or False,
        slots=None if slots is None else frozenset(slots),
        pinned=None if pin is None else _pin(pin, f"{place}.pinned", slot_ids, table_ids),
        after=tuple(after or ()),
    )


def _sides(value: object, place: str, people: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    sides = []
    for k, side in enumerate(_list(value, place)):
        members = _ids(side, f"{place}[{k}]", people, "participant")
        if not members:
            raise ProblemError("empty_side", f"{place}[{k}]", "a side needs at least one participant")
        if len(set(members)) < len(members):
            raise ProblemError("duplicate_id", f"{place}[{k}]", "a participant is named twice in one side")
        sides.append(tuple(members))
    if len(sides) < 2:
        raise ProblemError("too_few_sides", place, "a meeting needs at least two sides")
    return tuple(sides)


def _pin(row: Row, place: str, slot_ids: frozenset[str], table_ids: frozenset[str]) -> Pin:
    slot = _text(row.get("slot"), f"{place}.slot")
    _known(slot, slot_ids, f"{place}.slot", "slot")
    table = _optional(row, "table", place, _text)
    if table is not None:
        _known(table, table_ids, f"{place}.table", "table")
    return Pin(slot, table)


def _optional(row: Row, key: str, place: str, read: Callable[[object, str], T]) -> T | None:
    value = row.get(key)
    return None if value is None else read(value, f"{place}.{key}")


def _object(value: object, place: str) -> Row:
    if not isinstance(value, dict):
        raise ProblemError("type", place, f"must be an object, is {_short(value)}")
    return value


def _list(value: object, place: str) -> list[object]:
    if not isinstance(value, list):
        raise ProblemError("type", place, f"must be a list, is {_short(value)}")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise ProblemError("type", place, f"must be a text that is not empty, is {_short(value)}")
    return value


def _truth(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise ProblemError("type", place, f"must be true or false, is {_short(value)}")
    return value


def _natural(value: object, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProblemError("type", place, f"must be a whole number, is {_short(value)}")
    if value < 0:
        raise ProblemError("negative", place, f"must not be negative, is {_short(value)}")
    if value > 10**9:
        raise ProblemError("too_large", place, "must be at most 1000000000")
    return value


def _positive(value: object, place: str) -> int:
    number = _natural(value, place)
    if number == 0:
        raise ProblemError("negative", place, "must be at least 1, is 0")
    return number


def _ids(value: object, place: str, known: frozenset[str] | None, kind: str) -> list[str]:
    found = []
    for k, entry in enumerate(_list(value, place)):
        name = _text(entry, f"{place}[{k}]")
        if known is not None:
            _known(name, known, f"{place}[{k}]", kind)
        found.append(name)
    return found


def _known(name: str, known: frozenset[str], place: str, kind: str) -> None:
    if name not in known:
        raise ProblemError("unknown_id", place, f"there is no {kind} {_short(name)}")


def _unique(items: Sequence[Named], key: str) -> frozenset[str]:
    seen: dict[str, int] = {}
    for i, item in enumerate(items):
        if item.id in seen:
            raise ProblemError(
                "duplicate_id",
                f"{key}[{i}].id",
                f"{_short(item.id)} is already the id of {key}[{seen[item.id]}]",
            )
        seen[item.id] = i
    return frozenset(seen)


def _short(value: object) -> str:
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return shown if len(shown) <= 60 else shown[:57] + "..."
