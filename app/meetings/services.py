"""Writes on meeting requests. Each tells the other side by a live event and, where it matters, by mail."""

import secrets
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, facts, live
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid, NotFound
from app.events.models import Event
from app.events.queries import permissions_of
from app.meetings import mails, queries, rules
from app.meetings.models import LIVE_REQUEST_STATES, MeetingRequest, Priority, RequestState, Veto
from app.registrations.models import Participant
from app.surveys.models import MatchFinding


@dataclass(frozen=True)
class Proposal:
    """Where a request comes from that somebody else makes in the requester's name: a finding, and who saw it."""

    finding: MatchFinding
    by: User


def ask(
    session: Session,
    event: Event,
    requester: Participant,
    recipient: Participant,
    clock: Clock,
    *,
    message: str = "",
    priority: Priority = Priority.NORMAL,
    any_colleague: bool = False,
    proposal: Proposal | None = None,
) -> MeetingRequest:
    """Ask for a meeting. When the other had asked already, that request is accepted and becomes mutual.

    A proposal is a request in the requester's name: under the same rules, told to both, and it never accepts what the
    other has asked.

    Raises Forbidden when booking is closed, Invalid when the pair or the quota forbids it, Conflict when the two have
    a live request already, NotFound when the recipient is out of reach.
    """
    rules.check_booking_open(event, clock())
    if len(message) > rules.MESSAGE_MAX:
        raise Invalid(_("Write at most %(n)d characters.", n=rules.MESSAGE_MAX), field="message")
    if requester.id in queries.vetoed_by(session, recipient.id):
        raise NotFound(_("There is no such participant."))
    if recipient.id in queries.vetoed_by(session, requester.id):
        raise Invalid(_("You chose not to meet %(name)s; take that back first.", name=recipient.user.name))
    present = queries.live_request_between(session, requester.id, recipient.id)
    if present is not None and proposal is not None:
        raise Conflict(_("There is a request between the two already."), code="asked_already")
    if present is not None:
        return _answer_by_asking(session, event, present, requester, priority, clock)
    rules.check_pair(requester, recipient, permissions_of(session, event.id))
    _lock(session, requester)
    rules.check_quota(queries.quota_of(session, event, requester))
    low, high = sorted((requester.id, recipient.id))
    request = MeetingRequest(
        event_id=event.id,
        code=secrets.token_hex(8),
        requester=requester,
        recipient=recipient,
        low_id=low,
        high_id=high,
        message=message.strip(),
        priority=priority,
        any_colleague=any_colleague,
        state=RequestState.OPEN,
        is_proposed=proposal is not None,
        finding=proposal.finding if proposal else None,
        proposed_by=proposal.by if proposal else None,
        created_at=clock(),
    )
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        raise Conflict(_("There is a request between the two of you already; reload the page.")) from None
    request.code = f"r{request.id:05d}"
    session.flush()
    _tell(session, request, clock, proposal.by if proposal else requester.user)
    if proposal is None:
        mails.send_request(session, clock, event, request)
    else:
        mails.send_proposed(session, clock, event, request)
    return request


def _answer_by_asking(
    session: Session, event: Event, present: MeetingRequest, asking: Participant, priority: Priority, clock: Clock
) -> MeetingRequest:
    if present.requester_id == asking.id:
        raise Conflict(_("You have asked %(name)s already.", name=present.recipient.user.name))
    if present.state is RequestState.ACCEPTED:
        raise Conflict(_("The two of you agreed to meet already."))
    present.mutual = True
    return accept(session, event, present, asking, clock, priority=priority)


def accept(
    session: Session,
    event: Event,
    request: MeetingRequest,
    actor: Participant,
    clock: Clock,
    *,
    priority: Priority = Priority.NORMAL,
) -> MeetingRequest:
    """Accept a request. It takes no slot; the timetable does, for the best of all."""
    rules.check_answerable(request, actor)
    request.state, request.answered_at, request.recipient_priority = RequestState.ACCEPTED, clock(), priority
    session.flush()
    _tell(session, request, clock, actor.user)
    mails.send_accepted(session, clock, event, request)
    return request


def decline(
    session: Session, event: Event, request: MeetingRequest, actor: Participant, clock: Clock, *, reason: str = ""
) -> MeetingRequest:
    """Decline an open request; the reason reaches the one who asked."""
    rules.check_answerable(request, actor)
    request.state, request.answered_at, request.answer_reason = RequestState.DECLINED, clock(), _short(reason)
    session.flush()
    _tell(session, request, clock, actor.user)
    mails.send_declined(session, clock, event, request)
    return request


def withdraw(
    session: Session, event: Event, request: MeetingRequest, actor: Participant, clock: Clock, *, reason: str = ""
) -> MeetingRequest:
    """Take a request back: the one who asked at any time, the other once it was accepted.

    A meeting that stands in the published timetable is cancelled by the timetables feature, which hears of this.
    """
    rules.check_live(request)
    is_requester = request.requester_id == actor.id
    if not is_requester and request.state is RequestState.OPEN:
        return decline(session, event, request, actor, clock, reason=reason)
    was_accepted = request.state is RequestState.ACCEPTED
    request.state, request.answered_at, request.answer_reason = RequestState.WITHDRAWN, clock(), _short(reason)
    session.flush()
    _tell(session, request, clock, actor.user)
    if was_accepted:
        mails.send_withdrawn(session, clock, event, request, actor)
    return request


def change_priority(
    session: Session, request: MeetingRequest, actor: Participant, priority: Priority, clock: Clock
) -> None:
    """Change how much a live request matters to the one who changes it."""
    rules.check_live(request)
    if request.requester_id == actor.id:
        request.priority = priority
    else:
        request.recipient_priority = priority
    session.flush()
    facts.request_changed.send(session, request=request, actor=actor.user, clock=clock)


def veto(session: Session, event: Event, participant: Participant, other: Participant, clock: Clock) -> None:
    """Never schedule these two. The other is not told; live requests between them end without a reason."""
    if participant.id == other.id:
        raise Invalid(_("You cannot avoid yourself."))
    if other.id not in queries.vetoed_by(session, participant.id):
        session.add(Veto(participant_id=participant.id, other_id=other.id, created_at=clock()))
    request = queries.live_request_between(session, participant.id, other.id)
    if request is not None:
        mine = request.requester_id == participant.id
        request.state = RequestState.WITHDRAWN if mine else RequestState.DECLINED
        request.answered_at = clock()
        _tell(session, request, clock, participant.user)
    session.flush()


def lift_veto(session: Session, participant: Participant, other: Participant) -> None:
    """Take a veto back."""
    session.query(Veto).filter_by(participant_id=participant.id, other_id=other.id).delete()


def set_must_place(
    session: Session, event: Event, request: MeetingRequest, actor: User, clock: Clock, *, must: bool
) -> None:
    """The organiser's word: no timetable without this meeting."""
    if request.state is not RequestState.ACCEPTED:
        raise Invalid(_("Only an accepted request can be made a must."))
    request.must_place = must
    audit.record(
        session, clock, actor_id=actor.id, action="request.must", subject_kind="meeting_request",
        subject_id=request.id, event_id=event.id, detail={"must": must},
    )  # fmt: skip


def set_length(
    session: Session, event: Event, request: MeetingRequest, actor: User, clock: Clock, *, length: int | None
) -> None:
    """The organiser's word: the meeting lasts so many slots; None: as usual."""
    if length is not None and not 1 <= length <= rules.LENGTH_MAX:
        raise Invalid(_("A meeting lasts from 1 to %(n)s slots.", n=rules.LENGTH_MAX), field="length")
    request.length = length
    session.flush()
    audit.record(
        session, clock, actor_id=actor.id, action="request.length", subject_kind="meeting_request",
        subject_id=request.id, event_id=event.id, detail={"length": length},
    )  # fmt: skip


def withdraw_all_of(session: Session, participant: Participant, clock: Clock) -> int:
    """End every live request of somebody who leaves the event; returns how many. Agreed ones are mailed about."""
    mine = (MeetingRequest.requester_id == participant.id) | (MeetingRequest.recipient_id == participant.id)
    query = select(MeetingRequest).where(mine, MeetingRequest.state.in_(LIVE_REQUEST_STATES))
    ended = session.scalars(query.options(*queries.PEOPLE)).all()
    for request in ended:
        agreed = request.state is RequestState.ACCEPTED
        request.state, request.answered_at = RequestState.WITHDRAWN, clock()
        session.flush()
        _tell(session, request, clock, participant.user)
        if agreed:
            mails.send_withdrawn(session, clock, participant.event, request, participant)
    return len(ended)


def _lock(session: Session, participant: Participant) -> None:
    """Two requests sent at once must not both take the last one of a quota."""
    session.get(Participant, participant.id, with_for_update={"of": Participant}, populate_existing=False)


def _short(reason: str) -> str:
    if len(reason) > rules.REASON_MAX:
        raise Invalid(_("Write at most %(n)d characters.", n=rules.REASON_MAX), field="reason")
    return reason.strip()


def _tell(session: Session, request: MeetingRequest, clock: Clock, actor: User) -> None:
    facts.request_changed.send(session, request=request, actor=actor, clock=clock)
    for participant_id in (request.requester_id, request.recipient_id):
        payload = {
            "code": request.code,
            "state": request.state.value,
            "open": queries.open_count(session, participant_id),
        }
        live.announce(session, clock, f"participant:{participant_id}", "request", payload)
    live.announce(session, clock, f"organisers:{request.event_id}", "request", {"state": request.state.value})
