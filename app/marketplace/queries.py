"""Reads of needs and offers. Where somebody else reads an entry, it is through its face (`masking`)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.events.models import Event, Staff
from app.marketplace.masking import Face, Owner, employer_of, face
from app.marketplace.models import (
    Disclosure,
    Entry,
    EntryKind,
    EntryState,
    Interest,
    InterestState,
    Reach,
)
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState
from app.registrations.queries import with_people

__all__ = [
    "Face",
    "Owner",
    "employer_of",
    "entries_of",
    "entries_of_event",
    "face",
    "named_entries_of",
    "openly_shown",
    "viewer_of",
]
LIVE = (InterestState.OPEN, InterestState.GRANTED)


# One's own, and the organiser's


def entries_of(session: Session, participant_id: int) -> Sequence[Entry]:
    """One participant's needs, then offers, oldest first, hidden and anonymous ones too: for the person themselves and
    those who act for them. What others may read is `named_entries_of`."""
    found = select(Entry).where(Entry.participant_id == participant_id)
    return session.scalars(found.order_by(Entry.kind, Entry.id)).all()


def entry_of(session: Session, participant_id: int, entry_id: int) -> Entry | None:
    """An entry, if it is this participant's."""
    return session.scalars(select(Entry).where(Entry.id == entry_id, Entry.participant_id == participant_id)).first()


def entries_of_owner(session: Session, user_id: int) -> Sequence[Entry]:
    """Everything an account has written, the newest first."""
    found = with_face(select(Entry).where(Entry.owner_id == user_id))
    found = found.options(joinedload(Entry.participant).joinedload(Participant.event))
    return session.scalars(found.order_by(Entry.kind, Entry.created_at.desc(), Entry.id.desc())).all()


def own_entry(session: Session, user_id: int, code: str) -> Entry | None:
    """An entry by its code, if this account wrote it."""
    return session.scalars(with_face(select(Entry).where(Entry.code == code, Entry.owner_id == user_id))).first()


def with_face(query: Select[Entry]) -> Select[Entry]:
    """The same query with what a face is made of, in one statement."""
    return query.options(
        joinedload(Entry.owner),
        joinedload(Entry.organisation),
        joinedload(Entry.participant).joinedload(Participant.organisation),
    )


def organisations_of(session: Session, user_id: int) -> Sequence[Organisation]:
    """The organisations an account has registered from, that of the latest registration first."""
    found = (
        select(Organisation)
        .join(Participant, Participant.organisation_id == Organisation.id)
        .where(Participant.user_id == user_id, Participant.state != RegistrationState.REJECTED)
        .group_by(Organisation.id)
        .order_by(func.max(Participant.created_at).desc(), Organisation.id)
    )
    return session.scalars(found).all()


def latest_registration(session: Session, user_id: int) -> Participant | None:
    """The registration an account made last."""
    found = with_people(select(Participant).where(Participant.user_id == user_id))
    return session.scalars(found.order_by(Participant.created_at.desc(), Participant.id.desc())).first()


# What others may see


def openly_shown() -> ColumnElement[bool]:
    """Condition on `Entry`: it is shown, and with its owner's name. Whatever leads from an entry to a person, or from a
    person to an entry, asks for this: a list of partners that is searched, a reason, a score."""
    return and_(Entry.state == EntryState.PUBLISHED, Entry.anonymous.is_(False))


def named_entries_of(session: Session, participant: Participant, viewer_id: int) -> list[Face]:
    """The needs and offers on the page of a participant whom the viewer knows by name: those shown openly, and
    anonymous ones whose owner was revealed to this viewer. Needs first, oldest first."""
    released = _released_to(viewer_id)
    shown = or_(openly_shown(), and_(Entry.state == EntryState.PUBLISHED, Entry.anonymous, released))
    found = with_face(select(Entry).where(Entry.participant_id == participant.id, shown))
    return [face(entry, revealed=True) for entry in session.scalars(found.order_by(Entry.kind.desc(), Entry.id))]


def _released_to(viewer_id: int) -> ColumnElement[bool]:
    return exists().where(
        Interest.entry_id == Entry.id, Interest.sender_id == viewer_id, Interest.state == InterestState.GRANTED
    )


@dataclass(frozen=True)
class Viewer:
    """Who looks: the account, and the events it takes part in or helps to run."""

    user_id: int
    event_ids: frozenset[int]
    everywhere: bool = False
    """An administrator, who counts as staff of every event. Anonymous entries stay anonymous to them too."""


def viewer_of(session: Session, user: User) -> Viewer:
    """What an account may look at."""
    approved = select(Participant.event_id).where(
        Participant.user_id == user.id, Participant.state == RegistrationState.APPROVED
    )
    staffed = select(Staff.event_id).where(Staff.user_id == user.id)
    return Viewer(user.id, frozenset(session.scalars(approved.union(staffed))), user.is_administrator)


def events_of(session: Session, viewer: Viewer) -> Sequence[Event]:
    """The events whose entries a viewer sees, by name."""
    found = select(Event).order_by(Event.name, Event.id)
    return session.scalars(found if viewer.everywhere else found.where(Event.id.in_(viewer.event_ids))).all()


def visible_to(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """Condition on `Entry`: it is shown to this viewer in lists, as its face says."""
    at_event: list[ColumnElement[bool]] = [
        Participant.id == Entry.participant_id,
        Participant.state == RegistrationState.APPROVED,
    ]
    if not viewer.everywhere:
        at_event.append(Participant.event_id.in_(viewer.event_ids))
    in_market = and_(Entry.reach == Reach.MEMBERS, or_(Entry.expires_at.is_(None), Entry.expires_at > now))
    return and_(
        Entry.state == EntryState.PUBLISHED,
        Entry.owner_id.not_in(select(User.id).where(User.disabled_at.is_not(None))),
        or_(in_market, exists().where(*at_event)),
    )


@dataclass(frozen=True)
class Found:
    """An entry for one viewer: its face, whether it is theirs, and their latest interest in it."""

    face: Face
    mine: bool
    interest: Interest | None
    visible: bool = True


def found_entry(session: Session, viewer: Viewer, code: str, now: datetime) -> Found | None:
    """The entry of an address, as this viewer may see it: shown to them, their own, or one they wait for or got."""
    entry = session.scalars(with_face(select(Entry).where(Entry.code == code))).first()
    if entry is None:
        return None
    mine = entry.owner_id == viewer.user_id
    interest = latest_interest(session, entry.id, viewer.user_id)
    visible = session.scalar(select(exists().where(Entry.id == entry.id, visible_to(viewer, now)))) or False
    if not (mine or visible or (interest is not None and interest.state in LIVE)):
        return None
    granted = interest is not None and interest.state is InterestState.GRANTED
    return Found(face(entry, revealed=granted, contact=granted), mine, interest, visible)


def open_owner(session: Session, code: str) -> int | None:
    """The account of an entry that shows whose it is to everybody; None for an anonymous one, whoever asks."""
    return session.scalar(select(Entry.owner_id).where(Entry.code == code, ~Entry.anonymous))


def faces_of(session: Session, viewer: Viewer, ids: Sequence[int]) -> list[Found]:
    """These entries in this order, each as the viewer may see it; two queries."""
    entries = {entry.id: entry for entry in session.scalars(with_face(select(Entry).where(Entry.id.in_(ids))))}
    interests = latest_interests(session, viewer.user_id, ids)
    return [
        Found(
            face(entries[i], revealed=_is_granted(interests.get(i))),
            entries[i].owner_id == viewer.user_id,
            interests.get(i),
        )
        for i in ids
        if i in entries
    ]


def _is_granted(interest: Interest | None) -> bool:
    return interest is not None and interest.state is InterestState.GRANTED


# Interest


def latest_interest(session: Session, entry_id: int, sender_id: int) -> Interest | None:
    """What an account last asked about an entry."""
    return latest_interests(session, sender_id, [entry_id]).get(entry_id)


def latest_interests(session: Session, sender_id: int, entry_ids: Collection[int]) -> dict[int, Interest]:
    """By entry, what an account last asked."""
    found = select(Interest).where(Interest.sender_id == sender_id, Interest.entry_id.in_(entry_ids))
    return {interest.entry_id: interest for interest in session.scalars(found.order_by(Interest.id))}


def interest_by_code(session: Session, code: str) -> Interest | None:
    """An interest with entry and sender."""
    return session.scalars(_with_entry(select(Interest).where(Interest.code == code))).first()


def _with_entry(query: Select[Interest]) -> Select[Interest]:
    entry = joinedload(Interest.entry)
    return query.options(
        joinedload(Interest.sender),
        joinedload(Interest.organisation),
        entry.joinedload(Entry.owner),
        entry.joinedload(Entry.organisation),
        entry.joinedload(Entry.participant).joinedload(Participant.organisation),
    )


@dataclass(frozen=True)
class SentInterest:
    """An interest as its sender sees it."""

    interest: Interest
    face: Face


def sent_by(session: Session, user_id: int) -> list[SentInterest]:
    """What an account asked, the newest first; the owner's name and address only where it was granted."""
    found = session.scalars(_with_entry(select(Interest).where(Interest.sender_id == user_id)))
    rows = sorted(found, key=lambda interest: interest.id, reverse=True)
    return [SentInterest(row, face(row.entry, revealed=_is_granted(row), contact=_is_granted(row))) for row in rows]


def received_by(session: Session, user_id: int) -> Sequence[Interest]:
    """What others asked about an account's entries: the open ones first, then the newest."""
    found = _with_entry(select(Interest).join(Interest.entry).where(Entry.owner_id == user_id))
    is_open = (Interest.state == InterestState.OPEN).desc()
    return session.scalars(found.order_by(is_open, Interest.id.desc())).all()


def waiting_for_answer(session: Session, user_id: int) -> int:
    """How many people wait for this account's answer."""
    found = select(func.count(Interest.id)).join(Interest.entry)
    return session.scalar(found.where(Entry.owner_id == user_id, Interest.state == InterestState.OPEN)) or 0


def interests_by_entry(session: Session, entry_ids: Collection[int]) -> dict[int, dict[InterestState, int]]:
    """By entry and state, how many."""
    rows = session.execute(
        select(Interest.entry_id, Interest.state, func.count())
        .where(Interest.entry_id.in_(entry_ids))
        .group_by(Interest.entry_id, Interest.state)
    )
    found: dict[int, dict[InterestState, int]] = {}
    for entry_id, state, count in rows:
        found.setdefault(entry_id, {})[state] = count
    return found


def disclosures_of(session: Session, entry_id: int) -> Sequence[Disclosure]:
    """Who learnt whose anonymous entry this is, and when they looked; the latest first."""
    found = select(Disclosure).where(Disclosure.entry_id == entry_id).options(joinedload(Disclosure.viewer))
    return session.scalars(found.order_by(Disclosure.at.desc(), Disclosure.id.desc())).all()


def look_alikes(session: Session, entry: Entry) -> int:
    """How many organisations share what an anonymous entry shows of its own: country, region and activity. With few of
    them a reader can guess."""
    shown, employer = face(entry), employer_of(entry)
    if employer is None:
        return 0
    found = select(func.count(Organisation.id))
    if shown.country:
        found = found.where(Organisation.country == shown.country)
    if shown.region:
        found = found.where(Organisation.nuts.startswith(shown.region[:4]))
    if shown.sector:
        found = found.where(Organisation.nace.startswith(shown.sector))
    return session.scalar(found) or 0


# An event's


def entries_for_matching(session: Session, event_id: int, only: Collection[int] | None = None) -> Sequence[Entry]:
    """The entries that count in recommendations, by id, of all participants or of those among `only`. Anonymous ones do
    not count: a recommendation names somebody."""
    found = select(Entry).join(Participant, Participant.id == Entry.participant_id)
    found = found.where(Participant.event_id == event_id, openly_shown())
    if only is not None:
        found = found.where(Participant.id.in_(only))
    return session.scalars(found.order_by(Entry.id)).all()


def entries_of_event(session: Session, event_id: int, *, everybody: bool = False) -> Sequence[Entry]:
    """All entries of approved participants, or of everybody, with their people, by code: for the organiser."""
    found = select(Entry).join(Entry.participant).where(Participant.event_id == event_id)
    if not everybody:
        found = found.where(Participant.state == RegistrationState.APPROVED)
    loaded = joinedload(Entry.participant)
    found = found.options(loaded.joinedload(Participant.user), loaded.joinedload(Participant.organisation))
    return session.scalars(found.order_by(Participant.code, Entry.kind, Entry.id)).all()


def entries_page(
    session: Session, event_id: int, *, text: str, kind: EntryKind | None, page: int, length: int, open_only: bool
) -> tuple[Sequence[Entry], int]:
    """One page of an event's entries whose title, text or author holds every word, and how many there are in all.

    With `open_only` without those whose authors are not to be named, whatever the words."""
    found: Select[Any] = select(Entry).join(Entry.participant).join(Participant.user).join(Participant.organisation)
    found = found.where(Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED)
    if kind is not None:
        found = found.where(Entry.kind == kind)
    if open_only:
        found = found.where(openly_shown())
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
    """Approved participants whom nobody can find by an openly shown need or offer, by name."""
    has_one = exists().where(Entry.participant_id == Participant.id, openly_shown())
    found = select(Participant).join(Participant.user)
    found = found.where(Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED, ~has_one)
    return session.scalars(with_people(found).order_by(func.lower(User.name), Participant.id)).all()
