"""Tables of what a project shows and reaches: documents beside its plan, indicators with their values by day."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, enum_column
from app.core.models import StoredFile
from app.projects.kinds import PlanSection

if TYPE_CHECKING:
    from app.projects.models import InvestmentProject


class PlanAttachment(Base):
    """A document beside a section of the business plan. One that is taken off stays among the project's documents."""

    __tablename__ = "plan_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"), index=True)
    section: Mapped[PlanSection] = mapped_column(enum_column(PlanSection))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    added_at: Mapped[datetime]
    taken_off_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = relationship()


class ProjectIndicator(Base):
    """What a project measures itself by: from a start value to a target by a day."""

    __tablename__ = "project_indicator"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        CheckConstraint("target <> baseline", name="target_is_a_change"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(160))
    unit: Mapped[str] = mapped_column(String(40), default="")
    baseline: Mapped[float]
    target: Mapped[float]
    due: Mapped[date]

    project: Mapped["InvestmentProject"] = relationship(back_populates="indicators")
    values: Mapped[list["IndicatorValue"]] = relationship(
        cascade="all, delete-orphan", order_by="IndicatorValue.day", back_populates="indicator"
    )

    def value_on(self, day: date) -> "IndicatorValue | None":
        """The newest value that was measured by a day."""
        return next((value for value in reversed(self.values) if value.day <= day), None)

    def share(self, value: float) -> float:
        """How far a value is on the way from start to target: 0 to 1."""
        return max(0.0, min(1.0, (value - self.baseline) / (self.target - self.baseline)))


class IndicatorValue(Base):
    """What was measured on a day; a second value of one day takes the first one's place."""

    __tablename__ = "indicator_value"

    indicator_id: Mapped[int] = mapped_column(ForeignKey("project_indicator.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[float]
    source: Mapped[str] = mapped_column(String(200), default="")

    indicator: Mapped[ProjectIndicator] = relationship(back_populates="values")
