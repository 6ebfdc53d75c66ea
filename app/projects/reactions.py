"""Where meeting requests that come from a match can go: the events that serve the partnership."""

from typing import Any

from sqlalchemy.orm import Session

from app.core import facts
from app.events.models import Phase
from app.events.queries import place_of
from app.partnerships.models import Partnership
from app.projects import queries
from app.surveys.models import FollowUpKind


@facts.follow_up_places.connect
def offer_own_events(
    session: Session, *, partnership: Partnership, kind: FollowUpKind, **_more: Any
) -> list[tuple[str, str, str]]:
    """Events of the partnership that are open; whoever organises or runs them linked them to it."""
    if kind is not FollowUpKind.REQUEST:
        return []
    running = (event for event in queries.events_of(session, partnership.id))
    return [place_of(event) for event in running if event.phase not in (Phase.DRAFT, Phase.CLOSED)]
