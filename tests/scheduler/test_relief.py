"""What would help: reported only when it does."""

from __future__ import annotations

import json

import pytest

from scheduler import Meeting, Options, ProblemError, Schedule, Unplaced, problem_to_json, solve, what_would_help
from scheduler.commands import main
from tests.scheduler.small import ask, people, small


def helps(problem, request):
    schedule = solve(problem, Options(work_limit=50)).schedule
    assert request in {entry.request for entry in schedule.unplaced}
    return {(relief.kind, relief.ids) for relief in what_would_help(problem, schedule, request)}


def test_an_absence_given_up():
    crowd = [{"id": "a", "away": ["s0", "s1"]}, {"id": "b", "away": ["s2"]}]
    problem = small(crowd, [ask("r1", "a", "b")])
    assert helps(problem, "r1") == {
        ("free_hour", ("a", "s0")),
        ("free_hour", ("a", "s1")),
        ("free_hour", ("b", "s2")),
        ("one_more_slot", ()),
    }


def test_a_raised_maximum():
    crowd = [{"id": "a", "max_meetings": 1}, *people("b", "c")]
    problem = small(crowd, [ask("r1", "a", "b", value=90), ask("r2", "a", "c")])
    assert helps(problem, "r2") == {("one_more_meeting", ("a",))}


def test_one_more_table_or_slot():
    requests = [ask("r1", "a", "b", value=90), ask("r2", "c", "d")]
    problem = small(people("a", "b", "c", "d"), requests, slots=1, tables=1)
    assert helps(problem, "r2") == {("one_more_table", ()), ("one_more_slot", ())}


def test_one_more_interpreter():
    crowd = [*people("a", "b", languages=["fr"]), *people("c", "d", languages=["pl"])]
    requests = [ask("r1", "a", "c", value=90), ask("r2", "b", "d")]
    problem = small(crowd, requests, slots=1, interpreters=[{"id": "h", "languages": ["fr", "pl"]}])
    assert helps(problem, "r2") == {("one_more_interpreter", ("fr", "pl")), ("one_more_slot", ())}


def test_nothing_is_needed_when_a_move_suffices():
    requests = [ask("r1", "a", "b"), ask("r2", "a", "c", slots=["s0"])]
    problem = small(people("a", "b", "c"), requests, slots=2)
    schedule = Schedule((Meeting("r1", ("a", "b"), "s0", "t0"),), (Unplaced("r2", "x"),))
    found = what_would_help(problem, schedule, "r2")
    assert [(relief.kind, relief.moves) for relief in found] == [("nothing", 1)]


def test_nothing_helps_two_who_are_one():
    assert helps(small(people("a", "b"), [ask("r1", "a", "a")]), "r1") == set()
    with pytest.raises(ProblemError):
        what_would_help(small(people("a"), []), Schedule((), ()), "r9")


def test_the_command_line_explains_and_benches(tmp_path, capsys):
    problem = small(people("a", "b", "c", "d"), [ask("r1", "a", "b", value=90), ask("r2", "c", "d")], slots=1, tables=1)
    file, out = tmp_path / "events" / "one.json", tmp_path / "out.json"
    file.parent.mkdir()
    file.write_text(json.dumps(problem_to_json(problem)))
    assert main(["solve", str(file), "-o", str(out), "--work-limit", "10"]) == 0
    capsys.readouterr()
    assert main(["explain", str(file), str(out), "--request", "r2"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row.get("kind") or row["reason"] for row in rows] == ["one_more_table", "one_more_slot", "table_capacity"]
    (file.parent / "two.json").write_text("nonsense")
    assert main(["bench", str(file.parent), "--time-limit", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("| one.json | optimal | 2 | 1 | 90 | 90 | 1.00000 | 0 | 0 |")
    assert "is not JSON" in lines[3]
