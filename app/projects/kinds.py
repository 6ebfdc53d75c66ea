"""The short lists of investment projects: types, sources, instruments and the like. Values are stored, never names.

The six types are those of the thematic-platform process of the Joint Research Centre; the sources of money are those
that its partnerships report on, with what private and own money is called in a funding plan.
"""

import enum


class ProjectType(enum.Enum):
    DEMONSTRATOR = "demonstrator"
    TECHNOLOGY_CENTRE = "technology_centre"
    CROSS_REGIONAL = "cross_regional"
    PLATFORM = "platform"
    LARGE_CROSS_REGIONAL = "large_cross_regional"
    LARGE_INDIVIDUAL = "large_individual"


class PartnerRole(enum.Enum):
    COORDINATOR = "coordinator"
    PARTNER = "partner"
    SITE = "site"
    FIRST_CUSTOMER = "first_customer"
    INVESTOR = "investor"
    ASSOCIATED = "associated"


class PartnerKind(enum.Enum):
    """What matters for the rules of calls and for state aid."""

    SMALL_ENTERPRISE = "small_enterprise"
    LARGE_ENTERPRISE = "large_enterprise"
    RESEARCH = "research"
    CLUSTER = "cluster"
    PUBLIC = "public"
    OTHER = "other"


ENTERPRISES = frozenset({PartnerKind.SMALL_ENTERPRISE, PartnerKind.LARGE_ENTERPRISE})


class RegionCategory(enum.Enum):
    """Category of a region for the cohesion funds 2021-2027, Implementing Decision (EU) 2021/1130."""

    LESS_DEVELOPED = "less_developed"
    TRANSITION = "transition"
    MORE_DEVELOPED = "more_developed"
    OUTERMOST = "outermost"


class CostCategory(enum.Enum):
    PERSONNEL = "personnel"
    EQUIPMENT = "equipment"
    INFRASTRUCTURE = "infrastructure"
    SUBCONTRACTING = "subcontracting"
    TRAVEL = "travel"
    OTHER = "other"
    OVERHEADS = "overheads"


class Source(enum.Enum):
    ERDF = "erdf"
    I3 = "i3"
    INTERREG = "interreg"
    HORIZON_EUROPE = "horizon_europe"
    DIGITAL_EUROPE = "digital_europe"
    LIFE = "life"
    INNOVATION_FUND = "innovation_fund"
    INVEST_EU = "invest_eu"
    EIB = "eib"
    NATIONAL = "national"
    REGIONAL = "regional"
    PRIVATE = "private"
    LOAN = "loan"
    OWN = "own"


EU_BUDGET = frozenset(
    {
        Source.ERDF,
        Source.I3,
        Source.INTERREG,
        Source.HORIZON_EUROPE,
        Source.DIGITAL_EUROPE,
        Source.LIFE,
        Source.INNOVATION_FUND,
        Source.INVEST_EU,
    }
)
"""Money that the budget of the Union pays, by itself or together with a Member State; and the Innovation Fund, which
lives on emission allowances but keeps the same rule against paying costs twice."""

STATE_CONTROLLED = frozenset({Source.ERDF, Source.INTERREG, Source.NATIONAL, Source.REGIONAL})
"""Money whose award a Member State decides on. Only such money can be state aid (Article 107(1) TFEU); what the
Commission or its agencies award themselves, as I3 or Horizon Europe, is not."""

PUBLIC = EU_BUDGET | STATE_CONTROLLED | {Source.EIB}


class Instrument(enum.Enum):
    GRANT = "grant"
    LOAN = "loan"
    EQUITY = "equity"
    GUARANTEE = "guarantee"
    OWN = "own"


class FundingState(enum.Enum):
    PLANNED = "planned"
    APPLIED = "applied"
    SECURED = "secured"
    REJECTED = "rejected"


class StateAid(enum.Enum):
    """On which ground public money to an enterprise is lawful."""

    OPEN = "open"
    NO_AID = "no_aid"
    DE_MINIMIS = "de_minimis"
    BLOCK_EXEMPTED = "block_exempted"
    NOTIFIED = "notified"


class PlanSection(enum.Enum):
    MARKET = "market"
    MODEL = "model"
    OPERATIONS = "operations"
    GOVERNANCE = "governance"
    IPR = "ipr"
    FINANCIALS = "financials"
    CASH_FLOW = "cash_flow"
    RISK = "risk"
    EXIT = "exit"
