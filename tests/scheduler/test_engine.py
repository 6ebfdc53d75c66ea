"""The run as a whole: progress, stopping, repeatability, the bound, a middling event."""

from __future__ import annotations

import random

from scheduler import Options, Problem, audit, problem_from_json, solve
from scheduler.goals.compactness import gaps
from tests.scheduler.small import ask, data


def event(people: int, requests: int, slots: int, tables: int, seed: int) -> Problem:
    chance = random.Random(seed)
    names = [f"p{i}" for i in range(people)]
    persons = [{"id": n, "away": [f"s{s}" for s in range(slots) if chance.random() < 0.2]} for n in names]
    wishes = [ask(f"r{i}", *chance.sample(names, 2), value=chance.randint(1, 50)) for i in range(requests)]
    return problem_from_json(data(persons, wishes, slots=slots, tables=tables, days=2))


MIDDLING = event(80, 500, 16, 20, seed=3)


def test_a_middling_event_is_legal_and_close_to_its_bound():
    told = []
    result = solve(MIDDLING, Options(work_limit=20_000, seed=5), told.append)
    assert audit(MIDDLING, result.schedule).legal
    assert result.value >= 0.99 * result.bound
    values = [progress.value for progress in told]
    assert values == sorted(values)
    assert all(progress.value <= progress.bound for progress in told)
    assert told[-1].idle_slots <= told[0].idle_slots
    assert told[-1].idle_slots == result.idle_slots == result.measures.idle_slots


def test_the_same_seed_and_work_limit_give_the_same_schedule():
    first, second = (solve(MIDDLING, Options(work_limit=4_000, seed=9)) for _ in range(2))
    assert first.schedule == second.schedule
    other = solve(MIDDLING, Options(work_limit=4_000, seed=10))
    assert other.schedule != first.schedule


def test_the_bound_holds_for_teams_that_were_not_looked_at(monkeypatch):
    monkeypatch.setattr("scheduler.compile.MOST_TEAMS", 1)
    requests = [ask("r1", "a", "b|c", value=7), ask("r2", "d", "b", value=9)]
    result = solve(problem_from_json(data([{"id": n} for n in "abcd"], requests, slots=1)), Options(work_limit=10))
    assert (result.value, result.bound, result.status) == (9, 16, "feasible")


def test_stopping_at_once_still_gives_a_legal_schedule():
    result = solve(MIDDLING, Options(time_limit=60), stop=lambda: True)
    assert audit(MIDDLING, result.schedule).legal
    assert result.value <= result.bound


def test_a_time_limit_that_is_over_at_once_still_gives_the_first_plan():
    result = solve(MIDDLING, Options(time_limit=0.001))
    assert audit(MIDDLING, result.schedule).legal
    assert result.value >= 0.95 * result.bound


def test_an_empty_event():
    result = solve(problem_from_json(data([], [], slots=0, tables=0)))
    assert (result.value, result.bound, result.status) == (0, 0, "optimal")


def test_gaps_are_counted_like_the_judge_does():
    assert gaps(0b1011, 0) == (1, 1)
    assert gaps(0b1001, 0b0010) == (1, 1)
    assert gaps(0b1001, 0b0110) == (0, 0)
    assert gaps(0b10010001, 0) == (2, 5)
    assert gaps(0, 0b111) == (0, 0)
