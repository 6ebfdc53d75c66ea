"""Needs and offers."""

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.marketplace.models import Entry, EntryKind
from app.registrations.models import Participant


def make_entry(
    session: Session, clock: Clock, participant: Participant, kind: EntryKind = EntryKind.NEED, title: str = "A thing"
) -> Entry:
    """A need or an offer."""
    entry = Entry(
        participant_id=participant.id,
        kind=kind,
        title=title,
        text="",
        keywords=["barrier", "paper"],
        created_at=clock(),
        updated_at=clock(),
    )
    session.add(entry)
    session.flush()
    return entry
