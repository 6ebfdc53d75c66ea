"""Workshops for tests: a session of the cast's event, prepared as a workshop."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.events.models import Event, EventSession, SessionKind
from app.partnerships.models import Partnership
from app.registrations.models import Participant, SessionSignUp
from app.workshops import services
from app.workshops.models import EntryKind, Workshop
from app.workshops.services import EntryData

LEADS = frozenset({"organiser"})


def make_session(session: Session, event: Event, clock: Clock, title: str = "Sorting together") -> EventSession:
    """A workshop in the programme, in a fortnight."""
    row = EventSession(event_id=event.id, kind=SessionKind.WORKSHOP, title=title)
    row.starts_at, row.ends_at = clock() + timedelta(days=14), clock() + timedelta(days=14, minutes=90)
    session.add(row)
    session.flush()
    return row


def make_workshop(
    session: Session, clock: Clock, event: Event, organiser: User, *signed_up: Participant,
    partnership: Partnership | None = None, state: str = "open",
) -> Workshop:  # fmt: skip
    """A workshop that these participants signed up for, put into a state by hand."""
    row = make_session(session, event, clock)
    session.add_all(SessionSignUp(session_id=row.id, participant_id=p.id, created_at=clock()) for p in signed_up)
    made = services.begin(session, clock, organiser, row, partnership=partnership, purpose="Find who sorts for whom.")
    made.state = state
    session.flush()
    return made


def collect(
    session: Session,
    clock: Clock,
    actor: User,
    workshop: Workshop,
    kind: str,
    text: str,
    *,
    leads: bool = False,
    **more,
):
    """Add an entry."""
    more.setdefault("token", f"token-{text[:20]}".replace(" ", "-").ljust(8, "x"))
    return services.add_entry(session, clock, actor, workshop, EntryData(EntryKind(kind), text, **more), leads=leads)
