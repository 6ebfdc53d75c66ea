"""What registrations do when an event changes its time and space."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock
from app.events.models import Event, EventSession
from app.registrations import mails
from app.registrations.models import Participant, SessionSignUp
from app.registrations.queries import with_people


@facts.session_leaving.connect
def session_leaves(
    session: Session, event: Event, event_session: EventSession, actor: User | None, clock: Clock, **_rest: Any
) -> None:
    """Tell those who signed up that the session will not take place, and give them their time back."""
    signed_up = select(SessionSignUp.participant_id).where(SessionSignUp.session_id == event_session.id)
    people = session.scalars(with_people(select(Participant).where(Participant.id.in_(signed_up)))).all()
    if not people:
        return
    for person in people:
        mails.send_session_gone(session, clock, person, event_session.title)
    session.execute(delete(SessionSignUp).where(SessionSignUp.session_id == event_session.id))
    facts.sessions_changed.send(
        session, event=event, participant_ids=[person.id for person in people], actor=actor, clock=clock
    )
