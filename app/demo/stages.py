"""The stages of the demo event, each on top of the one before."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.demo import queries, services
from app.events.models import Event, Phase

STAGES = ("registration", "booking")
Say = Callable[[str], None]


def bring_to_stage(session: Session, clock: Clock, stage: str, *, size: int, say: Say = lambda _line: None) -> Event:
    """Bring the demo event to ``stage`` and commit after each step; what is done already is left alone.

    An event that was loaded before keeps its days.
    """
    reached = STAGES.index(stage)
    event = services.demo_event(session)
    if event is None:
        say(f"Loading the demo event with {size} participants ...")
        event = services.load_registrations(session, clock, size=size)
        session.commit()
    if reached >= STAGES.index("booking"):
        services.load_requests(session, clock, event)
        services.advance_phase(session, event, Phase.BOOKING)
        session.commit()
    return event


def report(session: Session, event: Event) -> list[str]:
    """Return the lines that sum the event up."""
    found = queries.figures(session, event)
    return [
        f"{event.name} ({event.slug}), phase {event.phase.value}",
        f"  participants  {found.participants} from {found.organisations} organisations, {found.countries} countries",
        f"  needs, offers {found.entries}",
        f"  requests      {found.requests}, accepted {found.accepted}",
    ]
