"""Reads of meeting requests, quotas and vetoes."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.matching.value import value_of_request
from app.meetings.models import LIVE_REQUEST_STATES, MeetingRequest, Priority, RequestState, Veto
from app.meetings.rules import Quota, request_limit
from app.registrations.models import Participant
from app.surveys.queries import finding_words

PEOPLE = (
    joinedload(MeetingRequest.requester).options(joinedload(Participant.user), joinedload(Participant.organisation)),
    joinedload(MeetingRequest.recipient).options(joinedload(Participant.user), joinedload(Participant.organisation)),
)


def quota_of(session: Session, event: Event, participant: Participant) -> Quota:
    """The request quota of a participant: what they sent that is still live counts."""
    used = session.scalar(
        select(func.count())
        .select_from(MeetingRequest)
        .where(MeetingRequest.requester_id == participant.id, MeetingRequest.state.in_(LIVE_REQUEST_STATES))
    )
    return Quota(limit=request_limit(event, participant.type), used=used or 0)


def live_request_between(session: Session, one_id: int, other_id: int) -> MeetingRequest | None:
    """The open or accepted request of a pair, whoever asked."""
    low, high = sorted((one_id, other_id))
    return session.scalars(
        select(MeetingRequest).where(
            MeetingRequest.low_id == low,
            MeetingRequest.high_id == high,
            MeetingRequest.state.in_(LIVE_REQUEST_STATES),
        )
    ).first()


def latest_request_between(session: Session, one_id: int, other_id: int) -> MeetingRequest | None:
    """The newest request of a pair in any state."""
    low, high = sorted((one_id, other_id))
    query = select(MeetingRequest).where(MeetingRequest.low_id == low, MeetingRequest.high_id == high)
    return session.scalars(query.order_by(MeetingRequest.id.desc()).limit(1).options(*PEOPLE)).first()


def request_by_code(session: Session, event_id: int, code: str) -> MeetingRequest | None:
    """A request of an event with both people loaded."""
    query = select(MeetingRequest).where(MeetingRequest.event_id == event_id, MeetingRequest.code == code)
    return session.scalars(query.options(*PEOPLE)).first()


def received_by(session: Session, participant_id: int) -> Sequence[MeetingRequest]:
    """What others asked of a participant: open ones first, then the newest."""
    query = select(MeetingRequest).where(
        MeetingRequest.recipient_id == participant_id, MeetingRequest.state != RequestState.WITHDRAWN
    )
    rows = session.scalars(query.options(*PEOPLE).order_by(MeetingRequest.id.desc())).all()
    return sorted(rows, key=lambda r: r.state is not RequestState.OPEN)


def sent_by(session: Session, participant_id: int) -> Sequence[MeetingRequest]:
    """What a participant asked, newest first, withdrawn ones last."""
    query = select(MeetingRequest).where(MeetingRequest.requester_id == participant_id)
    rows = session.scalars(query.options(*PEOPLE).order_by(MeetingRequest.id.desc())).all()
    return sorted(rows, key=lambda r: r.state is RequestState.WITHDRAWN)


def open_count(session: Session, participant_id: int) -> int:
    """How many requests wait for this participant's answer."""
    query = select(func.count()).select_from(MeetingRequest)
    query = query.where(MeetingRequest.recipient_id == participant_id, MeetingRequest.state == RequestState.OPEN)
    return session.scalar(query) or 0


def vetoed_by(session: Session, participant_id: int) -> set[int]:
    """Whom a participant does not want to meet."""
    return set(session.scalars(select(Veto.other_id).where(Veto.participant_id == participant_id)))


def vetoers_of(session: Session, participant_id: int) -> set[int]:
    """Who does not want to meet a participant; for filters only, never shown to them."""
    return set(session.scalars(select(Veto.participant_id).where(Veto.other_id == participant_id)))


def vetoed_pairs(session: Session, event_id: int) -> set[tuple[int, int]]:
    """All vetoes of an event as (lower id, higher id)."""
    query = select(Veto.participant_id, Veto.other_id).join(Participant, Participant.id == Veto.participant_id)
    pairs = session.execute(query.where(Participant.event_id == event_id))
    return {(min(pair), max(pair)) for pair in pairs}


@dataclass(frozen=True)
class RequestCounts:
    """How an event's requests stand."""

    open: int
    accepted: int
    declined: int
    withdrawn: int

    @property
    def total(self) -> int:
        return self.open + self.accepted + self.declined + self.withdrawn


def request_counts(session: Session, event_id: int) -> RequestCounts:
    """The requests of an event by state."""
    query = select(MeetingRequest.state, func.count()).where(MeetingRequest.event_id == event_id)
    found = dict(session.execute(query.group_by(MeetingRequest.state)).all())
    return RequestCounts(**{state.value: found.get(state, 0) for state in RequestState})


def pair_condition(participant_id: int) -> ColumnElement[bool]:
    """A live request that joins `participant_id` with the Participant of the enclosing query."""
    return and_(
        MeetingRequest.state.in_(LIVE_REQUEST_STATES),
        or_(
            and_(MeetingRequest.requester_id == participant_id, MeetingRequest.recipient_id == Participant.id),
            and_(MeetingRequest.recipient_id == participant_id, MeetingRequest.requester_id == Participant.id),
        ),
    )


STRONGEST_FIRST = (Priority.MUST, Priority.HIGH, Priority.NORMAL)


def value_of(request: MeetingRequest, score: float | None) -> int:
    """What a meeting is worth, by the rule of matching; of the two people's priorities the stronger one counts.

    `score` is the reciprocal complementarity in [0, 1]; None counts as 0.
    """
    wishes = {request.priority, request.recipient_priority}
    strongest = next(priority for priority in STRONGEST_FIRST if priority in wishes)
    return value_of_request(strongest.value, score, mutual=request.mutual)


def origin_words(request: MeetingRequest) -> str:
    """Where a proposed request comes from, for both of its people; '' for one that somebody made by themselves."""
    if not request.is_proposed:
        return ""
    if request.finding is None:
        return str(_("Proposed from a match between regions."))
    partnership = request.finding.run.campaign.partnership.name
    words = finding_words(request.finding)
    return str(_("Proposed by %(partnership)s from a match: %(words)s", partnership=partnership, words=words))
