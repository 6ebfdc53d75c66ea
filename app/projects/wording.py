"""Everything of a project in the reader's words: types, sources, plan sections, and what the checks found.

A finding says what is wrong, by how much, and what would mend it.
"""

import enum
from collections.abc import Callable
from datetime import date
from typing import Any

import flask_babel
from babel.numbers import format_compact_currency
from flask_babel import lazy_gettext as _l

from app.projects.kinds import (
    CostCategory,
    FundingState,
    Instrument,
    PartnerKind,
    PartnerRole,
    PlanSection,
    ProjectType,
    RegionCategory,
    Source,
    StateAid,
)
from app.projects.rules.material import FULL, Finding
from app.projects.rules.trace import Stage

# Typed here, since the package is not; message extraction looks for these names.
_: Callable[..., str] = flask_babel.gettext
ngettext: Callable[..., str] = flask_babel.ngettext

NAMES: dict[enum.Enum, Any] = {
    ProjectType.DEMONSTRATOR: _l("Joint large-scale demonstrator"),
    ProjectType.TECHNOLOGY_CENTRE: _l("Shared technology centre"),
    ProjectType.CROSS_REGIONAL: _l("Other cross-regional project"),
    ProjectType.PLATFORM: _l("Small projects in an investment platform"),
    ProjectType.LARGE_CROSS_REGIONAL: _l("Single large cross-regional project"),
    ProjectType.LARGE_INDIVIDUAL: _l("Large individual project across a value chain"),
    PartnerRole.COORDINATOR: _l("Coordinator"),
    PartnerRole.PARTNER: _l("Partner"),
    PartnerRole.SITE: _l("Site owner"),
    PartnerRole.FIRST_CUSTOMER: _l("First customer"),
    PartnerRole.INVESTOR: _l("Investor"),
    PartnerRole.ASSOCIATED: _l("Associated partner"),
    PartnerKind.SMALL_ENTERPRISE: _l("Small or medium-sized enterprise"),
    PartnerKind.LARGE_ENTERPRISE: _l("Large enterprise"),
    PartnerKind.RESEARCH: _l("Research organisation"),
    PartnerKind.CLUSTER: _l("Cluster"),
    PartnerKind.PUBLIC: _l("Public body"),
    PartnerKind.OTHER: _l("Other"),
    RegionCategory.LESS_DEVELOPED: _l("Less developed region"),
    RegionCategory.TRANSITION: _l("Transition region"),
    RegionCategory.MORE_DEVELOPED: _l("More developed region"),
    RegionCategory.OUTERMOST: _l("Outermost region"),
    CostCategory.PERSONNEL: _l("Personnel"),
    CostCategory.EQUIPMENT: _l("Equipment"),
    CostCategory.INFRASTRUCTURE: _l("Buildings and infrastructure"),
    CostCategory.SUBCONTRACTING: _l("Subcontracting"),
    CostCategory.TRAVEL: _l("Travel"),
    CostCategory.OTHER: _l("Other goods and services"),
    CostCategory.OVERHEADS: _l("Overheads"),
    Source.ERDF: _l("ERDF programme"),
    Source.I3: _l("I3"),
    Source.INTERREG: _l("Interreg"),
    Source.HORIZON_EUROPE: _l("Horizon Europe"),
    Source.DIGITAL_EUROPE: _l("Digital Europe"),
    Source.LIFE: _l("LIFE"),
    Source.INNOVATION_FUND: _l("Innovation Fund"),
    Source.INVEST_EU: _l("InvestEU"),
    Source.EIB: _l("EIB"),
    Source.NATIONAL: _l("National"),
    Source.REGIONAL: _l("Regional"),
    Source.PRIVATE: _l("Private investor"),
    Source.LOAN: _l("Bank loan"),
    Source.OWN: _l("Own money"),
    Instrument.GRANT: _l("Grant"),
    Instrument.LOAN: _l("Loan"),
    Instrument.EQUITY: _l("Equity"),
    Instrument.GUARANTEE: _l("Guarantee"),
    Instrument.OWN: _l("Own contribution"),
    FundingState.PLANNED: _l("Planned"),
    FundingState.APPLIED: _l("Applied for"),
    FundingState.SECURED: _l("Secured"),
    FundingState.REJECTED: _l("Refused"),
    StateAid.OPEN: _l("Not looked at yet"),
    StateAid.NO_AID: _l("No aid"),
    StateAid.DE_MINIMIS: _l("De minimis aid"),
    StateAid.BLOCK_EXEMPTED: _l("Block-exempted aid"),
    StateAid.NOTIFIED: _l("Notified aid"),
    PlanSection.MARKET: _l("Market"),
    PlanSection.MODEL: _l("Business model"),
    PlanSection.OPERATIONS: _l("Operations"),
    PlanSection.GOVERNANCE: _l("Governance"),
    PlanSection.IPR: _l("Intellectual property"),
    PlanSection.FINANCIALS: _l("Financials"),
    PlanSection.CASH_FLOW: _l("Cash flow"),
    PlanSection.RISK: _l("Risks"),
    PlanSection.EXIT: _l("Exit and what comes after"),
    Stage.FUNDING: _l("funding line"),
    Stage.PROJECT: _l("project"),
    Stage.ENCOUNTER: _l("meeting or workshop"),
    Stage.MATCH: _l("match"),
    Stage.ANSWER: _l("survey answer"),
    Stage.PRIORITY: _l("regional priority"),
}

PLAN_POINTS: dict[PlanSection, tuple[Any, ...]] = {
    PlanSection.MARKET: (
        _l("Customers are named, and why they buy"),
        _l("Size and growth of the market, with sources"),
        _l("Competitors, and what sets this apart"),
    ),
    PlanSection.MODEL: (
        _l("What is sold to whom, at which price"),
        _l("Value for each partner and each region"),
        _l("Marketing and sales: ways to the customers"),
    ),
    PlanSection.OPERATIONS: (
        _l("Sites, equipment and who runs them"),
        _l("People and skills that are needed"),
        _l("Suppliers, permits and standards"),
    ),
    PlanSection.GOVERNANCE: (
        _l("Legal form or vehicle of the investment"),
        _l("Who decides what, and how disputes end"),
        _l("Agreement between the partners, at least as a draft"),
    ),
    PlanSection.IPR: (_l("What each partner brings in"), _l("Who owns and may use the results")),
    PlanSection.FINANCIALS: (
        _l("Costs by year are in the budget"),
        _l("Income and break-even"),
        _l("Sensitivity: what if sales come later or costs rise"),
    ),
    PlanSection.CASH_FLOW: (
        _l("Payments of each source by year"),
        _l("How the lowest balance is bridged"),
    ),
    PlanSection.RISK: (_l("The largest risks, with their owners"), _l("What is done when they happen")),
    PlanSection.EXIT: (_l("What happens when public money ends"), _l("How investors get their money back")),
}


def name(member: enum.Enum | None) -> str:
    """What people call a member of one of the short lists; empty for None."""
    return str(NAMES[member]) if member is not None else ""


def choices(kind: type[enum.Enum]) -> list[tuple[str, str]]:
    """Value and name of every member, for select fields."""
    return [(str(member.value), name(member)) for member in kind]


def plan_section_name(section: PlanSection) -> str:
    """The heading of a section of the business plan."""
    return name(section)


def euros(amount: int) -> str:
    """An amount as the reader writes it, e.g. €1,400,000."""
    return str(flask_babel.format_currency(amount, "EUR", format="¤#,##0", currency_digits=False))


def short_euros(amount: int) -> str:
    """An amount in few characters, for large figures: €51.9M; below a million in full."""
    if abs(amount) < 1_000_000:
        return euros(amount)
    locale = flask_babel.get_locale() or "en"
    return str(format_compact_currency(amount, "EUR", locale=locale, fraction_digits=1))


def day(moment: date) -> str:
    """A day in few characters, e.g. 26 Jan 2027."""
    return str(flask_babel.format_date(moment, "d MMM yyyy"))


def rate(basis_points: int | None) -> str:
    """A rate as the reader writes it, e.g. 70% or 78.95%."""
    return str(flask_babel.format_percent((basis_points or 0) / FULL, format="#,##0.##%"))


def sentence(finding: Finding) -> str:
    """What a check found, in one or two sentences."""
    return _SENTENCES[finding.code](finding.values)


def _rate_cap(v: Any) -> str:
    text = _(
        "%(call)s pays at most %(cap)s of the costs it covers: %(allowed)s of %(base)s."
        " You ask for %(asked)s (%(rate)s), %(excess)s too much.",
        call=v["call"], cap=rate(v["cap"]), allowed=euros(v["allowed"]), base=euros(v["base"]),
        asked=euros(v["asked"]), rate=rate(v["rate"]), excess=euros(v["excess"]),
    )  # fmt: skip
    mend = _(
        "Lower the line to %(allowed)s and find %(excess)s elsewhere, or let it cover at least %(needed)s of costs.",
        allowed=euros(v["allowed"]), excess=euros(v["excess"]), needed=euros(v["base_needed"]),
    )  # fmt: skip
    return f"{text} {mend}"


def _double(v: Any) -> str:
    return _(
        "“%(one)s” and “%(other)s” are both grants for the same costs (%(costs)s, %(shared)s).",
        one=v["one"], other=v["other"], costs=", ".join(v["costs"]), shared=euros(v["shared"]),
    )  # fmt: skip


def _named(kind: type[enum.Enum], values: Any) -> str:
    return ", ".join(name(kind(value)) for value in values)


def _deadline(v: Any) -> str:
    when = flask_babel.format_datetime(v["deadline"], "d MMMM yyyy, HH:mm zzz")
    return _("%(call)s closed on %(when)s. Mark the line as applied for, or take it out.", call=v["call"], when=when)


def _count(text: Any) -> Callable[[Any], str]:
    """The text is lazy, so that it is translated when it is said."""
    return lambda v: str(text) % {"call": v["call"], "least": v["least"], "present": v["present"]}


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "no_budget": lambda v: _("There is no budget yet: enter what the project costs."),
    "too_much_money": lambda v: _(
        "The sources give %(found)s, that is %(too_much)s more than the budget of %(budget)s. Lower one of them.",
        found=euros(v["found"]), too_much=euros(v["too_much"]), budget=euros(v["budget"]),
    ),
    "gap_not_declared": lambda v: _(
        "The sources give %(found)s of %(budget)s; %(gap)s are missing. Add a source, or declare this gap.",
        found=euros(v["found"]), budget=euros(v["budget"]), gap=euros(v["gap"]),
    ),
    "gap_declared": lambda v: _(
        "A gap of %(gap)s of %(budget)s is declared.", gap=euros(v["gap"]), budget=euros(v["budget"])
    ),
    "payments_exceed_line": lambda v: _(
        "“%(line)s” gives %(euros)s, but its payments add up to %(paid)s.",
        line=v["line"], euros=euros(v["euros"]), paid=euros(v["paid"]),
    ),
    "rate_cap": _rate_cap,
    "below_size": lambda v: _(
        "%(call)s gives at least %(least)s per project; you ask for %(asked)s.",
        call=v["call"], least=euros(v["least"]), asked=euros(v["asked"]),
    ),
    "above_size": lambda v: _(
        "%(call)s gives at most %(most)s per project; you ask for %(asked)s.",
        call=v["call"], most=euros(v["most"]), asked=euros(v["asked"]),
    ),
    "trl_unknown": lambda v: _(
        "%(call)s starts at readiness level %(least)s; say where the project starts.", call=v["call"], least=v["least"]
    ),
    "trl_too_low": lambda v: _(
        "%(call)s starts at readiness level %(least)s; the project starts at %(trl)s.",
        call=v["call"], least=v["least"], trl=v["trl"],
    ),
    "call_closed": _deadline,
    "double_funding_union": lambda v: " ".join((
        _double(v), _("The budget of the Union pays no cost twice. Let each grant cover its own costs."),
    )),
    "double_funding": lambda v: " ".join((
        _double(v), _("Let each cover its own costs, or make sure that both rules allow their sum."),
    )),
    "state_aid_open": lambda v: _(
        "“%(line)s” is public money of a Member State and enterprises take part: say on which ground it is lawful aid.",
        line=v["line"],
    ),
    "de_minimis_ceiling": lambda v: _(
        "De minimis aid adds up to %(total)s. One undertaking gets at most %(ceiling)s in three years, so it has to be"
        " shared by several.", total=euros(v["total"]), ceiling=euros(v["ceiling"]),
    ),
    "consortium_partners": _count(_l("%(call)s wants at least %(least)s partners; there are %(present)s.")),
    "consortium_regions": _count(_l("%(call)s wants partners of at least %(least)s regions; there are %(present)s.")),
    "consortium_countries": _count(
        _l("%(call)s wants partners of at least %(least)s countries; there are %(present)s.")
    ),
    "consortium_in_categories": lambda v: _(
        "%(call)s wants at least %(least)s partners from: %(categories)s. There are %(present)s.",
        call=v["call"], least=v["least"], present=v["present"], categories=_named(RegionCategory, v["categories"]),
    ),
    "no_coordinator": lambda v: _("%(call)s has rules for the coordinator, and none is named.", call=v["call"]),
    "coordinator_kind": lambda v: _(
        "%(call)s wants a coordinator that is one of: %(kinds)s. %(name)s is not.",
        call=v["call"], kinds=_named(PartnerKind, v["kinds"]), name=v["name"],
    ),
    "coordinator_category": lambda v: _(
        "%(call)s wants a coordinator from: %(categories)s. %(name)s is not.",
        call=v["call"], categories=_named(RegionCategory, v["categories"]), name=v["name"],
    ),
}  # fmt: skip
