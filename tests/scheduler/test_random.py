"""Random small problems: the engine's value equals brute force, its bound is never below, its schedules are legal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler import (
    ImpossibleError,
    Options,
    Problem,
    audit,
    problem_from_json,
    problem_to_json,
    schedule_from_json,
    schedule_to_json,
    solve,
)
from scheduler.compile import compile_problem
from scheduler.contradictions import refuse_contradictions
from tests.scheduler.small import best_value, data

SLOTS = ["s0", "s1", "s2"]
PEOPLE = ["a", "b", "c", "d"]
SOME_SLOTS = st.lists(st.sampled_from(SLOTS), unique=True, max_size=2)


def beyond(draw: st.DrawFn, raw: dict[str, Any]) -> None:
    """Add what goes beyond the format: long meetings, ways of attending, languages, walking."""
    ways = st.sampled_from([["onsite"], ["onsite"], ["online"], ["onsite", "online"]])
    tongues = st.lists(st.sampled_from(["de", "fr", "pl"]), unique=True, max_size=2)
    for table in raw["tables"]:
        table["serves"] = draw(ways)
    for person in raw["participants"]:
        person["attends"] = draw(ways)
        person["languages"] = draw(tongues)
    for request in raw["requests"]:
        request["length"] = draw(st.sampled_from([1, 1, 1, 2, 3]))
    if draw(st.booleans()):
        raw["walking"] = {"price": draw(st.none() | st.just(3)), "between": [{"zones": ["A", "B"], "minutes": 5}]}
    if draw(st.booleans()):
        spoken = st.lists(st.sampled_from(["de", "fr", "pl"]), unique=True, min_size=1, max_size=3)
        raw["interpreters"] = [
            {
                "id": f"i{n}",
                "languages": draw(spoken),
                "away": draw(SOME_SLOTS),
                "max_meetings": draw(st.sampled_from([None, 1])),
            }
            for n in range(draw(st.integers(0, 2)))
        ]


@st.composite
def problems(draw: st.DrawFn, more: bool = False) -> Problem:
    some_slots = SOME_SLOTS
    table = st.sampled_from(["t0", "t1"])
    persons = [
        {
            "id": name,
            "away": draw(some_slots),
            "max_meetings": draw(st.none() | st.integers(0, 2)),
            "min_meetings": draw(st.integers(0, 2)),
            "table": draw(st.none() | st.none() | table),
            "max_in_a_row": draw(st.none() | st.none() | st.integers(1, 2)),
            "disliked": draw(some_slots),
        }
        for name in PEOPLE
    ]
    side = st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1, max_size=2)
    pin = st.fixed_dictionaries({"slot": st.sampled_from(SLOTS), "table": st.none() | table})
    names = [f"r{i}" for i in range(draw(st.integers(1, 3)))]
    requests = [
        {
            "id": name,
            "sides": draw(st.lists(side, min_size=2, max_size=3)),
            "value": draw(st.integers(1, 9)),
            "must": draw(st.sampled_from([False, False, False, True])),
            "slots": draw(st.none() | some_slots),
            "pinned": draw(st.none() | st.none() | pin),
            "after": [other for other in names if other != name and draw(st.integers(0, 4)) == 0],
        }
        for name in names
    ]
    raw = data(persons, requests, slots=3, tables=2, days=draw(st.integers(1, 2)))
    raw["tables"][1]["slots"] = draw(st.none() | some_slots)
    if more:
        beyond(draw, raw)
    return problem_from_json(raw)


def pins_clash(problem: Problem) -> bool:
    try:
        refuse_contradictions(compile_problem(problem))
    except ImpossibleError as error:
        return error.code == "pins_clash"
    return False


def solved_as_well_as_possible(problem: Problem) -> None:
    """The engine finds the best value, proves it, and its schedule is legal; or it says that there is none."""
    best = best_value(problem)
    if best is None or pins_clash(problem):
        with pytest.raises(ImpossibleError):
            solve(problem, Options(work_limit=50))
        return
    result = solve(problem, Options(work_limit=50))
    assert result.value == best
    assert result.bound == best
    assert result.status == "optimal"
    judgement = audit(problem, result.schedule)
    assert judgement.legal
    assert (judgement.measures.breaks, judgement.measures.idle_slots) == (result.breaks, result.idle_slots)
    assert problem_from_json(problem_to_json(problem)) == problem
    assert schedule_from_json(schedule_to_json(result.schedule)).meetings == result.schedule.meetings


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems())
def test_the_engine_finds_the_best_value(problem):
    solved_as_well_as_possible(problem)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(more=True))
def test_the_engine_finds_the_best_value_with_all_rules(problem):
    solved_as_well_as_possible(problem)
