"""A meeting that goes on longer than planned."""

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict
from app.timetables.board import load_board
from app.timetables.models import ChangeKind, Meeting, SchedulingRun, TimetableState
from app.timetables.obstacles import Obstacle, obstacles
from app.timetables.options import Mode, RunOptions
from app.timetables.rules import Difference
from app.timetables.services.moves import spot_of, tell
from app.timetables.services.runs import start_run
from app.timetables.services.seating import (
    named_conflicts,
    need_free,
    need_scheduled,
    open_timetable,
    place_of,
    sit,
    stand_up,
)

SECONDS_TO_REPLAN = 10.0
MOVABLE = frozenset({"busy", "table_taken", "in_a_row", "walk", "language", "order"})
"""Obstacles that other meetings are."""


def extend_meeting(
    session: Session, meeting: Meeting, actor: User | None, clock: Clock, *, replan: bool = False
) -> SchedulingRun | None:
    """Let a published meeting last one slot more.

    Where its people and its table are free then, it does so at once, and everybody is told. Else Conflict names what
    is in the way; with `replan` a run is started that moves as few of the others as possible, and returned.
    """
    event = open_timetable(session, meeting.timetable)
    if meeting.timetable.state is not TimetableState.PUBLISHED:
        raise Conflict(_("Only a published meeting can run over."))
    need_scheduled(session, meeting)
    if meeting.last_slot.ends_at <= clock():
        raise Conflict(_("This meeting is over."))
    request = meeting.request
    request.length = _slots_taken(session, meeting) + 1
    session.flush()
    board = load_board(session, event, meeting.timetable)
    held = board.held[request.code]
    found = obstacles(board, request.code, held.people, held.slot, held.table)
    if _hopeless(found) or (found and not replan):
        need_free(found)
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action="meeting.extend",
        subject_kind="meeting",
        subject_id=meeting.id,
        event_id=event.id,
        detail={"request": request.code, "slots": request.length, "replan": bool(found)},
    )
    if found:
        options = replace(RunOptions(), time_limit=SECONDS_TO_REPLAN, mode=Mode.REPLAN)
        return start_run(session, event, options, actor, clock)
    old = place_of(meeting)
    spot = spot_of(board, held.request, held.people, meeting.slot, meeting.table, held.interpreter)
    with named_conflicts(session, meeting.timetable, spot):
        stand_up(session, meeting)
        sit(session, meeting, spot)
    difference = Difference(ChangeKind.MOVED, meeting.request_id, old, place_of(meeting))
    tell(session, meeting.timetable, [difference], actor, clock)
    return None


def _slots_taken(session: Session, meeting: Meeting) -> int:
    board = load_board(session, meeting.timetable.event, meeting.timetable)
    return len(board.held[meeting.request.code].slots)


def _hopeless(found: list[Obstacle]) -> bool:
    """Whether moving other meetings would not help: no slot follows, somebody must go, the table closes."""
    return any(obstacle.code not in MOVABLE for obstacle in found)
