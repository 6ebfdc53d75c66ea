"""Runs: start, work, stop, and a worker that dies."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import system_clock
from app.core.errors import Conflict, Invalid
from app.core.models import Job, JobState, LiveEvent
from app.core.worker import Worker
from app.registrations.models import Absence
from app.timetables import engine
from app.timetables.models import RunState, SchedulingRun
from app.timetables.options import RunOptions
from app.timetables.queries import counts_of, draft_timetable, running
from app.timetables.services import draft_from_run, runs, start_run, stop_run
from tests.cast import Cast, FixedClock
from tests.factories.timetables import QUICK, make_crowd, make_participant, make_request


def started(session: Session, cast: Cast, clock: FixedClock) -> SchedulingRun:
    clock.now = system_clock() - timedelta(seconds=1)  # the worker lives by the real time
    make_crowd(session, clock, cast, 2)
    run = start_run(session, cast.event, QUICK, cast.olga, clock)
    session.commit()
    return run


def fresh(session: Session, run: SchedulingRun) -> SchedulingRun:
    session.expire_all()
    return session.get_one(SchedulingRun, run.id)


def test_the_worker_does_a_run_and_makes_it_the_draft(
    app: Flask, session: Session, cast: Cast, clock: FixedClock
) -> None:
    run = started(session, cast, clock)
    assert Worker(app, "one").run_one()
    done = fresh(session, run)
    assert (done.state, done.placed, done.requests, done.gap) == (RunState.FINISHED, 6, 6, 0.0)
    assert done.engine_version == engine.VERSION
    assert done.points[-1][1:3] == [done.value, done.bound]
    verdict = engine.judge(json.loads(done.problem or ""), json.loads(done.schedule or ""))
    assert verdict.findings == []
    draft = draft_timetable(session, cast.event.id)
    assert draft is not None
    assert (draft.run_id, counts_of(session, draft.id)) == (run.id, (6, 0))
    told = session.scalars(select(LiveEvent).where(LiveEvent.name == "run:progress")).all()
    assert {event.room for event in told} == {f"organisers:{cast.event.id}"}
    assert told[-1].payload["state"] == "finished"
    assert session.get_one(Job, done.job_id).state is JobState.DONE


def test_the_same_problem_options_and_seed_give_the_same_schedule(
    session: Session, cast: Cast, clock: FixedClock
) -> None:
    make_crowd(session, clock, cast, 2)
    first, second = (runs.new_run(session, cast.event, QUICK, cast.olga, clock) for _ in range(2))
    assert first.problem == second.problem
    assert runs.work(first).schedule == runs.work(second).schedule


def test_one_run_at_a_time(session: Session, cast: Cast, clock: FixedClock) -> None:
    run = started(session, cast, clock)
    with pytest.raises(Conflict, match=f"Run {run.id} of this event is still under way"):
        start_run(session, cast.event, QUICK, cast.olga, clock)


def test_a_run_that_waits_is_stopped_at_once(app: Flask, session: Session, cast: Cast, clock: FixedClock) -> None:
    run = started(session, cast, clock)
    stop_run(session, run, cast.olga, clock)
    session.commit()
    assert run.state is RunState.STOPPED
    assert not Worker(app, "one").run_one()
    with pytest.raises(Conflict, match="over already"):
        stop_run(session, run, cast.olga, clock)
    assert start_run(session, cast.event, QUICK, cast.olga, clock).id != run.id


def test_a_run_that_works_is_stopped_and_keeps_its_best(
    app: Flask, session: Session, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(session, cast, clock)
    solve = engine.solve

    def stopped_on_the_way(problem: engine.Row, **options: Any) -> engine.Outcome:
        context = options["should_stop"]
        assert context() is False
        with app.extensions["database"].open() as other:
            stop_run(other, other.get_one(SchedulingRun, run.id), None, clock)
            other.commit()
        while not context():
            pass
        return solve(problem, **options)

    monkeypatch.setattr(engine, "solve", stopped_on_the_way)
    assert Worker(app, "one").run_one()
    done = fresh(session, run)
    assert done.state is RunState.STOPPED
    assert done.schedule is not None
    assert session.get_one(Job, done.job_id).state is JobState.CANCELLED


def test_a_killed_workers_run_starts_afresh_and_the_dead_one_has_no_say(
    app: Flask, session: Session, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(session, cast, clock)
    solve = engine.solve
    takers: list[bool] = []

    def die_once(problem: engine.Row, **options: Any) -> engine.Outcome:
        """The first worker hangs here while its lease runs out and a second one does the whole run."""
        if not takers:
            takers.append(True)
            options["progress"](engine.Point(0.1, 1, 99, 0, 1))
            with app.extensions["database"].open() as other:
                job = other.get_one(Job, run.job_id)
                job.lease_until = system_clock() - timedelta(seconds=60)
                other.commit()
            takers.append(Worker(app, "second").run_one())
        return solve(problem, **options)

    monkeypatch.setattr(engine, "solve", die_once)
    Worker(app, "first").run_one()
    done = fresh(session, run)
    job = session.get_one(Job, done.job_id)
    assert (takers, done.state, done.placed) == ([True, True], RunState.FINISHED, 6)
    assert (job.attempts, job.worker, job.state) == (2, "second", JobState.DONE)
    assert [point for point in done.points if point[2] == 99] == []  # what the first one saw is gone
    assert len(session.scalars(select(LiveEvent).where(LiveEvent.name == "run:progress")).all()) > 0


def test_a_run_whose_job_died_for_good_does_not_block_the_next(session: Session, cast: Cast, clock: FixedClock) -> None:
    run = started(session, cast, clock)
    session.get_one(Job, run.job_id).state = JobState.FAILED
    session.flush()
    assert running(session, cast.event.id) is None
    start_run(session, cast.event, QUICK, cast.olga, clock)
    assert (run.state, bool(run.error)) == (RunState.FAILED, True)


def test_an_impossible_problem_says_why(app: Flask, session: Session, cast: Cast, clock: FixedClock) -> None:
    clock.now = system_clock() - timedelta(seconds=1)
    make_request(session, clock, cast.pia_participant, cast.piotr_participant, must_place=True)
    session.add_all(Absence(participant_id=cast.pia_participant.id, slot_id=slot.id) for slot in cast.slots)
    run = start_run(session, cast.event, QUICK, cast.olga, clock)
    session.commit()
    Worker(app, "one").run_one()
    done = fresh(session, run)
    assert done.state is RunState.FAILED
    assert "r-pia-piotr" in (done.error or "")
    assert draft_timetable(session, cast.event.id) is None


def test_an_empty_event_says_what_is_missing(session: Session, cast: Cast, clock: FixedClock) -> None:
    with pytest.raises(Invalid, match="no accepted requests"):
        start_run(session, cast.event, QUICK, cast.olga, clock)
    make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    for table in cast.tables:
        table.is_open = False
    with pytest.raises(Invalid, match="no open tables"):
        start_run(session, cast.event, QUICK, cast.olga, clock)
    for slot in cast.slots:
        slot.is_open = False
    with pytest.raises(Invalid, match="no open slots"):
        start_run(session, cast.event, QUICK, cast.olga, clock)


@pytest.mark.parametrize("options", [{"time_limit": 0}, {"time_limit": 4000}, {"workers": 0}, {"seed": -1}])
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        RunOptions(**options).checked()
    assert refused.value.field == next(iter(options))


def test_an_older_run_can_become_the_draft_again(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_crowd(session, clock, cast, 1)
    first = runs.solve_now(session, cast.event, QUICK, clock=clock)
    late = make_participant(session, clock, cast, "Late")
    make_request(session, clock, late, cast.pia_participant)
    runs.solve_now(session, cast.event, QUICK, clock=clock)
    draft = draft_from_run(session, first, cast.olga, clock)
    assert draft_timetable(session, cast.event.id) is draft
    assert counts_of(session, draft.id) == (3, 1)  # the late request was not in that run
