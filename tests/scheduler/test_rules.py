"""Each hard rule once where it bites and once where it does not: through the engine, confirmed by the judge."""

from __future__ import annotations

import pytest

from scheduler import ImpossibleError, Meeting, Options, Problem, Result, Schedule, audit, problem_from_json, solve
from tests.scheduler.small import ask, data, people, small

QUICK = Options(work_limit=200)


def placed(problem: Problem) -> Result:
    result = solve(problem, QUICK)
    judgement = audit(problem, result.schedule)
    assert judgement.legal
    assert judgement.measures.value == result.value <= result.bound
    return result


def ids(result: Result) -> set[str]:
    return {meeting.request for meeting in result.schedule.meetings}


def reasons(result: Result) -> dict[str, str]:
    return {entry.request: entry.reason for entry in result.schedule.unplaced}


def test_nobody_meets_twice_at_once():
    two = [ask("r1", "a", "b", value=5), ask("r2", "a", "c", value=7)]
    one_slot = placed(small(people("a", "b", "c"), two, slots=1))
    assert ids(one_slot) == {"r2"}
    assert reasons(one_slot) == {"r1": "participant_full"}
    assert ids(placed(small(people("a", "b", "c"), two, slots=2))) == {"r1", "r2"}


def test_nobody_meets_while_away():
    away = [{"id": "a", "away": ["s0", "s2"]}, {"id": "b", "away": ["s1"]}]
    result = placed(small(away, [ask("r1", "a", "b")]))
    assert reasons(result) == {"r1": "no_common_slot"}
    away[1]["away"] = ["s0"]
    assert placed(small(away, [ask("r1", "a", "b")])).schedule.meetings[0].slot == "s1"


def test_most_meetings():
    requests = [ask("r1", "a", "b"), ask("r2", "a", "c"), ask("r3", "a", "d", value=3)]
    crowd = [{"id": "a", "max_meetings": 2}, *people("b", "c", "d")]
    assert ids(placed(small(crowd, requests))) == {"r1", "r2"}
    crowd[0]["max_meetings"] = 3
    assert len(ids(placed(small(crowd, requests)))) == 3


def test_zero_meetings_allowed_means_none():
    crowd = [{"id": "a", "max_meetings": 0}, *people("b")]
    assert reasons(placed(small(crowd, [ask("r1", "a", "b")]))) == {"r1": "participant_full"}


def test_one_meeting_per_table_and_slot():
    requests = [ask("r1", "a", "b", value=4), ask("r2", "c", "d", value=5)]
    tight = placed(small(people("a", "b", "c", "d"), requests, slots=1, tables=1))
    assert ids(tight) == {"r2"}
    assert reasons(tight) == {"r1": "table_capacity"}
    assert len(ids(placed(small(people("a", "b", "c", "d"), requests, slots=1, tables=2)))) == 2


def test_closed_tables():
    raw = data(people("a", "b", "c", "d"), [ask("r1", "a", "b"), ask("r2", "c", "d")], slots=2, tables=1)
    raw["tables"][0]["slots"] = ["s1"]
    half = placed(problem_from_json(raw))
    assert [m.slot for m in half.schedule.meetings] == ["s1"]
    raw["tables"][0]["slots"] = None
    assert len(ids(placed(problem_from_json(raw)))) == 2


def test_own_tables():
    crowd = [{"id": "a", "table": "t0"}, *people("b", "c", "d")]
    requests = [ask("r1", "a", "b"), ask("r2", "c", "d")]
    result = placed(small(crowd, requests, slots=1, tables=2))
    assert {m.request: m.table for m in result.schedule.meetings} == {"r1": "t0", "r2": "t1"}
    alone = placed(small(crowd, requests, slots=1, tables=1))
    assert ids(alone) == {"r1"}
    assert reasons(alone) == {"r2": "no_table"}


def test_a_table_with_two_owners_seats_one_meeting():
    crowd = [{"id": "a", "table": "t0"}, {"id": "b", "table": "t0"}, *people("c", "d")]
    requests = [ask("r1", "a", "c"), ask("r2", "b", "d")]
    assert len(ids(placed(small(crowd, requests, slots=1, tables=3)))) == 1
    assert len(ids(placed(small(crowd, requests, slots=2, tables=3)))) == 2


def test_two_owners_meet_at_either_table():
    crowd = [{"id": "a", "table": "t0"}, {"id": "b", "table": "t1"}]
    result = placed(small(crowd, [ask("r1", "a", "b")], slots=1, tables=3))
    assert result.schedule.meetings[0].table in {"t0", "t1"}


def test_must_meetings_beat_value():
    requests = [ask("r1", "a", "b", value=1, must=True), ask("r2", "a", "c", value=100)]
    assert ids(placed(small(people("a", "b", "c"), requests, slots=1))) == {"r1"}
    requests[0]["must"] = False
    assert ids(placed(small(people("a", "b", "c"), requests, slots=1))) == {"r2"}


def test_musts_that_clash_are_refused():
    requests = [ask("r1", "a", "b", must=True), ask("r2", "a", "c", must=True)]
    with pytest.raises(ImpossibleError) as error:
        solve(small(people("a", "b", "c"), requests, slots=1), QUICK)
    assert error.value.code == "musts_exceed"
    assert error.value.place == "participants[0]"


def test_musts_of_an_odd_ring_are_refused():
    ring = [ask(f"r{i}", *pair, must=True) for i, pair in enumerate(("ab", "bc", "ca"))]
    with pytest.raises(ImpossibleError) as error:
        solve(small(people("a", "b", "c"), ring, slots=2), QUICK)
    assert error.value.code == "musts_clash"
    assert len(ids(placed(small(people("a", "b", "c"), ring, slots=3)))) == 3


def test_allowed_slots():
    requests = [ask("r1", "a", "b", slots=["s1"]), ask("r2", "a", "c", slots=["s1"], value=3)]
    result = placed(small(people("a", "b", "c"), requests))
    assert [(m.request, m.slot) for m in result.schedule.meetings] == [("r1", "s1")]
    assert reasons(result) == {"r2": "outranked"}
    requests[1]["slots"] = ["s1", "s2"]
    assert len(ids(placed(small(people("a", "b", "c"), requests)))) == 2


def test_pins_hold_slot_and_table():
    requests = [ask("r1", "a", "b", pinned={"slot": "s2", "table": "t1"}), ask("r2", "c", "d")]
    result = placed(small(people("a", "b", "c", "d"), requests))
    first = next(m for m in result.schedule.meetings if m.request == "r1")
    assert (first.slot, first.table) == ("s2", "t1")
    requests[0]["pinned"] = {"slot": "s2", "table": None}
    assert len(ids(placed(small(people("a", "b", "c", "d"), requests)))) == 2


def test_a_pin_that_cannot_hold_leaves_the_request_unplaced():
    crowd = [{"id": "a", "away": ["s2"]}, *people("b")]
    result = placed(small(crowd, [ask("r1", "a", "b", pinned={"slot": "s2", "table": None})]))
    assert reasons(result) == {"r1": "pin_impossible"}


def test_two_pins_on_one_person_are_refused():
    pin = {"slot": "s0", "table": None}
    requests = [ask("r1", "a", "b", pinned=pin), ask("r2", "a", "c", pinned=pin)]
    with pytest.raises(ImpossibleError) as error:
        solve(small(people("a", "b", "c"), requests), QUICK)
    assert (error.value.code, error.value.place) == ("pins_clash", "requests[1].pinned")
    assert "a in s0" in error.value.sentence


def test_after():
    requests = [ask("r1", "a", "b", after=["r2"]), ask("r2", "c", "d", slots=["s1"])]
    result = placed(small(people("a", "b", "c", "d"), requests))
    assert {m.request: m.slot for m in result.schedule.meetings} == {"r1": "s2", "r2": "s1"}
    requests[1]["slots"] = ["s2"]
    late = placed(small(people("a", "b", "c", "d"), requests))
    assert len(ids(late)) == 1
    assert set(reasons(late).values()) == {"order"}


def test_any_representative_of_a_side():
    requests = [ask("r1", "a", "b|c"), ask("r2", "d", "b|c")]
    result = placed(small(people("a", "b", "c", "d"), requests, slots=1))
    assert sorted(m.participants[1] for m in result.schedule.meetings) == ["b", "c"]
    requests[1]["sides"] = [["d"], ["b"]]
    requests[0]["sides"] = [["a"], ["b"]]
    assert len(ids(placed(small(people("a", "b", "c", "d"), requests, slots=1)))) == 1


def test_a_group_needs_everybody():
    requests = [ask("r1", "a", "b", "c|d", value=30), ask("r2", "c", "d", value=1)]
    result = placed(small(people("a", "b", "c", "d"), requests, slots=2))
    assert ids(result) == {"r1", "r2"}
    away = [{"id": "a", "away": ["s0"]}, {"id": "b", "away": ["s1"]}, *people("c", "d")]
    assert reasons(placed(small(away, requests, slots=2))) == {"r1": "no_common_slot"}


def test_the_same_person_cannot_fill_two_sides():
    result = placed(small(people("a", "b"), [ask("r1", "a|b", "a|b"), ask("r2", "a", "a")]))
    assert ids(result) == {"r1"}


def test_minimum_wishes_decide_between_equal_values():
    crowd = [*people("a", "b"), {"id": "c", "min_meetings": 1}]
    requests = [ask("r1", "a", "b"), ask("r2", "a", "c")]
    assert placed(small(crowd, requests, slots=1)).measures.below_minimum == 0


def test_agendas_become_compact():
    requests = [ask("r1", "a", "b", slots=["s0"]), ask("r2", "a", "c", slots=["s1", "s4"])]
    result = placed(small(people("a", "b", "c"), requests, slots=5))
    assert (result.breaks, result.idle_slots) == (0, 0)


def test_meetings_in_a_row():
    requests = [ask(f"r{i}", "a", other) for i, other in enumerate("bcd")]
    crowd = [{"id": "a", "max_in_a_row": 2}, *people("b", "c", "d")]
    assert len(ids(placed(small(crowd, requests, slots=3)))) == 2
    assert len(ids(placed(small(crowd, requests, slots=4)))) == 3
    assert len(ids(placed(small(crowd, requests, slots=4, days=2)))) == 3
    crowd[0]["max_in_a_row"] = None
    assert len(ids(placed(small(crowd, requests, slots=3)))) == 3


def test_the_judge_sees_a_row_that_is_too_long():
    problem = small([{"id": "a", "max_in_a_row": 1}, *people("b", "c")], [ask("r1", "a", "b"), ask("r2", "a", "c")])
    meetings = [Meeting(f"r{i}", ("a", other), f"s{i}", "t0") for i, other in ((1, "b"), (2, "c"))]
    assert [rule.code for rule in audit(problem, Schedule(tuple(meetings), ())).broken] == ["too_many_in_a_row"]
    apart = (Meeting("r1", ("a", "b"), "s0", "t0"), meetings[1])
    assert audit(problem, Schedule(apart, ())).legal


def test_unwelcome_slots_are_avoided_not_forbidden():
    crowd = [{"id": "a", "disliked": ["s0"]}, {"id": "b", "preferred": ["s0", "s2"]}, *people("c")]
    result = placed(small(crowd, [ask("r1", "a", "b")]))
    assert [m.slot for m in result.schedule.meetings] == ["s2"]
    forced = placed(small(crowd, [ask("r1", "a", "b", slots=["s0"])]))
    assert (len(ids(forced)), forced.measures.unwelcome) == (1, 1)
