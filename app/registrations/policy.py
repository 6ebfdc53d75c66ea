"""Who takes part: policies on the registration of the asking account."""

from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import Policy
from app.events.models import StaffRole
from app.events.policy import event_of, event_organiser, event_staff, staff_role
from app.registrations.models import Participant, RegistrationState
from app.registrations.queries import participant_by_code


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


def _check_own_or_organised(values: Mapping[str, Any]) -> None:
    """With a participant's code in the address it is the organiser's page on their behalf, else one's own."""
    if "code" not in values:
        _check_registered(values)
        return
    event_organiser.check(values)
    g.participant = participant_by_code(session(), event_of(values).id, str(values["code"]))
    if g.participant is None:
        raise NotFound(_("There is no participant with the code %(code)s.", code=values["code"]))


def _check_desk(values: Mapping[str, Any]) -> None:
    event_staff.check(values)
    g.participant = participant_by_code(session(), event_of(values).id, str(values["code"]))
    if g.participant is None:
        raise NotFound(_("There is no participant with the code %(code)s.", code=values["code"]))


own_or_organised = Policy("own registration, or organiser", _check_own_or_organised)
"""One's own registration; any participant of the event, named by `code` in the address, for its organisers."""
participant_at_desk = Policy("participant at the desk", _check_desk)
"""Staff of the event, for the participant named by `code` in the address."""
