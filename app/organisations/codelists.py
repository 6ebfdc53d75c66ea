"""Short code lists that are ours: the codes are stored, the English wording is translated when shown.

Each row is ``(code, name, note)``. Readiness levels follow the nine steps of the EU research programmes,
the kinds of partnership those of the Enterprise Europe Network; the sentences are our own.
"""

Row = tuple[str, str, str]


def N_(text: str) -> str:  # noqa: N802 - the name message extraction looks for
    """Mark a text for translation; it is translated when a name is asked for, not at import."""
    return text


READINESS_VERSION = "2014"
READINESS: tuple[Row, ...] = (
    ("1", N_("Principle observed"), N_("The basic idea is known from research and written down.")),
    ("2", N_("Concept formulated"), N_("A use has been thought out; nothing has been built yet.")),
    ("3", N_("Proof of concept"), N_("First experiments show that the critical function works.")),
    ("4", N_("Validated in the lab"), N_("The parts work together on the bench.")),
    ("5", N_("Validated near reality"), N_("Tested under conditions close to those of later use.")),
    ("6", N_("Demonstrated near reality"), N_("A prototype has shown its performance in a pilot setting.")),
    ("7", N_("Prototype in operation"), N_("A full prototype runs where it is meant to be used.")),
    ("8", N_("Complete and qualified"), N_("The final system has passed its tests and approvals.")),
    ("9", N_("Proven in use"), N_("In regular operation or on sale.")),
)

VALUE_CHAIN_VERSION = "1"
VALUE_CHAIN: tuple[Row, ...] = (
    ("inputs", N_("Raw materials and inputs"), N_("Supplies materials, substances, feedstock or energy.")),
    ("components", N_("Components and equipment"), N_("Makes parts, machines, sensors or tools.")),
    ("design", N_("Design, research and engineering"), N_("Develops products, processes or software.")),
    ("manufacturing", N_("Manufacturing and processing"), N_("Turns inputs into products at scale.")),
    ("integration", N_("Integration and systems"), N_("Combines parts and data into working systems.")),
    ("testing", N_("Testing, certification and demonstration"), N_("Proves that things work and conform.")),
    ("distribution", N_("Distribution and services"), N_("Brings products to users and keeps them running.")),
    ("end_use", N_("End use"), N_("Uses the product in its own operation.")),
    ("recovery", N_("Reuse and recycling"), N_("Collects, repairs, refurbishes or recycles.")),
)

ORGANISATION_KINDS_VERSION = "1"
ORGANISATION_KINDS: tuple[Row, ...] = (
    ("company", N_("Company"), N_("Produces or sells goods or services.")),
    ("university", N_("University"), N_("Higher education with its own research.")),
    ("research", N_("Research and technology organisation"), N_("Applied research outside a university.")),
    (
        "infrastructure",
        N_("Testing or pilot facility"),
        N_("Opens pilot lines or test beds to others."),
    ),
    ("cluster", N_("Cluster or network"), N_("Speaks for many companies of one field or place.")),
    ("intermediary", N_("Business support organisation"), N_("Chamber, agency, adviser, transfer office.")),
    ("public", N_("Region or public authority"), N_("Region, city, ministry or public agency.")),
    ("investor", N_("Investor or funder"), N_("Provides equity, loans or grants.")),
    ("other", N_("Other organisation"), N_("None of the kinds above.")),
)

ORGANISATION_SIZES_VERSION = "1"
ORGANISATION_SIZES: tuple[Row, ...] = (
    ("micro", N_("Up to 10 people"), N_("Micro enterprise.")),
    ("small", N_("11 to 49 people"), N_("Small enterprise.")),
    ("medium", N_("50 to 249 people"), N_("Medium-sized enterprise.")),
    ("large", N_("250 people or more"), N_("Large organisation.")),
)

PARTNERSHIP_KINDS_VERSION = "2022"
PARTNERSHIP_KINDS: tuple[Row, ...] = (
    ("commercial", N_("Commercial agreement"), N_("Buy, sell, distribute or represent.")),
    (
        "technical",
        N_("Commercial agreement with technical assistance"),
        N_("A technology comes with help to use it."),
    ),
    ("research", N_("Research and development cooperation"), N_("Develop something together.")),
    ("investment", N_("Investment agreement"), N_("Equity, a joint venture or co-investment.")),
    ("outsourcing", N_("Outsourcing agreement"), N_("Hand a task or a production step to a partner.")),
    ("supplier", N_("Supplier agreement"), N_("Steady supply to an agreed specification.")),
)

SDG_VERSION = "2015"
SDG: tuple[Row, ...] = (
    ("1", N_("No poverty"), ""),
    ("2", N_("Zero hunger"), ""),
    ("3", N_("Good health and well-being"), ""),
    ("4", N_("Quality education"), ""),
    ("5", N_("Gender equality"), ""),
    ("6", N_("Clean water and sanitation"), ""),
    ("7", N_("Affordable and clean energy"), ""),
    ("8", N_("Decent work and economic growth"), ""),
    ("9", N_("Industry, innovation and infrastructure"), ""),
    ("10", N_("Reduced inequalities"), ""),
    ("11", N_("Sustainable cities and communities"), ""),
    ("12", N_("Responsible consumption and production"), ""),
    ("13", N_("Climate action"), ""),
    ("14", N_("Life below water"), ""),
    ("15", N_("Life on land"), ""),
    ("16", N_("Peace, justice and strong institutions"), ""),
    ("17", N_("Partnerships for the goals"), ""),
)
"""The seventeen goals of the United Nations, by number (resolution A/RES/70/1)."""

LANGUAGES_VERSION = "639-1"
# The official languages of the EU, then others often heard at European partnering events.
LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr"),
    *("hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
    *("ar", "bs", "ca", "eu", "gl", "is", "ja", "ko", "mk", "no", "sq", "sr", "tr", "uk", "zh"),
)
