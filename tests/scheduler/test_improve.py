"""Which requests are looked at together when a plan is improved."""

from __future__ import annotations

import random

from scheduler import problem_from_json
from scheduler.compile import compile_problem
from scheduler.improve import _around
from scheduler.plan import Plan
from tests.scheduler.small import ask, data


def plan_of(*pairs: tuple[str, str]) -> Plan:
    people = [{"id": name} for name in sorted({name for pair in pairs for name in pair})]
    wishes = [ask(f"r{number}", *pair) for number, pair in enumerate(pairs)]
    return Plan(compile_problem(problem_from_json(data(people, wishes, slots=4, tables=2))))


def test_neighbourhood_grows_from_person_to_person():
    plan = plan_of(("a", "b"), ("b", "c"), ("c", "d"), ("x", "y"))
    assert set(_around(plan, 0, 10_000, random.Random(1))) == {0, 1, 2}


def test_neighbourhood_stops_at_its_size():
    plan = plan_of(*((f"p{n}", f"p{n + 1}") for n in range(50)))
    assert 1 < len(_around(plan, 0, 20, random.Random(1))) < 50
