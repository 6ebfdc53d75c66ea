"""What timetables do when a request is taken back, somebody leaves, or a slot or table is to go."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock, in_zone
from app.core.facts import (
    interpreter_leaving,
    meetings_held,
    participant_changed,
    participant_leaves,
    request_changed,
    slots_leaving,
    tables_leaving,
)
from app.events.models import Event, Interpreter
from app.meetings.models import MeetingRequest
from app.registrations.models import Participant
from app.timetables import queries
from app.timetables.services import upkeep


@request_changed.connect
def request_taken_back(
    session: Session, *, request: MeetingRequest, actor: User | None, clock: Clock, **_more: Any
) -> None:
    """A request that is not accepted any more loses its meeting, in the draft and in the published timetable."""
    upkeep.drop_request(session, request, actor, clock)


@participant_changed.connect
def participant_left(
    session: Session, *, participant: Participant, actor: User | None, clock: Clock, **_more: Any
) -> None:
    """Somebody who does not take part any more is in no meeting either."""
    upkeep.drop_participant(session, participant, actor, clock)


@meetings_held.connect
def held(session: Session, *, event: Event, now: datetime, **_more: Any) -> dict[str, bool]:
    """Published meetings whose time has passed: held if it was not cancelled and everybody in it was checked in."""
    return queries.held_by_request(session, event.id, now)


@participant_leaves.connect
def meetings_that_would_go(session: Session, *, participant: Participant, **_more: Any) -> list[str]:
    """One sentence for each published meeting that would be cancelled, with the partners who are told."""
    published = queries.published_timetable(session, participant.event_id)
    if published is None:
        return []
    sentences = []
    for meeting in queries.meetings_of(session, published.id, participant.id):
        partners = [seat.participant.user.name for seat in meeting.seats if seat.participant_id != participant.id]
        when = in_zone(meeting.slot.starts_at, participant.event.time_zone).strftime("%Y-%m-%d %H:%M")
        sentences.append(
            _(
                "The meeting with %(names)s (%(when)s) is cancelled; they are told.",
                names=", ".join(partners),
                when=when,
            )
        )
    return sentences


@slots_leaving.connect
def slots_in_use(session: Session, *, event: Event, slot_ids: Collection[int], **_more: Any) -> None:
    """Slots with meetings stay; the refusal names the meetings."""
    upkeep.need_unused(session, event, slot_ids=slot_ids, table_ids=None)


@interpreter_leaving.connect
def interpreter_in_use(session: Session, *, event: Event, interpreter: Interpreter, **_more: Any) -> None:
    """Interpreters whom meetings need stay; the refusal names the meetings."""
    upkeep.need_unused(session, event, slot_ids=None, table_ids=None, interpreter_id=interpreter.id)


@tables_leaving.connect
def tables_in_use(
    session: Session, *, event: Event, table_ids: Collection[int], slot_ids: Collection[int] | None = None, **_more: Any
) -> None:
    """Tables with meetings stay, or stay open in the slots of those meetings."""
    upkeep.need_unused(session, event, slot_ids=slot_ids, table_ids=table_ids)
