"""Small projects for the tests of the rules."""

from dataclasses import replace
from typing import Any

from app.projects.kinds import (
    CostCategory,
    FundingState,
    Instrument,
    PartnerKind,
    PartnerRole,
    RegionCategory,
    Source,
)
from app.projects.rules.material import Call, ConsortiumRules, Cost, Funding, Partner, Project

PILOT = Cost(1, CostCategory.EQUIPMENT, "Pilot line", 1_000_000, 2027)
STAFF = Cost(2, CostCategory.PERSONNEL, "Staff", 600_000, 2028)
STUDY = Cost(3, CostCategory.SUBCONTRACTING, "Life-cycle study", 400_000, 2028)
COSTS = (PILOT, STAFF, STUDY)

RULES = ConsortiumRules(
    min_partners=3,
    min_regions=3,
    min_countries=3,
    min_in_categories=1,
    categories=frozenset({RegionCategory.LESS_DEVELOPED, RegionCategory.TRANSITION, RegionCategory.OUTERMOST}),
    coordinator_kinds=frozenset({PartnerKind.SMALL_ENTERPRISE, PartnerKind.LARGE_ENTERPRISE}),
)
I3 = Call(7, "I3-2026-INV1", Source.I3, rate_cap=7000, min_euros=500_000, max_euros=10_000_000, min_trl=6)

PARTNERS = (
    Partner(1, "Piave Polymers", PartnerRole.COORDINATOR, PartnerKind.SMALL_ENTERPRISE, "IT", "ITH3"),
    Partner(
        2, "Poznan Institute", PartnerRole.PARTNER, PartnerKind.RESEARCH, "PL", "PL41", RegionCategory.LESS_DEVELOPED
    ),
    Partner(3, "Ghent Cluster", PartnerRole.PARTNER, PartnerKind.CLUSTER, "BE", "BE23", RegionCategory.MORE_DEVELOPED),
)


def line(number: int, source: Source, euros: int, **values: Any) -> Funding:
    """A grant unless said otherwise."""
    made = Funding(number, f"Line {number}", source, Instrument.GRANT, euros, FundingState.PLANNED)
    return replace(made, **values)


def project(*funding: Funding, **values: Any) -> Project:
    """Two million euros of costs, three partners, TRL 6."""
    made = Project(costs=COSTS, funding=funding, partners=PARTNERS, trl_start=6)
    return replace(made, **values)
