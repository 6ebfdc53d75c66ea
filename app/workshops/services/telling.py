"""Every change that the room sees goes through here: it gets the next revision, is kept, and is announced."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core import live
from app.core.clock import Clock
from app.workshops import showing
from app.workshops.models import Workshop, WorkshopChange, WorkshopEntry


def lock(session: Session, workshop: Workshop) -> None:
    """Hold the workshop's row until the commit, so that revisions follow each other without a gap."""
    session.refresh(workshop, with_for_update=True)


def tell(session: Session, clock: Clock, workshop: Workshop, **parts: Any) -> int:
    """Give a change of `parts` (entries, people, state) the next revision and announce it; returns the revision."""
    session.flush()
    following = (
        update(Workshop).where(Workshop.id == workshop.id).values(revision=Workshop.revision + 1)
        .execution_options(synchronize_session=False).returning(Workshop.revision)
    )  # fmt: skip
    revision = session.execute(following).scalar_one()
    session.refresh(workshop, ["revision"])
    payload = {**parts, "version": revision}
    session.add(WorkshopChange(workshop_id=workshop.id, revision=revision, payload=payload, at=clock()))
    live.announce(session, clock, room_of(workshop), "workshop", payload)
    session.flush()
    return revision


def tell_entry(session: Session, clock: Clock, workshop: Workshop, entry: WorkshopEntry) -> None:
    """Tell of one entry."""
    session.flush()
    tell(session, clock, workshop, entries=showing.entries(session, [entry]))


def room_of(workshop: Workshop) -> str:
    """The Socket.IO room of a workshop."""
    return f"workshop:{workshop.id}"
