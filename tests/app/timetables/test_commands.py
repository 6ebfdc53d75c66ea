"""`flask events ...`: a small instance of the benchmark's format goes in, problem and schedule come out."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import scheduler
from app.events.models import Event
from app.events.queries import event_by_slug
from app.meetings.models import MeetingRequest
from app.registrations.models import Participant
from app.timetables.exchange import still_bounds
from app.timetables.models import SchedulingRun, Timetable

INSTANCE = """
nBusiness = 4; nMeetings = 4; nTables = 2; nTotalSlots = 4; nMorningSlots = 2;
requested = [| 1, 2, 1,
 | 3, 4, 1,
 | 1, 3, 2,
 | 2, 4, 3, |];
nMeetingsBusiness = [2, 2, 2, 2];
forbidden = [{0}, {0}, {1}, {0}];
fixed = [0, 0, 4, 0];
precedences = [{0}, {0}, {0}, {1}];
"""


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    file = tmp_path / "small.dzn"
    file.write_text(INSTANCE)
    return file


def test_import_schedule_and_export(app: Flask, session: Session, instance: Path, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(
        args=["events", "import-b2b", str(instance), "--slug", "small", "--schedule", "--time-limit", "5"]
    )
    assert done.exit_code == 0, done.output
    assert "small: 4 participants, 4 accepted requests" in done.output
    assert "small: placed 4 of 4" in done.output
    event = event_by_slug(session, "small")
    assert event is not None
    people = session.scalars(select(Participant).where(Participant.event_id == event.id)).all()
    assert sorted(p.user.email for p in people) == [f"b{n}@small.example" for n in range(1, 5)]
    files = [tmp_path / "problem.json", tmp_path / "schedule.json"]
    for kind, file in zip(("problem", "schedule"), files, strict=True):
        assert runner.invoke(args=["events", f"export-{kind}", "small", "-o", str(file)]).exit_code == 0
    problem, schedule = (json.loads(file.read_text()) for file in files)
    verdict = scheduler.audit(scheduler.problem_from_json(problem), scheduler.schedule_from_json(schedule))
    assert verdict.legal
    assert schedule["bound"] == sum(row["value"] for row in problem["requests"])
    rows = {row["id"]: row for row in problem["requests"]}
    assert rows["m1"]["slots"] == ["s1", "s2"]
    assert rows["m3"]["pinned"] == {"slot": "s4", "table": None}
    assert rows["m4"]["after"] == ["m1"]
    assert {p["id"]: p["away"] for p in problem["participants"]}["b3"] == ["s1"]
    assert list(tmp_path.glob(".*")) == []  # no half-written neighbour is left


def test_a_taken_name_and_a_broken_file_are_refused_and_nothing_is_written(
    app: Flask, session: Session, instance: Path
) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["events", "import-b2b", str(instance), "--slug", "small"]).exit_code == 0
    again = runner.invoke(args=["events", "import-b2b", str(instance), "--slug", "small"])
    assert (again.exit_code, "already" in again.output) == (1, True)
    instance.write_text(INSTANCE.replace("nTables", "nChairs"))
    broken = runner.invoke(args=["events", "import-b2b", str(instance), "--slug", "other"])
    assert (broken.exit_code, "nTables" in broken.output) == (1, True)
    instance.write_text(INSTANCE.replace("| 2, 4, 3,", "| 2, 1, 3,"))
    doubled = runner.invoke(args=["events", "import-b2b", str(instance), "--slug", "other"])
    assert (doubled.exit_code, "more than once" in doubled.output) == (1, True)
    assert session.scalars(select(Event.slug)).all() == ["small"]


def test_an_unknown_event_or_one_without_timetable(app: Flask, instance: Path, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    missing = runner.invoke(args=["events", "export-problem", "nowhere", "-o", str(tmp_path / "p.json")])
    assert (missing.exit_code, missing.output.strip()) == (1, "Error: There is no event nowhere.")
    runner.invoke(args=["events", "import-b2b", str(instance), "--slug", "small"])
    bare = runner.invoke(args=["events", "export-schedule", "small", "-o", str(tmp_path / "s.json")])
    assert (bare.exit_code, "no timetable" in bare.output) == (1, True)
    assert list(tmp_path.glob("*.json")) == []


def test_an_impossible_run_is_kept_with_its_reason(app: Flask, session: Session, instance: Path) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["events", "import-b2b", str(instance), "--slug", "small"])
    for request in session.scalars(select(MeetingRequest)):
        request.must_place = True
    event = event_by_slug(session, "small")
    assert event is not None
    event.max_meetings = 1
    session.commit()
    done = runner.invoke(args=["events", "schedule", "small", "--time-limit", "5"])
    assert done.exit_code == 1
    session.expire_all()
    run = session.scalars(select(SchedulingRun)).one()
    assert (run.state.value, bool(run.error)) == ("failed", True)
    assert session.scalars(select(Timetable)).all() == []


def test_when_a_bound_still_holds() -> None:
    request = {
        "id": "r1",
        "sides": [["a"], ["b"]],
        "value": 5,
        "must": False,
        "slots": None,
        "pinned": None,
        "after": [],
    }
    other = {**request, "id": "r2"}
    frame = {"slots": [], "tables": [], "participants": []}
    solved = {**frame, "requests": [request, other]}
    pinned = {**request, "pinned": {"slot": "s1", "table": None}}
    assert still_bounds(solved, solved)
    assert still_bounds(solved, {**frame, "requests": [pinned, other]})
    assert still_bounds(solved, {**frame, "requests": [other]})
    assert not still_bounds({**frame, "requests": [pinned, other]}, solved)
    assert not still_bounds({**frame, "requests": [other]}, solved)
    assert not still_bounds({**frame, "requests": [{**request, "must": True}, other]}, {**frame, "requests": [other]})
    assert not still_bounds(solved, {**solved, "tables": [{"id": "t1"}]})
    assert not still_bounds(solved, {**frame, "requests": [{**request, "value": 6}, other]})
