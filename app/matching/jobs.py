"""Background work of matching: scores of an event, computed afresh shortly after something changed."""

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.core import facts, jobs, live
from app.core.clock import Clock
from app.core.database import database
from app.events.models import Event
from app.matching import services
from app.registrations.models import Participant

KIND = "matching.compute"
SETTLE = timedelta(seconds=3)
"""Several edits in a row are scored once."""


def request_scores(session: Session, event_id: int, clock: Clock, *, delay: timedelta = SETTLE) -> None:
    """Have the scores of an event computed in the background; a waiting job serves several requests."""
    jobs.enqueue(session, KIND, {"event_id": event_id}, clock, delay=delay, once=True)


@jobs.job(KIND)
def compute_scores(context: jobs.JobContext) -> None:
    """Compute all scores of one event."""
    clock = current_app.extensions["clock"]
    with database().open(read_only=True) as reading:
        event = reading.get(Event, context.payload["event_id"])
        if event is None:
            return
        rows = services.compute(reading, event)
    with database().open() as session:
        services.store(session, event, rows, clock)
        live.announce(session, clock, f"organisers:{event.id}", "scores", {"rows": len(rows)})
        session.commit()


@facts.participant_changed.connect
def on_participant_changed(session: Session, *, participant: Participant, clock: Clock, **_more: Any) -> None:
    """A new or edited profile is scored within seconds."""
    request_scores(session, participant.event_id, clock)
