"""Reads of an event's time and space."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app.events.models import (
    Event,
    EventSession,
    Interpreter,
    InterpreterAbsence,
    MeetingPermission,
    MeetingTable,
    ParticipantType,
    Room,
    SessionKind,
    Slot,
    Staff,
    StaffRole,
    TableClosure,
    Walk,
    Zone,
)
from app.events.rules import SetUp


def event_by_slug(session: Session, slug: str) -> Event | None:
    """The event of an address, whatever its phase."""
    return session.scalars(select(Event).where(Event.slug == slug)).first()


def slots_of(session: Session, event_id: int) -> Sequence[Slot]:
    """All slots of an event in time order, closed ones included."""
    return session.scalars(select(Slot).where(Slot.event_id == event_id).order_by(Slot.starts_at)).all()


def neighbours(slots: Sequence[Slot]) -> dict[int, int]:
    """Slot id -> id of the slot right after it in the same window; all slots of an event, in time order.

    A meeting of several slots runs on from one to the next: over the few minutes between two slots, not over lunch.
    """
    return {
        one.id: other.id for one, other in pairwise(slots) if (one.day, one.window_id) == (other.day, other.window_id)
    }


def tables_of(session: Session, event_id: int) -> Sequence[MeetingTable]:
    """All tables with their zones, in the order of the venue."""
    query = select(MeetingTable).join(Zone).where(MeetingTable.event_id == event_id)
    query = query.options(joinedload(MeetingTable.zone))
    return session.scalars(query.order_by(Zone.position, Zone.id, MeetingTable.position, MeetingTable.id)).all()


def zones_of(session: Session, event_id: int) -> Sequence[Zone]:
    """All zones in the order of the venue."""
    return session.scalars(select(Zone).where(Zone.event_id == event_id).order_by(Zone.position, Zone.id)).all()


def rooms_of(session: Session, event_id: int) -> Sequence[Room]:
    """All rooms in their order."""
    return session.scalars(select(Room).where(Room.event_id == event_id).order_by(Room.position, Room.id)).all()


def sessions_of(session: Session, event_id: int, *, public_only: bool = False) -> Sequence[EventSession]:
    """Sessions with room and speakers, in time order."""
    query = select(EventSession).where(EventSession.event_id == event_id)
    if public_only:
        query = query.where(EventSession.is_public)
    query = query.options(joinedload(EventSession.room), selectinload(EventSession.speakers))
    return session.scalars(query.order_by(EventSession.starts_at, EventSession.id)).all()


def types_of(session: Session, event_id: int) -> Sequence[ParticipantType]:
    """Participant types in their order."""
    query = select(ParticipantType).where(ParticipantType.event_id == event_id)
    return session.scalars(query.order_by(ParticipantType.position, ParticipantType.id)).all()


def closures_of(session: Session, event_id: int) -> set[tuple[int, int]]:
    """(table id, slot id) of every closure."""
    query = select(TableClosure.table_id, TableClosure.slot_id).join(
        MeetingTable, MeetingTable.id == TableClosure.table_id
    )
    return set(session.execute(query.where(MeetingTable.event_id == event_id)))


def walks_of(session: Session, event_id: int) -> list[tuple[str, str, int]]:
    """(zone, zone, minutes) of every way between two zones whose length was set, by name."""
    low, high = aliased(Zone), aliased(Zone)
    query = select(low.name, high.name, Walk.minutes).join(low, low.id == Walk.low_id)
    query = query.join(high, high.id == Walk.high_id).where(Walk.event_id == event_id)
    return [(one, other, minutes) for one, other, minutes in session.execute(query.order_by(low.id, high.id))]


def interpreters_of(session: Session, event_id: int) -> Sequence[Interpreter]:
    """The interpreters of an event, by code."""
    return session.scalars(
        select(Interpreter).where(Interpreter.event_id == event_id).order_by(Interpreter.code, Interpreter.id)
    ).all()


def interpreter_absences(session: Session, event_id: int) -> list[tuple[int, int]]:
    """(interpreter id, slot id) in which an interpreter does not help."""
    query = select(InterpreterAbsence.interpreter_id, InterpreterAbsence.slot_id).join(
        Interpreter, Interpreter.id == InterpreterAbsence.interpreter_id
    )
    rows = session.execute(query.where(Interpreter.event_id == event_id))
    return [(interpreter_id, slot_id) for interpreter_id, slot_id in rows]


def permissions_of(session: Session, event_id: int) -> set[tuple[int, int]] | None:
    """(asking type id, asked type id) that may meet; None when every pair may."""
    query = select(MeetingPermission.from_type_id, MeetingPermission.to_type_id)
    found = {(a, b) for a, b in session.execute(query.where(MeetingPermission.event_id == event_id))}
    return found or None


def set_up_of(session: Session, event_id: int) -> SetUp:
    """What the launch checks look at."""

    def count(kind: type[Any], *conditions: Any) -> int:
        query = select(func.count()).select_from(kind).where(kind.event_id == event_id, *conditions)
        return session.scalar(query) or 0

    online = MeetingTable.zone_id.in_(select(Zone.id).where(Zone.is_online))
    homeless = EventSession.room_id.is_(None) & EventSession.link.is_(None) & (EventSession.kind != SessionKind.BREAK)
    return SetUp(
        slots=count(Slot, Slot.is_open),
        tables=count(MeetingTable, MeetingTable.is_open),
        tables_without_link=count(MeetingTable, online, MeetingTable.link.is_(None)),
        types=count(ParticipantType),
        sessions_without_room=count(EventSession, homeless),
        online_zone=count(Zone, Zone.is_online) > 0,
        serves_both=count(MeetingTable, MeetingTable.serves_both),
        interpreters=count(Interpreter),
        staff=count(Staff, Staff.role == StaffRole.ORGANISER),
    )


PLACE = "event:"


def place_of(event: Event) -> tuple[str, str, str]:
    """An event as a place follow-ups of a match can go to: its name there, its label, its time zone."""
    return (f"{PLACE}{event.id}", f"{event.name} ({event.time_zone})", event.time_zone)


def event_number(place: str) -> int | None:
    """The number of the event that such a place names, or None."""
    number = place.removeprefix(PLACE)
    return int(number) if place.startswith(PLACE) and number.isdecimal() and len(number) < 12 else None
