"""What is put on record about a registration."""

from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.registrations.models import Participant


def record(
    session: Session,
    clock: Clock,
    actor: User | None,
    participant: Participant,
    action: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write an audit entry about a participant, in the current transaction."""
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind="participant",
        subject_id=participant.id,
        event_id=participant.event_id,
        detail=detail,
    )
