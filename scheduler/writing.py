"""``Problem`` to JSON, the inverse of ``reading``."""

from __future__ import annotations

from typing import Any

from scheduler.problem import ONSITE, PROBLEM_FORMAT, Interpreter, Participant, Problem, Request, Slot, Table, Walk


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """The problem in the exchange format; reading it gives an equal problem."""
    extra: dict[str, Any] = {}
    if problem.walks:
        extra["walking"] = {"price": problem.walking_price, "between": [_walk(walk) for walk in problem.walks]}
    if problem.interpreters is not None:
        extra["interpreters"] = [_interpreter(person) for person in problem.interpreters]
    return {
        "format": PROBLEM_FORMAT,
        "name": problem.name,
        "slots": [_slot(slot) for slot in problem.slots],
        "tables": [_table(table) for table in problem.tables],
        "participants": [_participant(person) for person in problem.participants],
        "requests": [_request(request) for request in problem.requests],
        **extra,
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {"id": slot.id, "day": slot.day, "start": slot.start, "minutes": slot.minutes}


def _table(table: Table) -> dict[str, Any]:
    row: dict[str, Any] = {"id": table.id, "zone": table.zone}
    if table.slots is not None:
        row["slots"] = sorted(table.slots)
    if table.serves != {ONSITE}:
        row["serves"] = sorted(table.serves)
    return row


def _participant(person: Participant) -> dict[str, Any]:
    extra = {
        "max_in_a_row": person.max_in_a_row,
        "preferred": sorted(person.preferred),
        "disliked": sorted(person.disliked),
        "attends": [] if person.attends == {ONSITE} else sorted(person.attends),
        "languages": sorted(person.languages),
    }
    return {
        "id": person.id,
        "organisation": person.organisation,
        "away": sorted(person.away),
        "min_meetings": person.min_meetings,
        "max_meetings": person.max_meetings,
        "table": person.table,
        **{key: value for key, value in extra.items() if value},
    }


def _request(request: Request) -> dict[str, Any]:
    pin = request.pinned
    longer = {"length": request.length} if request.length > 1 else {}
    return {
        "id": request.id,
        "sides": [list(side) for side in request.sides],
        "value": request.value,
        "must": request.must,
        "slots": None if request.slots is None else sorted(request.slots),
        "pinned": None if pin is None else {"slot": pin.slot, "table": pin.table},
        "after": list(request.after),
        **longer,
    }


def _walk(walk: Walk) -> dict[str, Any]:
    return {"zones": list(walk.zones), "minutes": walk.minutes}


def _interpreter(person: Interpreter) -> dict[str, Any]:
    return {
        "id": person.id,
        "languages": sorted(person.languages),
        "away": sorted(person.away),
        "max_meetings": person.max_meetings,
    }
