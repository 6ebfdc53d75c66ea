"""An event as a problem of the exchange format, version 1.

Ids in the file are the stable names of the models: slot keys, table labels, participant codes, request codes.

People who attend online. The format knows no such thing as an online meeting, but it knows own tables: everybody with
an own table meets there and nobody else sits at it. So where an event has both kinds of tables, everybody who attends
online gets one of the online rooms as their own, in turn, and an online room that belongs to nobody is left out.
Two people on site can then never be sent into an online room, nor somebody online to a table in the hall; the one
exception is the booth of an exhibitor, who may take an online guest at the booth. The turn counts every online
registration, whatever its state, so that a cancelled one does not send all the others elsewhere.
"""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.orm import Session

from app.core.clock import in_zone
from app.events.models import Event, Slot
from app.meetings.models import MeetingRequest
from app.meetings.queries import value_of
from app.registrations.models import Attendance, Participant
from app.timetables.material import Material, Placed, load_material

PROBLEM_FORMAT = "matchmaking-problem/1"


@dataclass(frozen=True)
class ProblemOptions:
    """What a run may do beside the rules of the event.

    `keep_published`: meetings of the published timetable stay where they are, as far as that is still possible.
    `with_cancelled`: meetings that were cancelled in the published timetable are asked for again.
    """

    keep_published: bool = False
    with_cancelled: bool = True


def build_problem(session: Session, event: Event, options: ProblemOptions | None = None) -> dict[str, Any]:
    """The problem of an event as the database has it now; every reference in it is known.

    Accepted requests between approved participants are in it, except those one side has vetoed.
    """
    return assemble(load_material(session, event), options or ProblemOptions())


def assemble(material: Material, options: ProblemOptions) -> dict[str, Any]:
    """The problem of what was loaded."""
    own = OwnTables.of(material)
    people = [_participant(material, person, own) for person in material.participants]
    requests = [row for request in material.requests if (row := _request(material, request, options, own))]
    known = {row["id"] for row in requests}
    for row in requests:
        row["after"] = [code for code in row["after"] if code in known]
    return {
        "format": PROBLEM_FORMAT,
        "name": material.event.slug,
        "slots": [_slot(slot, material.event.time_zone) for slot in material.slots],
        "tables": [_table(material, table) for table in material.tables if table.id not in own.unused],
        "participants": people,
        "requests": requests,
    }


@dataclass(frozen=True)
class OwnTables:
    """Participant id -> id of the table they meet at, and the online rooms nobody may use."""

    tables: dict[int, int]
    unused: frozenset[int]

    @classmethod
    def of(cls, material: Material) -> Self:
        rooms = online_rooms(material)
        booths = {p.id: p.own_table_id for p in material.participants if p.own_table_id in material.table_labels}
        online = {table.id for table in material.tables if table.zone.is_online}
        taken = {*rooms.values(), *booths.values()}
        mixed = 0 < len(online) < len(material.tables)
        return cls({**booths, **rooms}, frozenset(online - taken) if mixed else frozenset())

    def admits(self, table_id: int, participant_ids: tuple[int, ...]) -> bool:
        """Rule 4 of the format: owners meet at a table of their own, nobody else sits there."""
        own = {self.tables[p] for p in participant_ids if p in self.tables}
        return table_id in own if own else table_id not in set(self.tables.values())


def online_rooms(material: Material) -> dict[int, int]:
    """Participant id -> id of the online room that serves as own table; empty where no such care is needed."""
    online = [table.id for table in material.tables if table.zone.is_online]
    if not online or len(online) == len(material.tables):
        return {}
    turns = {person: online[i % len(online)] for i, person in enumerate(material.online_ids)}
    return {
        person.id: turns[person.id]
        for person in material.participants
        if person.attendance is Attendance.ONLINE and person.own_table_id not in material.table_labels
    }


def _slot(slot: Slot, zone: str) -> dict[str, Any]:
    start = in_zone(slot.starts_at, zone).strftime("%Y-%m-%dT%H:%M")
    minutes = max(1, int((slot.ends_at - slot.starts_at).total_seconds() // 60))
    return {"id": slot.key, "day": slot.day.isoformat(), "start": start, "minutes": minutes}


def _table(material: Material, table: Any) -> dict[str, Any]:
    closed = material.closures.get(table.id, frozenset())
    row: dict[str, Any] = {"id": table.label, "zone": table.zone.name}
    if closed:
        row["slots"] = [slot.key for slot in material.slots if slot.id not in closed]
    return row


def _participant(material: Material, person: Participant, own: OwnTables) -> dict[str, Any]:
    event = material.event
    most = next((n for n in (person.max_meetings, person.type.max_meetings, event.max_meetings) if n is not None), None)
    least = event.min_meetings if person.min_meetings is None else person.min_meetings
    away = material.away.get(person.id, frozenset())
    return {
        "id": person.code,
        "organisation": f"o{person.organisation_id:05d}",
        "away": [key for slot_id, key in material.slot_keys.items() if slot_id in away] if away else [],
        "min_meetings": least,
        "max_meetings": most,
        "table": material.table_labels.get(own.tables.get(person.id, 0)),
    }


def _request(
    material: Material, request: MeetingRequest, options: ProblemOptions, own: OwnTables
) -> dict[str, Any] | None:
    kept = material.published.get(request.id)
    if kept and kept.cancelled and not options.with_cancelled:
        return None
    sides = sides_of(material, request)
    if sides is None:
        return None
    pin, slots = _pin(material, request, own.unused)
    must = request.must_place
    stays = options.keep_published and pin is None and kept is not None
    if stays and kept and _can_stay(material, kept, sides, own) and _allows(slots, material.slot_keys[kept.slot_id]):
        pin = {"slot": material.slot_keys[kept.slot_id], "table": material.table_labels[kept.table_id]}
        sides = [[material.codes[person]] for person in kept.participant_ids]
        must = True
    return {
        "id": request.code,
        "sides": sides,
        "value": value_of(request, material.scores.get(request.id)),
        "must": must,
        "slots": slots,
        "pinned": pin,
        "after": material.earlier_codes.get(request.id, []),
    }


def sides_of(material: Material, request: MeetingRequest) -> list[list[str]] | None:
    """The codes of each side, or None when one side is empty: not approved any more, or vetoed."""
    asked = [request.recipient_id]
    if request.any_colleague:
        asked += [p for p in material.colleagues_of(request.recipient_id) if p != request.requester_id]
    if request.requester_id not in material.codes or material.vetoed(request.requester_id, request.recipient_id):
        return None
    able = [p for p in asked if p in material.codes and not material.vetoed(request.requester_id, p)]
    return [[material.codes[request.requester_id]], [material.codes[p] for p in able]] if able else None


def _pin(
    material: Material, request: MeetingRequest, unused: frozenset[int]
) -> tuple[dict[str, str | None] | None, list[str] | None]:
    """The pin and the only slots allowed. A pin to a place that is closed now leaves no slot at all."""
    allowed = material.allowed.get(request.id)
    slots = None if allowed is None else [slot.key for slot in material.slots if slot.id in allowed]
    pin = material.pins.get(request.id)
    if pin is None:
        return None, slots
    gone = pin.slot_id not in material.slot_keys or (
        pin.table_id is not None and (pin.table_id not in material.table_labels or pin.table_id in unused)
    )
    if gone:
        return None, []
    table = None if pin.table_id is None else material.table_labels[pin.table_id]
    return {"slot": material.slot_keys[pin.slot_id], "table": table}, slots


def _allows(slots: list[str] | None, key: str) -> bool:
    return slots is None or key in slots


def _can_stay(material: Material, kept: Placed, sides: list[list[str]], own: OwnTables) -> bool:
    """Whether a published meeting could be held as it is: place open to them, everybody there, on their side."""
    if kept.cancelled or kept.slot_id not in material.slot_keys or kept.table_id not in material.table_labels:
        return False
    if kept.table_id in own.unused or kept.slot_id in material.closures.get(kept.table_id, frozenset()):
        return False
    if len(kept.participant_ids) != len(sides) or not own.admits(kept.table_id, kept.participant_ids):
        return False
    return all(
        material.codes.get(person) in side and kept.slot_id not in material.away.get(person, frozenset())
        for person, side in zip(kept.participant_ids, sides, strict=True)
    )
