"""The job queue and the worker: leases, a killed worker, cancelling, progress."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import jobs
from app.core.clock import system_clock
from app.core.models import Job, JobState
from app.core.worker import Worker
from config import ROOT

WAIT_AT_MOST = 60.0
KIND = "tests.count"

# A worker process with two kinds of its own: one that ends at once, one that runs until it is told to stop.
PROGRAM = """
import time
from app import create_app
from app.core import jobs
from app.core.clock import system_clock
from app.core.worker import Worker

@jobs.job("tests.wait")
def wait(context):
    context.report({"attempt": context.attempt})
    for _ in range(6000):
        if context.should_stop or context.attempt > 1:
            return
        time.sleep(0.01)

Worker(create_app()).run_forever()
"""


@pytest.fixture
def handled() -> Iterator[list[int]]:
    """Which jobs of kind `tests.count` ran in this process."""
    seen: list[int] = []

    @jobs.job(KIND)
    def note(context: jobs.JobContext) -> None:
        seen.append(context.job_id)
        context.report({"seen": len(seen)})
        if context.payload.get("fails"):
            raise RuntimeError("as asked")

    yield seen
    jobs._functions.pop(KIND)


def test_a_worker_runs_jobs_by_priority_then_age(app, session, handled) -> None:
    first = jobs.enqueue(session, KIND, {}, system_clock)
    urgent = jobs.enqueue(session, KIND, {}, system_clock, priority=5)
    session.commit()
    worker = Worker(app, "w1")

    while worker.run_one():
        pass

    assert handled == [urgent.id, first.id]
    session.expire_all()
    assert [(row.state, row.attempts, row.progress) for row in session.scalars(select(Job).order_by(Job.id))] == [
        (JobState.DONE, 1, {"seen": 2}),
        (JobState.DONE, 1, {"seen": 1}),
    ]


def test_a_job_that_fails_says_why_and_does_not_run_again(app, session, handled) -> None:
    job = jobs.enqueue(session, KIND, {"fails": True}, system_clock)
    session.commit()
    worker = Worker(app, "w1")

    assert worker.run_one()
    assert not worker.run_one()

    session.expire_all()
    assert job.state is JobState.FAILED
    assert "RuntimeError: as asked" in job.error


def test_a_later_job_waits_for_its_time(app, session, handled) -> None:
    jobs.enqueue(session, KIND, {}, system_clock, delay=timedelta(hours=1))
    session.commit()

    assert not Worker(app, "w1").run_one()


def test_once_means_one_waiting_job_per_payload(session, clock, app) -> None:
    one = jobs.enqueue(session, KIND, {"event": 1}, clock, once=True)

    assert jobs.enqueue(session, KIND, {"event": 1}, clock, once=True) is one
    assert jobs.enqueue(session, KIND, {"event": 2}, clock, once=True) is not one


def test_a_lease_keeps_others_away_until_it_runs_out(session, clock, app) -> None:
    job = jobs.enqueue(session, KIND, {}, clock)

    assert jobs.take(session, "w1", clock()) is job
    assert jobs.take(session, "w2", clock()) is None
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    assert jobs.take(session, "w2", clock()) is job

    assert (job.worker, job.attempts) == ("w2", 2)
    assert jobs.renew(session, job.id, "w1", 1, clock()) is None
    assert not jobs.report(session, job.id, "w1", 1, {"late": True})
    assert not jobs.finish(session, job.id, "w1", 1, JobState.DONE, clock())
    assert jobs.finish(session, job.id, "w2", 2, JobState.DONE, clock())


def test_a_job_whose_workers_keep_dying_is_given_up(session, clock, app) -> None:
    job = jobs.enqueue(session, KIND, {}, clock)
    for _ in range(job.max_attempts):
        jobs.take(session, "w", clock())
        clock.advance(jobs.LEASE + timedelta(seconds=1))

    jobs.take(session, "w", clock())

    assert job.state is JobState.FAILED
    assert "out of attempts" in job.error


def test_a_waiting_job_is_cancelled_at_once(session, clock, app) -> None:
    job = jobs.enqueue(session, KIND, {}, clock)

    jobs.cancel(session, job.id, clock())

    assert job.state is JobState.CANCELLED
    assert jobs.take(session, "w1", clock()) is None


@contextmanager
def worker_process(database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on that database; killed at the end whatever happens."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MEETWRIGHT_")},
        "MEETWRIGHT_SECRET_KEY": "a secret for the worker of the tests only",
        "MEETWRIGHT_DATABASE_URL": database_url,
    }
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(app: Flask, number: int, condition) -> Job:
    """The job once it is as wanted; fails after a minute. Looks on a reading session, which keeps no lock."""
    deadline = time.monotonic() + WAIT_AT_MOST
    while True:
        with app.extensions["database"].open(read_only=True) as session:
            job = session.get(Job, number)
        if condition(job):
            return job
        if time.monotonic() > deadline:
            pytest.fail(f"the job stayed {job.state}, attempt {job.attempts}, progress {job.progress}")
        time.sleep(0.05)


def test_the_job_of_a_killed_worker_runs_again_once(app, settings, session) -> None:
    number = jobs.enqueue(session, "tests.wait", {}, system_clock).id
    session.commit()
    with worker_process(settings.database_url) as first:
        wait_for(app, number, lambda row: row.progress == {"attempt": 1})
        first.send_signal(signal.SIGKILL)
        first.wait()

    with worker_process(settings.database_url):
        job = wait_for(app, number, lambda row: row.state is JobState.DONE)

    assert (job.attempts, job.progress) == (2, {"attempt": 2})


def test_a_running_job_stops_when_it_is_cancelled(app, settings, session) -> None:
    number = jobs.enqueue(session, "tests.wait", {}, system_clock).id
    session.commit()
    with worker_process(settings.database_url):
        wait_for(app, number, lambda row: row.progress == {"attempt": 1})
        jobs.cancel(session, number, system_clock())
        session.commit()
        job = wait_for(app, number, lambda row: row.state is JobState.CANCELLED)

    assert job.attempts == 1
