"""Who is in the room, and in which group."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.registrations.models import Participant, RegistrationState
from app.workshops import showing
from app.workshops.models import Workshop, WorkshopAttendance, WorkshopGroup
from app.workshops.process import OPEN
from app.workshops.services.telling import lock, tell


def enter(session: Session, clock: Clock, workshop: Workshop, participant: Participant) -> bool:
    """Note that a participant came, when the workshop is open; True when that is news."""
    if workshop.state != OPEN:
        return False
    row = _attendance(session, workshop, participant)
    if row is not None and row.came_at is not None:
        return False
    lock(session, workshop)
    row = _attendance(session, workshop, participant) or _new(session, workshop, participant)
    row.came_at = row.came_at or clock()
    tell(session, clock, workshop, people=_people(session, workshop, participant))
    return True


def let_in(session: Session, clock: Clock, _actor: User, workshop: Workshop, participant: Participant) -> None:
    """Add somebody who had not signed up; once is enough. Raises Invalid for one of another event."""
    wrong = participant.event_id != workshop.session.event_id or participant.state is not RegistrationState.APPROVED
    if wrong:
        raise Invalid(_("Only approved participants of the event can be added."), field="participant")
    lock(session, workshop)
    row = _attendance(session, workshop, participant) or _new(session, workshop, participant)
    if workshop.state == OPEN:
        row.came_at = row.came_at or clock()
    tell(session, clock, workshop, people=_people(session, workshop, participant))


def choose_group(
    session: Session, clock: Clock, workshop: Workshop, participant: Participant, group_id: int | None
) -> None:
    """Put a participant into a group, or none. Raises Invalid for a group of another workshop, Conflict when it is
    over."""
    if workshop.state not in {"planned", OPEN}:
        raise Conflict(_("This workshop is over."), code="workshop_not_open")
    if group_id is not None:
        group = session.get(WorkshopGroup, group_id)
        if group is None or group.workshop_id != workshop.id:
            raise Invalid(_("There is no such group in this workshop."), field="group")
    lock(session, workshop)
    row = _attendance(session, workshop, participant) or _new(session, workshop, participant)
    if row.group_id == group_id and row.id is not None:
        return
    row.group_id = group_id
    tell(session, clock, workshop, people=_people(session, workshop, participant))


def _people(session: Session, workshop: Workshop, participant: Participant) -> list[dict[str, object]]:
    session.flush()
    return showing.people(session, workshop, [participant.id])


def _attendance(session: Session, workshop: Workshop, participant: Participant) -> WorkshopAttendance | None:
    query = select(WorkshopAttendance).where(
        WorkshopAttendance.workshop_id == workshop.id, WorkshopAttendance.participant_id == participant.id
    )
    return session.scalars(query).first()


def _new(session: Session, workshop: Workshop, participant: Participant) -> WorkshopAttendance:
    row = WorkshopAttendance(workshop_id=workshop.id, participant_id=participant.id)
    session.add(row)
    return row
