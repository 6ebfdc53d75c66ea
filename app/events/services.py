"""Writes on events."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock, is_time_zone
from app.core.errors import Invalid
from app.events.models import Event, EventFormat, ParticipantType, Staff, StaffRole
from app.events.queries import event_by_slug

DEFAULT_TYPES = (("company", "Company"), ("research", "Research organisation"), ("intermediary", "Cluster or agency"))


def create_event(
    session: Session,
    clock: Clock,
    actor: User | None,
    *,
    slug: str,
    name: str,
    time_zone: str,
    format: EventFormat = EventFormat.ON_SITE,  # noqa: A002  the field's name everywhere
    place: str = "",
    summary: str = "",
) -> Event:
    """A new event as a draft, with usual participant types; its maker becomes its organiser.

    Raises Invalid when the short name is taken or the time zone unknown.
    """
    if event_by_slug(session, slug):
        raise Invalid(_("Another event has this short name already; choose a different one."), field="slug")
    if not is_time_zone(time_zone):
        message = _("Unknown time zone '%(zone)s'; use a name such as Europe/Brussels.", zone=time_zone)
        raise Invalid(message, field="time_zone")
    event = Event(slug=slug, name=name, time_zone=time_zone, format=format, place=place, summary=summary)
    event.created_at, event.created_by_id = clock(), actor.id if actor else None
    session.add(event)
    session.flush()
    for position, (key, label) in enumerate(DEFAULT_TYPES):
        session.add(ParticipantType(event_id=event.id, key=key, name=label, position=position))
    if actor:
        session.add(Staff(event_id=event.id, user_id=actor.id, role=StaffRole.ORGANISER, created_at=clock()))
    actor_id = actor.id if actor else None
    audit.record(
        session, clock, actor_id=actor_id, action="event.create", subject_kind="event", subject_id=event.id,
        event_id=event.id,
    )  # fmt: skip
    session.flush()
    return event
