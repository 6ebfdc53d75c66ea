"""Background work of matching: the scores of a whole event, and of profiles that changed."""

import time
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.core import jobs, live
from app.core.clock import Clock
from app.core.database import database
from app.core.models import Job
from app.events.models import Event
from app.matching import rescoring, services, trials

COMPUTE = "matching.compute"
RESCORE = "matching.rescore"
LEARN = "matching.learn"
SETTLE = timedelta(seconds=1)
"""Several edits in a row are scored once."""
REPORT_SECONDS = 0.5


def request_scores(session: Session, event_id: int, clock: Clock, *, delay: timedelta = timedelta(0)) -> Job:
    """Have the scores of an event computed in the background; a waiting job serves several requests."""
    return jobs.enqueue(session, COMPUTE, {"event_id": event_id}, clock, delay=delay, once=True)


def request_rescoring(session: Session, event_id: int, clock: Clock) -> Job:
    """Have the profiles that changed scored in the background."""
    return jobs.enqueue(session, RESCORE, {"event_id": event_id}, clock, delay=SETTLE, once=True)


@jobs.job(COMPUTE)
def compute_scores(context: jobs.JobContext) -> None:
    """Compute all scores of one event."""
    clock = current_app.extensions["clock"]
    with database().open(read_only=True) as reading:
        event = reading.get(Event, context.payload["event_id"])
        if event is None:
            return
        computed = services.compute(reading, event, progress=_Progress(context, event.id, clock).tell)
    with database().open() as session:
        services.store(session, event, computed, clock)
        live.announce(session, clock, f"organisers:{event.id}", "scores", {"state": "done"})
        for person in {row["participant_id"] for row in computed.rows if row["place"] == 1}:
            live.announce(session, clock, f"participant:{person}", "scores", {})
        session.commit()
    rescoring.forget()  # what it had learnt of the words is older than the scores now


@jobs.job(RESCORE)
def rescore_changed(context: jobs.JobContext) -> None:
    """Score the profiles that changed; the whole event when nothing was computed yet or too much changed."""
    clock = current_app.extensions["clock"]
    with database().open(read_only=True) as reading:
        event = reading.get(Event, context.payload["event_id"])
        people = rescoring.due(reading, event.id) if event else []
        if event is None or not people:
            return
        whole = rescoring.is_too_much(reading, event.id, people)
        rescored = None if whole else rescoring.rescore(reading, event, people)
    if rescored is None:
        compute_scores(context)
        return
    with database().open() as session:
        rescoring.store(session, event, rescored, clock)
        for person in people:
            live.announce(session, clock, f"participant:{person}", "scores", {})
        session.commit()


def request_learning(session: Session, event_id: int, clock: Clock) -> Job:
    """Have weights learnt from the requests of an event in the background."""
    return jobs.enqueue(session, LEARN, {"event_id": event_id}, clock, once=True)


@jobs.job(LEARN)
def learn_weights(context: jobs.JobContext) -> None:
    """Learn from an event's requests and lay the outcome before its organiser."""
    clock = current_app.extensions["clock"]
    with database().open() as session:
        event = session.get(Event, context.payload["event_id"])
        if event is not None:
            trials.collect(session, event, clock())
            session.commit()
            outcome = trials.learn(session, event)
            services.propose(session, event.id, outcome.proposal)
            live.announce(session, clock, f"organisers:{event.id}", "scores", {"state": "done"})
            session.commit()


class _Progress:
    """Reports to the job and to the organiser's page, not more often than twice a second."""

    def __init__(self, context: jobs.JobContext, event_id: int, clock: Clock) -> None:
        self._context, self._event_id, self._clock, self._last = context, event_id, clock, 0.0

    def tell(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last < REPORT_SECONDS and done < total:
            return
        self._last = now
        state: dict[str, Any] = {"state": "running", "step": step, "done": done, "total": total}
        self._context.report(state)
        with database().open() as session:
            live.announce(session, self._clock, f"organisers:{self._event_id}", "scores", state)
            session.commit()
