"""What agendas are made of, read at once for all who are asked for, and the items made of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.agenda.rules import Item, Kind, Place
from app.agenda.selects import latest_changes, meetings, partners
from app.events.models import Event, EventSession, SessionKind, Slot
from app.events.queries import sessions_of, slots_of
from app.matching.models import Recommendation
from app.matching.queries import reason_items
from app.organisations import reference
from app.registrations.models import Absence, SessionSignUp
from app.timetables.models import ChangeKind

CHUNK = 400
"""Participants per statement; the databases bound the number of parameters."""


@dataclass(frozen=True)
class Person:
    """The other side of a meeting."""

    participant_id: int
    code: str
    name: str
    organisation: str
    country: str


@dataclass
class Material:
    """Rows by what they belong to; filled by `read_material`."""

    slots: Sequence[Slot]
    sessions: Sequence[EventSession]
    meetings: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    partners: dict[int, list[Person]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[int, Any] = field(default_factory=dict)
    parties: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    sign_ups: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    absences: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    why: dict[tuple[int, int], str] = field(default_factory=dict)


def read_material(session: Session, event: Event, ids: Sequence[int]) -> Material:
    """Read what the agendas of `ids` need, in as many statements for one as for four hundred."""
    found = Material(slots_of(session, event.id), sessions_of(session, event.id))
    for chunk in chunks(ids):
        for row in session.execute(meetings(event.id, chunk)):
            found.meetings[row.participant_id].append(row)
        for row in session.execute(partners(event.id, chunk)):
            found.partners[row.meeting_id].append(_person(row))
        for row in session.execute(latest_changes(event.id, chunk)):
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


def _read_reasons(session: Session, found: Material, ids: Sequence[int]) -> None:
    pairs = {
        (i, person.participant_id)
        for i in ids
        for row in found.meetings[i]
        for person in found.partners[row.meeting_id]
        if person.participant_id != i
    }
    others = sorted({other for _mine, other in pairs})
    for chunk in chunks(others):
        query = select(Recommendation).where(Recommendation.participant_id.in_(ids), Recommendation.other_id.in_(chunk))
        for row in session.scalars(query):
            if (pair := (row.participant_id, row.other_id)) in pairs and (reasons := reason_items(row)):
                found.why[pair] = str(reasons[0].get("text", ""))


def meeting_item(request_id: int) -> str:
    """The item id of a request's meeting: stable over moves and versions of the timetable."""
    return f"meeting-{request_id}"


def slot_item(slot_id: int) -> str:
    """The item id of a slot without a meeting."""
    return f"slot-{slot_id}"


def items_of(found: Material, participant_id: int) -> Iterator[Item]:
    """One participant's items, in no order."""
    placed = set()
    for row in found.meetings[participant_id]:
        placed.add(row.request_id)
        yield _meeting(found, participant_id, row)
    for row in found.parties[participant_id]:
        if row.kind is ChangeKind.CANCELLED and row.request_id not in placed and row.starts_at:
            yield _cancelled(row, participant_id)
    engaged: list[Any] = [*found.meetings[participant_id]]
    for event_session in found.sessions:
        signed_up = event_session.id in found.sign_ups[participant_id]
        if signed_up:
            engaged.append(event_session)
        if signed_up or not event_session.sign_up:
            yield session_item(event_session, signed_up=signed_up)
    for slot in found.slots:
        if not slot.is_open or any(e.starts_at < slot.ends_at and slot.starts_at < e.ends_at for e in engaged):
            continue
        kind = Kind.AWAY if slot.id in found.absences[participant_id] else Kind.FREE
        yield Item(slot_item(slot.id), kind, slot.starts_at, slot.ends_at)


def _meeting(found: Material, participant_id: int, row: Row[Any]) -> Item:
    partners = [p for p in found.partners[row.meeting_id] if p.participant_id != participant_id]
    place = Place(row.label, row.zone, row.is_online)
    change = found.changes.get(row.request_id)
    moved = change if change is not None and change.kind is ChangeKind.MOVED else None
    elsewhere = moved is not None and not (moved.same_start and moved.same_table)
    was = Place(moved.label, moved.zone, moved.is_online) if moved and elsewhere and moved.label else None
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
        interpreter=row.interpreter or "",
        code=row.code,
        reason=moved.reason if moved else "",
        was_at=moved.starts_at if moved and elsewhere else None,
        was_place=was.name if was else "",
        was_until=moved.ends_at if moved and not elsewhere and not moved.same_end else None,
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


def chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """`ids` in portions that fit into one statement."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
