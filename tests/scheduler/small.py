"""Small problems in a line or two, and brute force over all their schedules."""

from __future__ import annotations

from itertools import product
from typing import Any

from scheduler import Meeting, Problem, Schedule, Unplaced, audit, problem_from_json


def people(*names: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"id": name, **fields} for name in names]


def ask(name: str, *sides: str, value: int = 10, **fields: Any) -> dict[str, Any]:
    """``ask("r1", "a", "b|c")``: a meeting of a with b or c."""
    return {"id": name, "sides": [side.split("|") for side in sides], "value": value, **fields}


def data(
    participants: list[dict[str, Any]],
    requests: list[dict[str, Any]],
    slots: int = 3,
    tables: int = 2,
    days: int = 1,
    **fields: Any,
) -> dict[str, Any]:
    """A problem as JSON: slots s0, s1, ... spread over the days, tables t0, t1, ..."""
    return {
        "format": "matchmaking-problem/1",
        "name": "small",
        "slots": [{"id": f"s{i}", "day": f"d{i * days // slots}"} for i in range(slots)],
        "tables": [{"id": f"t{i}", "zone": "AB"[i % 2]} for i in range(tables)],
        "participants": participants,
        "requests": requests,
        **fields,
    }


def small(*arguments: Any, **fields: Any) -> Problem:
    return problem_from_json(data(*arguments, **fields))


def best_value(problem: Problem) -> int | None:
    """The best value of any legal schedule, by trying all of them with the judge; None when there is none."""
    best = None
    places = []
    for request in problem.requests:
        mine: list[Meeting | None] = [None]
        for who in product(*request.sides):
            for slot in problem.slots:
                for helper in (None, *(person.id for person in problem.interpreters or ())):
                    mine += [Meeting(request.id, who, slot.id, table.id, helper) for table in problem.tables]
        places.append([m for m in mine if m is None or alone_legal(problem, m)])
    for chosen in product(*places):
        meetings = tuple(m for m in chosen if m is not None)
        judgement = audit(problem, schedule_of(problem, meetings))
        if judgement.legal and (best is None or judgement.measures.value > best):
            best = judgement.measures.value
    return best


def alone_legal(problem: Problem, meeting: Meeting) -> bool:
    """Whether nothing but missing must-meetings is wrong with this one meeting."""
    broken = audit(problem, schedule_of(problem, (meeting,))).broken
    return all(rule.code == "must_missing" for rule in broken)


def schedule_of(problem: Problem, meetings: tuple[Meeting, ...]) -> Schedule:
    placed = {m.request for m in meetings}
    rest = tuple(Unplaced(r.id, "test") for r in problem.requests if r.id not in placed)
    return Schedule(meetings, rest)
