"""The cash-flow table: costs against money, year by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.projects.kinds import FundingState
from app.projects.rules.material import Funding, Project


@dataclass(frozen=True)
class Year:
    """One year in euros. `secured` is promised in writing, `open` is applied for or planned.

    `balance` counts all of it; `secured_balance` only what is secured, both added up from the first year on.
    """

    year: int
    costs: int
    secured: int
    open: int
    balance: int
    secured_balance: int


@dataclass(frozen=True)
class CashFlow:
    """All years in order. `assumed` names the funding lines whose payments are not agreed on yet and are taken to
    follow the costs; `lowest` is the lowest balance: what has to be bridged when it is below zero."""

    years: tuple[Year, ...]
    assumed: tuple[int, ...]
    lowest: int
    lowest_year: int | None


def cash_flow(project: Project) -> CashFlow:
    """The table over all years in which something is spent or paid. Money that was refused is left out."""
    costs: dict[int, int] = {}
    for cost in project.costs:
        costs[cost.year] = costs.get(cost.year, 0) + cost.euros
    secured: dict[int, int] = {}
    hoped: dict[int, int] = {}
    assumed = []
    for line in project.funding:
        if not line.counts:
            continue
        if sum(line.payments.values()) < line.euros:
            assumed.append(line.id)
        into = secured if line.state is FundingState.SECURED else hoped
        for year, euros in payments(project, line, costs).items():
            into[year] = into.get(year, 0) + euros
    years = _years(costs, secured, hoped)
    lowest = min(years, key=lambda row: row.balance, default=None)
    return CashFlow(years, tuple(assumed), lowest.balance if lowest else 0, lowest.year if lowest else None)


def _years(costs: Mapping[int, int], secured: Mapping[int, int], hoped: Mapping[int, int]) -> tuple[Year, ...]:
    present = {*costs, *secured, *hoped}
    rows, balance, safe = [], 0, 0
    for year in range(min(present, default=0), max(present, default=-1) + 1):
        spent, sure, open_ = costs.get(year, 0), secured.get(year, 0), hoped.get(year, 0)
        balance += sure + open_ - spent
        safe += sure - spent
        rows.append(Year(year, spent, sure, open_, balance, safe))
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
