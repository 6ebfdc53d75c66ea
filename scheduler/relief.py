"""What would help an unplaced request: one thing more, each tried by solving, never guessed.

A proposal is reported only after the request was placed with it, every other meeting kept (a few may move).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.compile import compile_problem
from scheduler.construct import insert_any
from scheduler.errors import ProblemError
from scheduler.problem import WAYS, Interpreter, Participant, Problem, Request, Slot, Table
from scheduler.replanning import MOVES_PER_CHANGE, keep_published
from scheduler.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Relief:
    """One change that makes room: ``kind`` is "free_hour" (a participant gives up an absence), "one_more_meeting"
    (a raised maximum), "one_more_table", "one_more_interpreter", "one_more_slot" or "nothing" (a few moves suffice);
    ``ids`` it is about; ``moves`` how many placed meetings move."""

    kind: str
    request: str
    sentence: str
    ids: tuple[str, ...]
    moves: int


def what_would_help(problem: Problem, schedule: Schedule, request: str) -> tuple[Relief, ...]:
    """All single changes of the kinds above with which the request fits; empty when none does."""
    if request not in problem.request_index:
        raise ProblemError("unknown_id", "request", f"there is no request {request!r}")
    wanted = problem.requests[problem.request_index[request]]
    found = []
    for kind, sentence, ids, changed in _proposals(problem, wanted):
        moves = _moves_to_place(changed, schedule, request)
        if moves is not None:
            found.append(Relief(kind, request, sentence, ids, moves))
            if kind == "nothing":
                break
    return tuple(found)


Proposal = tuple[str, str, tuple[str, ...], Problem]


def _proposals(problem: Problem, wanted: Request) -> Iterator[Proposal]:
    yield "nothing", "It fits after moving a few other meetings.", (), problem
    people = dict.fromkeys(person for side in wanted.sides for person in side)
    for name in people:
        person = _person(problem, name)
        for slot in problem.slots:
            if slot.id in person.away:
                sentence = f"{name} being there in {slot.id} would make room."
                yield "free_hour", sentence, (name, slot.id), _without_absence(problem, person, slot.id)
        if person.max_meetings is not None:
            sentence = f"One meeting more for {name} would make room."
            raised = replace(person, max_meetings=person.max_meetings + 1)
            yield "one_more_meeting", sentence, (name,), _with_person(problem, raised)
    table = Table(_fresh("table", problem.table_index), serves=WAYS)
    yield (
        "one_more_table",
        "One more table would make room.",
        (),
        replace(problem, tables=(*problem.tables, table)),
    )
    if problem.interpreters is not None:
        spoken = frozenset(tongue for name in people for tongue in _person(problem, name).languages)
        helper = Interpreter(_fresh("interpreter", {person.id: 0 for person in problem.interpreters}), spoken)
        more = replace(problem, interpreters=(*problem.interpreters, helper))
        yield "one_more_interpreter", "One more interpreter would make room.", tuple(sorted(spoken)), more
    if problem.slots:
        yield "one_more_slot", "One more slot at the end would make room.", (), _with_slot(problem, wanted)


def _person(problem: Problem, name: str) -> Participant:
    return problem.participants[problem.participant_index[name]]


def _without_absence(problem: Problem, person: Participant, slot: str) -> Problem:
    return _with_person(problem, replace(person, away=person.away - {slot}))


def _with_person(problem: Problem, person: Participant) -> Problem:
    people = tuple(person if p.id == person.id else p for p in problem.participants)
    return replace(problem, participants=people)


def _with_slot(problem: Problem, wanted: Request) -> Problem:
    """A slot after the last one in which everybody is there and every table open."""
    before = problem.slots[-1]
    last = Slot(_fresh("slot", problem.slot_index), before.day, _right_after(before), before.minutes)
    tables = tuple(t if t.slots is None else replace(t, slots=t.slots | {last.id}) for t in problem.tables)
    allowed = None if wanted.slots is None else wanted.slots | {last.id}
    requests = tuple(replace(r, slots=allowed) if r.id == wanted.id else r for r in problem.requests)
    return replace(problem, slots=(*problem.slots, last), tables=tables, requests=requests)


def _right_after(slot: Slot) -> str | None:
    """The start of a slot that follows without a pause; None where the slot does not say when it ends."""
    if slot.start is None or slot.minutes is None:
        return None
    return (datetime.fromisoformat(slot.start) + timedelta(minutes=slot.minutes)).isoformat()


def _fresh(name: str, taken: dict[str, int]) -> str:
    while name in taken:
        name += "+"
    return name


def _moves_to_place(problem: Problem, schedule: Schedule, request: str) -> int | None:
    """How many other meetings move when the request is placed as well; None when it cannot be placed that way."""
    plan = keep_published(compile_problem(problem), schedule, 0).plan
    r = problem.request_index[request]
    before = plan.at[:]
    if plan.at[r] >= 0 or not insert_any(plan, r, MOVES_PER_CHANGE):
        return None
    return sum(a >= 0 and a != b for a, b in zip(before, plan.at, strict=True))
