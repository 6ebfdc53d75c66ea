"""What events do when something is to come of a match: a workshop becomes a session of the chosen event."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock
from app.core.errors import Forbidden
from app.events import programme
from app.events.models import Event, Phase, SessionKind, StaffRole
from app.events.policy import staff_role
from app.events.queries import event_number, place_of
from app.surveys.models import FollowUpKind, FollowUpState, MatchFollowUp


@facts.follow_up_places.connect
def offer_events(session: Session, actor: User, **_rest: Any) -> list[tuple[str, str, str]]:
    """The events an account organises that are not over, as (place, label, time zone)."""
    running = session.scalars(select(Event).where(Event.phase != Phase.CLOSED).order_by(Event.name, Event.id))
    return [place_of(event) for event in running if staff_role(session, event, actor) is StaffRole.ORGANISER]


@facts.follow_up_made.connect
def take_up_workshop(session: Session, follow_up: MatchFollowUp, actor: User, clock: Clock, **_rest: Any) -> None:
    """Make a session of a workshop that names an event; it is not public before the organiser says so.

    Raises Invalid when the time is past, Forbidden when the account does not organise the event.
    """
    number = event_number(follow_up.place)
    if follow_up.kind is not FollowUpKind.WORKSHOP or number is None:
        return
    event = session.get(Event, number)
    if event is None or staff_role(session, event, actor) is not StaffRole.ORGANISER:
        raise Forbidden(_("Only the organisers of this event may do this."))
    values = {
        "title": follow_up.title,
        "kind": SessionKind.WORKSHOP.value,
        "abstract": follow_up.text,
        "starts_at": follow_up.starts_at,
        "ends_at": follow_up.ends_at,
        "room_id": None,
        "capacity": None,
        "sign_up": True,
        "is_public": False,
        "link": None,
    }
    made = programme.save_session(session, event, None, actor, clock, values=values, speakers=[])
    follow_up.state = FollowUpState.TAKEN_UP
    follow_up.link = f"/events/{event.slug}/organise/sessions/{made.id}"
    facts.workshop_drawn.send(session, follow_up=follow_up, event_session=made, actor=actor, clock=clock)
