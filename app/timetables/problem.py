"""An event as a problem of the exchange format, version 1, with the optional fields of `docs/scheduler.md`.

Ids in the file are the stable names of the models: slot keys, table labels, participant, request and interpreter codes.
What an event does not use is left out, so that its problem stays plain.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import in_zone
from app.events.models import Event, Interpreter, MeetingTable, Slot
from app.meetings.models import MeetingRequest
from app.meetings.queries import value_of
from app.registrations.models import Participant
from app.timetables.material import Material, Placed, load_material
from app.timetables.ways import ONSITE, serves, ways_of

PROBLEM_FORMAT = "matchmaking-problem/1"


@dataclass(frozen=True)
class ProblemOptions:
    """What a run may do beside the rules of the event.

    `with_cancelled`: meetings that were cancelled in the published timetable are asked for again.
    `now`: what has begun by then stays, and nothing new is placed there.
    """

    with_cancelled: bool = True
    now: datetime | None = None


def build_problem(session: Session, event: Event, options: ProblemOptions | None = None) -> dict[str, Any]:
    """The problem of an event as the database has it now; every reference in it is known.

    Accepted requests between approved participants are in it, except those one side has vetoed.
    """
    return assemble(load_material(session, event), options or ProblemOptions())


def assemble(material: Material, options: ProblemOptions) -> dict[str, Any]:
    """The problem of what was loaded."""
    event, begun = material.event, _begun(material, options.now)
    requests = [row for request in material.requests if (row := _request(material, request, options, begun))]
    known = {row["id"] for row in requests}
    for row in requests:
        row["after"] = [code for code in row["after"] if code in known]
    problem: dict[str, Any] = {
        "format": PROBLEM_FORMAT,
        "name": event.slug,
        "slots": [_slot(slot, event.time_zone) for slot in material.slots],
        "tables": [_table(material, table) for table in material.tables],
        "participants": [_participant(material, person) for person in material.participants],
        "requests": requests,
    }
    zones = {table.zone.name for table in material.tables}
    walks = [
        {"zones": [one, other], "minutes": minutes} for one, other, minutes in material.walks if {one, other} <= zones
    ]
    if walks:
        problem["walking"] = {"price": event.walking_price, "between": walks}
    if event.common_language:
        problem["interpreters"] = [_interpreter(material, person) for person in material.interpreters]
    return problem


def _slot(slot: Slot, zone: str) -> dict[str, Any]:
    start = in_zone(slot.starts_at, zone).strftime("%Y-%m-%dT%H:%M")
    minutes = max(1, int((slot.ends_at - slot.starts_at).total_seconds() // 60))
    return {"id": slot.key, "day": slot.day.isoformat(), "start": start, "minutes": minutes}


def _table(material: Material, table: MeetingTable) -> dict[str, Any]:
    closed = material.closures.get(table.id, frozenset())
    row: dict[str, Any] = {"id": table.label, "zone": table.zone.name}
    if closed:
        row["slots"] = [slot.key for slot in material.slots if slot.id not in closed]
    if (ways := serves(table)) != (ONSITE,):
        row["serves"] = list(ways)
    return row


def _participant(material: Material, person: Participant) -> dict[str, Any]:
    event = material.event
    most = next((n for n in (person.max_meetings, person.type.max_meetings, event.max_meetings) if n is not None), None)
    least = event.min_meetings if person.min_meetings is None else person.min_meetings
    row = {
        "id": person.code,
        "organisation": f"o{person.organisation_id:05d}",
        "away": _keys(material, material.away.get(person.id, frozenset())),
        "min_meetings": least,
        "max_meetings": most,
        "table": material.table_labels.get(person.own_table_id or 0),
    }
    return row | _comforts(material, person)


def _comforts(material: Material, person: Participant) -> dict[str, Any]:
    """The optional fields of a participant, only those that say something."""
    event, wishes = material.event, material.wishes.get(person.id, {})
    found: dict[str, Any] = {
        "max_in_a_row": event.max_in_a_row if person.max_in_a_row is None else person.max_in_a_row,
        "preferred": _keys(material, {slot for slot, preferred in wishes.items() if preferred}),
        "disliked": _keys(material, {slot for slot, preferred in wishes.items() if not preferred}),
        "languages": sorted(person.languages) if event.common_language else [],
    }
    if (ways := ways_of(material, person)) != (ONSITE,):
        found["attends"] = list(ways)
    return {name: value for name, value in found.items() if value}


def _interpreter(material: Material, person: Interpreter) -> dict[str, Any]:
    return {
        "id": person.code,
        "languages": sorted(person.languages),
        "away": _keys(material, material.interpreters_away.get(person.id, frozenset())),
        "max_meetings": person.max_meetings,
    }


def _keys(material: Material, slot_ids: set[int] | frozenset[int]) -> list[str]:
    return [key for slot_id, key in material.slot_keys.items() if slot_id in slot_ids] if slot_ids else []


def _request(
    material: Material, request: MeetingRequest, options: ProblemOptions, begun: frozenset[int]
) -> dict[str, Any] | None:
    kept = material.published.get(request.id)
    if kept and kept.cancelled and not options.with_cancelled:
        return None
    sides = sides_of(material, request)
    if sides is None:
        return None
    pin, slots = _place(material, request, begun)
    must = request.must_place
    if kept and kept.slot_id in begun and _goes_on(material, kept, sides, request):
        pin = {"slot": material.slot_keys[kept.slot_id], "table": material.table_labels[kept.table_id]}
        slots, must = None, True
        sides = [[material.codes[person]] for person in kept.participant_ids]
    row = {
        "id": request.code,
        "sides": sides,
        "value": value_of(request, material.scores.get(request.id)),
        "must": must,
        "slots": slots,
        "pinned": pin,
        "after": material.earlier_codes.get(request.id, []),
    }
    length = material.length_of(request)
    return row if length == 1 else row | {"length": length}


def sides_of(material: Material, request: MeetingRequest) -> list[list[str]] | None:
    """The codes of each side, or None when one side is empty: not approved any more, or vetoed."""
    asked = [request.recipient_id]
    if request.any_colleague:
        asked += [p for p in material.colleagues_of(request.recipient_id) if p != request.requester_id]
    if request.requester_id not in material.codes or material.vetoed(request.requester_id, request.recipient_id):
        return None
    able = [p for p in asked if p in material.codes and not material.vetoed(request.requester_id, p)]
    return [[material.codes[request.requester_id]], [material.codes[p] for p in able]] if able else None


def _begun(material: Material, now: datetime | None) -> frozenset[int]:
    return frozenset(slot.id for slot in material.slots if now is not None and slot.starts_at <= now)


def _place(
    material: Material, request: MeetingRequest, begun: frozenset[int]
) -> tuple[dict[str, str | None] | None, list[str] | None]:
    """The pin and the only slots allowed to begin in. A pin to a place that is closed now leaves no slot at all."""
    allowed, length = material.allowed.get(request.id), material.length_of(request)
    slots: list[str] | None = None
    if allowed is not None or length > 1 or begun:
        slots = [
            slot.key
            for slot in material.slots
            if (allowed is None or slot.id in allowed)
            and slot.id not in begun
            and (length == 1 or material.span(slot.id, length))
        ]
    pin = material.pins.get(request.id)
    if pin is None:
        return None, slots
    table = None if pin.table_id is None else material.table_labels.get(pin.table_id)
    if pin.slot_id not in material.slot_keys or (table is None and pin.table_id is not None):
        return None, []
    return {"slot": material.slot_keys[pin.slot_id], "table": table}, slots


def _goes_on(material: Material, kept: Placed, sides: list[list[str]], request: MeetingRequest) -> bool:
    """Whether a published meeting that has begun is still held: its place is there, its people are, on their sides."""
    if kept.cancelled or kept.table_id not in material.table_labels or len(kept.participant_ids) != len(sides):
        return False
    there = all(material.codes.get(p) in side for p, side in zip(kept.participant_ids, sides, strict=True))
    return there and material.span(kept.slot_id, material.length_of(request)) is not None
