"""Reads of agendas: few queries, whether for one participant or for all of an event."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.accounts.models import User
from app.agenda.models import AgendaChange
from app.agenda.rules import NOTHING, Agenda, Item, Kind, Place, apply, in_order
from app.events.models import Event, EventSession, MeetingTable, SessionKind, Slot, Zone
from app.events.queries import sessions_of, slots_of
from app.marketplace.models import Entry
from app.matching.models import Recommendation
from app.matching.queries import reason_items, recommendation_between
from app.meetings.models import MeetingRequest
from app.meetings.queries import request_by_code
from app.organisations import reference
from app.organisations.models import Organisation
from app.registrations.models import Absence, Participant, RegistrationState, SessionSignUp
from app.timetables.models import ChangeKind, Meeting, MeetingState, Seat, Timetable, TimetableChange, TimetableState

MOST_CHANGES = 60
"""A page that missed more than this gets a fresh agenda instead of the changes one by one."""
CHUNK = 400


@dataclass(frozen=True)
class Person:
    """The other side of a meeting."""

    participant_id: int
    code: str
    name: str
    organisation: str
    country: str


@dataclass
class _Material:
    """What agendas are made of, read once for all participants asked for."""

    slots: Sequence[Slot]
    sessions: Sequence[EventSession]
    meetings: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    partners: dict[int, list[Person]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[int, Any] = field(default_factory=dict)
    parties: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    sign_ups: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    absences: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    why: dict[tuple[int, int], str] = field(default_factory=dict)


def agenda_of(session: Session, event: Event, participant_id: int) -> Agenda:
    """One participant's agenda from the published timetable, the sessions and the absences."""
    return agendas_of(session, event, [participant_id])[participant_id]


def agendas_of(session: Session, event: Event, participant_ids: Collection[int]) -> dict[int, Agenda]:
    """The agendas of some participants of one event.

    Versions are read before the items: under concurrent changes an agenda may be newer than its version says, never
    older, and applying a change again does no harm.
    """
    ids = sorted(participant_ids)
    versions: dict[int, int] = {}
    for chunk in _chunks(ids):
        query = select(Participant.id, Participant.agenda_version).where(Participant.id.in_(chunk))
        versions.update({row[0]: row[1] for row in session.execute(query)})
    published = is_published(session, event.id)
    material = _material(session, event, ids)
    return {i: Agenda(i, versions[i], published, in_order(_items(material, i))) for i in ids}


def is_published(session: Session, event_id: int) -> bool:
    """Whether the event has a published timetable."""
    query = select(Timetable.id).where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
    return session.scalars(query).first() is not None


def states_of(session: Session, participant_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Where the changes so far lead to: {version, published, items by id}, for participants who have any."""
    states: dict[int, dict[str, Any]] = {}
    for chunk in _chunks(participant_ids):
        query = select(AgendaChange.participant_id, AgendaChange.payload).where(AgendaChange.participant_id.in_(chunk))
        for participant_id, change in session.execute(
            query.order_by(AgendaChange.participant_id, AgendaChange.version)
        ):
            states[participant_id] = apply(states.get(participant_id, NOTHING), change)
    return states


def changes_since(session: Session, participant_id: int, version: int) -> list[dict[str, Any]] | None:
    """The changes after `version`, oldest first; None when too many are missing or the version was never given."""
    query = select(AgendaChange.payload).where(AgendaChange.participant_id == participant_id)
    query = query.where(AgendaChange.version > version).order_by(AgendaChange.version).limit(MOST_CHANGES + 1)
    found = list(session.scalars(query))
    if len(found) > MOST_CHANGES or (found and found[0]["version"] != version + 1):
        return None
    return found


def approved_ids(session: Session, event_id: int) -> list[int]:
    """Ids of the approved participants of an event."""
    query = select(Participant.id).where(Participant.event_id == event_id)
    return list(session.scalars(query.where(Participant.state == RegistrationState.APPROVED).order_by(Participant.id)))


def partner_ids(session: Session, event_id: int, participant_id: int) -> set[int]:
    """In whose agendas a participant appears: those they meet, and those of a meeting that was cancelled."""
    mine, theirs = aliased(Seat), aliased(Seat)
    seated = (
        select(theirs.participant_id)
        .join(mine, mine.meeting_id == theirs.meeting_id)
        .join(Timetable, Timetable.id == theirs.timetable_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
        .where(mine.participant_id == participant_id)
    )
    parties = (
        select(MeetingRequest.requester_id, MeetingRequest.recipient_id)
        .join(TimetableChange, TimetableChange.request_id == MeetingRequest.id)
        .where(or_(MeetingRequest.requester_id == participant_id, MeetingRequest.recipient_id == participant_id))
    )
    found = set(session.scalars(seated)) | {party for row in session.execute(parties) for party in row}
    return found - {participant_id}


def meeting_item(request_id: int) -> str:
    """The item id of a request's meeting: stable over moves and versions of the timetable."""
    return f"meeting-{request_id}"


def slot_item(slot_id: int) -> str:
    """The item id of a slot without a meeting."""
    return f"slot-{slot_id}"


def meeting_by_code(agenda: Agenda, code: str) -> Item | None:
    """A meeting of an agenda by its request's code, cancelled ones included."""
    return next((item for item in agenda.items if item.kind is Kind.MEETING and item.code == code), None)


def _material(session: Session, event: Event, ids: Sequence[int]) -> _Material:
    found = _Material(slots_of(session, event.id), sessions_of(session, event.id))
    for chunk in _chunks(ids):
        for row in session.execute(_meetings(event.id, chunk)):
            found.meetings[row.participant_id].append(row)
        for row in session.execute(_partners(event.id, chunk)):
            found.partners[row.meeting_id].append(_person(row))
        for row in session.execute(_latest_changes(event.id, chunk)):
            found.changes[row.request_id] = row
            for party in {row.requester_id, row.recipient_id} & set(chunk):
                found.parties[party].append(row)
        for participant_id, session_id in session.execute(
            select(SessionSignUp.participant_id, SessionSignUp.session_id).where(
                SessionSignUp.participant_id.in_(chunk)
            )
        ):
            found.sign_ups[participant_id].add(session_id)
        for participant_id, slot_id in session.execute(
            select(Absence.participant_id, Absence.slot_id).where(Absence.participant_id.in_(chunk))
        ):
            found.absences[participant_id].add(slot_id)
        _read_reasons(session, found, chunk)
    return found


def _meetings(event_id: int, ids: Sequence[int]) -> Any:
    return (
        select(
            Seat.participant_id,
            Meeting.id.label("meeting_id"),
            Meeting.request_id,
            MeetingRequest.code,
            Slot.id.label("slot_id"),
            Slot.starts_at,
            Slot.ends_at,
            MeetingTable.label,
            MeetingTable.link,
            Zone.name.label("zone"),
            Zone.is_online,
        )
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .join(Timetable, Timetable.id == Meeting.timetable_id)
        .join(MeetingRequest, MeetingRequest.id == Meeting.request_id)
        .join(Slot, Slot.id == Meeting.slot_id)
        .join(MeetingTable, MeetingTable.id == Meeting.table_id)
        .join(Zone, Zone.id == MeetingTable.zone_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
        .where(Meeting.state == MeetingState.SCHEDULED, Seat.participant_id.in_(ids))
    )


def _people(query: Any, participant: Any) -> Any:
    return query.join(User, User.id == participant.user_id).join(
        Organisation, Organisation.id == participant.organisation_id
    )


def _partners(event_id: int, ids: Sequence[int]) -> Any:
    """Everybody at the tables of `ids`, those themselves included: of two asked for, each is the other's partner."""
    mine = aliased(Seat)
    query = (
        select(
            Seat.meeting_id,
            Participant.id.label("participant_id"),
            Participant.code,
            User.name,
            Organisation.name.label("organisation"),
            Organisation.country,
        )
        .join(Participant, Participant.id == Seat.participant_id)
        .join(Timetable, Timetable.id == Seat.timetable_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
        .where(Seat.meeting_id.in_(select(mine.meeting_id).where(mine.participant_id.in_(ids))))
    )
    return _people(query, Participant).order_by(Seat.id)


def _latest_changes(event_id: int, ids: Sequence[int]) -> Any:
    """The latest change of each request of `ids`, with where the meeting was before and who asked whom."""
    newest = (
        select(func.max(TimetableChange.id))
        .join(MeetingRequest, MeetingRequest.id == TimetableChange.request_id)
        .where(TimetableChange.event_id == event_id)
        .where(or_(MeetingRequest.requester_id.in_(ids), MeetingRequest.recipient_id.in_(ids)))
        .group_by(TimetableChange.request_id)
    )
    asking, asked = aliased(Participant), aliased(Participant)
    asking_user, asked_user = aliased(User), aliased(User)
    asking_home, asked_home = aliased(Organisation), aliased(Organisation)
    return (
        select(
            TimetableChange.request_id,
            TimetableChange.kind,
            TimetableChange.reason,
            TimetableChange.at,
            Slot.starts_at,
            Slot.ends_at,
            MeetingTable.label,
            Zone.name.label("zone"),
            Zone.is_online,
            MeetingRequest.code,
            MeetingRequest.requester_id,
            MeetingRequest.recipient_id,
            asking_user.name.label("requester"),
            asked_user.name.label("recipient"),
            asking_home.name.label("requester_organisation"),
            asked_home.name.label("recipient_organisation"),
            asking_home.country.label("requester_country"),
            asked_home.country.label("recipient_country"),
        )
        .join(MeetingRequest, MeetingRequest.id == TimetableChange.request_id)
        .join(asking, asking.id == MeetingRequest.requester_id)
        .join(asked, asked.id == MeetingRequest.recipient_id)
        .join(asking_user, asking_user.id == asking.user_id)
        .join(asked_user, asked_user.id == asked.user_id)
        .join(asking_home, asking_home.id == asking.organisation_id)
        .join(asked_home, asked_home.id == asked.organisation_id)
        .outerjoin(Slot, Slot.id == TimetableChange.old_slot_id)
        .outerjoin(MeetingTable, MeetingTable.id == TimetableChange.old_table_id)
        .outerjoin(Zone, Zone.id == MeetingTable.zone_id)
        .where(TimetableChange.id.in_(newest))
    )


def _read_reasons(session: Session, found: _Material, ids: Sequence[int]) -> None:
    pairs = {
        (i, person.participant_id)
        for i in ids
        for row in found.meetings[i]
        for person in found.partners[row.meeting_id]
        if person.participant_id != i
    }
    others = sorted({other for _mine, other in pairs})
    for chunk in _chunks(others):
        query = select(Recommendation).where(Recommendation.participant_id.in_(ids), Recommendation.other_id.in_(chunk))
        for row in session.scalars(query):
            if (pair := (row.participant_id, row.other_id)) in pairs and (reasons := reason_items(row)):
                found.why[pair] = str(reasons[0].get("text", ""))


def _items(found: _Material, participant_id: int) -> Iterator[Item]:
    taken = set()
    placed = set()
    for row in found.meetings[participant_id]:
        taken.add(row.slot_id)
        placed.add(row.request_id)
        yield _meeting(found, participant_id, row)
    for row in found.parties[participant_id]:
        if row.kind is ChangeKind.CANCELLED and row.request_id not in placed and row.starts_at:
            yield _cancelled(row, participant_id)
    attended = []
    for event_session in found.sessions:
        signed_up = event_session.id in found.sign_ups[participant_id]
        if signed_up:
            attended.append(event_session)
        if signed_up or not event_session.sign_up:
            yield session_item(event_session, signed_up=signed_up)
    for slot in found.slots:
        if not slot.is_open or slot.id in taken:
            continue
        if any(s.starts_at < slot.ends_at and slot.starts_at < s.ends_at for s in attended):
            continue
        kind = Kind.AWAY if slot.id in found.absences[participant_id] else Kind.FREE
        yield Item(slot_item(slot.id), kind, slot.starts_at, slot.ends_at)


def _meeting(found: _Material, participant_id: int, row: Row[Any]) -> Item:
    partners = [p for p in found.partners[row.meeting_id] if p.participant_id != participant_id]
    place = Place(row.label, row.zone, row.is_online)
    change = found.changes.get(row.request_id)
    moved = change if change is not None and change.kind is ChangeKind.MOVED else None
    was = Place(moved.label, moved.zone, moved.is_online) if moved and moved.label else None
    return Item(
        id=meeting_item(row.request_id),
        kind=Kind.MEETING,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        title=", ".join(p.name for p in partners),
        organisation=partners[0].organisation if partners else "",
        country=country_name(partners[0].country) if partners else "",
        place=place.name,
        place_note=place.zone,
        link=row.link,
        why=found.why.get((participant_id, partners[0].participant_id), "") if partners else "",
        code=row.code,
        reason=moved.reason if moved else "",
        was_at=moved.starts_at if moved else None,
        was_place=was.name if was else "",
        changed_at=moved.at if moved else None,
    )


def _cancelled(row: Row[Any], participant_id: int) -> Item:
    asked_by_me = row.requester_id == participant_id
    place = Place(row.label, row.zone, row.is_online) if row.label else None
    return Item(
        id=meeting_item(row.request_id),
        kind=Kind.MEETING,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        title=row.recipient if asked_by_me else row.requester,
        organisation=row.recipient_organisation if asked_by_me else row.requester_organisation,
        country=country_name(row.recipient_country if asked_by_me else row.requester_country),
        place=place.name if place else "",
        place_note=place.zone if place else "",
        code=row.code,
        cancelled=True,
        reason=row.reason,
        changed_at=row.at,
    )


def session_item(event_session: EventSession, *, signed_up: bool) -> Item:
    """A session as an agenda shows it."""
    room = event_session.room
    return Item(
        id=f"session-{event_session.id}",
        kind=Kind.BREAK if event_session.kind is SessionKind.BREAK else Kind.SESSION,
        starts_at=event_session.starts_at,
        ends_at=event_session.ends_at,
        title=event_session.title,
        organisation=", ".join(speaker.name for speaker in event_session.speakers),
        place=room.name if room else "",
        link=event_session.link or (room.link if room else None),
        code=str(event_session.id),
        mine=signed_up,
    )


def country_name(code: str) -> str:
    """A country's name in the reader's language."""
    return reference.countries().label(code) or code


def _person(row: Row[Any]) -> Person:
    return Person(row.participant_id, row.code, row.name, row.organisation, row.country)


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


@dataclass(frozen=True)
class MeetingDetail:
    """What a meeting's page says beside the agenda item: the other side, the message, the reasons, needs and offers."""

    request: MeetingRequest
    partner: Participant
    asked_by_me: bool
    reasons: list[dict[str, Any]]
    score: float | None
    entries: Sequence[Entry]


def meeting_detail(session: Session, event: Event, participant_id: int, code: str) -> MeetingDetail | None:
    """The details of a meeting of which a participant is a party or holds a seat; None for anybody else."""
    request = request_by_code(session, event.id, code)
    if request is None:
        return None
    parties = [request.requester, request.recipient]
    seated = _seated_at(session, event.id, request.id) or parties
    if participant_id not in {p.id for p in [*seated, *parties]}:
        return None
    partner = next((p for p in [*seated, *parties] if p.id != participant_id), request.recipient)
    match = recommendation_between(session, participant_id, partner.id)
    query = select(Entry).where(Entry.participant_id == partner.id).order_by(Entry.id)
    return MeetingDetail(
        request=request,
        partner=partner,
        asked_by_me=request.requester_id == participant_id,
        reasons=reason_items(match),
        score=match.score * 100 if match else None,
        entries=session.scalars(query).all(),
    )


def _seated_at(session: Session, event_id: int, request_id: int) -> Sequence[Participant]:
    query = (
        select(Participant)
        .join(Seat, Seat.participant_id == Participant.id)
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .join(Timetable, Timetable.id == Meeting.timetable_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
        .where(Meeting.request_id == request_id)
        .options(joinedload(Participant.user), joinedload(Participant.organisation), joinedload(Participant.type))
        .order_by(Seat.id)
    )
    return session.scalars(query).all()
