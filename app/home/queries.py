"""Reads of the start page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.events.models import Event, Phase, Slot, Staff, StaffRole
from app.registrations.models import Participant, RegistrationState


@dataclass(frozen=True)
class EventLine:
    """One event as the start page shows it; times in UTC, None while it has no slots."""

    event: Event
    starts_at: datetime | None
    ends_at: datetime | None
    role: StaffRole | None
    registration: RegistrationState | None

    @property
    def is_mine(self) -> bool:
        return self.role is not None or self.registration is not None

    def is_past(self, now: datetime) -> bool:
        """Closed by its organisers, or its last slot is over."""
        return self.event.phase is Phase.CLOSED or (self.ends_at is not None and self.ends_at < now)


def event_lines(session: Session, user: User | None) -> list[EventLine]:
    """Events the account may see: its own first, then by date; drafts only to their staff."""
    times = (
        select(Slot.event_id, func.min(Slot.starts_at).label("first"), func.max(Slot.ends_at).label("last"))
        .group_by(Slot.event_id)
        .subquery()
    )
    events = session.execute(select(Event, times.c.first, times.c.last).outerjoin(times, times.c.event_id == Event.id))
    roles: dict[int, StaffRole] = {}
    states: dict[int, RegistrationState] = {}
    if user is not None:
        staffed = select(Staff.event_id, Staff.role).where(Staff.user_id == user.id)
        roles = dict(session.execute(staffed).all())
        registered = select(Participant.event_id, Participant.state).where(Participant.user_id == user.id)
        states = dict(session.execute(registered).all())
    sees_all = user is not None and user.is_administrator
    lines = [
        EventLine(event, first, last, StaffRole.ORGANISER if sees_all else roles.get(event.id), states.get(event.id))
        for event, first, last in events
        if event.phase is not Phase.DRAFT or sees_all or event.id in roles
    ]
    undated = datetime(9999, 1, 1, tzinfo=UTC)
    return sorted(lines, key=lambda line: (not line.is_mine, line.starts_at or undated, line.event.name))
