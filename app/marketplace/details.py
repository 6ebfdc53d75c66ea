"""What a profile says beyond title and text: fields, limits and codes after the Enterprise Europe Network's profiles.

The field names, limits and lists are those that its drafting guidelines name (title 256 characters, summary 500,
description and role 4,000, advantages and specification 2,000, five keywords of each kind). This is a neutral schema of
ours: it claims no conformance.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.marketplace.models import EntryKind, ProfileKind

CODES = {
    (EntryKind.OFFER, ProfileKind.BUSINESS): "BO",
    (EntryKind.NEED, ProfileKind.BUSINESS): "BR",
    (EntryKind.OFFER, ProfileKind.TECHNOLOGY): "TO",
    (EntryKind.NEED, ProfileKind.TECHNOLOGY): "TR",
    (EntryKind.NEED, ProfileKind.RESEARCH): "RDR",
}
TYPES = {code: pair for pair, code in CODES.items()}
PARTNERSHIPS = {
    ProfileKind.BUSINESS: ("commercial", "investment", "outsourcing", "supplier"),
    ProfileKind.TECHNOLOGY: ("investment", "technical", "research"),
    ProfileKind.RESEARCH: ("research",),
}
PROFILE_NAMES = {
    "BO": _l("Business offer"),
    "BR": _l("Business request"),
    "TO": _l("Technology offer"),
    "TR": _l("Technology request"),
    "RDR": _l("Research and development request"),
}
STAGES = {
    "concept": _l("Concept"),
    "development": _l("Under development"),
    "lab_tested": _l("Tested in the laboratory"),
    "demonstration": _l("Available for demonstration"),
    "market": _l("Already on the market"),
}
RIGHTS = {
    "none": _l("No protection"),
    "secret": _l("Secret know-how"),
    "applied": _l("Applied for, not granted yet"),
    "granted": _l("Granted"),
}
PARTNERS = {
    "micro": _l("Company, up to 10 people"),
    "small": _l("Company, 11 to 49 people"),
    "medium": _l("Company, 50 to 249 people"),
    "large": _l("Company, 250 people or more"),
    "research": _l("Research organisation"),
    "university": _l("University"),
    "other": _l("Other"),
}
FREE_TEXTS = ("role", "advantages", "specification", "ipr_notes")
"""What is kept back together with the text of an anonymous entry; of `call` everything is."""

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Strict(BaseModel):
    """Knows its fields, and refuses others."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Call(Strict):
    """The call for proposals that a research request answers."""

    programme: str = Field("", max_length=200)
    title: str = Field("", max_length=300)
    identifier: str = Field("", max_length=100)
    acronym: str = Field("", max_length=50)
    scheme: str = Field("", max_length=200)
    budget: str = Field("", max_length=100)
    duration_weeks: int | None = Field(None, ge=1, le=520)
    coordinator_required: bool = False
    interest_deadline: date | None = None
    call_deadline: date | None = None
    link: str = Field("", max_length=300, pattern=r"^(https?://\S+)?$")


class Details(Strict):
    """The part of a profile that is stored as JSON."""

    role: str = Field("", max_length=4000)
    advantages: str = Field("", max_length=2000)
    specification: str = Field("", max_length=2000)
    stage: Literal["concept", "development", "lab_tested", "demonstration", "market"] | None = None
    ipr: Literal["none", "secret", "applied", "granted"] | None = None
    ipr_notes: str = Field("", max_length=500)
    market_keywords: list[Keyword] = Field([], max_length=5)
    technology_keywords: list[Keyword] = Field([], max_length=5)
    further_partnerships: list[str] = Field([], max_length=2)
    sdgs: list[Annotated[int, Field(ge=1, le=17)]] = Field([], max_length=17)
    partners: list[Literal["micro", "small", "medium", "large", "research", "university", "other"]] = []
    target_countries: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = Field([], max_length=60)
    call: Call | None = None


def as_stored(details: Details) -> dict[str, Any]:
    """As JSON, without what says nothing."""
    return details.model_dump(mode="json", exclude_defaults=True)


def read(stored: dict[str, Any]) -> Details:
    """The opposite of `as_stored`. Raises pydantic's ValidationError."""
    return Details.model_validate(stored)


def profile_faults(
    kind: EntryKind, profile: ProfileKind | None, partnerships: Sequence[str], details: Details
) -> list[tuple[str, str]]:
    """(field, sentence) of what this type of profile lacks or must not say; nothing for a plain need or offer."""
    if profile is None:
        return [("call", _("Only a research request names a call."))] if details.call else []
    found: list[tuple[str, str]] = []
    if (kind, profile) not in CODES:
        return [("profile", _("There is no research offer: make it a technology offer."))]
    wrong = [code for code in partnerships if code not in PARTNERSHIPS[profile]]
    if wrong:
        allowed = ", ".join(PARTNERSHIPS[profile])
        message = _("“%(code)s” does not go with this type of profile; use %(codes)s.", code=wrong[0], codes=allowed)
        found.append(("partnership", message))
    if not partnerships:
        found.append(("partnership", _("Name one to three kinds of partnership.")))
    if not details.role:
        found.append(("role", _("Say what the partner should do.")))
    if profile is ProfileKind.TECHNOLOGY:
        found += _technology_faults(kind, details)
    return found + _call_faults(profile, details)


def _technology_faults(kind: EntryKind, details: Details) -> list[tuple[str, str]]:
    found = []
    if not details.technology_keywords:
        found.append(("technology_keywords", _("Give at least one technology keyword.")))
    if kind is EntryKind.OFFER and details.stage is None:
        found.append(("stage", _("Say how far it is developed.")))
    if kind is EntryKind.OFFER and details.ipr is None:
        found.append(("ipr", _("Say how it is protected.")))
    return found


def _call_faults(profile: ProfileKind, details: Details) -> list[tuple[str, str]]:
    call = details.call
    if profile is not ProfileKind.RESEARCH:
        return [("call", _("Only a research request names a call."))] if call else []
    if call is None:
        return [("call_programme", _("A research request belongs to a call: name its programme, title and deadlines."))]
    needed = ("programme", "title", "interest_deadline", "call_deadline")
    found = [(f"call_{name}", _("A research request needs this.")) for name in needed if not getattr(call, name)]
    if call.interest_deadline and call.call_deadline and call.interest_deadline > call.call_deadline:
        found.append(("call_interest_deadline", _("This is after the deadline of the call.")))
    return found


def sentence(error: Any) -> str:
    """One fault of pydantic as a sentence of ours."""
    limit = error.get("ctx", {})
    kinds = {
        "missing": _("This is missing."),
        "extra_forbidden": _("There is no field of this name."),
        "string_too_long": _("Use at most %(n)s characters.", n=limit.get("max_length")),
        "too_long": _("Give at most %(n)s of them.", n=limit.get("max_length")),
        "string_too_short": _("This must not be empty."),
        "string_pattern_mismatch": _("This is not in the form that is expected here."),
        "literal_error": _("Use one of %(codes)s.", codes=limit.get("expected")),
        "enum": _("Use one of %(codes)s.", codes=limit.get("expected")),
        "less_than_equal": _("Use at most %(n)s.", n=limit.get("le")),
        "greater_than_equal": _("Use at least %(n)s.", n=limit.get("ge")),
    }
    by_family = {
        "string": _("Write text here."),
        "int": _("Write a whole number here."),
        "bool": _("Write true or false here."),
        "list": _("Write a list here."),
        "date": _("Write a date here, such as 2027-05-31."),
        "dict": _("Write an object here."),
        "model": _("Write an object here."),
    }
    kind = str(error["type"])
    return str(
        kinds.get(kind) or by_family.get(kind.split("_", maxsplit=1)[0]) or _("This is not what is expected here.")
    )


def faults_of(error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    """(place, sentence) of each fault."""
    return [(found["loc"], sentence(found)) for found in error.errors(include_url=False)]
