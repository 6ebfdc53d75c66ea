"""Table of needs and offers."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, enum_column
from app.registrations.models import Participant


class EntryKind(enum.Enum):
    NEED = "need"
    OFFER = "offer"


class Entry(Base):
    """A need or an offer of one participant."""

    __tablename__ = "marketplace_entry"
    __table_args__ = (
        CheckConstraint("trl_min is null or trl_min between 1 and 9", name="trl_min_in_range"),
        CheckConstraint("trl_max is null or trl_max between 1 and 9", name="trl_max_in_range"),
        CheckConstraint("trl_min is null or trl_max is null or trl_min <= trl_max", name="trl_range_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    kind: Mapped[EntryKind] = mapped_column(enum_column(EntryKind))
    title: Mapped[str] = mapped_column(String(256))
    text: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[list[str]]
    trl_min: Mapped[int | None]
    trl_max: Mapped[int | None]
    partnership: Mapped[str | None] = mapped_column(String(40))
    """A code of `reference.PARTNERSHIP_KINDS`."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    participant: Mapped[Participant] = relationship()
