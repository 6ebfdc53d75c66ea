"""Tables of thematic partnerships: what they are about, who belongs to them, in which role, under which process.

States are keys of the partnership's process template, not enums: an administrator can add a state without a migration.
Regions are NUTS codes of `app.organisations.reference`, whose version stands beside the code.
"""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.core.models import StoredFile
from app.organisations.editions import keep_editions
from app.organisations.models import Organisation

LEFT_STATES = ("left", "declined", "withdrawn")
"""States of a membership that end it; a region has at most one that does not."""


class ProcessTemplate(Base):
    """One version of a process template, never changed once written: partnerships keep the version they run under."""

    __tablename__ = "process_template"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    data: Mapped[dict[str, Any]]
    shipped: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class ThematicArea(Base):
    """A field of work under which partnerships form; `platform` is a code of the template's list of platforms."""

    __tablename__ = "thematic_area"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(150))
    platform: Mapped[str] = mapped_column(String(40), default="other")
    description: Mapped[str] = mapped_column(Text, default="")


class Partnership(Base):
    """One thematic partnership, from its intake on. `state` and `version` are driven by the machine `partnership`."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(150))
    acronym: Mapped[str] = mapped_column(String(20), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    area_id: Mapped[int] = mapped_column(ForeignKey("thematic_area.id"), index=True)
    template_key: Mapped[str] = mapped_column(String(40))
    template_version: Mapped[int]
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    phase: Mapped[str] = mapped_column(String(40))
    """A phase of the template: the state's, until an active partnership moves on to a later one."""
    contact: Mapped[dict[str, Any]]
    """What the intake form asked: contact name, mail, idea."""
    answer_due: Mapped[date | None]
    """Until when an expression of interest that came back is to be completed."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    area: Mapped[ThematicArea] = relationship()


class MemberRole(enum.Enum):
    LEAD = "lead"
    PARTICIPANT = "participant"


class PartnershipMember(Base):
    """A region in a partnership. `state` and `version` are driven by the machine `membership`."""

    __tablename__ = "partnership_member"
    __table_args__ = (
        Index(
            "uq_partnership_member_live",
            "partnership_id",
            "nuts",
            unique=True,
            sqlite_where=text("state not in ('left', 'declined', 'withdrawn')"),
            postgresql_where=text("state not in ('left', 'declined', 'withdrawn')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    nuts: Mapped[str] = mapped_column(String(5))
    nuts_version: Mapped[str] = mapped_column(String(8))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    role: Mapped[MemberRole] = mapped_column(enum_column(MemberRole), default=MemberRole.PARTICIPANT)
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    motivation: Mapped[str] = mapped_column(Text, default="")
    contribution: Mapped[str] = mapped_column(Text, default="")
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    partnership: Mapped[Partnership] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    priorities: Mapped[list["MemberPriority"]] = relationship(order_by="MemberPriority.id")


class Role(enum.Enum):
    """What somebody does in the process. Secretariat, officers and evaluators may be named for all partnerships."""

    REGION_REPRESENTATIVE = "region_representative"
    MANDATED_ORGANISATION = "mandated_organisation"
    EXPERT = "expert"
    ELIGIBILITY_OFFICER = "eligibility_officer"
    EVALUATOR = "evaluator"
    SECRETARIAT = "secretariat"


REGION_ROLES = (Role.REGION_REPRESENTATIVE, Role.MANDATED_ORGANISATION)


class PartnershipRole(Base):
    """A role of an account: in one partnership, or in all (no partnership); region roles speak for one member."""

    __tablename__ = "partnership_role"
    __table_args__ = (
        CheckConstraint(
            "(role in ('region_representative', 'mandated_organisation')) = (member_id is not null)",
            name="region_roles_name_their_member",
        ),
        CheckConstraint("partnership_id is not null or member_id is null", name="member_within_partnership"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("partnership_member.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    mandate_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    """The letter that lets a mandated organisation act for its region; without one the role gives no right."""
    given_at: Mapped[datetime]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    member: Mapped[PartnershipMember | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    mandate: Mapped[StoredFile | None] = relationship()


class RegionalPriority(Base):
    """A priority of a region's smart-specialisation strategy, with the address where it can be read."""

    __tablename__ = "regional_priority"
    __table_args__ = (UniqueConstraint("nuts", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nuts: Mapped[str] = mapped_column(String(5))
    nuts_version: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(40), default="")
    """The region's own number or code of the priority, if it has one."""
    description: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(500))
    nace: Mapped[list[str]]
    """Codes of NACE the priority names."""
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class MemberPriority(Base):
    """A member rests its part in a partnership on a priority of its strategy; where the strategy says so."""

    __tablename__ = "member_priority"
    __table_args__ = (UniqueConstraint("member_id", "priority_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("partnership_member.id", ondelete="CASCADE"))
    priority_id: Mapped[int] = mapped_column(ForeignKey("regional_priority.id"), index=True)
    page: Mapped[str] = mapped_column(String(40), default="")
    quote: Mapped[str] = mapped_column(String(500), default="")

    priority: Mapped[RegionalPriority] = relationship()


class ValueChainSegment(Base):
    """One segment of a partnership's value chain; `key` is stable for surveys and matches. `parent_id` makes a tree."""

    __tablename__ = "value_chain_segment"
    __table_args__ = (UniqueConstraint("partnership_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(500), default="")
    nace: Mapped[list[str]]
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    position: Mapped[int] = mapped_column(default=0)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("value_chain_segment.id", ondelete="SET NULL"))


keep_editions(RegionalPriority, nuts="nuts", nace="nace")
keep_editions(ValueChainSegment, nace="nace")
