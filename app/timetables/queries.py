"""Reads on timetables, for the pages here and for later features."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, selectinload

from app.accounts.models import User
from app.core.errors import NotFound
from app.core.models import Job, JobState
from app.events.models import Event, MeetingTable, Slot
from app.meetings.models import MeetingRequest, RequestState
from app.registrations.models import Participant, RegistrationState
from app.timetables.models import (
    Meeting,
    MeetingState,
    RunState,
    SchedulingRun,
    Seat,
    Timetable,
    TimetableChange,
    TimetableState,
    Unplaced,
)
from app.timetables.reasons import told_to

LIVE_RUN_STATES = (RunState.QUEUED, RunState.RUNNING)


def published_timetable(session: Session, event_id: int) -> Timetable | None:
    """The timetable participants see, or None while nothing is published."""
    return _in_state(session, event_id, TimetableState.PUBLISHED)


def draft_timetable(session: Session, event_id: int) -> Timetable | None:
    """The timetable the organiser is working on, or None."""
    return _in_state(session, event_id, TimetableState.DRAFT)


def _in_state(session: Session, event_id: int, state: TimetableState) -> Timetable | None:
    return session.scalars(select(Timetable).where(Timetable.event_id == event_id, Timetable.state == state)).first()


def held_by_request(session: Session, event_id: int, now: datetime) -> dict[str, bool]:
    """Of each published meeting whose slot has ended, by the code of its request: whether it took place, that is, was
    not cancelled and everybody in it was checked in."""
    published = published_timetable(session, event_id)
    if published is None:
        return {}
    over = select(Meeting).where(Meeting.timetable_id == published.id).join(Slot, Slot.id == Meeting.slot_id)
    loaded = (joinedload(Meeting.request), selectinload(Meeting.seats).joinedload(Seat.participant))
    return {
        meeting.request.code: meeting.state is MeetingState.SCHEDULED
        and all(seat.participant.checked_in_at is not None for seat in meeting.seats)
        for meeting in session.scalars(over.where(Slot.ends_at <= now).options(*loaded))
    }


def versions(session: Session, event_id: int) -> Sequence[Timetable]:
    """Published versions, the newest first."""
    numbered = select(Timetable).where(Timetable.event_id == event_id, Timetable.number.is_not(None))
    return session.scalars(numbered.order_by(Timetable.number.desc())).all()


def version(session: Session, event_id: int, number: int) -> Timetable:
    """One published version; raises NotFound."""
    found = session.scalars(select(Timetable).where(Timetable.event_id == event_id, Timetable.number == number)).first()
    if found is None:
        raise NotFound(_("This event has no timetable version %(number)s.", number=number))
    return found


def meetings_of(session: Session, timetable_id: int, participant_id: int) -> Sequence[Meeting]:
    """The scheduled meetings of one participant in time order, with slot, table, zone, request and seats loaded."""
    return session.scalars(
        _detailed()
        .join(Seat, Seat.meeting_id == Meeting.id)
        .where(Meeting.timetable_id == timetable_id, Seat.participant_id == participant_id, Seat.part == 0)
        .where(Meeting.state == MeetingState.SCHEDULED)
    ).all()


def meetings_in(session: Session, timetable_id: int) -> Sequence[Meeting]:
    """All meetings of a timetable in time order, cancelled ones included, loaded like those of `meetings_of`."""
    return session.scalars(_detailed().where(Meeting.timetable_id == timetable_id)).all()


def _detailed() -> Select[Meeting]:
    return (
        select(Meeting)
        .join(Slot, Slot.id == Meeting.slot_id)
        .options(
            contains_eager(Meeting.slot),
            joinedload(Meeting.last_slot),
            joinedload(Meeting.interpreter),
            joinedload(Meeting.table).joinedload(MeetingTable.zone),
            joinedload(Meeting.request),
            selectinload(Meeting.seats)
            .joinedload(Seat.participant)
            .options(joinedload(Participant.user), joinedload(Participant.organisation)),
        )
        .order_by(Slot.starts_at, Meeting.table_id)
    )


def meeting_in(session: Session, event: Event, meeting_id: int) -> Meeting:
    """A meeting of an event's draft or published timetable; raises NotFound."""
    found = session.scalars(
        select(Meeting)
        .join(Meeting.timetable)
        .where(Meeting.id == meeting_id, Timetable.event_id == event.id)
        .where(Timetable.state != TimetableState.REPLACED)
    ).first()
    if found is None:
        raise NotFound(_("This meeting is not in the current timetable any more."))
    return found


def unplaced_in(session: Session, timetable_id: int) -> Sequence[Unplaced]:
    """Requests without a meeting in a timetable, the most wanted first."""
    people = (joinedload(Participant.user), joinedload(Participant.organisation))
    return session.scalars(
        select(Unplaced)
        .join(Unplaced.request)
        .where(Unplaced.timetable_id == timetable_id)
        .options(
            joinedload(Unplaced.request).joinedload(MeetingRequest.requester).options(*people),
            joinedload(Unplaced.request).joinedload(MeetingRequest.recipient).options(*people),
        )
        .order_by(Unplaced.id)
    ).all()


def unplaced_row(session: Session, timetable_id: int, code: str) -> Unplaced:
    """One request without a meeting by its code; raises NotFound when it has one, or is not there."""
    found = session.scalars(
        select(Unplaced)
        .join(Unplaced.request)
        .where(Unplaced.timetable_id == timetable_id, MeetingRequest.code == code)
    ).first()
    if found is None:
        raise NotFound(_("This request is not without a meeting any more. Load the page again."))
    return found


@dataclass(frozen=True)
class WithoutPlace:
    """An agreed meeting that found no place, as one of the two reads it: with whom, why, and what would help."""

    name: str
    organisation: str
    why: str
    help: str


def without_place(session: Session, me: Participant) -> list[WithoutPlace]:
    """Somebody's agreed requests that have no meeting in the published timetable, in the order they were made."""
    found = []
    for row in _unplaced_for(session, me.event_id, me.id):
        asking, asked = row.request.requester, row.request.recipient
        other = asked if asking.id == me.id else asking
        why, hint = told_to(row.reason, row.detail, me.code, other.user.name)
        found.append(WithoutPlace(other.user.name, other.organisation.name, why, hint))
    return found


def _unplaced_for(session: Session, event_id: int, participant_id: int) -> Sequence[Unplaced]:
    people = (joinedload(Participant.user), joinedload(Participant.organisation))
    mine = (MeetingRequest.requester_id == participant_id) | (MeetingRequest.recipient_id == participant_id)
    return session.scalars(
        select(Unplaced)
        .join(Timetable, Timetable.id == Unplaced.timetable_id)
        .join(Unplaced.request)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED, mine)
        .where(MeetingRequest.state == RequestState.ACCEPTED)
        .options(
            contains_eager(Unplaced.request).joinedload(MeetingRequest.requester).options(*people),
            contains_eager(Unplaced.request).joinedload(MeetingRequest.recipient).options(*people),
        )
        .order_by(MeetingRequest.id)
    ).all()


def changes_of(session: Session, timetable_id: int) -> Sequence[TimetableChange]:
    """Everything that changed with and since the publication of a version, oldest first."""
    return session.scalars(
        select(TimetableChange).where(TimetableChange.timetable_id == timetable_id).order_by(TimetableChange.id)
    ).all()


def runs_of(session: Session, event_id: int) -> Sequence[SchedulingRun]:
    """The runs of an event, the newest first, without their problems and schedules."""
    return session.scalars(
        select(SchedulingRun)
        .where(SchedulingRun.event_id == event_id)
        .options(defer(SchedulingRun.problem), defer(SchedulingRun.schedule))
        .order_by(SchedulingRun.id.desc())
    ).all()


def run_in(session: Session, event_id: int, run_id: int) -> SchedulingRun:
    """One run of an event; raises NotFound."""
    run = session.get(SchedulingRun, run_id)
    if run is None or run.event_id != event_id:
        raise NotFound(_("There is no such run."))
    return run


def running(session: Session, event_id: int) -> SchedulingRun | None:
    """The run that is waiting or working. One whose job ended without it is dead and does not count."""
    return session.scalars(
        select(SchedulingRun)
        .outerjoin(Job, Job.id == SchedulingRun.job_id)
        .where(SchedulingRun.event_id == event_id, SchedulingRun.state.in_(LIVE_RUN_STATES))
        .where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
        .order_by(SchedulingRun.id.desc())
    ).first()


def counts_of(session: Session, timetable_id: int) -> tuple[int, int]:
    """Scheduled meetings and unplaced requests of a timetable."""
    placed = session.scalar(
        select(func.count())
        .select_from(Meeting)
        .where(Meeting.timetable_id == timetable_id, Meeting.state == MeetingState.SCHEDULED)
    )
    unplaced = session.scalar(select(func.count()).select_from(Unplaced).where(Unplaced.timetable_id == timetable_id))
    return placed or 0, unplaced or 0


def publishers(session: Session, found: Sequence[Timetable]) -> dict[int, str]:
    """Timetable id -> name of who published it."""
    rows = session.execute(
        select(Timetable.id, User.name)
        .join(User, User.id == Timetable.published_by_id)
        .where(Timetable.id.in_([timetable.id for timetable in found]))
    )
    return dict(rows.all())


def sizes_of(session: Session, event_id: int) -> dict[str, int]:
    """How much there is to schedule: open slots and tables, approved participants, accepted requests."""

    def count(model: Any, *conditions: Any) -> int:
        return (
            session.scalar(select(func.count()).select_from(model).where(model.event_id == event_id, *conditions)) or 0
        )

    return {
        "slots": count(Slot, Slot.is_open),
        "tables": count(MeetingTable, MeetingTable.is_open),
        "participants": count(Participant, Participant.state == RegistrationState.APPROVED),
        "requests": count(MeetingRequest, MeetingRequest.state == RequestState.ACCEPTED),
    }
