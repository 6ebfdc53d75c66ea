"""Table of agenda changes, by which a page that lost its connection catches up."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class AgendaChange(Base):
    """The change that brought one participant's agenda to `version`. Versions count up by one without a gap."""

    __tablename__ = "agenda_change"
    __table_args__ = (UniqueConstraint("participant_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    version: Mapped[int]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]
