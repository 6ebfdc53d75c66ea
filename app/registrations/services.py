"""Writes on registrations. Each takes session, clock and the acting account (None: a command), and never commits."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.events.models import Approval, Event, MeetingTable
from app.registrations import mails
from app.registrations.attending import check_in, leave_session, set_absences, set_wishes, sign_up, undo_check_in
from app.registrations.models import Participant, RegistrationState, SessionSignUp
from app.registrations.profiles import ABOUT_LENGTH, JOB_TITLE_LENGTH, ProfileData, columns_of, profile_of
from app.registrations.queries import participant_of
from app.registrations.rules import Door, ProfileCheck, door, may_become, trl_fault
from app.registrations.trail import record

__all__ = [
    "ABOUT_LENGTH",
    "JOB_TITLE_LENGTH",
    "ProfileCheck",
    "ProfileData",
    "approve",
    "cancel",
    "check_door",
    "check_in",
    "consequences_of_leaving",
    "leave_session",
    "profile_of",
    "register",
    "reject",
    "set_absences",
    "set_limits",
    "set_wishes",
    "sign_up",
    "trl_fault",
    "undo_check_in",
    "update_profile",
]

REASON_LENGTH = 500


def check_door(event: Event, now: datetime) -> None:
    """Raise Forbidden with the reason when nobody can register now."""
    state = door(event.phase, event.registration_closes_at, now)
    if state is Door.NOT_YET:
        raise Forbidden(_("Registration for this event is not open yet."), code="registration_not_open")
    if state is Door.DEADLINE_PASSED:
        raise Forbidden(
            _("The deadline for registration has passed. Ask the organisers if they can still add you."),
            code="registration_closed",
        )
    if state is Door.EVENT_OVER:
        raise Forbidden(_("This event is over; nobody can register any more."), code="registration_closed")


def register(
    session: Session,
    clock: Clock,
    actor: User | None,
    event: Event,
    user: User,
    profile: ProfileData,
    *,
    state: RegistrationState | None = None,
) -> Participant:
    """Register an account for an event. A registration that was cancelled comes back with its code.

    Somebody who registers themselves needs an open door, and is approved as the event says; others (organisers,
    imports, commands) pass the door and may choose the `state`, by default approved. Raises Forbidden, Conflict when
    the account is registered already, Invalid with the field.
    """
    own = actor is not None and actor.id == user.id and state is None
    if own:
        check_door(event, clock())
    session.execute(select(Event.id).where(Event.id == event.id).with_for_update())
    values = columns_of(event, profile)
    participant = participant_of(session, event.id, user.id)
    if participant is not None and participant.state is not RegistrationState.CANCELLED:
        raise Conflict(_("%(name)s is registered for this event already.", name=user.name), code="registered_already")
    automatic = event.approval is Approval.AUTOMATIC or not own
    wanted = state or (RegistrationState.APPROVED if automatic else RegistrationState.PENDING)
    if participant is None:
        participant = Participant(
            event_id=event.id,
            user_id=user.id,
            code=_next_code(session, event.id),
            feed_token=secrets.token_urlsafe(32),
            created_at=clock(),
        )
        participant.event, participant.user = event, user
        session.add(participant)
    for name, value in values.items():
        setattr(participant, name, value)
    participant.state, participant.state_changed_at, participant.state_reason = wanted, clock(), ""
    participant.consented_at = clock() if own else participant.consented_at
    session.flush()
    record(session, clock, actor, participant, "registration.register", {"state": wanted.value})
    if own:
        mails.send_registered(session, clock, participant)
    _tell(session, clock, actor, participant)
    return participant


def update_profile(
    session: Session, clock: Clock, actor: User | None, participant: Participant, profile: ProfileData
) -> None:
    """Change a profile. Raises Invalid with the field, Conflict when the registration ended."""
    if participant.state is RegistrationState.CANCELLED:
        raise Conflict(_("This registration is cancelled; register again first."))
    values = columns_of(participant.event, profile)
    changed = sorted(name for name, value in values.items() if getattr(participant, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(participant, name, values[name])
    session.flush()
    record(session, clock, actor, participant, "registration.update", {"fields": changed})
    _tell(session, clock, actor, participant)


def approve(
    session: Session, clock: Clock, actor: User | None, participants: Sequence[Participant], *, mail: bool = True
) -> int:
    """Admit those who are not admitted yet and mail them; returns how many that were."""
    waiting = [p for p in participants if p.state is not RegistrationState.APPROVED]
    for participant in waiting:
        _become(session, clock, actor, participant, RegistrationState.APPROVED, "")
        if mail:
            mails.send_approved(session, clock, participant)
    return len(waiting)


def reject(session: Session, clock: Clock, actor: User | None, participant: Participant, reason: str) -> None:
    """Turn a registration down. The reason is mailed and must be given."""
    if not reason.strip():
        raise Invalid(_("Say why; the person gets this sentence by mail."), field="reason")
    _become(session, clock, actor, participant, RegistrationState.REJECTED, reason)
    mails.send_rejected(session, clock, participant)


def cancel(session: Session, clock: Clock, actor: User | None, participant: Participant, reason: str = "") -> None:
    """End a registration, by the person or by an organiser. Places in sessions become free; the profile is kept.

    Later features undo requests and meetings when they hear of it; `consequences_of_leaving` tells beforehand.
    """
    _become(session, clock, actor, participant, RegistrationState.CANCELLED, reason)
    mails.send_cancelled(session, clock, participant, by_organiser=actor is None or actor.id != participant.user_id)


def consequences_of_leaving(session: Session, participant: Participant) -> list[str]:
    """Sentences that say what will happen to whom when this registration ends; asks every feature."""
    places = session.scalar(select(func.count()).where(SessionSignUp.participant_id == participant.id)) or 0
    own = [_("%(n)d places in sessions become free.", n=places)] if places else []
    answers = facts.participant_leaves.send(session, participant=participant)
    return own + [sentence for _receiver, sentences in answers for sentence in sentences or []]


def set_limits(
    session: Session,
    clock: Clock,
    actor: User | None,
    participant: Participant,
    *,
    max_meetings: int | None,
    min_meetings: int | None,
    own_table: MeetingTable | None,
) -> None:
    """Set one person's limits on meetings and the table they stay at; None: as for everybody.

    Raises Invalid for a negative number or a minimum above the maximum, Conflict when somebody of another
    organisation has the table.
    """
    for field, value in (("max_meetings", max_meetings), ("min_meetings", min_meetings)):
        if value is not None and not 0 <= value <= 200:
            raise Invalid(_("Use a number from 0 to 200, or leave it empty."), field=field)
    if max_meetings is not None and min_meetings is not None and min_meetings > max_meetings:
        raise Invalid(_("The minimum is above the maximum."), field="min_meetings")
    if own_table is not None:
        _check_own_table(session, participant, own_table)
    participant.max_meetings, participant.min_meetings = max_meetings, min_meetings
    participant.own_table_id, participant.own_table = own_table.id if own_table else None, own_table
    session.flush()
    detail = {"max": max_meetings, "min": min_meetings, "own_table": own_table.label if own_table else None}
    record(session, clock, actor, participant, "registration.limits", detail)
    _tell(session, clock, actor, participant)


def _check_own_table(session: Session, participant: Participant, table: MeetingTable) -> None:
    if table.event_id != participant.event_id:
        raise Invalid(_("This table belongs to another event."), field="own_table")
    holder = session.scalars(
        select(Participant).where(
            Participant.own_table_id == table.id,
            Participant.id != participant.id,
            Participant.organisation_id != participant.organisation_id,
            Participant.state == RegistrationState.APPROVED,
        )
    ).first()
    if holder is not None:
        raise Conflict(_("Table %(table)s is kept for %(name)s already.", table=table.label, name=holder.user.name))


def _become(
    session: Session, clock: Clock, actor: User | None, participant: Participant, state: RegistrationState, reason: str
) -> None:
    reason = reason.strip()
    if len(reason) > REASON_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the reason.", n=REASON_LENGTH), field="reason")
    session.refresh(participant, with_for_update=True)
    if not may_become(participant.state, state):
        raise Conflict(
            _("The registration of %(name)s has changed meanwhile; look at it again.", name=participant.user.name)
        )
    before, participant.state = participant.state, state
    participant.state_changed_at, participant.state_reason = clock(), reason
    left_sessions = False
    if state is not RegistrationState.APPROVED:
        participant.checked_in_at = None
        gone = delete(SessionSignUp).where(SessionSignUp.participant_id == participant.id).returning(SessionSignUp.id)
        left_sessions = bool(session.scalars(gone).all())
    session.flush()
    detail = {"before": before.value, "after": state.value, "reason": reason}
    record(session, clock, actor, participant, "registration.state", detail)
    _tell(session, clock, actor, participant)
    if left_sessions:
        facts.sessions_changed.send(
            session, event=participant.event, participant_ids=[participant.id], actor=actor, clock=clock
        )


def _next_code(session: Session, event_id: int) -> str:
    """'p0001', 'p0002', …: one above the highest so far. The caller holds the event's row."""
    codes = session.scalars(
        select(Participant.code)
        .where(Participant.event_id == event_id, Participant.code.startswith("p"))
        .order_by(func.length(Participant.code).desc(), Participant.code.desc())
    )
    numbers = (int(match[1]) for code in codes if (match := re.fullmatch(r"p(\d+)", code)))
    return f"p{next(numbers, 0) + 1:04d}"


def _tell(session: Session, clock: Clock, actor: User | None, participant: Participant) -> None:
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)
