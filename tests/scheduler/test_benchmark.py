"""The published benchmark's problem: exact against brute force, fairness, and its file format."""

from __future__ import annotations

import json
import random
from itertools import pairwise, product

import pytest

from scheduler import ImpossibleError, Options, ProblemError, Schedule, solve
from scheduler.b2b import problem_from_dzn
from scheduler.commands import main


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


def best_by_trying(meetings, people, slots, tables, forbidden, fairness):
    best = None
    for times in product(range(1, slots + 1), repeat=len(meetings)):
        if any(times.count(t) > tables for t in times):
            continue
        agendas = [sorted(t for t, m in zip(times, meetings, strict=True) if b in m[:2]) for b in range(1, people + 1)]
        if any(len(set(a)) < len(a) or set(a) & set(f) for a, f in zip(agendas, forbidden, strict=True)):
            continue
        breaks = [sum(y - x > 1 for x, y in pairwise(a)) for a in agendas]
        if max(breaks) - min(breaks) <= fairness and (best is None or sum(breaks) < best):
            best = sum(breaks)
    return best


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


def test_sessions_fixed_slots_and_order():
    text = dzn([(1, 2, 1), (1, 3, 2), (2, 3, 3)], 3, 4, 1, fixed=[0, 4, 0], before=[[3], [], []], morning=2)
    result = solve(problem_from_dzn(text, "tiny"), Options(problem="b2b", fairness=2))
    assert {m.request: m.slot for m in result.schedule.meetings} == {"m3": "s1", "m1": "s2", "m2": "s4"}


def test_an_infeasible_file_is_an_answer(tmp_path, capsys):
    file = tmp_path / "tiny.dzn"
    file.write_text(dzn([(1, 2, 3), (1, 3, 3), (1, 4, 3)], 4, 2, 2))
    assert main(["solve", str(file), "--fairness", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "infeasible"


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
