"""The audit trail: one entry per act that somebody may have to answer for."""

from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.models import AuditEntry


def record(
    session: Session,
    clock: Clock,
    *,
    actor_id: int | None,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    event_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write an entry in the current transaction. `action` is a verb phrase such as 'timetable.publish'."""
    session.add(
        AuditEntry(
            at=clock(),
            actor_id=actor_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            event_id=event_id,
            detail=detail or {},
        )
    )
