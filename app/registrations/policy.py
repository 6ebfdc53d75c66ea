"""Who takes part: policies on the registration of the asking account."""

from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import Forbidden
from app.core.guard import Policy
from app.events.models import StaffRole
from app.events.policy import event_of, staff_role
from app.registrations.models import Participant, RegistrationState


def registration_of(values: Mapping[str, Any]) -> Participant | None:
    """The asking account's registration for the event of the address, in whatever state, or None."""
    event = event_of(values)
    found = session().scalars(
        select(Participant).where(Participant.event_id == event.id, Participant.user_id == need_user().id)
    )
    participant = found.first()
    if has_request_context():
        g.participant = participant
    return participant


def current_participant() -> Participant:
    """The participant of this request, after a participant policy has let it in."""
    participant: Participant = g.participant
    return participant


def _check_registered(values: Mapping[str, Any]) -> None:
    if registration_of(values) is None:
        raise Forbidden(_("Register for this event first."))


def _check_participant(values: Mapping[str, Any]) -> None:
    participant = registration_of(values)
    if participant is None:
        raise Forbidden(_("Only participants of this event may see this."))
    if participant.state is not RegistrationState.APPROVED:
        raise Forbidden(_("Your registration is not approved yet. You get a mail as soon as it is."))


def _check_member(values: Mapping[str, Any]) -> None:
    if staff_role(session(), event_of(values), need_user()) in set(StaffRole):
        registration_of(values)
        return
    _check_participant(values)


registered = Policy("registered", _check_registered)
"""Accounts with a registration for the event, approved or not: their own data only."""
participant = Policy("participant", _check_participant)
"""Approved participants of the event."""
event_member = Policy("event member", _check_member)
"""Approved participants, and the staff of the event."""
