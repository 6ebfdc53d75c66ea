"""The small steps manual changes are made of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.events.models import Event, Slot
from app.registrations.models import Participant
from app.timetables.board import Obstacle, participant_names
from app.timetables.changes import lock_event
from app.timetables.material import Placed, places_of
from app.timetables.models import Meeting, MeetingState, Seat, Timetable, TimetableState, Unplaced


def open_timetable(session: Session, timetable: Timetable) -> Event:
    """Lock the event of a timetable that may still be changed; raises Conflict for a replaced one."""
    lock_event(session, timetable.event)
    session.refresh(timetable)
    if timetable.state is TimetableState.REPLACED:
        raise Conflict(_("A newer timetable was published meanwhile. Look again and repeat the change there."))
    return timetable.event


def place_of(meeting: Meeting) -> Placed:
    """Where a meeting is now."""
    people = tuple(seat.participant_id for seat in sorted(meeting.seats, key=lambda seat: seat.id))
    cancelled = meeting.state is MeetingState.CANCELLED
    return Placed(meeting.request_id, meeting.slot_id, meeting.table_id, people, cancelled)


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


def sit(session: Session, meeting: Meeting, slot_id: int, table_id: int, participant_ids: Sequence[int]) -> None:
    """Seat people at a meeting that has no seats, in the order of the request's sides."""
    meeting.state, meeting.slot_id, meeting.table_id = MeetingState.SCHEDULED, slot_id, table_id
    session.flush()
    session.add_all(
        Seat(meeting_id=meeting.id, timetable_id=meeting.timetable_id, participant_id=person, slot_id=slot_id)
        for person in participant_ids
    )
    session.flush()
    session.refresh(meeting)


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
def named_conflicts(
    session: Session, timetable: Timetable, slot_id: int, table_id: int, participant_ids: Sequence[int]
) -> Iterator[None]:
    """Do the block's writes, or undo them and raise Conflict that names who holds the table or sits elsewhere.

    The unique constraints are the last word: whatever was checked before, they decide.
    """
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        raise Conflict(_who_was_faster(session, timetable, slot_id, table_id, participant_ids)) from error


def _who_was_faster(
    session: Session, timetable: Timetable, slot_id: int, table_id: int, participant_ids: Sequence[int]
) -> str:
    names = participant_names(session, timetable.event)
    rows = session.execute(select(Participant.id, Participant.code).where(Participant.event_id == timetable.event_id))
    codes = dict(rows.all())
    found = []
    for place in places_of(session, timetable.id).values():
        people = ", ".join(names[codes[person]] for person in place.participant_ids)
        if place.cancelled or place.slot_id != slot_id:
            continue
        if place.table_id == table_id:
            found.append(_("The table was just taken by %(who)s.", who=people))
        elif set(participant_ids) & set(place.participant_ids):
            found.append(_("Somebody was just booked elsewhere in this slot: %(who)s.", who=people))
    return " ".join(found) or _("Somebody else changed this at the same moment. Look again and repeat it.")
