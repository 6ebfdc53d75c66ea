"""The statements behind agendas, each for some participants of one event at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.events.models import Interpreter, MeetingTable, Slot, Zone
from app.meetings.models import MeetingRequest
from app.organisations.models import Organisation
from app.registrations.models import Participant
from app.timetables.models import Meeting, MeetingState, Seat, Timetable, TimetableChange, TimetableState


def meetings(event_id: int, ids: Sequence[int]) -> Any:
    """The published meetings of `ids`, with when they begin and end, table, zone and interpreter."""
    last = aliased(Slot)
    return (
        select(
            Seat.participant_id,
            Meeting.id.label("meeting_id"),
            Meeting.request_id,
            MeetingRequest.code,
            Slot.starts_at,
            last.ends_at,
            Interpreter.name.label("interpreter"),
            MeetingTable.label,
            MeetingTable.link,
            Zone.name.label("zone"),
            Zone.is_online,
        )
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .join(Timetable, Timetable.id == Meeting.timetable_id)
        .join(MeetingRequest, MeetingRequest.id == Meeting.request_id)
        .join(Slot, Slot.id == Meeting.slot_id)
        .join(last, last.id == Meeting.last_slot_id)
        .outerjoin(Interpreter, Interpreter.id == Meeting.interpreter_id)
        .join(MeetingTable, MeetingTable.id == Meeting.table_id)
        .join(Zone, Zone.id == MeetingTable.zone_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED)
        .where(Meeting.state == MeetingState.SCHEDULED, Seat.participant_id.in_(ids), Seat.part == 0)
    )


def _people(query: Any, participant: Any) -> Any:
    return query.join(User, User.id == participant.user_id).join(
        Organisation, Organisation.id == participant.organisation_id
    )


def partners(event_id: int, ids: Sequence[int]) -> Any:
    """Everybody at the tables of `ids`, those themselves included: of two asked for, each is the other's partner."""
    mine = aliased(Seat)
    query = (
        select(
            Seat.meeting_id,
            Participant.id.label("participant_id"),
            Participant.code,
            User.name,
            Organisation.name.label("organisation"),
            Organisation.country,
        )
        .join(Participant, Participant.id == Seat.participant_id)
        .join(Timetable, Timetable.id == Seat.timetable_id)
        .where(Timetable.event_id == event_id, Timetable.state == TimetableState.PUBLISHED, Seat.part == 0)
        .where(Seat.meeting_id.in_(select(mine.meeting_id).where(mine.participant_id.in_(ids))))
    )
    return _people(query, Participant).order_by(Seat.id)


def latest_changes(event_id: int, ids: Sequence[int]) -> Any:
    """The latest change of each request of `ids`, with where the meeting was before and who asked whom."""
    newest = (
        select(func.max(TimetableChange.id))
        .join(MeetingRequest, MeetingRequest.id == TimetableChange.request_id)
        .where(TimetableChange.event_id == event_id)
        .where(or_(MeetingRequest.requester_id.in_(ids), MeetingRequest.recipient_id.in_(ids)))
        .group_by(TimetableChange.request_id)
    )
    last = aliased(Slot)
    asking, asked = aliased(Participant), aliased(Participant)
    asking_user, asked_user = aliased(User), aliased(User)
    asking_home, asked_home = aliased(Organisation), aliased(Organisation)
    return (
        select(
            TimetableChange.request_id,
            TimetableChange.kind,
            TimetableChange.reason,
            TimetableChange.at,
            Slot.starts_at,
            func.coalesce(last.ends_at, Slot.ends_at, type_=Slot.ends_at.type).label("ends_at"),
            (TimetableChange.new_slot_id == TimetableChange.old_slot_id).label("same_start"),
            (TimetableChange.new_table_id == TimetableChange.old_table_id).label("same_table"),
            (TimetableChange.new_last_slot_id == TimetableChange.old_last_slot_id).label("same_end"),
            MeetingTable.label,
            Zone.name.label("zone"),
            Zone.is_online,
            MeetingRequest.code,
            MeetingRequest.requester_id,
            MeetingRequest.recipient_id,
            asking_user.name.label("requester"),
            asked_user.name.label("recipient"),
            asking_home.name.label("requester_organisation"),
            asked_home.name.label("recipient_organisation"),
            asking_home.country.label("requester_country"),
            asked_home.country.label("recipient_country"),
        )
        .join(MeetingRequest, MeetingRequest.id == TimetableChange.request_id)
        .join(asking, asking.id == MeetingRequest.requester_id)
        .join(asked, asked.id == MeetingRequest.recipient_id)
        .join(asking_user, asking_user.id == asking.user_id)
        .join(asked_user, asked_user.id == asked.user_id)
        .join(asking_home, asking_home.id == asking.organisation_id)
        .join(asked_home, asked_home.id == asked.organisation_id)
        .outerjoin(Slot, Slot.id == TimetableChange.old_slot_id)
        .outerjoin(last, last.id == TimetableChange.old_last_slot_id)
        .outerjoin(MeetingTable, MeetingTable.id == TimetableChange.old_table_id)
        .outerjoin(Zone, Zone.id == MeetingTable.zone_id)
        .where(TimetableChange.id.in_(newest))
    )
