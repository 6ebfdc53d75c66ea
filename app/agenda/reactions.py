"""What agendas do when meetings, sessions or registrations change; each runs inside the announcing transaction."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.agenda import queries, services
from app.agenda.jobs import MAIL_NEWS
from app.core import facts
from app.core.clock import Clock
from app.core.jobs import enqueue
from app.core.live import announce
from app.core.untold import is_untold
from app.events.models import Event
from app.registrations.models import Participant
from app.timetables.models import TimetableChange


@facts.timetable_changed.connect
def timetable_changed(
    session: Session, *, event: Event, changes: Sequence[TimetableChange], clock: Clock, **_more: Any
) -> None:
    """Version the agendas of all concerned, tell the venue screens, leave the mails to the worker."""
    if not changes:
        return
    services.record_changes(session, event, services.concerned_by(session, event, changes), clock)
    if not is_untold(session):
        enqueue(session, MAIL_NEWS, {"event_id": event.id, "revision": event.timetable_revision}, clock)
    announce(session, clock, f"event:{event.id}", "timetable", {"revision": event.timetable_revision})


@facts.sessions_changed.connect
def sessions_changed(
    session: Session, *, event: Event, participant_ids: Collection[int] | None, clock: Clock, **_more: Any
) -> None:
    """Version the agendas of those who signed up or off, or of everybody when the programme itself changed."""
    ids = queries.approved_ids(session, event.id) if participant_ids is None else participant_ids
    services.record_changes(session, event, ids, clock)
    announce(session, clock, f"event:{event.id}", "programme", {})


@facts.participant_changed.connect
def participant_changed(session: Session, *, participant: Participant, clock: Clock, **_more: Any) -> None:
    """A new name or availability shows in published agendas: one's own, and those of the partners."""
    event = participant.event
    if not queries.is_published(session, event.id):
        return  # nothing is on anybody's page yet that would have to follow
    partners = queries.partner_ids(session, event.id, participant.id)
    services.record_changes(session, event, partners | {participant.id}, clock)
