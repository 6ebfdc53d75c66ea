"""Reads of participants, their availability and their sessions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from app.accounts.models import User
from app.events.models import EventSession, ParticipantType, Slot
from app.organisations.models import Organisation
from app.registrations.models import Absence, Participant, RegistrationState, SessionSignUp, SlotWish

PAGE_LENGTH = 50
GONE = (RegistrationState.REJECTED, RegistrationState.CANCELLED)
SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "name": User.name,
    "organisation": Organisation.name,
    "country": Organisation.country,
    "type": ParticipantType.position,
    "state": Participant.state,
    "registered": Participant.created_at,
}


def participant_of(session: Session, event_id: int, user_id: int) -> Participant | None:
    """An account's registration for an event, in whatever state."""
    found = select(Participant).where(Participant.event_id == event_id, Participant.user_id == user_id)
    return session.scalars(found).first()


def participant_by_code(session: Session, event_id: int, code: str) -> Participant | None:
    """The participant of a code such as 'p0042', with account, organisation and type."""
    found = with_people(select(Participant).where(Participant.event_id == event_id, Participant.code == code))
    return session.scalars(found).first()


def with_people(query: Select[Participant]) -> Select[Participant]:
    """The same query with what every list shows, in one statement."""
    return query.options(
        joinedload(Participant.user), joinedload(Participant.organisation), joinedload(Participant.type)
    )


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty text means everything."""

    text: str = ""
    state: RegistrationState | None = None
    type_id: int | None = None
    country: str = ""
    organisation_id: int | None = None
    sort: str = "name"
    descending: bool = False
    page: int = 1


@dataclass(frozen=True)
class Page:
    """One page of participants; pages count from 1."""

    rows: Sequence[Participant]
    total: int
    page: int
    pages: int


def _matching(event_id: int, filters: Filters) -> list[Any]:
    where: list[Any] = [Participant.event_id == event_id]
    for word in filters.text.split():
        columns = (User.name, User.email, Organisation.name, Participant.code)
        where.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if filters.state is not None:
        where.append(Participant.state == filters.state)
    if filters.type_id is not None:
        where.append(Participant.type_id == filters.type_id)
    if filters.country:
        where.append(Organisation.country == filters.country)
    if filters.organisation_id is not None:
        where.append(Participant.organisation_id == filters.organisation_id)
    return where


def participants_page(session: Session, event_id: int, filters: Filters, length: int = PAGE_LENGTH) -> Page:
    """One page of the participants that match; a page beyond the last one is the last one."""
    where = _matching(event_id, filters)
    joined = select(Participant).join(Participant.user).join(Participant.organisation).join(Participant.type)
    total = session.scalar(joined.where(*where).with_only_columns(func.count(Participant.id))) or 0
    pages = max(1, math.ceil(total / length))
    page = min(max(1, filters.page), pages)
    key: Any = SORTS.get(filters.sort, User.name)
    key = func.lower(key) if filters.sort in {"name", "organisation"} or filters.sort not in SORTS else key
    order = (key.desc() if filters.descending else key.asc(), Participant.id)
    rows = with_people(joined.where(*where).order_by(*order)).limit(length).offset((page - 1) * length)
    return Page(session.scalars(rows).all(), total, page, pages)


def participants_found(session: Session, event_id: int, text: str, limit: int = 20) -> Sequence[Participant]:
    """Approved participants whose name, organisation, address or code holds every word: for the desk."""
    where = _matching(event_id, Filters(text=text, state=RegistrationState.APPROVED))
    joined = select(Participant).join(Participant.user).join(Participant.organisation)
    return session.scalars(with_people(joined.where(*where)).order_by(func.lower(User.name)).limit(limit)).all()


def counts_by_state(session: Session, event_id: int) -> dict[RegistrationState, int]:
    """How many registrations are in each state; every state is there."""
    rows = session.execute(
        select(Participant.state, func.count()).where(Participant.event_id == event_id).group_by(Participant.state)
    )
    return dict.fromkeys(RegistrationState, 0) | dict(rows.all())


def counts_by_country(session: Session, event_id: int) -> list[tuple[str, int]]:
    """(country, registrations that count), the largest first."""
    count = func.count()
    rows = session.execute(
        select(Organisation.country, count)
        .join(Participant, Participant.organisation_id == Organisation.id)
        .where(Participant.event_id == event_id, Participant.state.not_in(GONE))
        .group_by(Organisation.country)
        .order_by(count.desc(), Organisation.country)
    )
    return list(rows)


def checked_in_count(session: Session, event_id: int) -> int:
    """How many approved participants are here."""
    where = (Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED)
    return session.scalar(select(func.count()).where(*where, Participant.checked_in_at.is_not(None))) or 0


def latest_arrivals(session: Session, event_id: int, limit: int = 8) -> Sequence[Participant]:
    """Those who were checked in last."""
    found = select(Participant).where(Participant.event_id == event_id, Participant.checked_in_at.is_not(None))
    found = found.order_by(Participant.checked_in_at.desc(), Participant.id.desc()).limit(limit)
    return session.scalars(with_people(found)).all()


def latest_registrations(session: Session, event_id: int, limit: int = 5) -> Sequence[Participant]:
    """The newest registrations first."""
    found = with_people(select(Participant).where(Participant.event_id == event_id))
    return session.scalars(found.order_by(Participant.created_at.desc(), Participant.id.desc()).limit(limit)).all()


def colleagues_of(session: Session, participant: Participant) -> Sequence[Participant]:
    """The other approved participants of the same organisation at the same event."""
    found = select(Participant).where(
        Participant.event_id == participant.event_id,
        Participant.organisation_id == participant.organisation_id,
        Participant.id != participant.id,
        Participant.state == RegistrationState.APPROVED,
    )
    return session.scalars(with_people(found).order_by(Participant.code)).all()


def shared_by_others(session: Session, participant: Participant) -> bool:
    """True when other accounts registered, for any event, from the same organisation."""
    other = select(Participant.id).where(
        Participant.organisation_id == participant.organisation_id, Participant.user_id != participant.user_id
    )
    return session.scalars(other.limit(1)).first() is not None


def absences_of(session: Session, participant_id: int) -> set[int]:
    """Ids of the slots in which a participant said they cannot meet."""
    return set(session.scalars(select(Absence.slot_id).where(Absence.participant_id == participant_id)))


def sessions_signed_up(session: Session, participant_id: int) -> Sequence[EventSession]:
    """The sessions a participant signed up for, in time order."""
    found = select(EventSession).join(SessionSignUp).where(SessionSignUp.participant_id == participant_id)
    return session.scalars(found.order_by(EventSession.starts_at, EventSession.id)).all()


def sign_up_counts(session: Session, event_id: int) -> dict[int, int]:
    """Session id -> how many signed up, for sessions with at least one."""
    rows = session.execute(
        select(SessionSignUp.session_id, func.count())
        .join(EventSession, EventSession.id == SessionSignUp.session_id)
        .where(EventSession.event_id == event_id)
        .group_by(SessionSignUp.session_id)
    )
    return dict(rows.all())


def wishes_of(session: Session, participant_id: int) -> dict[int, bool]:
    """Slot id -> preferred (True) or disliked, of one participant."""
    rows = session.execute(
        select(SlotWish.slot_id, SlotWish.preferred).where(SlotWish.participant_id == participant_id)
    )
    return dict(rows.all())


def slot_wishes(session: Session, event_id: int) -> dict[int, dict[int, bool]]:
    """Participant id -> slot id -> preferred (True) or disliked, for those who have said."""
    rows = session.execute(
        select(SlotWish.participant_id, SlotWish.slot_id, SlotWish.preferred)
        .join(Participant, Participant.id == SlotWish.participant_id)
        .where(Participant.event_id == event_id)
    )
    found: dict[int, dict[int, bool]] = {}
    for participant_id, slot_id, preferred in rows:
        found.setdefault(participant_id, {})[slot_id] = preferred
    return found


def unavailable_slots(session: Session, event_id: int) -> set[tuple[int, int]]:
    """(participant id, slot id) of every slot an approved participant cannot take: said so, or in a session then."""
    here = (Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED)
    said = select(Absence.participant_id, Absence.slot_id).join(Participant).where(*here)
    in_session = (
        select(SessionSignUp.participant_id, Slot.id)
        .join(Participant, Participant.id == SessionSignUp.participant_id)
        .join(EventSession, EventSession.id == SessionSignUp.session_id)
        .join(
            Slot,
            (Slot.event_id == event_id)
            & (Slot.starts_at < EventSession.ends_at)
            & (EventSession.starts_at < Slot.ends_at),
        )
        .where(*here)
    )
    return set(session.execute(said.union(in_session)))
