"""What meeting requests do when other features announce something."""

from collections.abc import Collection
from typing import Any

from flask_babel import ngettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock
from app.events.models import Event
from app.events.queries import event_number
from app.meetings import proposals, services
from app.meetings.models import LIVE_REQUEST_STATES, MeetingRequest
from app.registrations.models import Participant, RegistrationState
from app.surveys.models import FollowUpKind, FollowUpState, MatchFollowUp

GONE = (RegistrationState.CANCELLED, RegistrationState.REJECTED)


@facts.pairs_to_score.connect
def requested_pairs(
    session: Session, *, event: Event, only: Collection[int] | None = None, **_more: Any
) -> list[tuple[int, int]]:
    """Requests show their score and reasons even where neither side is among the best of the other."""
    query = select(MeetingRequest.low_id, MeetingRequest.high_id).where(
        MeetingRequest.event_id == event.id, MeetingRequest.state.in_(LIVE_REQUEST_STATES)
    )
    if only is not None:
        query = query.where(or_(MeetingRequest.low_id.in_(only), MeetingRequest.high_id.in_(only)))
    return [(low, high) for low, high in session.execute(query)]


@facts.requests_made.connect
def requests_of(session: Session, *, event: Event, **_more: Any) -> list[MeetingRequest]:
    """Every request of the event, in the order in which they were made."""
    query = select(MeetingRequest).where(MeetingRequest.event_id == event.id)
    return list(session.scalars(query.order_by(MeetingRequest.created_at, MeetingRequest.id)))


@facts.participant_changed.connect
def requests_end(session: Session, *, participant: Participant, clock: Clock, **_more: Any) -> None:
    """Nobody waits for an answer of somebody who does not take part any more."""
    if participant.state in GONE:
        services.withdraw_all_of(session, participant, clock)


@facts.participant_leaves.connect
def requests_that_would_end(session: Session, *, participant: Participant, **_more: Any) -> list[str]:
    """One sentence on the live requests, if there are any."""
    mine = (MeetingRequest.requester_id == participant.id) | (MeetingRequest.recipient_id == participant.id)
    query = select(func.count()).select_from(MeetingRequest)
    live = session.scalar(query.where(mine, MeetingRequest.state.in_(LIVE_REQUEST_STATES))) or 0
    if not live:
        return []
    words = ngettext(
        "%(num)s meeting request ends; the other side is told.",
        "%(num)s meeting requests end; the other sides are told.",
        live,
    )
    return [str(words)]


@facts.follow_up_made.connect
def propose_meetings(session: Session, *, follow_up: MatchFollowUp, actor: User, clock: Clock, **_more: Any) -> None:
    """Ask for the meetings a match suggests at the event it names, and invite who is not registered there."""
    number = event_number(follow_up.place)
    event = session.get(Event, number) if number is not None else None
    if follow_up.kind is not FollowUpKind.REQUEST or event is None:
        return
    proposals.propose(session, clock, actor, event, follow_up.finding)
    run = follow_up.finding.run
    follow_up.state = FollowUpState.TAKEN_UP
    follow_up.link = (
        f"/partnerships/{run.campaign.partnership.slug}/surveys/{run.campaign.code}/runs/{run.number}"
        f"/follow-ups/{follow_up.id}/meetings"
    )
