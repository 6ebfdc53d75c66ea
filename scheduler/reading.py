"""JSON to ``Problem``: every mistake ends in one ``ProblemError`` that names the place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from scheduler.errors import ProblemError
from scheduler.fields import (
    Row,
    a_list,
    a_natural,
    a_positive,
    a_text,
    a_truth,
    an_object,
    id_set,
    ids,
    known_id,
    optional,
    short,
    texts,
)
from scheduler.problem import (
    ONSITE,
    PROBLEM_FORMAT,
    WAYS,
    Interpreter,
    Participant,
    Pin,
    Problem,
    Request,
    Slot,
    Table,
    Walk,
)

Named = Slot | Table | Participant | Request | Interpreter


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
    top = an_object(data, "top level")
    if top.get("format") != PROBLEM_FORMAT:
        raise ProblemError("format", "format", f"must be {PROBLEM_FORMAT!r}, is {short(top.get('format'))}")
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
            known_id(earlier, request_ids, f"requests[{i}].after[{k}]", "request")
            if earlier == request.id:
                raise ProblemError("order", f"requests[{i}].after[{k}]", f"{request.id} cannot come after itself")
    name = top.get("name")
    price, walks = _walking(top, frozenset(table.zone for table in tables if table.zone is not None))
    return Problem(
        name=name if isinstance(name, str) else "",
        slots=slots,
        tables=tables,
        participants=people,
        requests=requests,
        walks=walks,
        walking_price=price,
        interpreters=_interpreters(top, slot_ids),
    )


def _rows(top: Row, key: str, place: str = "") -> Iterator[tuple[Row, str]]:
    for i, row in enumerate(a_list(top.get(key), place or key)):
        yield an_object(row, f"{place or key}[{i}]"), f"{place or key}[{i}]"


def _walking(top: Row, zones: frozenset[str]) -> tuple[int | None, tuple[Walk, ...]]:
    """Walking times between zones, each pair once, and the price of a hurry (None: it is forbidden)."""
    walking = optional(top, "walking", "top level", an_object)
    if walking is None:
        return None, ()
    found: dict[frozenset[str], Walk] = {}
    for row, place in _rows(walking, "between", "walking.between"):
        pair = [
            a_text(zone, f"{place}.zones[{k}]") for k, zone in enumerate(a_list(row.get("zones"), f"{place}.zones"))
        ]
        for k, zone in enumerate(pair):
            known_id(zone, zones, f"{place}.zones[{k}]", "table in zone")
        if len(pair) != 2 or pair[0] == pair[1]:
            raise ProblemError("zones", f"{place}.zones", "must be two different zones")
        if frozenset(pair) in found:
            raise ProblemError("duplicate_id", f"{place}.zones", f"{' and '.join(pair)} are already given")
        found[frozenset(pair)] = Walk((pair[0], pair[1]), a_positive(row.get("minutes"), f"{place}.minutes"))
    return optional(walking, "price", "walking", a_positive), tuple(found.values())


def _interpreters(top: Row, slot_ids: frozenset[str]) -> tuple[Interpreter, ...] | None:
    if top.get("interpreters") is None:
        return None
    found = tuple(
        Interpreter(
            id=a_text(row.get("id"), f"{place}.id"),
            languages=texts(row.get("languages"), f"{place}.languages"),
            away=id_set(row, "away", place, slot_ids, "slot"),
            max_meetings=optional(row, "max_meetings", place, a_natural),
        )
        for row, place in _rows(top, "interpreters")
    )
    _unique(found, "interpreters")
    return found


def _ways(row: Row, key: str, place: str) -> frozenset[str]:
    """Ways of attending: a list of "onsite" and "online", not empty."""
    ways = optional(row, key, place, texts)
    if ways is None:
        return frozenset({ONSITE})
    if not ways or not ways <= WAYS:
        raise ProblemError("ways", f"{place}.{key}", 'must list "onsite", "online" or both')
    return ways


def _slot(row: Row, place: str) -> Slot:
    start = optional(row, "start", place, a_text)
    if start is not None:
        try:
            datetime.fromisoformat(start)
        except ValueError:
            raise ProblemError("start", f"{place}.start", f"{short(start)} is not a date and time") from None
    return Slot(
        id=a_text(row.get("id"), f"{place}.id"),
        day=a_text(row.get("day"), f"{place}.day"),
        start=start,
        minutes=optional(row, "minutes", place, a_positive),
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
    zone = optional(row, "zone", place, a_text)
    slots = optional(row, "slots", place, lambda value, at: ids(value, at, slot_ids, "slot"))
    return Table(
        id=a_text(row.get("id"), f"{place}.id"),
        zone=zone,
        slots=None if slots is None else frozenset(slots),
        serves=_ways(row, "serves", place),
    )


def _participant(row: Row, place: str, slot_ids: frozenset[str], table_ids: frozenset[str]) -> Participant:
    table = optional(row, "table", place, a_text)
    if table is not None:
        known_id(table, table_ids, f"{place}.table", "table")
    return Participant(
        id=a_text(row.get("id"), f"{place}.id"),
        organisation=optional(row, "organisation", place, a_text),
        away=id_set(row, "away", place, slot_ids, "slot"),
        min_meetings=optional(row, "min_meetings", place, a_natural) or 0,
        max_meetings=optional(row, "max_meetings", place, a_natural),
        table=table,
        max_in_a_row=optional(row, "max_in_a_row", place, a_positive),
        preferred=id_set(row, "preferred", place, slot_ids, "slot"),
        disliked=id_set(row, "disliked", place, slot_ids, "slot"),
        attends=_ways(row, "attends", place),
        languages=optional(row, "languages", place, texts) or frozenset(),
    )


def _request(
    row: Row, place: str, people: frozenset[str], slot_ids: frozenset[str], table_ids: frozenset[str]
) -> Request:
    slots = optional(row, "slots", place, lambda value, at: ids(value, at, slot_ids, "slot"))
    after = optional(row, "after", place, lambda value, at: ids(value, at, None, "request"))
    pin = optional(row, "pinned", place, an_object)
    return Request(
        id=a_text(row.get("id"), f"{place}.id"),
        sides=_sides(row.get("sides"), f"{place}.sides", people),
        value=a_positive(row.get("value"), f"{place}.value"),
        must=optional(row, "must", place, a_truth) or False,
        slots=None if slots is None else frozenset(slots),
        pinned=None if pin is None else _pin(pin, f"{place}.pinned", slot_ids, table_ids),
        after=tuple(after or ()),
        length=optional(row, "length", place, a_positive) or 1,
    )


def _sides(value: object, place: str, people: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    sides = []
    for k, side in enumerate(a_list(value, place)):
        members = ids(side, f"{place}[{k}]", people, "participant")
        if not members:
            raise ProblemError("empty_side", f"{place}[{k}]", "a side needs at least one participant")
        if len(set(members)) < len(members):
            raise ProblemError("duplicate_id", f"{place}[{k}]", "a participant is named twice in one side")
        sides.append(tuple(members))
    if len(sides) < 2:
        raise ProblemError("too_few_sides", place, "a meeting needs at least two sides")
    return tuple(sides)


def _pin(row: Row, place: str, slot_ids: frozenset[str], table_ids: frozenset[str]) -> Pin:
    slot = a_text(row.get("slot"), f"{place}.slot")
    known_id(slot, slot_ids, f"{place}.slot", "slot")
    table = optional(row, "table", place, a_text)
    if table is not None:
        known_id(table, table_ids, f"{place}.table", "table")
    return Pin(slot, table)


def _unique(items: Sequence[Named], key: str) -> frozenset[str]:
    seen: dict[str, int] = {}
    for i, item in enumerate(items):
        if item.id in seen:
            raise ProblemError(
                "duplicate_id",
                f"{key}[{i}].id",
                f"{short(item.id)} is already the id of {key}[{seen[item.id]}]",
            )
        seen[item.id] = i
    return frozenset(seen)
