"""Writing down what changed in the published timetable, and telling those who follow it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts, live
from app.core.clock import Clock
from app.events.models import Event
from app.timetables.material import Placed
from app.timetables.models import CalendarSequence, Meeting, Timetable, TimetableChange
from app.timetables.rules import Difference


def lock_event(session: Session, event: Event) -> None:
    """Let writers of one event's timetables pass one after the other; held until the end of the transaction."""
    session.flush()
    session.refresh(event, with_for_update=True)


def record_changes(
    session: Session,
    event: Event,
    timetable: Timetable,
    found: Iterable[Difference],
    actor: User | None,
    clock: Clock,
    reason: str = "",
) -> list[TimetableChange]:
    """Write the changes of the published timetable, raise its revision and the calendar sequences, send the fact.

    The caller holds the event's lock. Nothing is written or sent when nothing changed.
    """
    found = list(found)
    if not found:
        return []
    event.timetable_revision += 1
    now = clock()
    meetings = _meeting_ids(session, timetable, [d.request_id for d in found])
    changes = [
        TimetableChange(
            event_id=event.id,
            timetable_id=timetable.id,
            revision=event.timetable_revision,
            request_id=difference.request_id,
            meeting_id=meetings.get(difference.request_id),
            kind=difference.kind,
            old_slot_id=difference.old_slot_id,
            old_last_slot_id=difference.old_last_slot_id,
            old_table_id=difference.old_table_id,
            new_slot_id=difference.new_slot_id,
            new_last_slot_id=difference.new_last_slot_id,
            new_table_id=difference.new_table_id,
            participant_ids=difference.participant_ids,
            reason=reason,
            at=now,
            actor_id=actor.id if actor else None,
        )
        for difference in found
    ]
    session.add_all(changes)
    raise_sequences(session, {d.request_id: d.new for d in found}, clock)
    session.flush()
    live.announce(
        session,
        clock,
        f"organisers:{event.id}",
        "timetable:changed",
        {"revision": event.timetable_revision, "changes": len(changes)},
    )
    facts.timetable_changed.send(session, event=event, changes=changes, actor=actor, clock=clock)
    return changes


def raise_sequences(session: Session, now_at: dict[int, Placed | None], clock: Clock) -> None:
    """Give each request's calendar entry its present place; the sequence rises by one when that changes, never falls.

    `now_at` maps request ids to the meeting's place, None for cancelled.
    """
    known = {
        row.request_id: row
        for row in session.scalars(select(CalendarSequence).where(CalendarSequence.request_id.in_(list(now_at))))
    }
    for request_id, place in now_at.items():
        row = known.get(request_id)
        if row is None:
            row = CalendarSequence(request_id=request_id, sequence=0)
            session.add(row)
        else:
            row.sequence += 1
        row.changed_at, row.cancelled = clock(), place is None
        if place is not None:
            row.slot_id, row.table_id = place.slot_id, place.table_id


def _meeting_ids(session: Session, timetable: Timetable, request_ids: list[int]) -> dict[int, int]:
    rows = session.execute(select(Meeting.request_id, Meeting.id).where(Meeting.timetable_id == timetable.id))
    wanted = set(request_ids)
    return {request: meeting for request, meeting in rows if request in wanted}
