"""What the rules look at: a project's costs, funding, partners and calls as plain values. Amounts are whole euros."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.projects.kinds import (
    CostCategory,
    FundingState,
    Instrument,
    PartnerKind,
    PartnerRole,
    RegionCategory,
    Source,
    StateAid,
)
from app.projects.rules.loans import LoanTerms

FULL = 10_000
"""A rate of 100 % in basis points, the unit of every rate here."""


@dataclass(frozen=True)
class Cost:
    """One budget line: what is spent, by whom, in which year."""

    id: int
    category: CostCategory
    label: str
    euros: int
    year: int
    partner_id: int | None = None


@dataclass(frozen=True)
class ConsortiumRules:
    """What a call asks of a consortium; None or 0 asks for nothing. Each call has its own, as data."""

    min_partners: int = 0
    min_regions: int = 0
    min_countries: int = 0
    min_in_categories: int = 0
    """How many partners sit in a region of one of `categories`."""
    categories: frozenset[RegionCategory] = frozenset()
    coordinator_in_categories: bool = False
    coordinator_kinds: frozenset[PartnerKind] = frozenset()
    """Kinds of which the coordinator has to be one; empty: any."""


@dataclass(frozen=True)
class Call:
    """A call for proposals, as far as it can be checked. `rate_cap` in basis points of the costs covered."""

    id: int
    code: str
    source: Source
    deadline: datetime | None = None
    rate_cap: int | None = None
    min_euros: int | None = None
    max_euros: int | None = None
    """Smallest and largest grant per project."""
    min_trl: int | None = None
    consortium: ConsortiumRules = ConsortiumRules()


@dataclass(frozen=True)
class Funding:
    """One funding line. `covers` are the budget lines it pays for; none means that it pays for the whole budget.

    `payments` are euros by year as far as they are agreed on.
    """

    id: int
    label: str
    source: Source
    instrument: Instrument
    euros: int
    state: FundingState = FundingState.PLANNED
    call_id: int | None = None
    covers: frozenset[int] = frozenset()
    state_aid: StateAid = StateAid.OPEN
    payments: Mapping[int, int] = field(default_factory=dict)
    terms: LoanTerms | None = None
    """Of a loan, as far as they are known."""

    @property
    def counts(self) -> bool:
        """False for money that was refused."""
        return self.state is not FundingState.REJECTED


@dataclass(frozen=True)
class Partner:
    """A partner as a call sees it: NUTS code, ISO country, kind and category of its region where it has one."""

    id: int
    name: str
    role: PartnerRole
    kind: PartnerKind
    country: str
    region: str | None = None
    category: RegionCategory | None = None
    has_letter: bool = False


@dataclass(frozen=True)
class Project:
    """All that the checks of one project need. `declared_gap` is what its lead says is still to be found."""

    costs: tuple[Cost, ...] = ()
    funding: tuple[Funding, ...] = ()
    partners: tuple[Partner, ...] = ()
    calls: tuple[Call, ...] = ()
    declared_gap: int | None = None
    trl_start: int | None = None

    @property
    def budget(self) -> int:
        """The sum of all costs."""
        return sum(cost.euros for cost in self.costs)

    @property
    def found(self) -> int:
        """The sum of all funding that was not refused."""
        return sum(line.euros for line in self.funding if line.counts)

    @property
    def gap(self) -> int:
        """Costs that no funding line pays for; below zero when there is more money than costs."""
        return self.budget - self.found

    def base(self, lines: tuple[Funding, ...]) -> int:
        """The costs that these funding lines pay for together, each cost once."""
        if any(not line.covers for line in lines):
            return self.budget
        covered = frozenset().union(*(line.covers for line in lines))
        return sum(cost.euros for cost in self.costs if cost.id in covered)


class Weight(enum.Enum):
    """A stop keeps a project from its next gate, a warning does not."""

    STOP = "stop"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """What a check found: a code that the pages put into words, the values for it, the funding lines concerned."""

    code: str
    weight: Weight
    values: Mapping[str, object] = field(default_factory=dict)
    lines: tuple[int, ...] = ()
