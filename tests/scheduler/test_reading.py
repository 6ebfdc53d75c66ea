"""Malformed problems end in one error that names the place; files are written whole or not at all."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler import ProblemError, audit, problem_from_json, problem_to_json, read_problem, read_schedule
from scheduler.commands import main
from scheduler.schedule import write_whole
from tests.scheduler.small import ask, data, people

GOOD = data(
    [{"id": "a", "away": ["s0"], "min_meetings": 1, "max_meetings": 2, "table": "t0"}, *people("b", "c")],
    [ask("r1", "a", "b|c", pinned={"slot": "s1", "table": "t0"}), ask("r2", "b", "c", after=["r1"], must=True)],
    walking={"price": 3, "between": [{"zones": ["A", "B"], "minutes": 8}]},
    interpreters=[{"id": "i1", "languages": ["de", "fr"], "away": ["s0"]}],
)


@pytest.mark.parametrize(
    ("path", "value", "place", "code"),
    [
        (("format",), "x", "format", "format"),
        (("slots",), None, "slots", "type"),
        (("slots", 1, "id"), "s0", "slots[1].id", "duplicate_id"),
        (("slots", 0, "start"), "soon", "slots[0].start", "start"),
        (("slots", 0, "minutes"), 0, "slots[0].minutes", "negative"),
        (("slots", 1, "day"), "other", "slots[2].day", "day_order"),
        (("tables", 1, "id"), "t0", "tables[1].id", "duplicate_id"),
        (("tables", 0, "slots"), ["s9"], "tables[0].slots[0]", "unknown_id"),
        (("participants", 1, "id"), "a", "participants[1].id", "duplicate_id"),
        (("participants", 0, "away"), ["nope"], "participants[0].away[0]", "unknown_id"),
        (("participants", 0, "max_meetings"), -1, "participants[0].max_meetings", "negative"),
        (("participants", 0, "max_meetings"), True, "participants[0].max_meetings", "type"),
        (("participants", 0, "table"), "t7", "participants[0].table", "unknown_id"),
        (("participants", 2), [], "participants[2]", "type"),
        (("requests", 1, "id"), "r1", "requests[1].id", "duplicate_id"),
        (("requests", 0, "value"), -5, "requests[0].value", "negative"),
        (("requests", 0, "value"), 1.5, "requests[0].value", "type"),
        (("requests", 0, "sides", 1, 0), "zz", "requests[0].sides[1][0]", "unknown_id"),
        (("requests", 0, "sides", 1), [], "requests[0].sides[1]", "empty_side"),
        (("requests", 0, "sides"), [["a"]], "requests[0].sides", "too_few_sides"),
        (("requests", 0, "pinned"), {"slot": "s8"}, "requests[0].pinned.slot", "unknown_id"),
        (("requests", 0, "pinned"), {"slot": "s1", "table": "t8"}, "requests[0].pinned.table", "unknown_id"),
        (("requests", 1, "after"), ["r3"], "requests[1].after[0]", "unknown_id"),
        (("requests", 1, "after"), ["r2"], "requests[1].after[0]", "order"),
        (("requests", 1, "must"), "yes", "requests[1].must", "type"),
        (("requests", 1, "length"), 0, "requests[1].length", "negative"),
        (("tables", 0, "serves"), [], "tables[0].serves", "ways"),
        (("tables", 0, "serves"), ["phone"], "tables[0].serves", "ways"),
        (("participants", 0, "attends"), "online", "participants[0].attends", "type"),
        (("participants", 0, "languages"), [7], "participants[0].languages[0]", "type"),
        (("participants", 0, "max_in_a_row"), 0, "participants[0].max_in_a_row", "negative"),
        (("walking",), [], "top level.walking", "type"),
        (("walking", "between"), None, "walking.between", "type"),
        (("walking", "price"), 0, "walking.price", "negative"),
        (("walking", "between", 0, "zones"), ["A", "Z"], "walking.between[0].zones[1]", "unknown_id"),
        (("walking", "between", 0, "zones"), ["A", "A"], "walking.between[0].zones", "zones"),
        (("walking", "between", 0, "minutes"), -3, "walking.between[0].minutes", "negative"),
        (("interpreters",), {}, "interpreters", "type"),
        (("interpreters", 0, "id"), "", "interpreters[0].id", "type"),
        (("interpreters", 0, "languages"), None, "interpreters[0].languages", "type"),
        (("interpreters", 0, "away"), ["s9"], "interpreters[0].away[0]", "unknown_id"),
    ],
)
def test_a_mistake_is_named_with_its_place(path, value, place, code):
    problem_from_json(GOOD)
    broken = copy.deepcopy(GOOD)
    target = broken
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(ProblemError) as error:
        problem_from_json(broken)
    assert (error.value.place, error.value.code) == (place, code)


def test_slots_must_be_in_time_order():
    broken = copy.deepcopy(GOOD)
    broken["slots"][0]["start"], broken["slots"][1]["start"] = "2027-03-02T10:00", "2027-03-02T09:00"
    with pytest.raises(ProblemError) as error:
        problem_from_json(broken)
    assert error.value.place == "slots[1].start"


def test_writing_is_the_inverse_of_reading():
    problem = problem_from_json(GOOD)
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))) == problem


@pytest.mark.parametrize(
    "content", [b"", b"nope", b"\0" * 5_000_000, b"0" * 6_000_000, b"[" * 100_000, b"\xff\xfe{}", b"[]", b"{}", b"NaN"]
)
def test_what_is_no_problem_ends_with_code_2_and_one_line(tmp_path, capsys, content):
    file = tmp_path / "problem.json"
    file.write_bytes(content)
    assert main(["solve", str(file), "-o", str(tmp_path / "out.json")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.err
    assert not (tmp_path / "out.json").exists()


def test_a_missing_file_and_a_missing_folder(tmp_path, capsys):
    assert main(["solve", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(GOOD))
    assert main(["solve", str(file), "-o", str(tmp_path / "no" / "out.json")]) == 2
    assert "folder does not exist" in capsys.readouterr().err


def test_a_must_nobody_can_attend_names_the_request(tmp_path, capsys):
    impossible = copy.deepcopy(GOOD)
    impossible["requests"][1]["slots"] = []
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(impossible))
    assert main(["solve", str(file)]) == 2
    printed = capsys.readouterr()
    assert "requests[1]" in printed.err
    assert json.loads(printed.out)["status"] == "infeasible"


def test_solve_prints_the_summary_last_and_audit_agrees(tmp_path, capsys):
    file, out = tmp_path / "problem.json", tmp_path / "out.json"
    file.write_text(json.dumps(GOOD))
    assert main(["solve", str(file), "-o", str(out), "--work-limit", "100"]) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out.splitlines()[-1])
    assert summary["status"] == "optimal"
    assert {"value", "bound", "gap", "breaks", "idle_slots", "placed", "seconds_to_first", "seconds"} < set(summary)
    assert audit(read_problem(file), read_schedule(out)).legal
    assert main(["audit", str(file), str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == summary["value"]


def test_replan_lists_every_change_before_its_summary(tmp_path, capsys):
    file, out, new = (tmp_path / name for name in ("problem.json", "out.json", "new.json"))
    file.write_text(json.dumps(GOOD))
    assert main(["solve", str(file), "-o", str(out), "--work-limit", "100"]) == 0
    changed = copy.deepcopy(GOOD)
    changed["participants"][1]["away"] = ["s1"]
    changed["requests"][1]["must"] = False
    file.write_text(json.dumps(changed))
    capsys.readouterr()
    assert main(["replan", str(file), str(out), "-o", str(new)]) == 0
    *changes, summary = map(json.loads, capsys.readouterr().out.splitlines())
    counts = {k: sum(change["kind"] == k for change in changes) for k in ("added", "moved", "reseated", "cancelled")}
    assert counts.items() <= summary.items()
    assert audit(read_problem(file), read_schedule(new)).legal


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "out.json"
    target.write_text("old")

    def refuse(self: Path, _: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_whole(target, "new")
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


def test_importing_the_package_loads_no_solver():
    code = "import sys, scheduler, scheduler.audit; print(any(m.split('.')[0] == 'ortools' for m in sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
