"""The schedule: what was placed where, what was not and why; read and written in the exchange format."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduler.errors import ProblemError
from scheduler.reading import load_json

SCHEDULE_FORMAT = "matchmaking-schedule/1"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A placed request; ``participants`` stand in the order of the request's sides, ``slot`` is the first of a meeting
    of several slots, ``interpreter`` takes part where one is needed."""

    request: str
    participants: tuple[str, ...]
    slot: str
    table: str
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A request that is not placed: ``reason`` is a stable code, ``sentence`` says it in words,
    ``ids`` names the participants, slots, tables or requests it is about."""

    request: str
    reason: str
    sentence: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Meetings in time order, the unplaced requests, and a proven upper limit on the value (or None)."""

    meetings: tuple[Meeting, ...]
    unplaced: tuple[Unplaced, ...]
    bound: int | None = None


def read_schedule(path: str | Path) -> Schedule:
    """Read a schedule file; raises ``ProblemError`` when it does not have the shape of a schedule."""
    return schedule_from_json(load_json(path))


def schedule_from_json(data: object) -> Schedule:
    """Only the shape is checked here; whether ids exist and rules hold is for ``audit`` to say."""
    if not isinstance(data, dict):
        raise ProblemError("type", "top level", "must be an object")
    meetings = tuple(
        Meeting(
            _string(row, "request", place),
            _strings(row.get("participants"), f"{place}.participants"),
            _string(row, "slot", place),
            _string(row, "table", place),
            None if row.get("interpreter") is None else _string(row, "interpreter", place),
        )
        for row, place in _rows(data, "meetings")
    )
    unplaced = tuple(
        Unplaced(_string(row, "request", place), _reason(row, place), str(row.get("sentence") or ""))
        for row, place in _rows(data, "unplaced")
    )
    bound = data.get("bound")
    if bound is not None and (not isinstance(bound, int) or isinstance(bound, bool)):
        raise ProblemError("type", "bound", "must be a whole number or null")
    return Schedule(meetings, unplaced, bound)


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """The schedule in the exchange format; ``sentence`` and ``ids`` of unplaced requests are additions."""
    return {
        "format": SCHEDULE_FORMAT,
        "meetings": [_meeting(meeting) for meeting in schedule.meetings],
        "unplaced": [
            {"request": u.request, "reason": u.reason, "sentence": u.sentence, "ids": list(u.ids)}
            for u in schedule.unplaced
        ],
        "bound": schedule.bound,
    }


def _meeting(meeting: Meeting) -> dict[str, Any]:
    row: dict[str, Any] = {
        "request": meeting.request,
        "participants": list(meeting.participants),
        "slot": meeting.slot,
        "table": meeting.table,
    }
    return row if meeting.interpreter is None else {**row, "interpreter": meeting.interpreter}


def write_schedule(schedule: Schedule, path: str | Path) -> None:
    """Write the file whole or not at all: into a temporary neighbour first, then renamed over the target."""
    write_whole(path, json.dumps(schedule_to_json(schedule)) + "\n")


def write_whole(path: str | Path, text: str) -> None:
    """Replace ``path`` by ``text`` in one step; on any error the old file is untouched."""
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _rows(data: dict[str, Any], key: str) -> list[tuple[dict[str, Any], str]]:
    rows = data.get(key, [] if key == "unplaced" else None)
    if not isinstance(rows, list):
        raise ProblemError("type", key, "must be a list")
    for i, row in enumerate(rows):
        if not isinstance(row, dict):
            raise ProblemError("type", f"{key}[{i}]", "must be an object")
    return [(row, f"{key}[{i}]") for i, row in enumerate(rows)]


def _string(row: dict[str, Any], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise ProblemError("type", f"{place}.{key}", "must be a text")
    return value


def _strings(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ProblemError("type", place, "must be a list of texts")
    return tuple(value)


def _reason(row: dict[str, Any], place: str) -> str:
    value = row.get("reason")
    if value is not None and not isinstance(value, str):
        raise ProblemError("type", f"{place}.reason", "must be a text")
    return value or ""
