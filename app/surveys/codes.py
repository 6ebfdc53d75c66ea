"""Code lists of the survey: the codes are stored, the English wording is translated when shown.

Types of respondents, cooperation interests and co-investment readiness are our synthesis of what regional mapping
surveys ask (docs/mapping.md); the six kinds of projects are those of the thematic smart-specialisation platforms.
"""

VERSION = "1"

Rows = tuple[tuple[str, str], ...]


def N_(text: str) -> str:  # noqa: N802 - the name message extraction looks for
    """Mark a text for translation; it is translated when shown."""
    return text


RESPONDENT_TYPES: Rows = (
    ("micro", N_("Company with up to 10 people")),
    ("small", N_("Company with 11 to 49 people")),
    ("medium", N_("Company with 50 to 249 people")),
    ("large", N_("Company with 250 people or more")),
    ("university", N_("University")),
    ("research", N_("Research and technology organisation")),
    ("cluster", N_("Cluster or network")),
    ("infrastructure", N_("Testing or pilot facility")),
    ("public", N_("Regional or other public authority")),
    ("other", N_("Other organisation")),
)
ROLES: Rows = (
    ("developer", N_("Develops")),
    ("producer", N_("Produces")),
    ("supplier", N_("Supplies")),
    ("integrator", N_("Integrates")),
    ("service", N_("Serves")),
    ("user", N_("Uses")),
)
CAPACITIES: Rows = (
    ("lab", N_("Laboratory scale")),
    ("pilot", N_("Pilot scale")),
    ("small", N_("Small series")),
    ("industrial", N_("Industrial scale")),
    ("spare", N_("Industrial scale with free capacity")),
)
HEADCOUNTS: Rows = (
    ("1-4", N_("1 to 4 people")),
    ("5-14", N_("5 to 14 people")),
    ("15-49", N_("15 to 49 people")),
    ("50", N_("50 people or more")),
)
WILLINGNESS: Rows = (
    ("active", N_("Actively looking for partners")),
    ("open", N_("Open to proposals")),
    ("no", N_("Not at present")),
)
INFRASTRUCTURES: Rows = (
    ("pilot_line", N_("Pilot line")),
    ("test_bed", N_("Test bed")),
    ("demonstrator", N_("Demonstrator")),
    ("living_lab", N_("Living lab")),
    ("data", N_("Data or computing facility")),
    ("certification", N_("Certification body")),
)
ACCESSES: Rows = (
    ("open", N_("Open to everybody")),
    ("contract", N_("By contract")),
    ("project", N_("In joint projects")),
    ("members", N_("For members only")),
)
PRICES: Rows = (
    ("free", N_("Free of charge")),
    ("cost", N_("At cost")),
    ("market", N_("At market price")),
    ("negotiable", N_("Negotiable")),
)
PROJECT_KINDS: Rows = (
    ("demonstrator", N_("Joint large-scale demonstrator")),
    ("centre", N_("Shared technology centre")),
    ("cross_regional", N_("Other cross-regional project")),
    ("platform", N_("Small projects in an investment platform")),
    ("large_joint", N_("Single large cross-regional project")),
    ("large_individual", N_("Large individual project across a value chain")),
)
CONTRIBUTIONS: Rows = (
    ("cash", N_("Money")),
    ("in_kind", N_("Work and equipment")),
    ("site", N_("A site")),
    ("customer", N_("A first customer")),
)
COINVESTMENTS: Rows = (
    ("none", N_("None")),
    ("exploring", N_("Exploring")),
    ("planned", N_("Budget is being planned")),
    ("committed", N_("Budget is committed")),
)
URGENCIES: Rows = (
    ("1", N_("1 – some day")),
    ("2", N_("2 – useful")),
    ("3", N_("3 – wanted soon")),
    ("4", N_("4 – urgent")),
    ("5", N_("5 – holds us up now")),
)
VISIBILITIES: Rows = (
    ("private", N_("Private: counts in figures of three and more only; your regional contact reads it")),
    ("analysts", N_("The analysts of this survey")),
    ("partnership", N_("The whole partnership")),
    ("public", N_("Everybody")),
)
LISTS: dict[str, Rows] = {
    "respondent_types": RESPONDENT_TYPES,
    "roles": ROLES,
    "capacities": CAPACITIES,
    "headcounts": HEADCOUNTS,
    "willingness": WILLINGNESS,
    "infrastructures": INFRASTRUCTURES,
    "accesses": ACCESSES,
    "prices": PRICES,
    "project_kinds": PROJECT_KINDS,
    "contributions": CONTRIBUTIONS,
    "coinvestments": COINVESTMENTS,
    "urgencies": URGENCIES,
    "visibilities": VISIBILITIES,
}
ORGANISATION_OF_TYPE = {
    "micro": ("company", "micro"),
    "small": ("company", "small"),
    "medium": ("company", "medium"),
    "large": ("company", "large"),
    "university": ("university", None),
    "research": ("research", None),
    "cluster": ("cluster", None),
    "infrastructure": ("infrastructure", None),
    "public": ("public", None),
    "other": ("other", None),
}
"""Kind and size under which the directory of organisations keeps a respondent."""
