"""The published benchmark's problem: exact against brute force, fairness, and its file format."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from itertools import combinations, pairwise, product

import pytest
from ortools.sat.python.cp_model_helper import INFEASIBLE, OPTIMAL, SolveWrapper

from scheduler import (
    ImpossibleError,
    Options,
    Participant,
    Problem,
    ProblemError,
    Request,
    Schedule,
    Slot,
    Table,
    solve,
)
from scheduler.b2b import problem_from_dzn
from scheduler.benchmark_bound import bounds_of
from scheduler.benchmark_model import build
from scheduler.benchmark_prices import price_bound
from scheduler.benchmark_windows import find_windows
from scheduler.commands import main
from scheduler.compile import compile_problem


def sets(groups):
    return ",\n".join("{" + ",".join(map(str, [0, *group])) + "}" for group in groups)


def dzn(meetings, people, slots, tables, forbidden=None, fixed=None, before=None, morning=0):
    rows = "\n|".join(f"{a}, {b},{session}, " for a, b, session in meetings)
    return f"""nBusiness = {people};
nMeetings = {len(meetings)};
nTables = {tables};
nTotalSlots = {slots};
nMorningSlots = {morning};
requested = [|{rows}|];
forbidden = [{sets(forbidden or [[]] * people)}];
fixed = [{", ".join(map(str, fixed or [0] * len(meetings)))}];
precedences = [{sets(before or [[]] * len(meetings))}];
"""


def breaks_by_person(schedule: Schedule, people: int) -> list[int]:
    counts = []
    for b in range(1, people + 1):
        slots = sorted(int(m.slot[1:]) for m in schedule.meetings if f"b{b}" in m.participants)
        counts.append(sum(second - first > 1 for first, second in pairwise(slots)))
    return counts


def best_by_trying(meetings, people, slots, tables, forbidden, fairness, morning=0, before=()):
    """The fewest breaks of all schedules, None if there is none; ``fairness`` None: no limit."""
    best = None
    for times in product(*(possible(m, slots, morning, forbidden) for m in meetings)):
        if any(times.count(t) > tables for t in times):
            continue
        if any(times[e - 1] >= times[m] for m, earlier in enumerate(before) for e in earlier):
            continue
        agendas = [sorted(t for t, m in zip(times, meetings, strict=True) if b in m[:2]) for b in range(1, people + 1)]
        if any(len(set(a)) < len(a) for a in agendas):
            continue
        breaks = [sum(y - x > 1 for x, y in pairwise(a)) for a in agendas]
        fair = fairness is None or max(breaks) - min(breaks) <= fairness
        if fair and (best is None or sum(breaks) < best):
            best = sum(breaks)
    return best


def possible(meeting, slots, morning, forbidden):
    a, b, session = meeting
    first, last = (1, morning) if session == 1 else (morning + 1 if session == 2 else 1, slots)
    return [t for t in range(first, last + 1) if t not in forbidden[a - 1] and t not in forbidden[b - 1]]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("workers", [1, 2])
def test_the_proven_optimum_is_the_best_of_all(seed, workers):
    chance = random.Random(seed)
    meetings = [(*chance.sample(range(1, 6), 2), 3) for _ in range(5)]
    forbidden = [chance.sample(range(1, 5), chance.randint(0, 2)) for _ in range(5)]
    for fairness in (0, 2):
        best = best_by_trying(meetings, 5, 4, 2, forbidden, fairness)
        problem = problem_from_dzn(dzn(meetings, 5, 4, 2, forbidden), "tiny")
        options = Options(problem="b2b", fairness=fairness, workers=workers)
        if best is None:
            with pytest.raises(ImpossibleError):
                solve(problem, options)
            continue
        result = solve(problem, options)
        counts = breaks_by_person(result.schedule, 5)
        assert (result.status, result.breaks, sum(counts)) == ("optimal", best, best)
        assert max(counts) - min(counts) <= fairness


def ring(seed):
    """Four who all meet at least twice, so that nobody is certain to have no break: (meetings, order, absences)."""
    chance = random.Random(seed)
    pairs = [(1, 2), (2, 3), (3, 4), (4, 1), (1, 3), (2, 4)][: chance.choice((4, 4, 6))]
    meetings = [(*pair, chance.choice((1, 2, 3, 3))) for pair in pairs]
    before = [[], [1] if chance.random() < 0.5 else [], *[[]] * (len(pairs) - 2)]
    return meetings, before, [chance.sample(range(1, 6), chance.choice((0, 1))) for _ in range(4)]


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("fairness", [0, 1, None])
def test_the_proven_optimum_with_sessions_and_order(seed, fairness):
    meetings, before, away = ring(seed)
    best = best_by_trying(meetings, 4, 5, 2, away, fairness, 2, before)
    problem = problem_from_dzn(dzn(meetings, 4, 5, 2, away, before=before, morning=2), "tiny")
    options = Options(problem="b2b", fairness=fairness, seed=seed)
    if best is None:
        with pytest.raises(ImpossibleError):
            solve(problem, options)
        return
    result = solve(problem, options)
    counts = breaks_by_person(result.schedule, 4)
    assert (result.status, result.breaks, sum(counts), result.breaks_bound) == ("optimal", best, best, best)
    assert fairness is None or max(counts) - min(counts) <= fairness


@pytest.mark.parametrize("seed", range(20))
def test_the_bounds_never_exceed_the_optimum(seed):
    chance = random.Random(seed)
    meetings = [(*chance.sample(range(1, 6), 2), 3) for _ in range(6)]
    forbidden = [chance.sample(range(1, 5), chance.randint(0, 1)) for _ in range(5)]
    best = best_by_trying(meetings, 5, 4, 2, forbidden, 4)
    inst = compile_problem(problem_from_dzn(dzn(meetings, 5, 4, 2, forbidden), "tiny"))
    bounds = bounds_of(inst, 10)
    assert best is None or max(bounds.prices.breaks, bounds.windows.breaks) <= best


def crowded(seed):
    """Six meetings of five people fill a hall of two tables and three slots."""
    pairs = random.Random(seed).sample(list(combinations(range(1, 6), 2)), 6)
    return [(*pair, 3) for pair in pairs]


def test_prices_leave_room_for_the_best_schedules_only():
    priced = 0
    for seed in range(30):
        best = best_by_trying(crowded(seed), 5, 3, 2, [[]] * 5, None)
        if best is None:
            continue
        inst = compile_problem(problem_from_dzn(dzn(crowded(seed), 5, 3, 2), "tiny"))
        model = build(inst, bounds_of(inst, 9), None)
        priced += any(model.bounds.prices.prices)
        answers = [SolveWrapper().solve(model.limited(most).proto).status for most in range(best + 2)]
        assert answers == [INFEASIBLE] * best + [OPTIMAL] * 2
    assert priced > 5


def test_prices_see_that_the_middle_slot_is_crowded():
    """Three meet each other at one table: without a break everybody is there in the middle slot."""
    inst = compile_problem(problem_from_dzn(dzn([(1, 2, 3), (2, 3, 3), (1, 3, 3)], 3, 3, 1), "tiny"))
    assert price_bound(inst, 3).breaks == 1
    inst = compile_problem(problem_from_dzn(dzn([(1, 2, 3), (2, 3, 3), (1, 3, 3)], 3, 4, 2), "tiny"))
    assert price_bound(inst, 3).breaks == 0


def test_absence_forces_a_break():
    inst = compile_problem(problem_from_dzn(dzn([(1, 2, 3), (1, 3, 3)], 3, 3, 2, forbidden=[[2], [], []]), "tiny"))
    bounds = bounds_of(inst, 9)
    assert (bounds.prices.breaks, bounds.windows.breaks) == (1, 1)
    assert [crowd.people for crowd in bounds.windows.crowds] == [frozenset({0})]


def test_partners_crowd_after_noon():
    """Three who meet somebody of their own in the morning and one and the same in the afternoon: without a break each
    has to meet that one right after noon."""
    rows = [(1, 2, 2), (1, 3, 2), (1, 4, 2), (2, 5, 1), (3, 6, 1), (4, 7, 1)]
    problem = problem_from_dzn(dzn(rows, 7, 6, 3, morning=3), "tiny")
    windows = find_windows(compile_problem(problem))
    assert [(crowd.people, crowd.least) for crowd in windows.crowds] == [(frozenset({1, 2, 3}), 2)]
    assert windows.breaks == 2
    assert solve(problem, Options(problem="b2b", fairness=1)).breaks == 2
    with pytest.raises(ImpossibleError):
        solve(problem, Options(problem="b2b", fairness=0))


def random_fair(seed, people=24, slots=12, count=110):
    chance = random.Random(seed)
    pairs = set()
    while len(pairs) < count:
        pairs.add(tuple(sorted(chance.sample(range(1, people + 1), 2))))
    load = [sum(b in pair for pair in pairs) for b in range(1, people + 1)]
    return dzn([(*pair, 3) for pair in sorted(pairs)], people, max(slots, *load), 14)


def test_stopped_early_the_first_schedule_comes_with_what_is_proven():
    told = []
    result = solve(
        problem_from_dzn(random_fair(1), "middling"),
        Options(problem="b2b", time_limit=60),
        progress=told.append,
        stop=lambda: bool(told),
    )
    assert result.placed == 110
    assert result.breaks == sum(breaks_by_person(result.schedule, 24)) == told[0].breaks
    assert (result.status == "optimal") == (result.breaks == result.breaks_bound)
    assert result.gap == pytest.approx(1 - result.breaks_bound / result.breaks if result.breaks else 0)
    assert result.summary()["breaks_bound"] == result.breaks_bound


def test_the_same_seed_and_work_limit_give_the_same_schedule():
    problem = problem_from_dzn(random_fair(2, people=16, slots=8, count=40), "small")
    options = Options(problem="b2b", fairness=2, seed=5, work_limit=1000)
    assert solve(problem, options).schedule == solve(problem, options).schedule


def test_neither_pandas_nor_scipy_is_loaded(tmp_path):
    file = tmp_path / "tiny.dzn"
    file.write_text(dzn([(1, 2, 3), (2, 3, 3), (1, 3, 3)], 3, 3, 1))
    code = (
        "import sys; from scheduler.commands import main; main(sys.argv[1:]);"
        "from scheduler import benchmark_race; print(sorted({'pandas', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, "solve", str(file), "--fairness", "2"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert json.loads(printed[0])["breaks"] == 1
    assert printed[1] == "[]"


def test_other_problems_are_refused():
    slots = tuple(Slot(f"s{n}", "d1") for n in (1, 2))
    people = tuple(Participant(name) for name in "abc")
    three = Request("r", sides=(("a",), ("b",), ("c",)), value=1, must=True)
    with pytest.raises(ProblemError, match="must-meetings of two"):
        solve(Problem("odd", slots, (Table("t"),), people, (three,)), Options(problem="b2b"))
    own = (Participant("a", table="t"), *people[1:])
    two = Request("r", sides=(("a",), ("b",)), value=1, must=True)
    with pytest.raises(ProblemError, match="own tables"):
        solve(Problem("own", slots, (Table("t"),), own, (two,)), Options(problem="b2b"))
    tired = (Participant("a", max_in_a_row=1), *people[1:])
    with pytest.raises(ProblemError, match="in a row"):
        solve(Problem("row", slots, (Table("t"),), tired, (two,)), Options(problem="b2b"))


def test_sessions_fixed_slots_and_order():
    text = dzn([(1, 2, 1), (1, 3, 2), (2, 3, 3)], 3, 4, 1, fixed=[0, 4, 0], before=[[3], [], []], morning=2)
    result = solve(problem_from_dzn(text, "tiny"), Options(problem="b2b", fairness=2))
    assert {m.request: m.slot for m in result.schedule.meetings} == {"m3": "s1", "m1": "s2", "m2": "s4"}


def test_an_infeasible_file_is_an_answer(tmp_path, capsys):
    file = tmp_path / "tiny.dzn"
    file.write_text(dzn([(1, 2, 3), (1, 3, 3), (1, 4, 3)], 4, 2, 2))
    assert main(["solve", str(file), "--fairness", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "infeasible"


def test_more_meetings_than_slots_for_them_is_a_proof():
    """Two meetings in the only slot of the morning, though the participant is there all day."""
    text = dzn([(1, 2, 1), (1, 3, 1), (2, 3, 3)], 3, 4, 2, morning=1)
    with pytest.raises(ImpossibleError, match="more meetings than slots"):
        solve(problem_from_dzn(text, "tiny"), Options(problem="b2b", fairness=2))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("nTables = 2;", "", "nTables"),
        ("nMeetings = 2;", "nMeetings = 3;", "requested"),
        ("|1, 2,3", "|1, 9,3", "requested row 1"),
        ("fixed = [0, 0]", "fixed = [0, 7]", "fixed entry 2"),
        ("fixed = [0, 0]", "fixed = [0]", "fixed"),
    ],
)
def test_broken_files_name_the_field(old, new, place):
    text = dzn([(1, 2, 3), (1, 3, 3)], 3, 3, 2)
    assert old in text
    with pytest.raises(ProblemError) as error:
        problem_from_dzn(text.replace(old, new), "tiny")
    assert error.value.place == place
