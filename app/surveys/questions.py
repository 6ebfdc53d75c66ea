"""The questions of a mapping survey as data: blocks of fields. Pages, imports, exports and checks are built from it.

A block is a form (asked once), a matrix (once for each segment of the value chain) or a list (as often as wanted). Its
content is plain JSON: a form {field: value}, a matrix {segment: {field: value}}, a list {"items": [{"key": …, …}]}.
Fields without an answer are left out. Domain: docs/mapping.md.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.surveys.codes import LISTS, N_


class Kind(enum.Enum):
    """What a field holds."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    MULTI = "multi"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    WEBSITE = "website"
    REGION = "region"


class Shape(enum.Enum):
    """How often a block is answered."""

    FORM = "form"
    MATRIX = "matrix"
    LIST = "list"


@dataclass(frozen=True)
class Field:
    """One question. `options` names a code list, or one of the survey's own: segments, technologies, priorities,
    countries, activities. `at_most` bounds text in characters and numbers in value."""

    name: str
    label: str
    kind: Kind
    note: str = ""
    options: str = ""
    required: bool = False
    at_least: float | None = None
    at_most: float | None = None
    choices: tuple[tuple[str, str], ...] = ()
    """Codes with their wording, for the questions a campaign adds itself."""


@dataclass(frozen=True)
class Block:
    """Questions that stand on one page and share a visibility."""

    key: str
    title: str
    note: str
    shape: Shape
    fields: tuple[Field, ...]
    singular: str = ""
    only_for: tuple[str, ...] = ()
    """Types of respondents that are asked; empty: all."""

    def field(self, name: str) -> Field:
        """The field of this name; KeyError when there is none."""
        return by_name(self.fields)[name]


def by_name(fields: Sequence[Field]) -> dict[str, Field]:
    """Fields by name."""
    return {each.name: each for each in fields}


SHORT, MEDIUM, LONG = 200, 500, 2000
ITEMS_AT_MOST = 40
SEGMENT = Field("segment", N_("Segment of the value chain"), Kind.CHOICE, options="segments", required=True)
SEGMENT_OPTIONAL = Field("segment", N_("Segment of the value chain"), Kind.CHOICE, options="segments")
TECHNOLOGIES = Field("technologies", N_("Technologies"), Kind.MULTI, options="technologies")
PRIORITY = Field(
    "priority",
    N_("Regional priority it belongs to"),
    Kind.CHOICE,
    N_("Ties your answer to the strategy of your region."),
    options="priorities",
)

RESPONDENT = Block(
    "respondent",
    N_("Your organisation"),
    N_("Who answers, and where."),
    Shape.FORM,
    (
        Field("organisation", N_("Name of the organisation"), Kind.TEXT, required=True, at_most=SHORT),
        Field("type", N_("Type"), Kind.CHOICE, options="respondent_types", required=True),
        Field(
            "nuts",
            N_("Region code"),
            Kind.REGION,
            N_("NUTS 2024, as fine as you know it, such as ITC4C for Milan."),
            required=True,
        ),
        Field(
            "activities",
            N_("Economic activities"),
            Kind.MULTI,
            N_("Codes of NACE Rev. 2.1 with blanks between, such as 20.16 72.10."),
            options="activities",
        ),
        Field("website", N_("Website"), Kind.WEBSITE, at_most=300),
        Field("person", N_("Your name"), Kind.TEXT, at_most=160),
        Field(
            "consent",
            N_("My answers may be used for this mapping, within the visibility I choose for each part."),
            Kind.FLAG,
            required=True,
        ),
        Field("contactable", N_("Regions and organisations of the partnership may contact me."), Kind.FLAG),
        Field("named", N_("My organisation may be named in published results."), Kind.FLAG),
    ),
)
POSITIONS = Block(
    "positions",
    N_("Place in the value chain"),
    N_("Tick each segment you are active in; the details are optional."),
    Shape.MATRIX,
    (
        Field("active", N_("We are active here"), Kind.FLAG),
        Field("role", N_("Role"), Kind.CHOICE, options="roles"),
        Field("capacity", N_("Capacity"), Kind.CHOICE, options="capacities"),
        Field("products", N_("Main products"), Kind.TEXT, at_most=MEDIUM),
        Field("materials", N_("Materials"), Kind.TEXT, at_most=MEDIUM),
        Field("domains", N_("Application domains"), Kind.TEXT, at_most=MEDIUM),
        Field("customers", N_("Customers and exports"), Kind.TEXT, at_most=MEDIUM),
    ),
)
CAPABILITIES = Block(
    "capabilities",
    N_("What you offer"),
    N_("Capabilities others could use: one entry for each."),
    Shape.LIST,
    (
        Field("capability", N_("Capability"), Kind.TEXT, required=True, at_most=MEDIUM),
        SEGMENT,
        TECHNOLOGIES,
        Field("trl", N_("Readiness level (TRL)"), Kind.WHOLE, at_least=1, at_most=9),
        Field("proof", N_("Proof or reference"), Kind.TEXT, at_most=MEDIUM),
        Field("capacity", N_("Capacity"), Kind.CHOICE, options="capacities"),
        Field("available", N_("Available from"), Kind.DATE),
        PRIORITY,
    ),
    singular=N_("offer"),
)
NEEDS = Block(
    "needs",
    N_("What you need"),
    N_("Needs and challenges that a partner could help with: one entry for each."),
    Shape.LIST,
    (
        Field("need", N_("Need or challenge"), Kind.TEXT, required=True, at_most=MEDIUM),
        SEGMENT,
        TECHNOLOGIES,
        Field("trl", N_("Readiness level wanted (TRL)"), Kind.WHOLE, at_least=1, at_most=9),
        Field("urgency", N_("Urgency"), Kind.CHOICE, options="urgencies", required=True),
        Field("obstacle", N_("Why it cannot be solved in your region"), Kind.LONG, at_most=LONG),
        PRIORITY,
    ),
    singular=N_("need"),
)
RESEARCH = Block(
    "research",
    N_("Research strengths"),
    N_("Topics and groups: one entry for each."),
    Shape.LIST,
    (
        Field("topic", N_("Topic"), Kind.TEXT, required=True, at_most=MEDIUM),
        SEGMENT_OPTIONAL,
        TECHNOLOGIES,
        Field("group", N_("Group"), Kind.TEXT, at_most=SHORT),
        Field("headcount", N_("Size of the group"), Kind.CHOICE, options="headcounts"),
        Field("projects", N_("Main projects"), Kind.LONG, at_most=LONG),
        Field("publications", N_("Publications in five years"), Kind.WHOLE, at_least=0, at_most=100_000),
        Field("patents", N_("Patents in five years"), Kind.WHOLE, at_least=0, at_most=100_000),
        Field("willingness", N_("Partners"), Kind.CHOICE, options="willingness"),
        PRIORITY,
    ),
    singular=N_("topic"),
)
INFRASTRUCTURE = Block(
    "infrastructure",
    N_("Infrastructure"),
    N_("Pilot lines, test beds and other facilities: one entry for each."),
    Shape.LIST,
    (
        Field("name", N_("Name"), Kind.TEXT, required=True, at_most=SHORT),
        Field("kind", N_("Type"), Kind.CHOICE, options="infrastructures", required=True),
        SEGMENT_OPTIONAL,
        TECHNOLOGIES,
        Field("trl_from", N_("TRL from"), Kind.WHOLE, at_least=1, at_most=9),
        Field("trl_to", N_("TRL to"), Kind.WHOLE, at_least=1, at_most=9),
        Field("access", N_("Access"), Kind.CHOICE, options="accesses"),
        Field("conditions", N_("Conditions of access"), Kind.LONG, at_most=LONG),
        Field("free", N_("Free capacity in percent"), Kind.WHOLE, at_least=0, at_most=100),
        Field("price", N_("Price"), Kind.CHOICE, options="prices"),
        Field("contact", N_("Contact"), Kind.TEXT, at_most=SHORT),
        PRIORITY,
        Field("latitude", N_("Latitude"), Kind.NUMBER, at_least=-90, at_most=90),
        Field("longitude", N_("Longitude"), Kind.NUMBER, at_least=-180, at_most=180),
    ),
    singular=N_("facility"),
)
COOPERATION = Block(
    "cooperation",
    N_("Cooperation"),
    N_("With whom, in what, and what you could bring."),
    Shape.FORM,
    (
        Field("partner_types", N_("Partners wanted"), Kind.MULTI, options="respondent_types"),
        Field("partner_roles", N_("Role wanted"), Kind.MULTI, options="roles"),
        Field(
            "countries",
            N_("Countries wanted"),
            Kind.MULTI,
            N_("Two-letter codes with blanks between, such as FI PT; empty: any."),
            options="countries",
        ),
        Field("project_kinds", N_("Kinds of projects"), Kind.MULTI, options="project_kinds"),
        Field("contributions", N_("Own contribution"), Kind.MULTI, options="contributions"),
        Field("coinvestment", N_("Readiness to co-invest"), Kind.CHOICE, options="coinvestments"),
        Field("remarks", N_("Remarks"), Kind.LONG, at_most=LONG),
    ),
)
AUTHORITY = Block(
    "authority",
    N_("Regional authority"),
    N_("Priorities, instruments and budgets of the region."),
    Shape.FORM,
    (
        Field("priorities", N_("Priorities concerned"), Kind.MULTI, options="priorities"),
        Field("instruments", N_("Funding instruments available"), Kind.LONG, at_most=LONG),
        Field("budget", N_("Budget windows"), Kind.LONG, at_most=LONG),
        Field("state_aid", N_("State-aid notes"), Kind.LONG, at_most=LONG),
    ),
    only_for=("public",),
)
BLOCKS = (RESPONDENT, POSITIONS, CAPABILITIES, NEEDS, RESEARCH, INFRASTRUCTURE, COOPERATION, AUTHORITY)
BLOCK = {block.key: block for block in BLOCKS}
ALWAYS = RESPONDENT.key
OPTIONAL_KEYS = tuple(block.key for block in BLOCKS if block.key != ALWAYS)
DEFAULT_VISIBILITY = "partnership"

OWN_KINDS = {Kind.TEXT: MEDIUM, Kind.LONG: LONG, Kind.CHOICE: None, Kind.MULTI: None, Kind.WHOLE: None, Kind.FLAG: None}
"""Kinds of question a campaign may add, with the length of texts."""


def own_block(questions: Sequence[Mapping[str, Any]]) -> Block | None:
    """The block of the questions a campaign adds: {name, label, kind, options: [[code, label]], required}; None for
    none. The wording is the campaign's own and not translated."""
    if not questions:
        return None
    fields = tuple(
        Field(
            str(each["name"]),
            str(each["label"]),
            Kind(each["kind"]),
            required=bool(each.get("required")),
            at_most=OWN_KINDS[Kind(each["kind"])],
            choices=tuple((str(code), str(label)) for code, label in each.get("options", ())),
        )
        for each in questions
    )
    return Block("own", N_("Further questions"), N_("Questions of this survey alone."), Shape.FORM, fields)


@dataclass(frozen=True)
class Asked:
    """What one campaign asks: its blocks in order and the codes of its own lists, each as (code, label) pairs."""

    blocks: tuple[Block, ...]
    segments: tuple[tuple[str, str], ...]
    technologies: tuple[tuple[str, str], ...] = ()
    priorities: tuple[tuple[str, str], ...] = ()
    required: frozenset[str] = field(default_factory=frozenset)

    def block(self, key: str) -> Block | None:
        """The block of this key, or None when the campaign does not ask it."""
        return next((block for block in self.blocks if block.key == key), None)

    def blocks_for(self, respondent_type: str | None) -> tuple[Block, ...]:
        """The blocks a respondent of this type is asked; before the type is known, those asked of all."""
        return tuple(block for block in self.blocks if not block.only_for or respondent_type in block.only_for)

    def options(self, question: Field) -> tuple[tuple[str, str], ...]:
        """Codes and wording of a choice; empty for long outer lists (countries, activities)."""
        if question.choices:
            return question.choices
        if question.options in LISTS:
            return LISTS[question.options]
        return {"segments": self.segments, "technologies": self.technologies, "priorities": self.priorities}.get(
            question.options, ()
        )


def asked_by(
    segments: Sequence[tuple[str, str]],
    *,
    technologies: Sequence[tuple[str, str]] = (),
    priorities: Sequence[tuple[str, str]] = (),
    keys: Sequence[str] = OPTIONAL_KEYS,
    own: Sequence[Mapping[str, Any]] = (),
    required: Sequence[str] = (),
) -> Asked:
    """What a campaign asks that has chosen these blocks."""
    blocks = [block for block in BLOCKS if block.key == ALWAYS or block.key in keys]
    further = own_block(own)
    return Asked(
        tuple(blocks + ([further] if further else [])),
        tuple(segments),
        tuple(technologies),
        tuple(priorities),
        frozenset(required),
    )
