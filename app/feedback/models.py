"""Table of monitoring reports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import String

from app.core.database import Base
from app.partnerships.models import Partnership


class MonitoringReport(Base):
    """A partnership's report on half a year. `state` and `version` are driven by the machine `report`.

    `figures` are what the data said when they were last gathered, in the shape of `figures.gather`; `corrections` are
    what somebody put beside one of them, {key: {value, reason}}; both are frozen once the report is submitted.
    """

    __tablename__ = "monitoring_report"
    __table_args__ = (
        UniqueConstraint("partnership_id", "starts_on"),
        CheckConstraint("starts_on < ends_on", name="starts_before_it_ends"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day of the half-year."""
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=0)
    """Rises with every save, so that two people do not overwrite each other."""
    figures: Mapped[dict[str, Any]]
    gathered_at: Mapped[datetime]
    corrections: Mapped[dict[str, Any]]
    summary: Mapped[str] = mapped_column(Text, default="")
    difficulties: Mapped[str] = mapped_column(Text, default="")
    support_wanted: Mapped[str] = mapped_column(Text, default="")
    outlook: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    partnership: Mapped[Partnership] = relationship()
