"""Who may do what at an event.

The event of an address is found once per request by its `slug` and kept, together with the asking account's role.
"""

from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.policy import need_user, signed_in_user
from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import Policy
from app.events.models import Event, Phase, Staff, StaffRole


def staff_role(db: Session, event: Event, user: User | None) -> StaffRole | None:
    """The role of an account in an event; administrators count as organisers."""
    if user is None:
        return None
    if user.is_administrator:
        return StaffRole.ORGANISER
    return db.scalars(select(Staff.role).where(Staff.event_id == event.id, Staff.user_id == user.id)).first()


def event_of(values: Mapping[str, Any]) -> Event:
    """The event that `values['slug']` names; raises NotFound. A draft is there for its staff only."""
    slug = str(values.get("slug", ""))
    if has_request_context() and g.get("event") is not None and g.event.slug == slug:
        found: Event = g.event
        return found
    event = session().scalars(select(Event).where(Event.slug == slug)).first()
    if event is None or (event.phase is Phase.DRAFT and staff_role(session(), event, signed_in_user()) is None):
        raise NotFound(_("There is no event at this address."))
    if has_request_context():
        g.event = event
        g.staff_role = staff_role(session(), event, signed_in_user())
    return event


def current_event() -> Event:
    """The event of this request, after its policy has found it."""
    event: Event = g.event
    return event


def _check_visible(values: Mapping[str, Any]) -> None:
    event_of(values)


def _check_organiser(values: Mapping[str, Any]) -> None:
    need_user()
    if staff_role(session(), event_of(values), signed_in_user()) is not StaffRole.ORGANISER:
        raise Forbidden(_("Only the organisers of this event may do this."))


def _check_staff(values: Mapping[str, Any]) -> None:
    need_user()
    if staff_role(session(), event_of(values), signed_in_user()) is None:
        raise Forbidden(_("Only the staff of this event may do this."))


event_visible = Policy("event visible", _check_visible)
"""Anybody, as long as the event is not a draft."""
event_staff = Policy("event staff", _check_staff)
"""Organisers and desk staff of the event; administrators."""
event_organiser = Policy("event organiser", _check_organiser)
"""Organisers of the event; administrators."""
