"""Re-planning: what holds stays, little moves, and every change is reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

import scheduler
from scheduler import Meeting, Options, Problem, ProblemError, Request, Schedule, Unplaced, audit, replan, solve
from tests.scheduler.small import ask, people, small
from tests.scheduler.test_engine import MIDDLING

QUICK = Options(work_limit=200)
PUBLISHED = solve(MIDDLING, Options(work_limit=2_000))


def changed(problem: Problem, person: str, **fields: object) -> Problem:
    participants = tuple(replace(p, **fields) if p.id == person else p for p in problem.participants)
    return replace(problem, participants=participants)


def everywhere(problem: Problem) -> frozenset[str]:
    return frozenset(slot.id for slot in problem.slots)


def differences(before: Schedule, after: Schedule) -> dict[str, str]:
    old, new = ({m.request: m for m in s.meetings} for s in (before, after))
    kinds = {}
    for request in {*old, *new}:
        if old.get(request) != new.get(request):
            a, b = old.get(request), new.get(request)
            if a and b:
                same = (a.slot, a.participants) == (b.slot, b.participants)
                kinds[request] = "reseated" if same else "moved"
            else:
                kinds[request] = "added" if b else "cancelled"
    return kinds


def test_nothing_changed_moves_nothing():
    new = replan(MIDDLING, PUBLISHED.schedule, QUICK)
    assert set(PUBLISHED.schedule.meetings) <= set(new.result.schedule.meetings)
    assert new.lost == 0
    assert {change.kind for change in new.changes} <= {"added"}


def test_a_participant_leaves():
    person = PUBLISHED.schedule.meetings[0].participants[0]
    problem = changed(MIDDLING, person, away=everywhere(MIDDLING))
    new = replan(problem, PUBLISHED.schedule, QUICK, prices=PUBLISHED.prices)
    assert audit(problem, new.result.schedule).legal
    assert new.result.value <= new.result.bound
    assert {c.request: c.kind for c in new.changes} == differences(PUBLISHED.schedule, new.result.schedule)
    gone = {m.request for m in PUBLISHED.schedule.meetings if person in m.participants}
    assert {c.request for c in new.changes if c.kind == "cancelled"} == gone
    assert new.lost == len(gone)
    assert new.count("moved") <= 3 * new.lost
    scratch = solve(problem, Options(work_limit=2_000))
    assert new.result.value >= 0.98 * scratch.value


def test_no_moves_allowed_only_fills_free_places():
    person = PUBLISHED.schedule.meetings[0].participants[0]
    problem = changed(MIDDLING, person, away=everywhere(MIDDLING))
    new = replan(problem, PUBLISHED.schedule, QUICK, max_moves=0)
    assert audit(problem, new.result.schedule).legal
    assert {change.kind for change in new.changes} <= {"added", "cancelled"}


def test_a_table_closes():
    table = PUBLISHED.schedule.meetings[0].table
    tables = tuple(replace(t, slots=frozenset()) if t.id == table else t for t in MIDDLING.tables)
    problem = replace(MIDDLING, tables=tables)
    new = replan(problem, PUBLISHED.schedule, QUICK)
    assert audit(problem, new.result.schedule).legal
    assert table not in {m.table for m in new.result.schedule.meetings}


def test_requests_arrive():
    names = [p.id for p in MIDDLING.participants]
    more = tuple(Request(f"new{i}", ((names[2 * i],), (names[2 * i + 1],)), 50) for i in range(10))
    problem = replace(MIDDLING, requests=MIDDLING.requests + more)
    new = replan(problem, PUBLISHED.schedule, QUICK)
    assert audit(problem, new.result.schedule).legal
    assert new.count("cancelled") == 0
    assert new.count("moved") <= 30


def test_meetings_under_way_and_pinned_ones_stay():
    requests = [ask("r1", "a", "b"), ask("r2", "a", "c", slots=["s0"]), ask("r3", "c", "d", slots=["s1", "s2"])]
    problem = small(people("a", "b", "c", "d"), requests)
    published = Schedule((Meeting("r1", ("a", "b"), "s0", "t0"),), (Unplaced("r2", "x"), Unplaced("r3", "x")))
    free = replan(problem, published, QUICK, max_moves=1)
    assert {m.request for m in free.result.schedule.meetings} == {"r1", "r2", "r3"}
    under_way = replan(problem, published, QUICK, now="s1", max_moves=1)
    assert {m.request: m.slot for m in under_way.result.schedule.meetings} == {"r1": "s0", "r3": "s1"}
    requests[0]["pinned"] = {"slot": "s0", "table": None}
    pinned = replan(small(people("a", "b", "c", "d"), requests), published, QUICK, max_moves=1)
    assert Meeting("r1", ("a", "b"), "s0", "t0") in pinned.result.schedule.meetings
    with pytest.raises(ProblemError):
        replan(problem, published, QUICK, now="s9")


def test_a_colleague_takes_over():
    problem = small(people("a", "b", "c"), [ask("r1", "a", "b|c")], slots=1)
    published = Schedule((Meeting("r1", ("a", "b"), "s0", "t0"),), ())
    new = replan(changed(problem, "b", away=everywhere(problem)), published, QUICK)
    assert [m.participants for m in new.result.schedule.meetings] == [("a", "c")]
    assert [change.kind for change in new.changes] == ["moved"]


def test_a_meeting_that_over_runs_keeps_its_place_and_pushes_others_away():
    crowd = people(*"abcdef")
    requests = [ask("r1", "a", "b", length=2), ask("r2", "a", "c"), ask("r3", "d", "e")]
    published = Schedule(
        (
            Meeting("r1", ("a", "b"), "s0", "t0"),
            Meeting("r2", ("a", "c"), "s1", "t1"),
            Meeting("r3", ("d", "e"), "s1", "t0"),
        ),
        (),
    )
    problem = small(crowd, requests, slots=3)
    new = replan(problem, published, QUICK, now="s1")
    assert audit(problem, new.result.schedule).legal
    assert {m.request: (m.slot, m.table) for m in new.result.schedule.meetings} == {
        "r1": ("s0", "t0"),
        "r2": ("s2", "t0"),
        "r3": ("s1", "t1"),
    }
    assert {change.request: change.kind for change in new.changes} == {"r2": "moved", "r3": "reseated"}


def test_what_was_agreed_with_an_interpreter_stays_with_the_same_one():
    crowd = [*people("a", languages=["fr"]), *people("b", languages=["pl"])]
    helpers = [{"id": name, "languages": ["fr", "pl"]} for name in ("h", "i")]
    problem = small(crowd, [ask("r1", "a", "b")], interpreters=helpers)
    published = Schedule((Meeting("r1", ("a", "b"), "s1", "t1", "i"),), ())
    new = replan(problem, published, QUICK)
    assert new.changes == ()


def test_the_name_in_the_package_stays_a_function():
    problem = small(people("a", "b"), [ask("r1", "a", "b")])
    published = Schedule((Meeting("r1", ("a", "b"), "s1", "t1"),), ())
    for _ in range(2):
        assert scheduler.replan(problem, published, QUICK).changes == ()
