"""The job queue: rows of `job`, taken under a lease.

A worker owns a job while it renews the lease. If it dies, the lease runs out and another worker takes the job again, up
to `max_attempts`. Every write of a worker is guarded by its name and attempt number, so that one that lost its lease
can no longer touch the job: there are never two live runs of one job.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.models import Job, JobState

LEASE = timedelta(seconds=10)
HEARTBEAT_SECONDS = 2.0
LIVE_STATES = (JobState.QUEUED, JobState.RUNNING)


@dataclass
class JobContext:
    """What a job's function gets: its payload, a way to report progress, and whether it should stop."""

    job_id: int
    attempt: int
    payload: dict[str, Any]
    report: Callable[[dict[str, Any]], None]
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def should_stop(self) -> bool:
        """True once the job was cancelled or its lease was lost."""
        return self.stop.is_set()


JobFunction = Callable[[JobContext], None]
_functions: dict[str, JobFunction] = {}


def job(kind: str) -> Callable[[JobFunction], JobFunction]:
    """Register a function as the work of jobs of `kind`. The function opens its own units of work."""

    def register(function: JobFunction) -> JobFunction:
        if kind in _functions and _functions[kind] is not function:
            raise ValueError(f"two functions for jobs of kind {kind!r}")
        _functions[kind] = function
        return function

    return register


_warm_ups: list[Callable[[], object]] = []


def before_work(function: Callable[[], object]) -> Callable[[], object]:
    """Register what a worker does once at its start, beside its first jobs: imports that would keep people waiting."""
    if function not in _warm_ups:
        _warm_ups.append(function)
    return function


def warm_ups() -> list[Callable[[], object]]:
    """What `before_work` was told."""
    return list(_warm_ups)


def function_of(kind: str) -> JobFunction | None:
    """The registered function of a kind, or None."""
    return _functions.get(kind)


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    clock: Clock,
    *,
    priority: int = 0,
    delay: timedelta = timedelta(0),
    once: bool = False,
) -> Job:
    """Add a job in the current transaction. With `once`, a queued job of the same kind and payload serves instead."""
    if once:
        queued = session.scalars(select(Job).where(Job.kind == kind, Job.state == JobState.QUEUED))
        wanted = json.dumps(payload, sort_keys=True)
        for found in queued:
            if json.dumps(found.payload, sort_keys=True) == wanted:
                return found
    now = clock()
    row = Job(kind=kind, payload=payload, priority=priority, run_after=now + delay, progress={}, created_at=now)
    session.add(row)
    session.flush()
    return row


def take(session: Session, worker: str, now: datetime) -> Job | None:
    """Take the next job that is due, or one whose lease ran out; commit at once to make the lease known."""
    expired = (Job.state == JobState.RUNNING) & (Job.lease_until < now)
    due = (Job.state == JobState.QUEUED) & (Job.run_after <= now)
    row = session.scalars(
        select(Job)
        .where(or_(due, expired))
        .order_by(Job.priority.desc(), Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    if row.state is JobState.RUNNING and (row.cancel_requested or row.attempts >= row.max_attempts):
        row.state = JobState.CANCELLED if row.cancel_requested else JobState.FAILED
        row.error = None if row.cancel_requested else "The worker died and the job was out of attempts."
        row.finished_at = now
        return row
    row.state, row.worker, row.lease_until = JobState.RUNNING, worker, now + LEASE
    row.attempts += 1
    return row


def renew(session: Session, job_id: int, worker: str, attempt: int, now: datetime) -> bool | None:
    """Prolong the lease. Returns whether a cancel was asked for, or None when the lease is no longer ours."""
    row = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.worker == worker, Job.attempts == attempt, Job.state == JobState.RUNNING)
        .values(lease_until=now + LEASE)
        .returning(Job.cancel_requested)
    ).first()
    return None if row is None else bool(row[0])


def report(session: Session, job_id: int, worker: str, attempt: int, progress: dict[str, Any]) -> bool:
    """Write progress; False when the lease is no longer ours."""
    done = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.worker == worker, Job.attempts == attempt, Job.state == JobState.RUNNING)
        .values(progress=progress)
        .returning(Job.id)
    )
    return done.first() is not None


def finish(
    session: Session,
    job_id: int,
    worker: str,
    attempt: int,
    state: JobState,
    now: datetime,
    error: str | None = None,
) -> bool:
    """End a job; False when the lease is no longer ours."""
    done = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.worker == worker, Job.attempts == attempt, Job.state == JobState.RUNNING)
        .values(state=state, finished_at=now, lease_until=None, error=error)
        .returning(Job.id)
    )
    return done.first() is not None


def cancel(session: Session, job_id: int, now: datetime) -> None:
    """Ask a job to stop. A queued one is cancelled at once; a running one is told at its next heartbeat."""
    row = session.get(Job, job_id, with_for_update=True)
    if row is None or row.state not in LIVE_STATES:
        return
    row.cancel_requested = True
    if row.state is JobState.QUEUED:
        row.state, row.finished_at = JobState.CANCELLED, now
