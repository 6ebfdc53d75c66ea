"""Writes on an event's time and space: windows, slots, zones, tables, rooms."""

from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock
from app.core.errors import Invalid
from app.events import queries, rules
from app.events.models import Event, MeetingTable, MeetingWindow, Room, Slot, TableClosure, Zone

MAX_TABLES = 5000


def add_window(
    session: Session,
    event: Event,
    clock: Clock,
    *,
    day: date,
    starts: time,
    ends: time,
    slot_minutes: int,
    break_minutes: int,
) -> MeetingWindow:
    """Add a window and its slots. Raises Invalid when they lie in the past or overlap present ones."""
    planned = rules.plan_slots(day, starts, ends, slot_minutes, break_minutes, event.time_zone)
    rules.check_not_past(planned, clock(), event.time_zone)
    rules.check_no_overlap(planned, queries.slots_of(session, event.id), event.time_zone)
    window = MeetingWindow(
        event_id=event.id, day=day, starts=starts, ends=ends, slot_minutes=slot_minutes, break_minutes=break_minutes
    )
    session.add(window)
    session.flush()
    for slot in planned:
        session.add(
            Slot(
                event_id=event.id,
                window_id=window.id,
                key=slot.key,
                day=slot.day,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
            )
        )
    session.flush()
    return window


def remove_window(session: Session, event: Event, window: MeetingWindow, actor: User, clock: Clock) -> None:
    """Remove a window with its slots. Refused with Conflict while meetings stand in them."""
    slot_ids = list(session.scalars(select(Slot.id).where(Slot.window_id == window.id)))
    facts.slots_leaving.send(session, event=event, slot_ids=slot_ids, actor=actor, clock=clock)
    session.execute(delete(Slot).where(Slot.id.in_(slot_ids)))
    session.delete(window)
    session.flush()


def set_slot_open(session: Session, event: Event, slot: Slot, actor: User, clock: Clock, *, is_open: bool) -> None:
    """Open a slot, or close it: no meeting is placed there any more. Refused while meetings stand in it."""
    if not is_open:
        facts.slots_leaving.send(session, event=event, slot_ids=[slot.id], actor=actor, clock=clock)
    slot.is_open = is_open
    session.flush()


def add_zone(session: Session, event: Event, *, name: str, is_online: bool) -> Zone:
    """Add a zone. Raises Invalid when the name is taken."""
    if any(zone.name.casefold() == name.casefold() for zone in queries.zones_of(session, event.id)):
        raise Invalid(_("There is a zone “%(name)s” already.", name=name), field="name")
    zone = Zone(event_id=event.id, name=name, is_online=is_online, position=_next(session, Zone, event))
    session.add(zone)
    session.flush()
    return zone


def remove_zone(session: Session, event: Event, zone: Zone, actor: User, clock: Clock) -> None:
    """Remove a zone with its tables. Refused while meetings sit there."""
    ids = list(session.scalars(select(MeetingTable.id).where(MeetingTable.zone_id == zone.id)))
    remove_tables(session, event, ids, actor, clock)
    session.delete(zone)
    session.flush()


def add_tables(
    session: Session,
    event: Event,
    zone: Zone,
    *,
    prefix: str,
    first: int,
    count: int,
    link: str | None = None,
    serves_both: bool = False,
) -> list[MeetingTable]:
    """Add `count` tables labelled prefix + number. Raises Invalid when a label is taken or there are too many."""
    present = set(session.scalars(select(MeetingTable.label).where(MeetingTable.event_id == event.id)))
    if len(present) + count > MAX_TABLES:
        raise Invalid(_("An event has at most %(n)d tables.", n=MAX_TABLES), field="count")
    labels = [f"{prefix}{number}" for number in range(first, first + count)]
    taken = [label for label in labels if label in present]
    if taken:
        message = _("These labels are taken already: %(labels)s.", labels=", ".join(taken[:5]))
        raise Invalid(message, field="prefix")
    position = _next(session, MeetingTable, event)
    made = [
        MeetingTable(
            event_id=event.id, zone=zone, label=label, position=position + i, link=link, serves_both=serves_both
        )
        for i, label in enumerate(labels)
    ]
    session.add_all(made)
    session.flush()
    return made


def change_table(session: Session, event: Event, table: MeetingTable, values: Mapping[str, Any]) -> None:
    """Change label, zone, link or whom a table serves. Raises Invalid when the label is taken."""
    other = session.scalars(
        select(MeetingTable.id).where(
            MeetingTable.event_id == event.id, MeetingTable.label == values["label"], MeetingTable.id != table.id
        )
    ).first()
    if other is not None:
        raise Invalid(_("There is a table “%(label)s” already.", label=values["label"]), field="label")
    table.label, table.zone_id, table.link = values["label"], values["zone_id"], values["link"] or None
    table.serves_both = values["serves_both"]
    session.flush()


def remove_tables(session: Session, event: Event, table_ids: Collection[int], actor: User, clock: Clock) -> None:
    """Remove tables. Refused with Conflict, naming the meetings, while any sit there."""
    facts.tables_leaving.send(session, event=event, table_ids=list(table_ids), slot_ids=None, actor=actor, clock=clock)
    session.execute(delete(MeetingTable).where(MeetingTable.event_id == event.id, MeetingTable.id.in_(table_ids)))
    session.expire_all()


def set_closures(
    session: Session, event: Event, table: MeetingTable, slot_ids: Collection[int], actor: User, clock: Clock
) -> None:
    """Close a table in exactly these slots. Refused while meetings sit there in a slot that is newly closed."""
    present = set(session.scalars(select(TableClosure.slot_id).where(TableClosure.table_id == table.id)))
    wanted = set(slot_ids)
    fresh = sorted(wanted - present)
    if fresh:
        facts.tables_leaving.send(session, event=event, table_ids=[table.id], slot_ids=fresh, actor=actor, clock=clock)
    session.execute(
        delete(TableClosure).where(TableClosure.table_id == table.id, TableClosure.slot_id.in_(present - wanted))
    )
    session.add_all(TableClosure(table_id=table.id, slot_id=slot_id) for slot_id in fresh)
    session.flush()


def add_room(session: Session, event: Event, *, name: str, capacity: int | None, link: str | None) -> Room:
    """Add a room for sessions. Raises Invalid when the name is taken."""
    if any(room.name.casefold() == name.casefold() for room in queries.rooms_of(session, event.id)):
        raise Invalid(_("There is a room “%(name)s” already.", name=name), field="name")
    room = Room(event_id=event.id, name=name, capacity=capacity, link=link, position=_next(session, Room, event))
    session.add(room)
    session.flush()
    return room


def _next(session: Session, kind: type[Zone] | type[MeetingTable] | type[Room], event: Event) -> int:
    return (session.scalar(select(func.max(kind.position)).where(kind.event_id == event.id)) or 0) + 1
