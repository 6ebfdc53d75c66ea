"""A project's money: costs, funding lines, the declared gap."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.projects import queries
from app.projects.kinds import CostCategory, FundingState, Instrument, Source, StateAid
from app.projects.models import BudgetLine, FundingCover, FundingLine, FundingPayment, InvestmentProject
from app.projects.services.projects import check_open, note

MOST_EUROS = 100_000_000_000
YEARS = range(2000, 2101)


@dataclass(frozen=True)
class CostData:
    """A cost as its form has it; whole euros."""

    category: CostCategory
    label: str
    euros: int
    year: int
    partner_id: int | None = None


@dataclass(frozen=True)
class FundingData:
    """A funding line as its form has it; `covers` are ids of budget lines, `payments` euros by year."""

    name: str
    source: Source
    instrument: Instrument
    euros: int
    state: FundingState = FundingState.PLANNED
    call_id: int | None = None
    reference: str = ""
    conditions: str = ""
    state_aid: StateAid = StateAid.OPEN
    state_aid_note: str = ""
    decided_on: date | None = None
    covers: Collection[int] = ()
    payments: Mapping[int, int] = field(default_factory=dict)
    loan_rate: int | None = None
    loan_years: int | None = None
    loan_grace: int | None = None


def add_cost(session: Session, clock: Clock, actor: User, project: InvestmentProject, data: CostData) -> BudgetLine:
    """Add a cost. Raises Invalid with the field."""
    check_open(project)
    line = BudgetLine(**_checked_cost(project, data))
    project.budget_lines.append(line)
    session.flush()
    note(session, clock, actor, project, "add_cost", {"label": line.label, "euros": line.euros, "year": line.year})
    return line


def change_cost(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, line: BudgetLine, data: CostData
) -> None:
    """Change a cost. Raises Invalid with the field."""
    check_open(project)
    before = line.euros
    for name, value in _checked_cost(project, data).items():
        setattr(line, name, value)
    session.flush()
    note(session, clock, actor, project, "change_cost", {"label": line.label, "before": before, "euros": line.euros})


def _checked_cost(project: InvestmentProject, data: CostData) -> dict[str, Any]:
    label = " ".join(data.label.split())
    if not label or len(label) > 200:
        raise Invalid(_("Say in a few words what the money is for."), field="label")
    _check_euros(data.euros)
    if data.year not in YEARS:
        raise Invalid(_("Choose a year from 2000 to 2100."), field="year")
    if data.partner_id is not None and data.partner_id not in {partner.id for partner in project.partners}:
        raise Invalid(_("Choose a partner of this project."), field="partner_id")
    return {
        "category": data.category,
        "label": label,
        "euros": data.euros,
        "year": data.year,
        "partner_id": data.partner_id,
    }


def _check_euros(euros: int, name: str = "euros") -> None:
    if not 0 < euros <= MOST_EUROS:
        raise Invalid(_("Enter whole euros, more than zero."), field=name)


def remove_cost(session: Session, clock: Clock, actor: User, project: InvestmentProject, line: BudgetLine) -> None:
    """Take a cost out. Raises Conflict when it is the only one a funding line covers: that would then cover all."""
    check_open(project)
    for funding in project.funding_lines:
        if [cover.budget_line_id for cover in funding.covers] == [line.id]:
            raise Conflict(
                _("“%(name)s” pays for this cost only. Let it cover something else first.", name=funding.name)
            )
    note(session, clock, actor, project, "remove_cost", {"label": line.label, "euros": line.euros})
    for funding in project.funding_lines:
        funding.covers = [cover for cover in funding.covers if cover.budget_line_id != line.id]
    session.flush()
    project.budget_lines.remove(line)
    session.flush()


def add_funding(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, data: FundingData
) -> FundingLine:
    """Add a funding line, whatever the checks find. Raises Invalid with the field for what makes no sense."""
    check_open(project)
    values = _checked_funding(session, clock, project, data)
    line = FundingLine(created_at=clock(), **values)
    _cover(line, data)
    project.funding_lines.append(line)
    session.flush()
    session.refresh(line)
    _note_funding(session, clock, actor, project, "add_funding", line)
    return line


def change_funding(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, line: FundingLine, data: FundingData
) -> None:
    """Change a funding line. Raises Invalid with the field."""
    check_open(project)
    for name, value in _checked_funding(session, clock, project, data).items():
        setattr(line, name, value)
    line.covers, line.payments = [], []
    session.flush()
    _cover(line, data)
    session.flush()
    session.refresh(line)
    _note_funding(session, clock, actor, project, "change_funding", line)


def remove_funding(session: Session, clock: Clock, actor: User, project: InvestmentProject, line: FundingLine) -> None:
    """Take a funding line out that was never applied for. Raises Conflict for others: mark those as refused."""
    check_open(project)
    if line.state is not FundingState.PLANNED:
        raise Conflict(_("This line has a history; mark it as refused instead of taking it out."))
    _note_funding(session, clock, actor, project, "remove_funding", line)
    project.funding_lines.remove(line)
    session.flush()


def _cover(line: FundingLine, data: FundingData) -> None:
    line.covers = [FundingCover(budget_line_id=number) for number in sorted(set(data.covers))]
    line.payments = [FundingPayment(year=year, euros=euros) for year, euros in sorted(data.payments.items())]


def _checked_funding(session: Session, clock: Clock, project: InvestmentProject, data: FundingData) -> dict[str, Any]:
    name = " ".join(data.name.split())
    if not name or len(name) > 200:
        raise Invalid(_("Say in a few words who pays."), field="name")
    _check_euros(data.euros)
    call = queries.call_by_id(session, data.call_id) if data.call_id is not None else None
    if data.call_id is not None and call is None:
        raise Invalid(_("There is no such call."), field="call_id")
    if call is not None and call.source is not data.source:
        raise Invalid(_("%(call)s belongs to another source.", call=call.code), field="call_id")
    if data.decided_on is not None and data.decided_on > clock().date():
        raise Invalid(_("This day lies ahead."), field="decided_on")
    if data.state in {FundingState.SECURED, FundingState.REJECTED} and data.decided_on is None:
        raise Invalid(_("Say on which day it was decided."), field="decided_on")
    if len(data.reference.strip()) > 80:
        raise Invalid(_("Use at most %(n)d characters.", n=80), field="reference")
    _check_parts(project, data)
    _check_loan(data)
    return {
        "name": name,
        "source": data.source,
        "instrument": data.instrument,
        "euros": data.euros,
        "state": data.state,
        "call_id": data.call_id,
        "reference": data.reference.strip(),
        "conditions": data.conditions.strip()[:4000],
        "state_aid": data.state_aid,
        "state_aid_note": data.state_aid_note.strip()[:500],
        "decided_on": data.decided_on,
        "loan_rate": data.loan_rate,
        "loan_years": data.loan_years,
        "loan_grace": data.loan_grace if data.loan_years is not None else None,
    }


def _check_loan(data: FundingData) -> None:
    given = {"loan_rate": data.loan_rate, "loan_years": data.loan_years, "loan_grace": data.loan_grace}
    named = [name for name, value in given.items() if value is not None]
    if not named:
        return
    if data.instrument is not Instrument.LOAN:
        raise Invalid(_("Only a loan is paid back; choose “Loan” as instrument or leave this empty."), field=named[0])
    if data.loan_rate is None or data.loan_years is None:
        missing = "loan_rate" if data.loan_rate is None else "loan_years"
        raise Invalid(_("Give both, the rate and the years, or neither."), field=missing)
    if not 0 <= data.loan_rate <= 10_000:
        raise Invalid(_("Give a rate from 0 to 100 %%."), field="loan_rate")
    if not 1 <= data.loan_years <= 50:
        raise Invalid(_("A loan runs for 1 to 50 years."), field="loan_years")
    if not 0 <= (data.loan_grace or 0) < data.loan_years:
        raise Invalid(_("The grace period is shorter than the loan."), field="loan_grace")


def _check_parts(project: InvestmentProject, data: FundingData) -> None:
    if not set(data.covers) <= {line.id for line in project.budget_lines}:
        raise Invalid(_("Choose costs of this project."), field="covers")
    for year, euros in data.payments.items():
        if year not in YEARS:
            raise Invalid(_("Choose a year from 2000 to 2100."), field="payments")
        _check_euros(euros, "payments")
    if sum(data.payments.values()) > data.euros:
        raise Invalid(_("The payments add up to more than the line gives."), field="payments")


def _note_funding(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, what: str, line: FundingLine
) -> None:
    detail = {"name": line.name, "source": line.source.value, "euros": line.euros, "state": line.state.value}
    note(session, clock, actor, project, what, {**detail, "reference": line.reference})


def declare_gap(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, euros: int | None, remark: str
) -> None:
    """Declare what is still to be found; None or 0 takes the declaration back. Raises Invalid with the field."""
    check_open(project)
    if euros and not remark.strip():
        raise Invalid(_("Say how the gap is to be closed."), field="gap_note")
    if euros is not None and not 0 <= euros <= MOST_EUROS:
        raise Invalid(_("Enter whole euros, more than zero."), field="declared_gap")
    project.declared_gap, project.gap_note = euros or None, remark.strip()[:1000] if euros else ""
    session.flush()
    note(session, clock, actor, project, "declare_gap", {"euros": euros or 0, "note": project.gap_note})
