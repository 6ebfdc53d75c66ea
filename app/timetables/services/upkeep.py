"""Keeping timetables true to what they are made of: requests taken back, people who leave."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock, in_zone
from app.core.errors import Conflict
from app.events.models import Event
from app.meetings.models import MeetingRequest, RequestState
from app.registrations.models import Participant, RegistrationState
from app.timetables.board import participant_names
from app.timetables.models import Meeting, MeetingState, Seat, TableBooking, Timetable, TimetableState, Unplaced
from app.timetables.services.moves import cancel_meeting

SHOWN = 3


def drop_request(session: Session, request: MeetingRequest, actor: User | None, clock: Clock) -> int:
    """Cancel the meetings of a request that is not accepted any more; how many there were."""
    if request.state is RequestState.ACCEPTED:
        return 0
    cancelled = _cancel(session, Meeting.request_id == request.id, _("The request was taken back."), actor, clock)
    _forget_unplaced(session, [request.id])
    return cancelled


def drop_participant(session: Session, participant: Participant, actor: User | None, clock: Clock) -> int:
    """Cancel the meetings of somebody who does not take part any more; how many there were."""
    if participant.state is RegistrationState.APPROVED:
        return 0
    seated = select(Seat.meeting_id).where(Seat.participant_id == participant.id)
    reason = _("%(name)s does not take part any more.", name=participant.user.name)
    cancelled = _cancel(session, Meeting.id.in_(seated), reason, actor, clock)
    theirs = or_(MeetingRequest.requester_id == participant.id, MeetingRequest.recipient_id == participant.id)
    _forget_unplaced(session, list(session.scalars(select(MeetingRequest.id).where(theirs))))
    return cancelled


def need_unused(
    session: Session,
    event: Event,
    *,
    slot_ids: Collection[int] | None,
    table_ids: Collection[int] | None,
    interpreter_id: int | None = None,
) -> None:
    """Raises Conflict that names the meetings in these slots, at these tables and with this interpreter (None: any),
    published or in the draft."""
    places = [TableBooking.slot_id.in_(slot_ids)] if slot_ids is not None else []
    places += [TableBooking.table_id.in_(table_ids)] if table_ids is not None else []
    helped = [Meeting.interpreter_id == interpreter_id] if interpreter_id is not None else []
    meetings = session.scalars(
        select(Meeting)
        .join(Meeting.timetable)
        .where(Timetable.event_id == event.id, Timetable.state != TimetableState.REPLACED)
        .where(Meeting.id.in_(select(TableBooking.meeting_id).where(*places)), *helped)
        .where(Meeting.state == MeetingState.SCHEDULED)
        .order_by(Meeting.id)
    ).all()
    if not meetings:
        return
    by_request = {m.request_id: m for m in meetings}.values()
    names = participant_names(session, event)
    shown = "; ".join(_title(m, names, event) for m in list(by_request)[:SHOWN])
    more = _(" and %(count)s more", count=len(by_request) - SHOWN) if len(by_request) > SHOWN else ""
    raise Conflict(
        _(
            "There are meetings here: %(meetings)s%(more)s. Move or cancel them first; nothing was changed.",
            meetings=shown,
            more=more,
        )
    )


def _title(meeting: Meeting, names: dict[str, str], event: Event) -> str:
    who = " – ".join(names[seat.participant.code] for seat in meeting.seats)
    when = in_zone(meeting.slot.starts_at, event.time_zone).strftime("%Y-%m-%d %H:%M")
    return f"{who}, {when}, {meeting.table.label}"


def _cancel(session: Session, which: object, reason: str, actor: User | None, clock: Clock) -> int:
    meetings = session.scalars(
        select(Meeting)
        .join(Meeting.timetable)
        .where(which)  # type: ignore[arg-type]
        .where(Meeting.state == MeetingState.SCHEDULED, Timetable.state != TimetableState.REPLACED)
        .order_by(Timetable.state.desc(), Meeting.id)
    ).all()
    count = 0
    for meeting in meetings:
        # the published meeting's cancellation already takes its twin out of the draft
        if session.get(Meeting, meeting.id, populate_existing=True) is not None:
            cancel_meeting(session, meeting, reason, actor, clock)
            count += 1
    return count


def _forget_unplaced(session: Session, request_ids: list[int]) -> None:
    """What nobody wants any more is not unplaced either; versions already replaced keep their record."""
    current = select(Timetable.id).where(Timetable.state != TimetableState.REPLACED)
    session.execute(delete(Unplaced).where(Unplaced.request_id.in_(request_ids), Unplaced.timetable_id.in_(current)))
