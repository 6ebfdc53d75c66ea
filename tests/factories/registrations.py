"""Participants, their accounts and organisations."""

from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.events.models import Event, EventSession, ParticipantType, Room
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState

_numbers = count(1)


def make_user(session: Session, clock: Clock, name: str = "") -> User:
    """An account with an address of its own."""
    number = next(_numbers)
    user = User(email=f"person{number}@example.org", name=name or f"Person {number}", created_at=clock())
    session.add(user)
    session.flush()
    return user


def make_organisation(session: Session, clock: Clock, name: str = "", country: str = "AT") -> Organisation:
    """A company."""
    organisation = Organisation(
        name=name or f"Company {next(_numbers)}", kind="company", country=country, created_at=clock()
    )
    session.add(organisation)
    session.flush()
    return organisation


def make_participant(
    session: Session,
    clock: Clock,
    event: Event,
    name: str = "",
    *,
    state: RegistrationState = RegistrationState.APPROVED,
    organisation: Organisation | None = None,
) -> Participant:
    """A participant of the event's first type."""
    user = make_user(session, clock, name)
    kind = session.query(ParticipantType).filter_by(event_id=event.id).order_by(ParticipantType.position).first()
    assert kind is not None
    participant = Participant(
        event_id=event.id,
        user_id=user.id,
        organisation_id=(organisation or make_organisation(session, clock)).id,
        type_id=kind.id,
        code=f"p{next(_numbers):04d}",
        state=state,
        languages=["en"],
        feed_token=f"feed-of-{user.email}",
        created_at=clock(),
    )
    session.add(participant)
    session.flush()
    return participant


def make_session(
    session: Session,
    event: Event,
    title: str,
    starts_at: datetime,
    *,
    minutes: int = 45,
    capacity: int | None = None,
    room: Room | None = None,
) -> EventSession:
    """A session of the programme with sign-up."""
    made = EventSession(
        event_id=event.id,
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        capacity=capacity,
        room_id=room.id if room else None,
    )
    session.add(made)
    session.flush()
    return made
