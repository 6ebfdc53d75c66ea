"""Tables of the kit: background jobs, the outbox of live events and of mails, the audit trail."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, enum_column


class JobState(enum.Enum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """One piece of background work. A running job is alive only while its lease is renewed."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_next", "state", "priority", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(enum_column(JobState), default=JobState.QUEUED)
    priority: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=2)
    worker: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class LiveEvent(Base):
    """A live update waiting for, or past, its delivery; written in the transaction of the change it tells of."""

    __tablename__ = "live_event"
    __table_args__ = (Index("ix_live_event_unsent", "sent_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Mail(Base):
    """A mail written in the transaction of its reason, sent by the worker after the commit.

    Without SMTP settings it stays here, where the administrator's outbox page shows it.
    """

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_unsent", "sent_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    attachment: Mapped[str | None] = mapped_column(Text)
    attachment_type: Mapped[str | None] = mapped_column(String(120))
    attachment_name: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class AuditEntry(Base):
    """Who did what to which thing, and when; never changed, never deleted by a transition."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(80))
    subject_kind: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None]
    event_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]


class StoredFile(Base):
    """An uploaded document. `place` is its file's name in the documents folder, `subject_*` the thing it belongs to.

    Rows are never changed and never removed by a transition: what was decided rests on them.
    """

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    uploaded_at: Mapped[datetime]
