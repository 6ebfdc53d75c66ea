"""The checks of a funding plan. Each returns findings; none stops at the first.

Where the rules come from: costs are not paid twice out of the budget of the Union (Financial Regulation (EU, Euratom)
2024/2509); state aid, and its ceiling of 300 000 euros in three years for de minimis aid (Article 107 TFEU, Regulation
(EU) 2023/2831); rate caps, sizes and consortium rules are those of each call and are entered with it.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from app.projects.kinds import ENTERPRISES, EU_BUDGET, STATE_CONTROLLED, FundingState, Instrument, PartnerRole, StateAid
from app.projects.rules.material import FULL, Call, Finding, Funding, Partner, Project, Weight

DE_MINIMIS_CEILING = 300_000


def findings(project: Project, now: datetime) -> list[Finding]:
    """Everything the checks find, the most serious first."""
    found = [
        *sum_against_budget(project),
        *payments_against_lines(project),
        *double_funding(project),
        *state_aid(project),
    ]
    for call in project.calls:
        lines = _lines_of(project, call)
        if lines:
            found += [*rate_cap(project, call, lines), *size(call, lines), *readiness(project, call, lines)]
            found += [*consortium(project, call, lines), *deadline(call, lines, now)]
    order = list(Weight)
    return sorted(found, key=lambda finding: order.index(finding.weight))


def _lines_of(project: Project, call: Call) -> tuple[Funding, ...]:
    return tuple(line for line in project.funding if line.call_id == call.id and line.counts)


def sum_against_budget(project: Project) -> Iterator[Finding]:
    """Sources add up to the budget, or the gap that is left is declared."""
    gap = project.gap
    if project.budget == 0:
        yield Finding("no_budget", Weight.STOP)
    elif gap < 0:
        values = {"too_much": -gap, "budget": project.budget, "found": project.found}
        yield Finding("too_much_money", Weight.STOP, values)
    elif gap > 0 and project.declared_gap != gap:
        values = {"gap": gap, "budget": project.budget, "found": project.found, "declared": project.declared_gap or 0}
        yield Finding("gap_not_declared", Weight.STOP, values)
    elif gap > 0:
        yield Finding("gap_declared", Weight.NOTE, {"gap": gap, "budget": project.budget})


def payments_against_lines(project: Project) -> Iterator[Finding]:
    """What is to be paid year by year does not exceed the line."""
    for line in project.funding:
        paid = sum(line.payments.values())
        if line.counts and paid > line.euros:
            values = {"line": line.label, "paid": paid, "euros": line.euros}
            yield Finding("payments_exceed_line", Weight.STOP, values, (line.id,))


def rate_cap(project: Project, call: Call, lines: tuple[Funding, ...]) -> Iterator[Finding]:
    """Grants of one call stay within its rate of the costs they cover: amount <= cap * covered costs.

    The largest amount allowed is rounded down to whole euros.
    """
    grants = tuple(line for line in lines if line.instrument is Instrument.GRANT)
    if call.rate_cap is None or not grants:
        return
    asked, base = sum(line.euros for line in grants), project.base(grants)
    allowed = call.rate_cap * base // FULL
    if asked > allowed:
        values = {
            "call": call.code,
            "cap": call.rate_cap,
            "base": base,
            "allowed": allowed,
            "asked": asked,
            "rate": _rate(asked, base),
            "excess": asked - allowed,
            "base_needed": -(-asked * FULL // call.rate_cap) if call.rate_cap else None,
        }
        yield Finding("rate_cap", Weight.STOP, values, tuple(line.id for line in grants))


def _rate(asked: int, base: int) -> int | None:
    """The share in basis points, rounded up so that a breach never looks like the cap itself."""
    return -(-asked * FULL // base) if base else None


def size(call: Call, lines: tuple[Funding, ...]) -> Iterator[Finding]:
    """The money asked of a call lies between its smallest and its largest grant."""
    asked, ids = sum(line.euros for line in lines), tuple(line.id for line in lines)
    if call.min_euros is not None and asked < call.min_euros:
        yield Finding("below_size", Weight.STOP, {"call": call.code, "asked": asked, "least": call.min_euros}, ids)
    if call.max_euros is not None and asked > call.max_euros:
        yield Finding("above_size", Weight.STOP, {"call": call.code, "asked": asked, "most": call.max_euros}, ids)


def readiness(project: Project, call: Call, lines: tuple[Funding, ...]) -> Iterator[Finding]:
    """The project starts at the readiness level the call asks for, or above."""
    ids = tuple(line.id for line in lines)
    if call.min_trl is None:
        return
    if project.trl_start is None:
        yield Finding("trl_unknown", Weight.WARNING, {"call": call.code, "least": call.min_trl}, ids)
    elif project.trl_start < call.min_trl:
        values = {"call": call.code, "least": call.min_trl, "trl": project.trl_start}
        yield Finding("trl_too_low", Weight.STOP, values, ids)


def deadline(call: Call, lines: tuple[Funding, ...], now: datetime) -> Iterator[Finding]:
    """Nothing is still planned under a call that has closed."""
    late = tuple(line.id for line in lines if line.state is FundingState.PLANNED)
    if call.deadline is not None and late and now > call.deadline:
        yield Finding("call_closed", Weight.STOP, {"call": call.code, "deadline": call.deadline}, late)


def double_funding(project: Project) -> Iterator[Finding]:
    """No cost is claimed under two grants.

    Two grants out of the budget of the Union on one cost line are a stop whatever the amounts. Another pair of public
    grants is a stop when together they exceed the costs they share, and a warning below that.
    """
    grants = [line for line in project.funding if line.counts and line.instrument is Instrument.GRANT]
    for one, other in combinations(grants, 2):
        if one.call_id is not None and one.call_id == other.call_id:
            continue  # two lines of one application; the rate cap counts their costs once
        shared = _shared(project, one, other)
        if not shared:
            continue
        euros = sum(cost.euros for cost in project.costs if cost.id in shared)
        both = {one.source, other.source} <= EU_BUDGET
        too_much = one.euros + other.euros > project.base((one, other))
        weight = Weight.STOP if both or too_much else Weight.WARNING
        code = "double_funding_union" if both else "double_funding"
        values = {"one": one.label, "other": other.label, "shared": euros, "costs": _labels(project, shared)}
        yield Finding(code, weight, values, (one.id, other.id))


def _shared(project: Project, one: Funding, other: Funding) -> frozenset[int]:
    everything = frozenset(cost.id for cost in project.costs)
    return (one.covers or everything) & (other.covers or everything)


def _labels(project: Project, ids: frozenset[int]) -> tuple[str, ...]:
    return tuple(cost.label for cost in project.costs if cost.id in ids)


def state_aid(project: Project) -> Iterator[Finding]:
    """Public money that a Member State awards to a project with enterprises needs a ground in state-aid law."""
    if not any(partner.kind in ENTERPRISES for partner in project.partners):
        return
    small: list[Funding] = []
    for line in project.funding:
        if not line.counts or line.source not in STATE_CONTROLLED:
            continue
        if line.state_aid is StateAid.OPEN:
            yield Finding("state_aid_open", Weight.WARNING, {"line": line.label}, (line.id,))
        elif line.state_aid is StateAid.DE_MINIMIS:
            small.append(line)
    total = sum(line.euros for line in small)
    if total > DE_MINIMIS_CEILING:
        values = {"total": total, "ceiling": DE_MINIMIS_CEILING}
        yield Finding("de_minimis_ceiling", Weight.WARNING, values, tuple(line.id for line in small))


def consortium(project: Project, call: Call, lines: tuple[Funding, ...]) -> Iterator[Finding]:
    """The consortium fits the rules of the call. Associated partners do not count."""
    rules, ids = call.consortium, tuple(line.id for line in lines)
    counted = [partner for partner in project.partners if partner.role is not PartnerRole.ASSOCIATED]
    wanted = (
        ("partners", rules.min_partners, len(counted)),
        ("regions", rules.min_regions, len({partner.region for partner in counted if partner.region})),
        ("countries", rules.min_countries, len({partner.country for partner in counted})),
        ("in_categories", rules.min_in_categories, sum(partner.category in rules.categories for partner in counted)),
    )
    for what, least, present in wanted:
        if present < least:
            values = {"call": call.code, "least": least, "present": present, "categories": _sorted(rules.categories)}
            yield Finding(f"consortium_{what}", Weight.STOP, values, ids)
    yield from _coordinator(call, counted, ids)


def _coordinator(call: Call, partners: list[Partner], ids: tuple[int, ...]) -> Iterator[Finding]:
    rules = call.consortium
    leads = [partner for partner in partners if partner.role is PartnerRole.COORDINATOR]
    if not leads and (rules.coordinator_kinds or rules.coordinator_in_categories):
        yield Finding("no_coordinator", Weight.STOP, {"call": call.code}, ids)
    for lead in leads:
        if rules.coordinator_kinds and lead.kind not in rules.coordinator_kinds:
            values = {"call": call.code, "name": lead.name, "kinds": _sorted(rules.coordinator_kinds)}
            yield Finding("coordinator_kind", Weight.STOP, values, ids)
        if rules.coordinator_in_categories and lead.category not in rules.categories:
            values = {"call": call.code, "name": lead.name, "categories": _sorted(rules.categories)}
            yield Finding("coordinator_category", Weight.STOP, values, ids)


def _sorted(members: frozenset) -> tuple[str, ...]:  # type: ignore[type-arg]
    return tuple(sorted(str(member.value) for member in members))
