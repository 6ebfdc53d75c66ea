"""Table of computed recommendations."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class Recommendation(Base):
    """How well `other` complements `participant`, as last computed. Scores lie in [0, 1]."""

    __tablename__ = "recommendation"
    __table_args__ = (
        UniqueConstraint("participant_id", "other_id"),
        Index("ix_recommendation_ranked", "participant_id", "score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    score: Mapped[float]
    """Reciprocal score: harmonic mean of both directions."""
    gain: Mapped[float]
    """Directed score: what `other` offers to the needs of `participant`."""
    give: Mapped[float]
    """Directed score: what `participant` offers to the needs of `other`."""
    reasons: Mapped[list[Any]]
    """Reason data, most weighty first; `sentences` turns them into words."""
    computed_at: Mapped[datetime]
