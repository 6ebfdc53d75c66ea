"""Tables of a project's money: what it costs, which calls there are, who pays. Amounts are whole euros."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, enum_column
from app.organisations.editions import keep_editions
from app.projects.kinds import CostCategory, FundingState, Instrument, Source, StateAid

if TYPE_CHECKING:
    from app.projects.models import InvestmentProject, ProjectPartner


class BudgetLine(Base):
    """A cost: what for, whose, in which year."""

    __tablename__ = "budget_line"
    __table_args__ = (
        CheckConstraint("euros > 0", name="euros_positive"),
        CheckConstraint("year between 2000 and 2100", name="year_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"), index=True)
    category: Mapped[CostCategory] = mapped_column(enum_column(CostCategory))
    label: Mapped[str] = mapped_column(String(200))
    euros: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("project_partner.id"), index=True)

    partner: Mapped["ProjectPartner | None"] = relationship()


class FundingCall(Base):
    """A call for proposals, for all partnerships. `rules` are its consortium rules, see `calls.RULE_NAMES`."""

    __tablename__ = "funding_call"
    __table_args__ = (
        CheckConstraint("rate_cap is null or rate_cap between 1 and 10000", name="rate_cap_sane"),
        CheckConstraint("min_trl is null or min_trl between 1 and 9", name="min_trl_in_range"),
        CheckConstraint("min_euros is null or max_euros is null or min_euros <= max_euros", name="sizes_ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[Source] = mapped_column(enum_column(Source))
    link: Mapped[str] = mapped_column(String(500), default="")
    opens_on: Mapped[date | None]
    deadline: Mapped[datetime | None]
    rate_cap: Mapped[int | None]
    """Highest grant in basis points of the costs it covers."""
    min_euros: Mapped[int | None] = mapped_column(BigInteger)
    max_euros: Mapped[int | None] = mapped_column(BigInteger)
    min_trl: Mapped[int | None]
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    rules: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


keep_editions(FundingCall, min_trl="trl")


class FundingLine(Base):
    """Money from one source with one instrument."""

    __tablename__ = "funding_line"
    __table_args__ = (
        CheckConstraint("euros > 0", name="euros_positive"),
        CheckConstraint("(loan_rate is null) = (loan_years is null)", name="loan_terms_whole"),
        CheckConstraint("loan_rate between 0 and 10000 and loan_years between 1 and 50", name="loan_terms_sane"),
        CheckConstraint("loan_grace between 0 and loan_years - 1", name="loan_grace_within"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("investment_project.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    """Who pays, e.g. the programme, the bank, the company."""
    source: Mapped[Source] = mapped_column(enum_column(Source))
    instrument: Mapped[Instrument] = mapped_column(enum_column(Instrument))
    euros: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[FundingState] = mapped_column(enum_column(FundingState), default=FundingState.PLANNED)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("funding_call.id"), index=True)
    reference: Mapped[str] = mapped_column(String(80), default="")
    """The number of the application, as the funder gave it."""
    conditions: Mapped[str] = mapped_column(Text, default="")
    state_aid: Mapped[StateAid] = mapped_column(enum_column(StateAid), default=StateAid.OPEN)
    state_aid_note: Mapped[str] = mapped_column(String(500), default="")
    decided_on: Mapped[date | None]
    """When it was secured or refused."""
    loan_rate: Mapped[int | None]
    """Yearly interest of a loan in basis points."""
    loan_years: Mapped[int | None]
    loan_grace: Mapped[int | None]
    """Years from the first payment in which a loan is not paid back yet."""
    created_at: Mapped[datetime]

    project: Mapped["InvestmentProject"] = relationship(back_populates="funding_lines")
    call: Mapped[FundingCall | None] = relationship()
    covers: Mapped[list["FundingCover"]] = relationship(cascade="all, delete-orphan")
    payments: Mapped[list["FundingPayment"]] = relationship(
        cascade="all, delete-orphan", order_by="FundingPayment.year"
    )


class FundingCover(Base):
    """A cost that a funding line pays for; a line without any pays for the whole budget."""

    __tablename__ = "funding_cover"

    funding_line_id: Mapped[int] = mapped_column(ForeignKey("funding_line.id", ondelete="CASCADE"), primary_key=True)
    budget_line_id: Mapped[int] = mapped_column(
        ForeignKey("budget_line.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class FundingPayment(Base):
    """What a funding line pays out in one year, as far as it is agreed on."""

    __tablename__ = "funding_payment"
    __table_args__ = (
        CheckConstraint("euros > 0", name="euros_positive"),
        CheckConstraint("year between 2000 and 2100", name="year_sane"),
    )

    funding_line_id: Mapped[int] = mapped_column(ForeignKey("funding_line.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    euros: Mapped[int] = mapped_column(BigInteger)
