"""What matching does when other features announce something."""

from typing import Any

from sqlalchemy.orm import Session

from app.core import facts
from app.core.clock import Clock
from app.matching import jobs, labelling, regional, services
from app.matching.quotes import take_back_quotes
from app.registrations.models import Participant

__all__ = ["regional"]  # compares organisations for matching runs between regions; connected by being imported


@facts.participant_changed.connect
def on_participant_changed(session: Session, *, participant: Participant, clock: Clock, **_more: Any) -> None:
    """A new or edited profile is scored within seconds; what is no longer shown is not quoted from now on."""
    take_back_quotes(session, participant)
    services.note_change(session, participant.id)
    jobs.request_rescoring(session, participant.event_id, clock)


@facts.request_changed.connect
def on_request_changed(session: Session, *, request: Any, **_more: Any) -> None:
    """Each request somebody made by themselves, and its answer, becomes a label."""
    if not request.is_proposed:
        labelling.note_request(session, request)
