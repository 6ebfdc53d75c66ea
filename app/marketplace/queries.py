"""Reads of needs and offers."""

from collections.abc import Sequence

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.marketplace.models import Entry, EntryKind
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState
from app.registrations.queries import with_people


def entries_of(session: Session, participant_id: int) -> Sequence[Entry]:
    """One participant's needs, then offers, oldest first."""
    found = select(Entry).where(Entry.participant_id == participant_id)
    return session.scalars(found.order_by(Entry.kind, Entry.id)).all()


def entry_of(session: Session, participant_id: int, entry_id: int) -> Entry | None:
    """An entry, if it is this participant's."""
    return session.scalars(select(Entry).where(Entry.id == entry_id, Entry.participant_id == participant_id)).first()


def entries_of_event(session: Session, event_id: int, *, everybody: bool = False) -> Sequence[Entry]:
    """All entries of approved participants (or of everybody) with the participant's people, by code."""
    found = select(Entry).join(Entry.participant).where(Participant.event_id == event_id)
    if not everybody:
        found = found.where(Participant.state == RegistrationState.APPROVED)
    loaded = joinedload(Entry.participant)
    found = found.options(loaded.joinedload(Participant.user), loaded.joinedload(Participant.organisation))
    return session.scalars(found.order_by(Participant.code, Entry.kind, Entry.id)).all()


def entries_page(
    session: Session, event_id: int, *, text: str, kind: EntryKind | None, page: int, length: int
) -> tuple[Sequence[Entry], int]:
    """One page of an event's entries whose title, text or author holds every word, and how many there are in all."""
    found = select(Entry).join(Entry.participant).join(Participant.user).join(Participant.organisation)
    found = found.where(Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED)
    if kind is not None:
        found = found.where(Entry.kind == kind)
    for word in text.split():
        columns = (Entry.title, Entry.text, User.name, Organisation.name)
        found = found.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    total = session.scalar(found.with_only_columns(func.count(Entry.id))) or 0
    loaded = joinedload(Entry.participant)
    rows = found.options(loaded.joinedload(Participant.user), loaded.joinedload(Participant.organisation))
    rows = rows.order_by(func.lower(User.name), Entry.kind, Entry.id).limit(length).offset((page - 1) * length)
    return session.scalars(rows).all(), total


def counts_of(session: Session, participant_id: int) -> dict[EntryKind, int]:
    """How many needs and offers one participant has."""
    rows = session.execute(
        select(Entry.kind, func.count()).where(Entry.participant_id == participant_id).group_by(Entry.kind)
    )
    return dict.fromkeys(EntryKind, 0) | dict(rows.all())


def counts_by_kind(session: Session, event_id: int) -> dict[EntryKind, int]:
    """How many needs and offers the approved participants of an event have."""
    rows = session.execute(
        select(Entry.kind, func.count())
        .join(Entry.participant)
        .where(Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED)
        .group_by(Entry.kind)
    )
    return dict.fromkeys(EntryKind, 0) | dict(rows.all())


def participants_without_entries(session: Session, event_id: int) -> Sequence[Participant]:
    """Approved participants with neither a need nor an offer, by name: nobody can find them."""
    has_one = exists().where(Entry.participant_id == Participant.id)
    found = select(Participant).join(Participant.user)
    found = found.where(Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED, ~has_one)
    return session.scalars(with_people(found).order_by(func.lower(User.name), Participant.id)).all()
