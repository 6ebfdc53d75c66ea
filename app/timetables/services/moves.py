"""Manual changes to the draft, or live to the published timetable: move, swap, cancel, place, pin."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.events.models import Event, MeetingTable, Slot
from app.meetings.models import MeetingRequest, RequestPin
from app.timetables.board import Board, load_board
from app.timetables.changes import record_changes
from app.timetables.choices import swap_obstacles
from app.timetables.models import ChangeKind, Meeting, MeetingState, Timetable, TimetableState, Unplaced
from app.timetables.obstacles import Obstacle, interpreter_for, obstacles
from app.timetables.rules import Difference
from app.timetables.services.seating import (
    Spot,
    named_conflicts,
    need_free,
    need_future,
    need_scheduled,
    open_timetable,
    place_of,
    sit,
    stand_up,
    take_out,
    twin_in_draft,
)

REASON_LENGTH = 500


def move_meeting(
    session: Session, meeting: Meeting, slot: Slot, table: MeetingTable, actor: User | None, clock: Clock
) -> Meeting:
    """Move a meeting to another slot or table. Raises Conflict that names everything in the way."""
    event = open_timetable(session, meeting.timetable)
    need_scheduled(session, meeting)
    old = place_of(meeting)
    if (slot.id, table.id) == (old.slot_id, old.table_id):
        return meeting
    need_future(slot, clock)
    board = load_board(session, event, meeting.timetable)
    held = board.held[meeting.request.code]
    need_free(obstacles(board, held.request, held.people, slot.key, table.label))
    spot = spot_of(board, held.request, held.people, slot, table, held.interpreter)
    with named_conflicts(session, meeting.timetable, spot):
        stand_up(session, meeting)
        sit(session, meeting, spot)
    _record(session, event, meeting, "meeting.move", actor, clock, slot=slot.key, table=table.label)
    found = Difference(ChangeKind.MOVED, meeting.request_id, old, place_of(meeting))
    tell(session, meeting.timetable, [found], actor, clock)
    return meeting


def swap_meetings(session: Session, one: Meeting, other: Meeting, actor: User | None, clock: Clock) -> None:
    """Let two meetings of one timetable change places. Raises Conflict that names what speaks against it."""
    if one.timetable_id != other.timetable_id or one.id == other.id:
        raise Invalid(_("Only two meetings of the same timetable can change places."))
    event = open_timetable(session, one.timetable)
    board = load_board(session, event, one.timetable)
    for meeting, goal in ((one, other), (other, one)):
        need_scheduled(session, meeting)
        need_future(goal.slot, clock)
    need_free(swap_obstacles(board, one.request.code, other.request.code))
    first, second = place_of(one), place_of(other)
    goals = ((one, other.slot, other.table), (other, one.slot, one.table))
    held = {meeting.id: board.held[meeting.request.code] for meeting in (one, other)}
    with board.without(one.request.code, other.request.code):
        spots = [
            (meeting, spot_of(board, mine.request, mine.people, slot, table, mine.interpreter))
            for meeting, slot, table in goals
            if (mine := held[meeting.id])
        ]
    with named_conflicts(session, one.timetable, spots[0][1]):
        for meeting, _goal in spots:  # out of the way first, or the unique indexes would refuse the halfway state
            meeting.state = MeetingState.CANCELLED
            stand_up(session, meeting)
        session.flush()
        for meeting, spot in spots:
            sit(session, meeting, spot)
    found = [Difference(ChangeKind.MOVED, m.request_id, old, place_of(m)) for m, old in ((one, first), (other, second))]
    _record(session, event, one, "meeting.swap", actor, clock, other=other.request.code)
    tell(session, one.timetable, found, actor, clock)


def cancel_meeting(session: Session, meeting: Meeting, reason: str, actor: User | None, clock: Clock) -> None:
    """Take a meeting out of its timetable. From a draft it goes back to the unplaced requests.

    In the published timetable it stays, marked cancelled, with the reason; a draft loses it too.
    """
    event = open_timetable(session, meeting.timetable)
    need_scheduled(session, meeting)
    reason = " ".join(reason.split())[:REASON_LENGTH]
    if not reason:
        raise Invalid(_("Say why the meeting is cancelled; the participants will read it."), field="reason")
    old = place_of(meeting)
    _record(session, event, meeting, "meeting.cancel", actor, clock, reason=reason)
    session.execute(delete(RequestPin).where(RequestPin.request_id == meeting.request_id))
    if meeting.timetable.state is TimetableState.DRAFT:
        take_out(session, meeting, "taken_out", reason)
        return
    meeting.state, meeting.cancel_reason, meeting.pinned = MeetingState.CANCELLED, reason, False
    stand_up(session, meeting)
    session.flush()
    twin = twin_in_draft(session, meeting)
    if twin is not None:
        take_out(session, twin, "cancelled", reason)
    found = Difference(ChangeKind.CANCELLED, meeting.request_id, old, None)
    tell(session, meeting.timetable, [found], actor, clock, reason)


def place_request(
    session: Session,
    timetable: Timetable,
    request: MeetingRequest,
    slot: Slot,
    table: MeetingTable,
    actor: User | None,
    clock: Clock,
) -> Meeting:
    """Give an unplaced request a meeting by hand. Raises Conflict that names everything in the way."""
    event = open_timetable(session, timetable)
    need_future(slot, clock)
    meeting = session.scalars(
        select(Meeting).where(Meeting.timetable_id == timetable.id, Meeting.request_id == request.id)
    ).first()
    if meeting is not None and meeting.state is MeetingState.SCHEDULED:
        raise Conflict(_("This request has a meeting already."))
    board = load_board(session, event, timetable)
    people = team_for(board, request.code, slot.key, table.label)
    spot = spot_of(board, request.code, people, slot, table)
    with named_conflicts(session, timetable, spot):
        meeting = meeting or Meeting(timetable_id=timetable.id, request_id=request.id)
        meeting.cancel_reason, meeting.pinned = "", False
        sit(session, meeting, spot)
    session.execute(delete(Unplaced).where(Unplaced.timetable_id == timetable.id, Unplaced.request_id == request.id))
    session.refresh(meeting)
    _record(session, event, meeting, "meeting.place", actor, clock, slot=slot.key, table=table.label)
    found = Difference(ChangeKind.ADDED, request.id, None, place_of(meeting))
    tell(session, timetable, [found], actor, clock)
    return meeting


def pin_meeting(session: Session, meeting: Meeting, actor: User | None, clock: Clock) -> None:
    """Keep a meeting where it is: runs will not move it, and by hand it has to be unpinned first."""
    event = open_timetable(session, meeting.timetable)
    need_scheduled(session, meeting)
    pin = session.get(RequestPin, meeting.request_id) or RequestPin(request_id=meeting.request_id)
    pin.slot_id, pin.table_id = meeting.slot_id, meeting.table_id
    session.add(pin)
    meeting.pinned = True
    session.flush()
    _record(session, event, meeting, "meeting.pin", actor, clock)


def unpin_meeting(session: Session, meeting: Meeting, actor: User | None, clock: Clock) -> None:
    """Let a pinned meeting be moved again."""
    event = open_timetable(session, meeting.timetable)
    session.execute(delete(RequestPin).where(RequestPin.request_id == meeting.request_id))
    meeting.pinned = False
    session.flush()
    _record(session, event, meeting, "meeting.unpin", actor, clock)


def team_for(board: Board, request: str, slot: str, table: str) -> tuple[str, ...]:
    """The first choice of people who can meet there; raises Conflict with what stops the people asked for."""
    first: list[Obstacle] | None = None
    for team in board.teams(request):
        found = obstacles(board, request, team, slot, table)
        if not found:
            return team
        first = found if first is None else first
    need_free(first or [])
    raise Conflict(_("The request is not accepted any more, or a person left."))


def spot_of(
    board: Board, request: str, people: tuple[str, ...], slot: Slot, table: MeetingTable, rather: str | None = None
) -> Spot:
    """What a meeting takes from a slot on: as many slots as it lasts, and the interpreter it needs, `rather` this."""
    material = board.material
    with board.without(request):
        keys = board.span(request, slot.key) or (slot.key,)
        helper = interpreter_for(board, people, keys, rather)
    slots = {key: slot_id for slot_id, key in material.slot_keys.items()}
    ids = {code: person_id for person_id, code in material.codes.items()}
    interpreter = next((row.id for row in material.interpreters if row.code == helper), None)
    return Spot(tuple(slots[key] for key in keys), table.id, tuple(ids[code] for code in people), interpreter)


def _record(
    session: Session, event: Event, meeting: Meeting, action: str, actor: User | None, clock: Clock, **detail: Any
) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind="meeting",
        subject_id=meeting.id,
        event_id=event.id,
        detail={"request": meeting.request.code, **detail},
    )


def tell(
    session: Session, timetable: Timetable, found: list[Difference], actor: User | None, clock: Clock, reason: str = ""
) -> None:
    """Changes of a draft are nobody's news yet."""
    if timetable.state is TimetableState.PUBLISHED:
        record_changes(session, timetable.event, timetable, found, actor, clock, reason)
