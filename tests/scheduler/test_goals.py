"""Each goal once where it decides and once where another one stands before it."""

from __future__ import annotations

import pytest

from scheduler import Goal, Meeting, Options, Problem, Result, Schedule, audit, solve
from scheduler.goals import parse
from tests.scheduler.small import ask, people, small


def solved(problem: Problem, *goals: Goal | str, baseline: Schedule | None = None) -> Result:
    order = tuple(Goal(goal) if isinstance(goal, str) else goal for goal in goals)
    result = solve(problem, Options(work_limit=400, goals=order), baseline=baseline)
    assert audit(problem, result.schedule).legal
    return result


def slots(result: Result) -> dict[str, str]:
    return {meeting.request: meeting.slot for meeting in result.schedule.meetings}


FEW = small(
    [*people("a", "b"), {"id": "c", "min_meetings": 1}],
    [ask("r1", "a", "b", value=20), ask("r2", "a", "c", value=10)],
    slots=1,
)


def test_value_before_fairness():
    assert set(slots(solved(FEW))) == {"r1"}
    assert set(slots(solved(FEW, "value", "fairness"))) == {"r1"}


def test_fairness_before_value():
    assert set(slots(solved(FEW, "fairness", "value"))) == {"r2"}


def test_value_gives_way_to_fairness_within_its_tolerance():
    assert set(slots(solved(FEW, Goal("value", 0.5)))) == {"r2"}
    assert set(slots(solved(FEW, Goal("value", 0.4)))) == {"r1"}


APART = small(
    people("a", "b", "c"),
    [ask("r1", "a", "b", slots=["s0"], value=95), ask("r2", "a", "c", slots=["s4"], value=5)],
    slots=5,
)


def test_value_gives_way_to_compactness_within_its_tolerance():
    assert set(slots(solved(APART))) == {"r1", "r2"}
    compact = solved(APART, Goal("value", 0.05))
    assert set(slots(compact)) == {"r1"}
    assert [entry.reason for entry in compact.schedule.unplaced] == ["given_up"]
    assert set(slots(solved(APART, Goal("value", 0.04)))) == {"r1", "r2"}


def test_a_tolerance_never_costs_a_must_meeting_or_a_wanted_minimum():
    requests = [ask("r1", "a", "b", slots=["s0"], value=95), ask("r2", "a", "c", slots=["s4"], value=5, must=True)]
    assert set(slots(solved(small(people("a", "b", "c"), requests, slots=5), Goal("value", 0.5)))) == {"r1", "r2"}
    requests[1]["must"] = False
    crowd = [*people("a", "b"), {"id": "c", "min_meetings": 1}]
    assert set(slots(solved(small(crowd, requests, slots=5), Goal("value", 0.5)))) == {"r1", "r2"}


def test_compactness_and_preferences_in_both_orders():
    crowd = [{"id": "a", "disliked": ["s1"]}, *people("b", "c")]
    problem = small(crowd, [ask("r1", "a", "b", slots=["s0"]), ask("r2", "a", "c", slots=["s1", "s3"])], slots=4)
    assert slots(solved(problem, "value", "compactness", "preferences"))["r2"] == "s1"
    assert slots(solved(problem, "value", "preferences", "compactness"))["r2"] == "s3"


def booths_people() -> list[dict[str, object]]:
    return [*people("a"), {"id": "b", "table": "t0"}, {"id": "c", "table": "t1"}, {"id": "d", "table": "t2"}]


def booths_requests() -> list[dict[str, object]]:
    return [
        ask("r1", "a", "b", slots=["s0", "s4"]),
        ask("r2", "a", "c", slots=["s1"]),
        ask("r3", "a", "d", slots=["s2"]),
    ]


def booths() -> Problem:
    """a visits b and d in zone A and c in zone B; b can be seen before or, after a pause, after the others."""
    return small(booths_people(), booths_requests(), slots=5, tables=3)


def test_compactness_and_moves_in_both_orders():
    compact = solved(booths(), "value", "compactness", "moves")
    assert (slots(compact)["r1"], compact.measures.zone_moves) == ("s0", 2)
    near = solved(booths(), "value", "moves", "compactness")
    assert (slots(near)["r1"], near.measures.zone_moves) == ("s4", 1)


def test_a_tolerance_of_compactness_lets_moves_have_their_way():
    requests = [*(ask(f"x{i}", "e", f"f{i}", slots=[f"s{i}"]) for i in (0, 2, 4)), *booths_requests()]
    crowd = [*booths_people(), *people("e", "f0", "f2", "f4")]
    problem = small(crowd, requests, slots=5, tables=5)
    tight = solved(problem, "value", "compactness", "moves")
    assert slots(tight)["r1"] == "s0"
    loose = solved(problem, "value", Goal("compactness", 0.5), "moves")
    assert slots(loose)["r1"] == "s4"


def test_stability_before_compactness_keeps_a_meeting_where_it_was():
    problem = small(people("a", "b", "c"), [ask("r1", "a", "b", slots=["s0"]), ask("r2", "a", "c")], slots=4)
    was = Schedule((Meeting("r1", ("a", "b"), "s0", "t0"), Meeting("r2", ("a", "c"), "s3", "t0")), ())
    assert slots(solved(problem, "value", "stability", "compactness", baseline=was))["r2"] == "s3"
    assert slots(solved(problem, "value", "compactness", "stability", baseline=was))["r2"] == "s1"


def test_without_a_baseline_stability_asks_for_nothing():
    problem = small(people("a", "b", "c"), [ask("r1", "a", "b", slots=["s0"]), ask("r2", "a", "c")], slots=4)
    assert slots(solved(problem, "value", "stability", "compactness"))["r2"] == "s1"


def test_goals_not_named_come_last_in_their_usual_order():
    names = [goal.name for goal in Options(goals=(Goal("moves"), Goal("value"))).goals]
    assert names == ["moves", "value", "fairness", "compactness", "preferences", "stability"]


@pytest.mark.parametrize("text", ["speed", "value:2", "value:x", "value,value", ""])
def test_a_wrong_list_of_goals_is_refused(text):
    with pytest.raises(ValueError, match=r"goal|tolerance"):
        parse(text)


def test_a_list_of_goals():
    assert parse("fairness, value:0.01")[:2] == (Goal("fairness"), Goal("value", 0.01))
