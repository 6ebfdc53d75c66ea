"""What workshops do when a session becomes one, or is about to go."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock
from app.core.errors import Conflict
from app.events.models import Event, EventSession
from app.surveys.models import MatchFollowUp
from app.workshops import queries, services
from app.workshops.models import WorkshopEntry
from app.workshops.services import AgendaLine

WELCOME, LAST = 10, 15
"""Minutes of the first and the last item of an agenda that is proposed."""


@facts.sessions_changed.connect
def plan_new_workshops(
    session: Session, event: Event, actor: User | None, clock: Clock, participant_ids: Any = None, **_rest: Any
) -> None:
    """Every workshop in the programme can be prepared at once."""
    if participant_ids is None:
        for row in queries.sessions_without_workshop(session, event.id):
            services.begin(session, clock, actor, row)


@facts.workshop_drawn.connect
def take_up_finding(
    session: Session, follow_up: MatchFollowUp, event_session: EventSession, actor: User, clock: Clock, **_rest: Any
) -> None:
    """A workshop drawn from a finding knows it, its partnership and its purpose, and begins with an agenda."""
    event = session.get_one(Event, event_session.event_id)
    finding = follow_up.finding
    workshop = services.begin(session, clock, actor, event_session)
    partnership = finding.run.campaign.partnership
    services.save_purpose(session, clock, actor, workshop, finding.headline or finding.reason, partnership)
    services.link_finding(session, clock, actor, workshop, finding)
    minutes = int((event_session.ends_at - event_session.starts_at).total_seconds() // 60)
    if minutes > 2 * (WELCOME + LAST):
        lines = [
            AgendaLine(_("Welcome, and what the survey says"), WELCOME),
            AgendaLine(_("What each of us needs and can offer"), (minutes - WELCOME - LAST) // 2),
            AgendaLine(_("What we could do together"), minutes - WELCOME - LAST - (minutes - WELCOME - LAST) // 2),
            AgendaLine(_("Decisions and follow-ups"), LAST),
        ]
        services.save_agenda(session, clock, actor, workshop, lines)
    follow_up.link = f"/events/{event.slug}/workshops/{event_session.id}/prepare"


@facts.session_leaving.connect
def keep_what_was_collected(session: Session, event_session: EventSession, **_rest: Any) -> None:
    """Raise Conflict when a workshop that began would go with its session."""
    workshop = queries.workshop_of_session(session, event_session.id)
    if workshop is None:
        return
    collected = select(WorkshopEntry.id).where(WorkshopEntry.workshop_id == workshop.id).limit(1)
    if workshop.state not in {"planned", "cancelled"} or session.scalars(collected).first() is not None:
        raise Conflict(_("This workshop has begun; what it collected has to stay. Cancel or end it instead."))
