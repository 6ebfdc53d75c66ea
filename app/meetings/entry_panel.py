"""Where a reader of the marketplace can meet the owner of an entry: on the page of a need or an offer."""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.accounts.policy import need_user
from app.core.clock import Clock
from app.core.database import session
from app.core.errors import AppError
from app.events.models import Event
from app.events.queries import permissions_of
from app.marketplace.queries import Found, open_owner
from app.meetings import queries, rules
from app.registrations.models import Participant, RegistrationState


@dataclass(frozen=True)
class Place:
    """An event at which both take part and meetings can be asked for; `code` is the owner's there."""

    event: Event
    code: str


def panel(found: Found) -> dict[str, Any] | None:
    """The events at which the owner can be met; None when the entry is the reader's own, or does not show its owner to
    everybody who sees it: an anonymous one says nothing, whoever was granted its name."""
    if found.mine or not found.visible:
        return None
    owner_id = open_owner(session(), found.face.code)
    if owner_id is None:
        return None
    places = meeting_places(session(), need_user().id, owner_id, current_app.extensions["clock"])
    return {"places": places} if places else None


def meeting_places(db: Session, reader_id: int, owner_id: int, clock: Clock) -> list[Place]:
    """Where the reader may ask the owner for a meeting and neither avoids the other; by name."""
    me, other = aliased(Participant), aliased(Participant)
    approved = RegistrationState.APPROVED
    query = select(me, other, Event).join(other, other.event_id == me.event_id).join(Event, Event.id == me.event_id)
    query = query.where(me.user_id == reader_id, other.user_id == owner_id, me.state == approved)
    rows = db.execute(query.where(other.state == approved).order_by(Event.name)).all()
    return [Place(event, there.code) for here, there, event in rows if _can_ask(db, here, there, event, clock)]


def _can_ask(db: Session, here: Participant, there: Participant, event: Event, clock: Clock) -> bool:
    try:
        rules.check_booking_open(event, clock())
        rules.check_pair(here, there, permissions_of(db, event.id))
    except AppError:
        return False
    return there.id not in queries.vetoers_of(db, here.id) | queries.vetoed_by(db, here.id)
