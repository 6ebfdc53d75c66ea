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
from app.events.models import Event, MeetingTable, Slot
from app.meetings.models import MeetingRequest, RequestPin, RequestState
from app.registrations.models import Participant, RegistrationState
from app.timetables.changes import lock_event
from app.timetables.models import Meeting, MeetingState, SchedulingRun, Seat, Timetable, TimetableState, Unplaced

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
    _fill(session, draft, json.loads(run.schedule))
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

    def knows(self, row: Row) -> bool:
        people = all(person in self.people for person in row["participants"])
        return people and row["request"] in self.requests and row["slot"] in self.slots and row["table"] in self.tables


def _fill(session: Session, draft: Timetable, schedule: Row) -> None:
    ids = _Ids(session, draft.event)
    kept = [row for row in schedule["meetings"] if ids.knows(row)]
    pinned = set(session.scalars(select(RequestPin.request_id).join(MeetingRequest).where(_of(draft))))
    meetings = [
        {
            "timetable_id": draft.id,
            "request_id": ids.requests[row["request"]],
            "slot_id": ids.slots[row["slot"]],
            "table_id": ids.tables[row["table"]],
            "state": MeetingState.SCHEDULED,
            "pinned": ids.requests[row["request"]] in pinned,
            "cancel_reason": "",
        }
        for row in kept
    ]
    if meetings:
        made = session.scalars(insert(Meeting).returning(Meeting.id, sort_by_parameter_order=True), meetings).all()
        seats = [
            {
                "meeting_id": meeting_id,
                "timetable_id": draft.id,
                "participant_id": ids.people[person],
                "slot_id": ids.slots[row["slot"]],
            }
            for meeting_id, row in zip(made, kept, strict=True)
            for person in row["participants"]
        ]
        session.execute(insert(Seat), seats)
    unplaced = _unplaced(schedule, ids, {row["request"] for row in kept})
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
