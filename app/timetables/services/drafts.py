"""The draft: all meetings of an event as a run placed them, free to be changed by hand."""

import json
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict
from app.events.models import Event, Interpreter, MeetingTable, Slot
from app.meetings.models import MeetingRequest, RequestPin, RequestState
from app.registrations.models import Participant, RegistrationState
from app.timetables.changes import lock_event
from app.timetables.models import (
    InterpreterBooking,
    Meeting,
    MeetingState,
    SchedulingRun,
    Seat,
    TableBooking,
    Timetable,
    TimetableState,
    Unplaced,
)
from app.timetables.services.seating import Spot, interpreter_rows, seat_rows, table_rows

Row = dict[str, Any]


def draft_from_run(session: Session, run: SchedulingRun, actor: User | None, clock: Clock) -> Timetable:
    """Make a run's schedule the draft of its event, in place of the one before.

    What has disappeared since the run (a request taken back, a slot or table removed, somebody who left) is left out;
    accepted requests the run did not know become unplaced. Raises Conflict when the run has no schedule.
    """
    if not run.schedule:
        raise Conflict(_("This run has no schedule."))
    lock_event(session, run.event)
    session.execute(
        delete(Timetable).where(Timetable.event_id == run.event_id, Timetable.state == TimetableState.DRAFT)
    )
    session.expire_all()
    draft = Timetable(event_id=run.event_id, state=TimetableState.DRAFT, run_id=run.id, created_at=clock())
    session.add(draft)
    session.flush()
    _fill(session, draft, json.loads(run.schedule), Spans(json.loads(run.problem or "{}")))
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action="timetable.draft",
        subject_kind="timetable",
        subject_id=draft.id,
        event_id=run.event_id,
        detail={"run": run.id},
    )
    return draft


class Spans:
    """The slots each meeting of a schedule takes, in the problem the schedule was made for."""

    def __init__(self, problem: Row) -> None:
        self._keys: list[str] = [row["id"] for row in problem.get("slots", ())]
        self._rank = {key: i for i, key in enumerate(self._keys)}
        self._length: dict[str, int] = {row["id"]: row.get("length", 1) for row in problem.get("requests", ())}

    def of(self, meeting: Row) -> list[str]:
        """Keys of all slots of a meeting."""
        first, length = self._rank.get(meeting["slot"]), self._length.get(meeting["request"], 1)
        return [meeting["slot"]] if first is None else self._keys[first : first + length]


class _Ids:
    """Stable names to ids, of what exists and takes part now."""

    def __init__(self, session: Session, event: Event) -> None:
        def read(model: Any, name: Any, *conditions: Any) -> dict[str, int]:
            rows = session.execute(select(name, model.id).where(model.event_id == event.id, *conditions))
            return dict(rows.all())

        self.slots = read(Slot, Slot.key)
        self.tables = read(MeetingTable, MeetingTable.label)
        self.people = read(Participant, Participant.code, Participant.state == RegistrationState.APPROVED)
        self.requests = read(MeetingRequest, MeetingRequest.code, MeetingRequest.state == RequestState.ACCEPTED)
        self.interpreters = read(Interpreter, Interpreter.code)

    def spot(self, row: Row, keys: list[str]) -> Spot | None:
        """What a meeting takes; None when a part of it is gone."""
        helper = row.get("interpreter")
        wanted = [
            *((self.people, person) for person in row["participants"]),
            *((self.slots, key) for key in keys),
            *([(self.interpreters, helper)] if helper else []),
            (self.requests, row["request"]),
            (self.tables, row["table"]),
        ]
        if any(name not in known for known, name in wanted):
            return None
        return Spot(
            tuple(self.slots[key] for key in keys),
            self.tables[row["table"]],
            tuple(self.people[person] for person in row["participants"]),
            self.interpreters[helper] if helper else None,
        )


def _fill(session: Session, draft: Timetable, schedule: Row, spans: Spans) -> None:
    ids = _Ids(session, draft.event)
    kept = [(row, spot) for row in schedule["meetings"] if (spot := ids.spot(row, spans.of(row)))]
    pinned = set(session.scalars(select(RequestPin.request_id).join(MeetingRequest).where(_of(draft))))
    meetings = [
        {
            "timetable_id": draft.id,
            "request_id": ids.requests[row["request"]],
            "slot_id": spot.slot_ids[0],
            "last_slot_id": spot.slot_ids[-1],
            "table_id": spot.table_id,
            "interpreter_id": spot.interpreter_id,
            "state": MeetingState.SCHEDULED,
            "pinned": ids.requests[row["request"]] in pinned,
            "cancel_reason": "",
        }
        for row, spot in kept
    ]
    if meetings:
        made = session.scalars(insert(Meeting).returning(Meeting.id, sort_by_parameter_order=True), meetings).all()
        spots = [(meeting_id, draft.id, spot) for meeting_id, (_row, spot) in zip(made, kept, strict=True)]
        for kind, rows_of in ((Seat, seat_rows), (TableBooking, table_rows), (InterpreterBooking, interpreter_rows)):
            rows = [row for taken in spots for row in rows_of(*taken)]
            if rows:
                session.execute(insert(kind), rows)
    unplaced = _unplaced(schedule, ids, {row["request"] for row, _spot in kept})
    if unplaced:
        session.execute(insert(Unplaced), [{"timetable_id": draft.id, **row} for row in unplaced])


def _unplaced(schedule: Row, ids: _Ids, placed: set[str]) -> list[Row]:
    """A row for each accepted request without a meeting, with the engine's reason where it gave one."""
    said = {row["request"]: row for row in schedule["unplaced"]}
    tried = {row["request"] for row in schedule["meetings"]}
    rows = []
    for code, request_id in ids.requests.items():
        if code in placed:
            continue
        row = said.get(code, {})
        reason = row.get("reason") or ("place_gone" if code in tried else "not_in_run")
        detail = {"sentence": row.get("sentence", ""), "ids": row.get("ids", [])}
        rows.append({"request_id": request_id, "reason": reason[:60], "detail": detail})
    return rows


def _of(draft: Timetable) -> Any:
    return MeetingRequest.event_id == draft.event_id
