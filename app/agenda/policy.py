"""Who may look at the programme and the venue screen."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.accounts.policy import signed_in_user
from app.core.errors import Forbidden, SignInNeeded
from app.core.guard import Policy
from app.events.policy import event_of
from app.registrations.policy import event_member, registration_of


def _check_programme(values: Mapping[str, Any]) -> None:
    event = event_of(values)
    if event.programme_public:
        if signed_in_user() is not None:
            registration_of(values)
        return
    if signed_in_user() is None:
        raise SignInNeeded(_("The programme of this event is for its participants. Please sign in first."))
    try:
        event_member.check(values)
    except Forbidden:
        raise Forbidden(_("The programme of this event is for its participants.")) from None


programme_visible = Policy("public programme", _check_programme)
"""Anybody when the event's programme is public, else its participants and staff; drafts are for their staff."""
