"""Tables of investment projects: what they are, who takes part, what they came from. Money is in `funding_models`.

States are keys of the machine `project`. What a project came from is stored as kind and id, because the things are
those of many features and some of them live longer than the row that describes them at the moment.
"""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.core.models import StoredFile
from app.organisations.editions import keep_editions
from app.organisations.models import Organisation
from app.partnerships.models import Partnership
from app.projects.kinds import PartnerKind, PartnerRole, PlanSection, ProjectType, RegionCategory


class InvestmentProject(Base):
    """One investment project of a partnership. `state` and `version` are driven by the machine `project`."""

    __tablename__ = "investment_project"
    __table_args__ = (
        UniqueConstraint("partnership_id", "number"),
        CheckConstraint("trl_start is null or trl_start between 1 and 9", name="trl_start_in_range"),
        CheckConstraint("trl_target is null or trl_target between 1 and 9", name="trl_target_in_range"),
        CheckConstraint("trl_start is null or trl_target is null or trl_start <= trl_target", name="trl_rises"),
        CheckConstraint("declared_gap is null or declared_gap >= 0", name="gap_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Counts the projects of a partnership from 1; part of the address, never used again."""
    title: Mapped[str] = mapped_column(String(150))
    acronym: Mapped[str] = mapped_column(String(20), default="")
    type: Mapped[ProjectType] = mapped_column(enum_column(ProjectType))
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    held_from: Mapped[str | None] = mapped_column(String(40))
    """The state in which it was put on hold, to which it comes back."""
    problem: Mapped[str] = mapped_column(Text, default="")
    solution: Mapped[str] = mapped_column(Text, default="")
    regions: Mapped[list[str]]
    """NUTS regions with scheme and version, e.g. 'nuts:2024:ITC4'."""
    segments: Mapped[list[str]]
    """Keys of the partnership's value-chain segments."""
    trl_start: Mapped[int | None]
    trl_target: Mapped[int | None]
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    declared_gap: Mapped[int | None] = mapped_column(BigInteger)
    """Euros that its lead says are still to be found."""
    gap_note: Mapped[str] = mapped_column(String(1000), default="")
    is_public: Mapped[bool] = mapped_column(default=False)
    """Shown to everybody as an opportunity: title, type, regions and summary, no money and no people."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    partnership: Mapped[Partnership] = relationship()
    partners: Mapped[list["ProjectPartner"]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="ProjectPartner.id"
    )
    milestones: Mapped[list["Milestone"]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="Milestone.due, Milestone.id"
    )
    origins: Mapped[list["ProjectOrigin"]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="ProjectOrigin.id"
    )
    indicators: Mapped[list["ProjectIndicator"]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="ProjectIndicator.due, ProjectIndicator.id"
    )
    budget_lines: Mapped[list["BudgetLine"]] = relationship(
        cascade="all, delete-orphan", order_by="BudgetLine.year, BudgetLine.id"
    )
    funding_lines: Mapped[list["FundingLine"]] = relationship(
        back_populates="project", cascade="all, delete-orphan", order_by="FundingLine.id"
    )


keep_editions(InvestmentProject, trl_start="trl", trl_target="trl")


class PersonRole(enum.Enum):
    """What an account may do in a project. Readers are those whom a lead opens it to, e.g. an investor."""

    LEAD = "lead"
    EDITOR = "editor"
    READER = "reader"


class ProjectPerson(Base):
    """An account's role in a project."""

    __tablename__ = "project_person"
    __table_args__ = (UniqueConstraint("project_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[PersonRole] = mapped_column(enum_column(PersonRole))
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class ProjectPartner(Base):
    """An organisation in a project's consortium, with the letter that binds it."""

    __tablename__ = "project_partner"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[PartnerRole] = mapped_column(enum_column(PartnerRole))
    kind: Mapped[PartnerKind] = mapped_column(enum_column(PartnerKind))
    country: Mapped[str] = mapped_column(String(2))
    """ISO 3166-1 alpha-2."""
    nuts: Mapped[str | None] = mapped_column(String(5))
    nuts_version: Mapped[str | None] = mapped_column(String(8))
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    category: Mapped[RegionCategory | None] = mapped_column(enum_column(RegionCategory))
    """Of its region; entered, because the list of Decision (EU) 2021/1130 uses the codes of NUTS 2016."""
    contribution: Mapped[str] = mapped_column(Text, default="")
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    letter_signed_on: Mapped[date | None]
    letter_signatory: Mapped[str] = mapped_column(String(160), default="")

    project: Mapped[InvestmentProject] = relationship(back_populates="partners")
    organisation: Mapped[Organisation | None] = relationship()
    letter: Mapped[StoredFile | None] = relationship()


ORIGIN_KINDS = ("meeting", "workshop", "match", "answer", "priority")


keep_editions(ProjectPartner, country="iso3166-1", nuts="nuts")


class ProjectOrigin(Base):
    """What a project came from: one thing of another feature."""

    __tablename__ = "project_origin"
    __table_args__ = (UniqueConstraint("project_id", "kind", "ref_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    """One of `ORIGIN_KINDS`; a meeting is named by its request, which outlives every timetable."""
    ref_id: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    project: Mapped[InvestmentProject] = relationship(back_populates="origins")


class TraceLink(Base):
    """Somebody says that one thing came from another, where no feature knows it by itself: a meeting from a match."""

    __tablename__ = "trace_link"
    __table_args__ = (UniqueConstraint("kind", "ref_id", "source_kind", "source_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref_id: Mapped[int]
    source_kind: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class PartnershipEvent(Base):
    """An event that serves a partnership; one event may serve several."""

    __tablename__ = "partnership_event"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class Milestone(Base):
    """Something a project reaches by a day."""

    __tablename__ = "project_milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    due: Mapped[date]
    reached_on: Mapped[date | None]
    measure: Mapped[str] = mapped_column(String(200), default="")
    """By what one sees that it is reached, with a figure where there is one."""

    project: Mapped[InvestmentProject] = relationship(back_populates="milestones")


class PlanText(Base):
    """One version of one section of a business plan; the highest number is the present one, earlier ones stay."""

    __tablename__ = "plan_text"
    __table_args__ = (UniqueConstraint("project_id", "section", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"))
    section: Mapped[PlanSection] = mapped_column(enum_column(PlanSection))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    answered: Mapped[list[str]]
    """Keys of the points of the section that are ticked off."""
    written_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    author: Mapped[User | None] = relationship()


from app.projects.funding_models import (  # noqa: E402  the tables of a project's money know those above
    BudgetLine,
    FundingCall,
    FundingCover,
    FundingLine,
    FundingPayment,
)
from app.projects.progress_models import IndicatorValue, PlanAttachment, ProjectIndicator  # noqa: E402

__all__ = [
    "ORIGIN_KINDS",
    "BudgetLine",
    "FundingCall",
    "FundingCover",
    "FundingLine",
    "FundingPayment",
    "IndicatorValue",
    "InvestmentProject",
    "Milestone",
    "PartnerKind",
    "PartnerRole",
    "PartnershipEvent",
    "PersonRole",
    "PlanAttachment",
    "PlanSection",
    "PlanText",
    "ProjectIndicator",
    "ProjectOrigin",
    "ProjectPartner",
    "ProjectPerson",
    "ProjectType",
    "RegionCategory",
    "TraceLink",
]
