"""What the timetable pages show, as plain data for the templates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.events.models import Event, Interpreter, MeetingTable, Slot
from app.i18n import zone_time
from app.meetings.models import MeetingRequest
from app.organisations.models import Organisation
from app.registrations.models import Participant
from app.timetables.models import (
    ChangeKind,
    Meeting,
    MeetingState,
    Seat,
    Timetable,
    TimetableChange,
)

BREAK_FROM = timedelta(minutes=15)


@dataclass(frozen=True)
class Person:
    """Somebody at a meeting."""

    name: str
    organisation: str


@dataclass(frozen=True)
class Entry:
    """A meeting as the grid and the list show it."""

    id: int
    request: str
    slot_id: int
    last_slot_id: int
    table_id: int
    kind: str
    people: tuple[Person, ...]
    note: str
    interpreter: str


def entries_of(session: Session, timetable: Timetable, conflicts: Mapping[str, str]) -> list[Entry]:
    """The meetings of a timetable. `conflicts` maps request codes to what the judge says about them."""
    people = _people(session, timetable)
    moved = _moved(session, timetable)
    rows = session.execute(
        select(Meeting, MeetingRequest.code, MeetingRequest.must_place, Interpreter.name)
        .join(MeetingRequest, MeetingRequest.id == Meeting.request_id)
        .outerjoin(Interpreter, Interpreter.id == Meeting.interpreter_id)
        .where(Meeting.timetable_id == timetable.id)
        .order_by(Meeting.id)
    )
    found = []
    for meeting, code, must, interpreter in rows:
        kind = _kind(meeting, must, moved=meeting.request_id in moved, conflict=code in conflicts)
        note = meeting.cancel_reason if kind == "cancelled" else conflicts.get(code, "")
        who = people.get(meeting.id, ())
        place = (meeting.slot_id, meeting.last_slot_id, meeting.table_id)
        found.append(Entry(meeting.id, code, *place, kind, who, note, interpreter or ""))
    return _with_names_of_cancelled(session, found)


def _kind(meeting: Meeting, must: bool, *, moved: bool, conflict: bool) -> str:
    if meeting.state is MeetingState.CANCELLED:
        return "cancelled"
    if conflict:
        return "conflict"
    if meeting.pinned:
        return "pinned"
    return "moved" if moved else "must" if must else "meeting"


def _people(session: Session, timetable: Timetable) -> dict[int, tuple[Person, ...]]:
    rows = session.execute(
        select(Seat.meeting_id, User.name, Organisation.name)
        .join(Participant, Participant.id == Seat.participant_id)
        .join(User, User.id == Participant.user_id)
        .join(Organisation, Organisation.id == Participant.organisation_id)
        .where(Seat.timetable_id == timetable.id, Seat.part == 0)
        .order_by(Seat.id)
    )
    found: defaultdict[int, tuple[Person, ...]] = defaultdict(tuple)
    for meeting_id, name, organisation in rows:
        found[meeting_id] += (Person(name, organisation),)
    return found


def _with_names_of_cancelled(session: Session, entries: list[Entry]) -> list[Entry]:
    """A cancelled meeting has no seats any more; its request still knows who was to meet."""
    bare = [entry.request for entry in entries if not entry.people]
    if not bare:
        return entries
    names = request_people(session, select(MeetingRequest.id).where(MeetingRequest.code.in_(bare)))
    return [
        entry if entry.people else Entry(**{**entry.__dict__, "people": names.get(entry.request, ())})
        for entry in entries
    ]


def request_people(session: Session, wanted: Any) -> dict[str, tuple[Person, ...]]:
    """Request code -> requester and recipient, for the requests of a subquery of ids."""
    found: dict[str, tuple[Person, ...]] = defaultdict(tuple)
    for column in (MeetingRequest.requester_id, MeetingRequest.recipient_id):
        rows = session.execute(
            select(MeetingRequest.code, User.name, Organisation.name)
            .join(Participant, Participant.id == column)
            .join(User, User.id == Participant.user_id)
            .join(Organisation, Organisation.id == Participant.organisation_id)
            .where(MeetingRequest.id.in_(wanted))
        )
        for code, name, organisation in rows:
            found[code] += (Person(name, organisation),)
    return found


def _moved(session: Session, timetable: Timetable) -> set[int]:
    """Requests whose meeting was moved since the publication."""
    if timetable.published_at is None:
        return set()
    return set(
        session.scalars(
            select(TimetableChange.request_id).where(
                TimetableChange.timetable_id == timetable.id,
                TimetableChange.kind == ChangeKind.MOVED,
                TimetableChange.at > timetable.published_at,
            )
        )
    )


def grid(
    event: Event,
    slots: Iterable[Slot],
    tables: Iterable[MeetingTable],
    closures: set[tuple[int, int]],
    entries: Iterable[Entry],
) -> dict[str, Any]:
    """The board of the kit's timetable grid: the slots of one day by all tables."""
    tables, slots = list(tables), list(slots)
    at = _at(slots, entries)
    rows: list[dict[str, Any]] = []
    before: Slot | None = None
    for slot in slots:
        if before is not None and slot.starts_at - before.ends_at >= BREAK_FROM:
            minutes = int((slot.starts_at - before.ends_at).total_seconds() // 60)
            label = zone_time(before.ends_at, event.time_zone)
            rows.append({"kind": "break", "label": label, "text": _("Break of %(minutes)s minutes", minutes=minutes)})
        cells = [_cell(event, slot, table, closures, at.get((slot.id, table.id))) for table in tables]
        start, end = (zone_time(moment, event.time_zone) for moment in (slot.starts_at, slot.ends_at))
        rows.append({"kind": "slot", "id": slot.id, "label": start, "end": end, "cells": cells})
        before = slot
    zones: list[dict[str, Any]] = []
    for table in tables:
        if not zones or zones[-1]["id"] != table.zone_id:
            zones.append({"id": table.zone_id, "name": table.zone.name, "tables": []})
        zones[-1]["tables"].append({"id": table.id, "name": table.label})
    return {"zones": zones, "rows": rows}


def _at(slots: list[Slot], entries: Iterable[Entry]) -> dict[tuple[int, int], Entry]:
    """(slot, table) -> the meeting there, in each slot of a long one; a cancelled one only where no other is."""
    rank = {slot.id: i for i, slot in enumerate(slots)}
    at: dict[tuple[int, int], Entry] = {}
    for entry in entries:
        if entry.slot_id not in rank:
            continue
        first = rank[entry.slot_id]
        last = first if entry.kind == "cancelled" else rank.get(entry.last_slot_id, first)
        for slot in slots[first : last + 1]:
            place = (slot.id, entry.table_id)
            if place not in at or at[place].kind == "cancelled":
                at[place] = entry
    return at


def _cell(
    event: Event, slot: Slot, table: MeetingTable, closures: set[tuple[int, int]], entry: Entry | None
) -> dict[str, Any] | None:
    if entry is None:
        closed = not slot.is_open or not table.is_open or (table.id, slot.id) in closures
        return {"kind": "blocked"} if closed else None
    names = [person.name for person in entry.people] or [entry.request]
    return {
        "kind": entry.kind,
        "id": entry.id,
        "a": names[0],
        "b": ", ".join(names[1:]),
        "goes_on": slot.id != entry.slot_id,
        "note": "; ".join(filter(None, [*(p.organisation for p in entry.people), *_helper(entry), entry.note])),
        "url": url_for("timetables.meeting", slug=event.slug, meeting_id=entry.id),
    }


def _helper(entry: Entry) -> list[str]:
    return [_("Interpreter: %(name)s", name=entry.interpreter)] if entry.interpreter else []


@dataclass(frozen=True)
class ChangeLine:
    """One change in words: who, from where, to where."""

    kind: ChangeKind
    people: tuple[Person, ...]
    old_slot: Slot | None
    old_table: MeetingTable | None
    new_slot: Slot | None
    new_table: MeetingTable | None
    reason: str = ""
    old_last: Slot | None = None
    new_last: Slot | None = None


def change_lines(session: Session, event: Event, changes: Iterable[Any]) -> list[ChangeLine]:
    """Lines for stored changes or for differences; both know request, kind, and old and new places."""
    slots = {slot.id: slot for slot in session.scalars(select(Slot).where(Slot.event_id == event.id))}
    tables = {t.id: t for t in session.scalars(select(MeetingTable).where(MeetingTable.event_id == event.id))}
    everybody = request_people(session, select(MeetingRequest.id).where(MeetingRequest.event_id == event.id))
    rows = session.execute(select(MeetingRequest.id, MeetingRequest.code).where(MeetingRequest.event_id == event.id))
    codes = dict(rows.all())
    return [
        ChangeLine(
            change.kind,
            everybody.get(codes.get(change.request_id, ""), ()),
            slots.get(change.old_slot_id or 0),
            tables.get(change.old_table_id or 0),
            slots.get(change.new_slot_id or 0),
            tables.get(change.new_table_id or 0),
            getattr(change, "reason", ""),
            slots.get(change.old_last_slot_id or 0),
            slots.get(change.new_last_slot_id or 0),
        )
        for change in changes
    ]


def days(slots: Iterable[Slot]) -> list[date]:
    """The days that have slots."""
    return sorted({slot.day for slot in slots})
