"""The cash-flow table: costs against money, year by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.projects.kinds import FundingState, Instrument
from app.projects.rules.loans import Service, debt_service
from app.projects.rules.material import Funding, Project


@dataclass(frozen=True)
class Year:
    """One year in euros. `secured` is promised in writing, `open` is applied for or planned.

    `balance` counts all of it; `secured_balance` only what is secured, both added up from the first year on, before
    loans are paid back. `repayment` and `interest` are what loans cost in the year, `served` all of it so far.
    """

    year: int
    costs: int
    secured: int
    open: int
    balance: int
    secured_balance: int
    repayment: int = 0
    interest: int = 0
    served: int = 0

    @property
    def after_loans(self) -> int:
        """The balance less what loans cost so far. Below zero it has to be earned: income is no part of the plan."""
        return self.balance - self.served


@dataclass(frozen=True)
class CashFlow:
    """All years in order. `assumed` names the funding lines whose payments are not agreed on yet and are taken to
    follow the costs; `lowest` is the lowest balance: what has to be bridged when it is below zero."""

    years: tuple[Year, ...]
    assumed: tuple[int, ...]
    lowest: int
    lowest_year: int | None
    unclear: tuple[int, ...] = ()
    """Loans whose rate and years are not known yet."""

    @property
    def has_loans(self) -> bool:
        """True when something is paid back."""
        return any(row.repayment or row.interest for row in self.years)


def cash_flow(project: Project) -> CashFlow:
    """The table over all years in which something is spent or paid. Money that was refused is left out."""
    costs: dict[int, int] = {}
    for cost in project.costs:
        costs[cost.year] = costs.get(cost.year, 0) + cost.euros
    secured: dict[int, int] = {}
    hoped: dict[int, int] = {}
    assumed, unclear = [], []
    services: list[Mapping[int, Service]] = []
    for line in project.funding:
        if not line.counts:
            continue
        if sum(line.payments.values()) < line.euros:
            assumed.append(line.id)
        into = secured if line.state is FundingState.SECURED else hoped
        paid = payments(project, line, costs)
        for year, euros in paid.items():
            into[year] = into.get(year, 0) + euros
        if line.terms is not None:
            services.append(debt_service(paid, line.terms))
        elif line.instrument is Instrument.LOAN:
            unclear.append(line.id)
    years = _years(costs, secured, hoped, services)
    lowest = min(years, key=lambda row: row.balance, default=None)
    return CashFlow(
        years, tuple(assumed), lowest.balance if lowest else 0, lowest.year if lowest else None, tuple(unclear)
    )


def _years(
    costs: Mapping[int, int], secured: Mapping[int, int], hoped: Mapping[int, int],
    services: Sequence[Mapping[int, Service]],
) -> tuple[Year, ...]:  # fmt: skip
    present = {*costs, *secured, *hoped, *(year for service in services for year in service)}
    rows, balance, safe, served = [], 0, 0, 0
    for year in range(min(present, default=0), max(present, default=-1) + 1):
        spent, sure, open_ = costs.get(year, 0), secured.get(year, 0), hoped.get(year, 0)
        balance += sure + open_ - spent
        safe += sure - spent
        due = [service[year] for service in services if year in service]
        repaid, interest = sum(each.repayment for each in due), sum(each.interest for each in due)
        served += repaid + interest
        rows.append(Year(year, spent, sure, open_, balance, safe, repaid, interest, served))
    return tuple(rows)


def payments(project: Project, line: Funding, costs: Mapping[int, int]) -> dict[int, int]:
    """Euros by year of a funding line: what is agreed on, and the rest along the costs the line covers.

    A rest with no costs to follow falls into the first year that is known.
    """
    agreed = dict(line.payments)
    rest = line.euros - sum(agreed.values())
    if rest <= 0:
        return agreed
    covered: dict[int, int] = {}
    for cost in project.costs:
        if not line.covers or cost.id in line.covers:
            covered[cost.year] = covered.get(cost.year, 0) + cost.euros
    if not any(covered.values()):
        known = min({*costs, *agreed}, default=None)
        return agreed if known is None else agreed | {known: agreed.get(known, 0) + rest}
    years = sorted(covered)
    for year, euros in zip(years, apportion(rest, [covered[year] for year in years]), strict=True):
        agreed[year] = agreed.get(year, 0) + euros
    return agreed


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of `total` in proportion to the weights; they add up to it (Hamilton's largest remainders)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
