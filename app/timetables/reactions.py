"""What timetables do when a request is taken back or somebody leaves."""

from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.facts import participant_changed, request_changed
from app.meetings.models import MeetingRequest
from app.registrations.models import Participant
from app.timetables.services import upkeep


@request_changed.connect
def request_taken_back(
    session: Session, *, request: MeetingRequest, actor: User | None, clock: Clock, **_more: Any
) -> None:
    """A request that is not accepted any more loses its meeting, in the draft and in the published timetable."""
    upkeep.drop_request(session, request, actor, clock)


@participant_changed.connect
def participant_left(
    session: Session, *, participant: Participant, actor: User | None, clock: Clock, **_more: Any
) -> None:
    """Somebody who does not take part any more is in no meeting either."""
    upkeep.drop_participant(session, participant, actor, clock)
