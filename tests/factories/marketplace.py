"""Needs and offers."""

from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.marketplace import services
from app.marketplace.indexing import index_entries
from app.marketplace.models import Entry, EntryKind, Interest
from app.marketplace.services import EntryData
from app.organisations.models import Organisation
from app.registrations.models import Participant


def make_entry(
    session: Session,
    clock: Clock,
    participant: Participant,
    kind: EntryKind = EntryKind.NEED,
    title: str = "A thing",
    **more: Any,
) -> Entry:
    """A need or an offer of a registration, in the index."""
    entry = Entry(
        participant_id=participant.id,
        kind=kind,
        title=title,
        text="",
        keywords=["barrier", "paper"],
        published_at=clock(),
        shown_openly_at=None if more.get("anonymous") else clock(),
        created_at=clock(),
        updated_at=clock(),
        **more,
    )
    session.add(entry)
    session.flush()
    index_entries(session, [entry.id])
    return entry


def make_own_entry(
    session: Session,
    clock: Clock,
    owner: User,
    title: str = "A thing",
    kind: EntryKind = EntryKind.OFFER,
    *,
    organisation: Organisation | None = None,
    **more: Any,
) -> Entry:
    """A need or an offer outside events."""
    return services.add_own_entry(session, clock, owner, organisation, EntryData(kind, title, **more))


def make_interest(session: Session, clock: Clock, sender: User, entry: Entry) -> Interest:
    """Somebody asks about an entry."""
    return services.express(session, clock, sender, entry, "We run a mill and would like to hear more.")
