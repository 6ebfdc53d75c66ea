"""Reads of agendas: few queries, whether for one participant or for all of an event."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.agenda.material import chunks, items_of, read_material
from app.agenda.models import AgendaChange
from app.agenda.rules import NOTHING, Agenda, Item, Kind, apply, in_order
from app.events.models import Event
from app.marketplace.queries import Face, named_entries_of
from app.matching.queries import reason_items, recommendation_between
from app.meetings.models import MeetingRequest
from app.meetings.queries import request_by_code
from app.registrations.models import Participant, RegistrationState
from app.timetables.models import Meeting, Seat, Timetable, TimetableChange, TimetableState

MOST_CHANGES = 60
"""A page that missed more than this gets a fresh agenda instead of the changes one by one."""


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
    for chunk in chunks(ids):
        query = select(Participant.id, Participant.agenda_version).where(Participant.id.in_(chunk))
        versions.update({row[0]: row[1] for row in session.execute(query)})
    published = is_published(session, event.id)
    material = read_material(session, event, ids)
    return {i: Agenda(i, versions[i], published, in_order(items_of(material, i))) for i in ids}


def is_published(session: Session, event_id: int) -> bool:
    """Whether the event has a published timetable."""
    query = select(Timetable.id).where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
    return session.scalars(query).first() is not None


def states_of(session: Session, participant_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Where the changes so far lead to: {version, published, items by id}, for participants who have any."""
    states: dict[int, dict[str, Any]] = {}
    for chunk in chunks(participant_ids):
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


def meeting_by_code(agenda: Agenda, code: str) -> Item | None:
    """A meeting of an agenda by its request's code, cancelled ones included."""
    return next((item for item in agenda.items if item.kind is Kind.MEETING and item.code == code), None)


@dataclass(frozen=True)
class MeetingDetail:
    """What a meeting's page says beside the agenda item: the other side, the message, the reasons, needs and offers."""

    request: MeetingRequest
    partner: Participant
    asked_by_me: bool
    reasons: list[dict[str, Any]]
    score: float | None
    entries: Sequence[Face]


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
    me = session.get_one(Participant, participant_id)
    return MeetingDetail(
        request=request,
        partner=partner,
        asked_by_me=request.requester_id == participant_id,
        reasons=reason_items(match),
        score=match.score * 100 if match else None,
        entries=named_entries_of(session, partner, me.user_id),
    )


def _seated_at(session: Session, event_id: int, request_id: int) -> Sequence[Participant]:
    query = (
        select(Participant)
        .join(Seat, Seat.participant_id == Participant.id)
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .join(Timetable, Timetable.id == Meeting.timetable_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED, Seat.part == 0)
        .where(Meeting.request_id == request_id)
        .options(joinedload(Participant.user), joinedload(Participant.organisation), joinedload(Participant.type))
        .order_by(Seat.id)
    )
    return session.scalars(query).all()
