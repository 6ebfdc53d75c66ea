"""Calls for proposals: between the row, whose consortium rules are JSON, and what the checks look at."""

from typing import Any

from app.projects.funding_models import FundingCall
from app.projects.kinds import PartnerKind, RegionCategory
from app.projects.rules.material import Call, ConsortiumRules

RULE_NAMES = (
    "min_partners", "min_regions", "min_countries", "min_in_categories", "categories", "coordinator_in_categories",
    "coordinator_kinds",
)  # fmt: skip


def rules_of(data: dict[str, Any]) -> ConsortiumRules:
    """The consortium rules of a call's JSON; what is not named asks for nothing. Raises ValueError for a wrong name."""
    unknown = sorted(set(data) - set(RULE_NAMES))
    if unknown:
        raise ValueError(f"no consortium rules: {', '.join(unknown)}")
    return ConsortiumRules(
        min_partners=int(data.get("min_partners", 0)),
        min_regions=int(data.get("min_regions", 0)),
        min_countries=int(data.get("min_countries", 0)),
        min_in_categories=int(data.get("min_in_categories", 0)),
        categories=frozenset(RegionCategory(value) for value in data.get("categories", ())),
        coordinator_in_categories=bool(data.get("coordinator_in_categories", False)),
        coordinator_kinds=frozenset(PartnerKind(value) for value in data.get("coordinator_kinds", ())),
    )


def rules_data(rules: ConsortiumRules) -> dict[str, Any]:
    """The JSON of consortium rules; `rules_of` reads it back."""
    return {
        "min_partners": rules.min_partners,
        "min_regions": rules.min_regions,
        "min_countries": rules.min_countries,
        "min_in_categories": rules.min_in_categories,
        "categories": sorted(category.value for category in rules.categories),
        "coordinator_in_categories": rules.coordinator_in_categories,
        "coordinator_kinds": sorted(kind.value for kind in rules.coordinator_kinds),
    }


def call_of(call: FundingCall) -> Call:
    """A call as the checks see it."""
    return Call(
        id=call.id,
        code=call.code,
        source=call.source,
        deadline=call.deadline,
        rate_cap=call.rate_cap,
        min_euros=call.min_euros,
        max_euros=call.max_euros,
        min_trl=call.min_trl,
        consortium=rules_of(call.rules),
    )
