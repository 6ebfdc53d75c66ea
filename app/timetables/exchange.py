"""Timetables in the exchange format."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.models import MeetingRequest
from app.timetables.board import Held, StableNames
from app.timetables.material import places_of
from app.timetables.models import Timetable, Unplaced

PARTS = ("slots", "tables", "participants", "walking", "interpreters")
SCHEDULE_FORMAT = "matchmaking-schedule/1"
Row = dict[str, Any]


def schedule_of(session: Session, event: Event, timetable: Timetable, problem: Row) -> Row:
    """A timetable as a schedule for `problem`: each of its requests is among the meetings or the unplaced.

    The bound is that of the run the timetable was made from, while it still bounds this problem, else null.
    """
    names = StableNames(session, event)
    places = places_of(session, timetable.id)
    order = {slot["id"]: i for i, slot in enumerate(problem["slots"])}
    held = [names.held(place) for place in places.values() if not place.cancelled]
    held.sort(key=lambda m: (order.get(m.slot, -1), m.table))
    meetings = [_meeting(m) for m in held]
    placed = {m.request for m in held}
    cancelled = {names.requests[place.request_id] for place in places.values() if place.cancelled}
    reasons = _reasons(session, timetable)
    unplaced = [
        {"request": row["id"], **_reason(row["id"], reasons, cancelled)}
        for row in problem["requests"]
        if row["id"] not in placed
    ]
    bound = _bound(timetable, problem)
    return {"format": SCHEDULE_FORMAT, "meetings": meetings, "unplaced": unplaced, "bound": bound}


def _meeting(held: Held) -> Row:
    row = {"request": held.request, "participants": list(held.people), "slot": held.slot, "table": held.table}
    return row if held.interpreter is None else {**row, "interpreter": held.interpreter}


def _reasons(session: Session, timetable: Timetable) -> dict[str, Row]:
    rows = session.execute(
        select(MeetingRequest.code, Unplaced.reason, Unplaced.detail)
        .join(MeetingRequest, MeetingRequest.id == Unplaced.request_id)
        .where(Unplaced.timetable_id == timetable.id)
    )
    return {code: {"reason": reason, "sentence": detail.get("sentence", "")} for code, reason, detail in rows}


def _reason(code: str, reasons: dict[str, Row], cancelled: set[str]) -> Row:
    if code in cancelled:
        return {"reason": "cancelled"}
    return reasons.get(code, {"reason": "not_in_run"})


def _bound(timetable: Timetable, problem: Row) -> int | None:
    run = timetable.run
    if run is None or run.bound is None or not run.problem:
        return None
    return run.bound if still_bounds(json.loads(run.problem), problem) else None


def still_bounds(solved: Row, problem: Row) -> bool:
    """Whether a bound proved for `solved` holds for `problem`: it must allow nothing that `solved` did not.

    Pins may have been added and requests taken out, which only makes a problem tighter; all else must be the same.
    """
    if any(solved.get(part) != problem.get(part) for part in PARTS):
        return False
    before = {row["id"]: row for row in solved["requests"]}
    after = {row["id"] for row in problem["requests"]}
    if any(row["must"] and code not in after for code, row in before.items()):
        return False
    return all(row["id"] in before and _no_looser(before[row["id"]], row, after) for row in problem["requests"])


def _no_looser(old: Row, new: Row, known: set[str]) -> bool:
    pins = old["pinned"] is None or old["pinned"] == new["pinned"]
    musts = new["must"] or not old["must"]
    same = all(old.get(key) == new.get(key) for key in ("sides", "value", "slots", "length"))
    return pins and musts and same and set(old["after"]) & known <= set(new["after"])


def write_json(path: Path, document: Row) -> None:
    """Write the file whole or not at all: a neighbour first, then renamed over the target."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
