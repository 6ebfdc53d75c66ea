"""What meeting requests do when other features announce something."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import facts
from app.events.models import Event
from app.meetings.models import LIVE_REQUEST_STATES, MeetingRequest


@facts.pairs_to_score.connect
def requested_pairs(session: Session, *, event: Event, **_more: Any) -> list[tuple[int, int]]:
    """Requests show their score and reasons even where neither side is among the best of the other."""
    query = select(MeetingRequest.low_id, MeetingRequest.high_id).where(
        MeetingRequest.event_id == event.id, MeetingRequest.state.in_(LIVE_REQUEST_STATES)
    )
    return [(low, high) for low, high in session.execute(query)]
