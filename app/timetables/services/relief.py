"""What would help a request without a meeting: tried out by the engine in the background, kept with the request."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core import jobs
from app.core.clock import Clock
from app.timetables import engine
from app.timetables.exchange import schedule_of
from app.timetables.models import Timetable, Unplaced
from app.timetables.problem import build_problem

JOB_KIND = "timetables.relief"


@dataclass(frozen=True)
class Question:
    """A problem, a schedule for it, and the request without a meeting."""

    problem: engine.Row
    schedule: engine.Row
    request: str


def ask(session: Session, row: Unplaced, clock: Clock) -> None:
    """Have it found out what would help; asking again while that is under way changes nothing."""
    row.detail = {**row.detail, "help": {"state": "asked"}}
    jobs.enqueue(session, JOB_KIND, {"unplaced": row.id}, clock, priority=3, once=True)
    session.flush()


def question(session: Session, row_id: int) -> Question | None:
    """What the engine needs; None when the request has found a place, or is not wanted any more."""
    row = session.get(Unplaced, row_id)
    if row is None:
        return None
    timetable = session.get_one(Timetable, row.timetable_id)
    problem = build_problem(session, timetable.event)
    code = row.request.code
    if not any(entry["id"] == code for entry in problem["requests"]):
        return None
    return Question(problem, schedule_of(session, timetable.event, timetable, problem), code)


def answer(asked: Question) -> list[engine.Help]:
    """Let the engine try; takes seconds at a large event."""
    return engine.what_would_help(asked.problem, asked.schedule, asked.request)


def keep(session: Session, row_id: int, found: list[engine.Help], clock: Clock) -> None:
    """Write the answer to the request, if it is still without a meeting."""
    row = session.get(Unplaced, row_id)
    if row is not None:
        options = [{"kind": entry.kind, "ids": list(entry.ids), "moves": entry.moves} for entry in found]
        row.detail = {**row.detail, "help": {"state": "found", "options": options, "at": clock().isoformat()}}
        session.flush()
