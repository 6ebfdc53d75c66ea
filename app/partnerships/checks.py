"""The automatic part of eligibility rules: pure checks over the regions of a case, with their limits as parameters.

Limits and their sources stand in the rule sets of the process templates. A NUTS code says which Member State a region
belongs to (first two letters; EL is Greece). Reading of ours: regions outside the EU take part but do not count, and of
two codes one of which lies inside the other only one counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.organisations import reference
from app.partnerships.facts import CaseFacts, RegionFacts


@dataclass(frozen=True)
class CheckResult:
    """Whether a rule is met, and in one sentence what was found."""

    is_met: bool
    finding: str


@dataclass(frozen=True)
class Check:
    """A check and the names of its parameters."""

    run: Callable[[CaseFacts, Mapping[str, int]], CheckResult]
    parameters: tuple[str, ...] = ()


def member_state(nuts: str) -> str | None:
    """The ISO code of the EU Member State a region belongs to; None for a region elsewhere or an unknown code."""
    if nuts not in reference.regions():
        return None
    country = reference.region_country(nuts)
    return country if country in reference.eu_members() else None


def counted_regions(regions: Sequence[RegionFacts]) -> list[RegionFacts]:
    """The EU regions among these that count as distinct: of nested codes only the outer one does."""
    within = [region for region in regions if member_state(region.nuts)]
    codes = {region.nuts for region in within}
    seen: set[str] = set()
    found = []
    for region in within:
        above = {entry.code for entry in reference.regions().parents(region.nuts)}
        if region.nuts not in seen and not above & codes:
            seen.add(region.nuts)
            found.append(region)
    return found


def leads(case: CaseFacts) -> list[RegionFacts]:
    """The lead regions."""
    return [region for region in case.regions if region.is_lead]


def regions_and_states(case: CaseFacts, limits: Mapping[str, int]) -> CheckResult:
    """Enough distinct regions from enough different Member States."""
    counted = counted_regions(case.regions)
    states = {member_state(region.nuts) for region in counted}
    left_out = len({region.nuts for region in case.regions}) - len(counted)
    finding = _(
        "%(regions)d regions from %(states)d Member States count; %(r)d from %(s)d are needed.",
        regions=len(counted), states=len(states), r=limits["regions"], s=limits["states"],
    )  # fmt: skip
    if left_out:
        finding += " " + _("%(n)d do not count: outside the EU, or part of another region on the list.", n=left_out)
    return CheckResult(len(counted) >= limits["regions"] and len(states) >= limits["states"], finding)


def leads_link_priorities(case: CaseFacts, _limits: Mapping[str, int]) -> CheckResult:
    """Every lead region links a priority of its strategy."""
    return _linked(leads(case), _("No lead region is named."))


def all_link_priorities(case: CaseFacts, _limits: Mapping[str, int]) -> CheckResult:
    """Every region links a priority of its strategy."""
    return _linked(list(case.regions), _("No region takes part."))


def _linked(regions: list[RegionFacts], nobody: str) -> CheckResult:
    if not regions:
        return CheckResult(False, nobody)
    without = [region.nuts for region in regions if not region.priorities]
    if without:
        return CheckResult(False, _("No strategy priority is linked by: %(regions)s.", regions=", ".join(without)))
    return CheckResult(True, _("All %(n)d regions link a strategy priority.", n=len(regions)))


def commitment_letters(case: CaseFacts, limits: Mapping[str, int]) -> CheckResult:
    """Every lead region has a letter: with its file, signed by somebody for an authority, for enough months."""
    if not leads(case):
        return CheckResult(False, _("No lead region is named."))
    faults = []
    for region in leads(case):
        faults += [f"{region.nuts}: {fault}" for fault in _letter_faults(region, limits["months"], case.today)]
    if faults:
        return CheckResult(False, "; ".join(faults))
    return CheckResult(
        True, _("Letters of all lead regions are on file, for %(n)d months or more.", n=limits["months"])
    )


def _letter_faults(region: RegionFacts, months: int, today: date) -> list[str]:
    letter = region.letter
    if letter is None:
        return [_("no commitment letter")]
    found = [] if letter.has_file else [_("the letter’s file is missing")]
    if not letter.signatory.strip() or not letter.authority.strip():
        found.append(_("the signatory or the authority is missing"))
    if letter.signed_on is None or letter.signed_on > today:
        found.append(_("the letter is not signed yet"))
    if letter.months < months:
        found.append(_("%(found)d months instead of %(months)d", found=letter.months, months=months))
    return found


def enough_leads(case: CaseFacts, limits: Mapping[str, int]) -> CheckResult:
    """As many lead regions as recommended."""
    found = len(counted_regions(leads(case)))
    return CheckResult(
        found >= limits["leads"], _("%(n)d lead regions; %(m)d or more are better.", n=found, m=limits["leads"])
    )


def balance(case: CaseFacts, limits: Mapping[str, int]) -> CheckResult:
    """No Member State has more than a share of the regions (percent)."""
    states = [member_state(region.nuts) for region in counted_regions(case.regions)]
    if not states:
        return CheckResult(False, _("No EU region takes part."))
    share = round(100 * max(states.count(state) for state in states) / len(states))
    return CheckResult(
        share <= limits["share"],
        _(
            "The largest share of one Member State is %(n)d %%; at most %(m)d %% is balanced.",
            n=share,
            m=limits["share"],
        ),
    )


def stakeholders(case: CaseFacts, limits: Mapping[str, int]) -> CheckResult:
    """Several kinds of organisations stand behind the partnership."""
    kinds = {kind for region in case.regions for kind in region.stakeholder_kinds}
    return CheckResult(
        len(kinds) >= limits["kinds"],
        _("%(n)d kinds of stakeholders; %(m)d are wanted.", n=len(kinds), m=limits["kinds"]),
    )


CHECKS: dict[str, Check] = {
    "regions_and_states": Check(regions_and_states, ("regions", "states")),
    "leads_link_priorities": Check(leads_link_priorities),
    "all_link_priorities": Check(all_link_priorities),
    "commitment_letters": Check(commitment_letters, ("months",)),
    "enough_leads": Check(enough_leads, ("leads",)),
    "balance": Check(balance, ("share",)),
    "stakeholders": Check(stakeholders, ("kinds",)),
}
