"""The small steps manual changes are made of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.events.models import Event, Slot
from app.timetables.board import StableNames, participant_names
from app.timetables.changes import lock_event
from app.timetables.material import Placed, places_of
from app.timetables.models import (
    InterpreterBooking,
    Meeting,
    MeetingState,
    Seat,
    TableBooking,
    Timetable,
    TimetableState,
    Unplaced,
)
from app.timetables.obstacles import Obstacle


def open_timetable(session: Session, timetable: Timetable) -> Event:
    """Lock the event of a timetable that may still be changed; raises Conflict for a replaced one."""
    lock_event(session, timetable.event)
    session.refresh(timetable)
    if timetable.state is TimetableState.REPLACED:
        raise Conflict(_("A newer timetable was published meanwhile. Look again and repeat the change there."))
    return timetable.event


def place_of(meeting: Meeting) -> Placed:
    """Where a meeting is now."""
    people = tuple(seat.participant_id for seat in meeting.seats)
    cancelled = meeting.state is MeetingState.CANCELLED
    last, helper = meeting.last_slot_id, meeting.interpreter_id
    return Placed(meeting.request_id, meeting.slot_id, meeting.table_id, people, cancelled, last, helper)


def need_scheduled(session: Session, meeting: Meeting) -> None:
    """Read the meeting again, now that nobody else can change it; raises Conflict when it is cancelled."""
    session.refresh(meeting)
    if meeting.state is MeetingState.CANCELLED:
        raise Conflict(_("This meeting was cancelled already."))


def need_future(slot: Slot, clock: Clock) -> None:
    """Raises Invalid for a slot that is over."""
    if slot.ends_at <= clock():
        raise Invalid(_("This slot is over. Choose a later one."), field="slot")


def need_free(obstacles: Sequence[Obstacle]) -> None:
    """Raises Conflict with every sentence, each once."""
    if obstacles:
        raise Conflict(" ".join(dict.fromkeys(o.sentence for o in obstacles)))


@dataclass(frozen=True)
class Spot:
    """All that a meeting takes: its slots in order, the table, the people in the order of the request's sides, and the
    interpreter, if any."""

    slot_ids: tuple[int, ...]
    table_id: int
    participant_ids: tuple[int, ...]
    interpreter_id: int | None = None


def sit(session: Session, meeting: Meeting, spot: Spot) -> None:
    """Let a meeting that holds nothing take a spot: a row for each slot of each person, the table, the interpreter."""
    meeting.state, meeting.table_id, meeting.interpreter_id = MeetingState.SCHEDULED, spot.table_id, spot.interpreter_id
    meeting.slot_id, meeting.last_slot_id = spot.slot_ids[0], spot.slot_ids[-1]
    session.add(meeting)
    session.flush()
    session.execute(insert(Seat), seat_rows(meeting.id, meeting.timetable_id, spot))
    session.execute(insert(TableBooking), table_rows(meeting.id, meeting.timetable_id, spot))
    if spot.interpreter_id is not None:
        session.execute(insert(InterpreterBooking), interpreter_rows(meeting.id, meeting.timetable_id, spot))
    session.flush()
    session.refresh(meeting)
    session.expire(meeting, ["seats"])


def seat_rows(meeting_id: int, timetable_id: int, spot: Spot) -> list[dict[str, int]]:
    """Rows of Seat."""
    meeting = {"meeting_id": meeting_id, "timetable_id": timetable_id}
    return [
        {**meeting, "participant_id": person, "slot_id": slot_id, "part": part}
        for part, slot_id in enumerate(spot.slot_ids)
        for person in spot.participant_ids
    ]


def table_rows(meeting_id: int, timetable_id: int, spot: Spot) -> list[dict[str, int]]:
    """Rows of TableBooking."""
    meeting = {"meeting_id": meeting_id, "timetable_id": timetable_id}
    return [{**meeting, "table_id": spot.table_id, "slot_id": slot_id} for slot_id in spot.slot_ids]


def interpreter_rows(meeting_id: int, timetable_id: int, spot: Spot) -> list[dict[str, int]]:
    """Rows of InterpreterBooking; none without an interpreter."""
    if spot.interpreter_id is None:
        return []
    meeting = {"meeting_id": meeting_id, "timetable_id": timetable_id}
    return [{**meeting, "interpreter_id": spot.interpreter_id, "slot_id": slot_id} for slot_id in spot.slot_ids]


def stand_up(session: Session, meeting: Meeting) -> None:
    """Let a meeting give back everything it takes."""
    for kind in (Seat, TableBooking, InterpreterBooking):
        session.execute(delete(kind).where(kind.meeting_id == meeting.id))
    session.expire(meeting, ["seats"])


def take_out(session: Session, meeting: Meeting, code: str, reason: str) -> None:
    """Remove a meeting from a draft; its request becomes unplaced."""
    session.add(
        Unplaced(
            timetable_id=meeting.timetable_id, request_id=meeting.request_id, reason=code, detail={"words": reason}
        )
    )
    session.delete(meeting)
    session.flush()


def twin_in_draft(session: Session, meeting: Meeting) -> Meeting | None:
    """The scheduled meeting of the same request in the event's draft."""
    return session.scalars(
        select(Meeting)
        .join(Meeting.timetable)
        .where(Meeting.request_id == meeting.request_id, Meeting.state == MeetingState.SCHEDULED)
        .where(Timetable.state == TimetableState.DRAFT)
    ).first()


@contextmanager
def named_conflicts(session: Session, timetable: Timetable, spot: Spot) -> Iterator[None]:
    """Do the block's writes, or undo them and raise Conflict that names who holds the table or sits elsewhere.

    The unique constraints are the last word: whatever was checked before, they decide.
    """
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        raise Conflict(_who_was_faster(session, timetable, spot)) from error


def _who_was_faster(session: Session, timetable: Timetable, spot: Spot) -> str:
    people, stable = participant_names(session, timetable.event), StableNames(session, timetable.event)
    wanted = {stable.slots[slot_id] for slot_id in spot.slot_ids}
    found = []
    for place in places_of(session, timetable.id).values():
        if place.cancelled or not wanted & set(stable.slots_of(place)):
            continue
        names = ", ".join(people[stable.people[person]] for person in place.participant_ids)
        if place.table_id == spot.table_id:
            found.append(_("The table was just taken by %(who)s.", who=names))
        elif set(spot.participant_ids) & set(place.participant_ids):
            found.append(_("Somebody was just booked elsewhere in this slot: %(who)s.", who=names))
        elif spot.interpreter_id is not None and spot.interpreter_id == place.interpreter_id:
            found.append(_("The interpreter was just booked for %(who)s.", who=names))
    return " ".join(found) or _("Somebody else changed this at the same moment. Look again and repeat it.")
