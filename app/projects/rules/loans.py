"""What loans cost year by year: interest on what is owed, and repayment in equal parts after the years of grace.

Our convention, said in docs/projects.md: whole years. A loan is owed from the year in which it is paid out; a year's
interest is the rate on what was owed at its beginning. Repayment begins after the last payment and the years of grace,
counted from the first payment, and ends with the last year of the loan.
"""

from collections.abc import Mapping
from dataclasses import dataclass

BASIS_POINTS = 10_000


@dataclass(frozen=True)
class LoanTerms:
    """Yearly rate in basis points, and the loan's length and its years without repayment, both counted in years."""

    rate: int
    years: int
    grace: int = 0


@dataclass(frozen=True)
class Service:
    """What is paid in one year, in euros, and what is still owed after it."""

    repayment: int
    interest: int
    owed: int


def debt_service(paid_out: Mapping[int, int], terms: LoanTerms) -> dict[int, Service]:
    """Repayment and interest of each year, from the first payment to the last year of the loan; empty for no loan.

    The repayments add up to what was paid out. When it is paid out for so long that no year is left, all of it falls
    into the year after.
    """
    drawn = {year: euros for year, euros in paid_out.items() if euros > 0}
    if not drawn:
        return {}
    first, last = min(drawn), max(drawn)
    begin = max(first + terms.grace, last) + 1
    end = max(first + terms.years, begin)
    parts = _equal_parts(sum(drawn.values()), end - begin + 1)
    found, owed = {}, 0
    for year in range(first, end + 1):
        interest = round(owed * terms.rate / BASIS_POINTS)
        repaid = parts[year - begin] if year >= begin else 0
        owed += drawn.get(year, 0) - repaid
        found[year] = Service(repaid, interest, owed)
    return found


def _equal_parts(total: int, count: int) -> list[int]:
    """Whole euros that differ by one at most and add up; the larger ones come first."""
    part, left = divmod(total, count)
    return [part + (at < left) for at in range(count)]
