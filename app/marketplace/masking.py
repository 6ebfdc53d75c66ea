"""The face of an entry: what a reader gets of it. Every page, file, mail and index is made from a face, not from the
table; what an anonymous entry keeps back is not in it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.marketplace import details as profiles
from app.marketplace.models import Entry, EntryKind, ProfileKind
from app.organisations import reference
from app.organisations.models import Organisation

REGION_DIGITS = 4
"""An anonymous entry shows a region of the second level at most, such as FRF1 for FRF11."""


@dataclass(frozen=True)
class Owner:
    """Whose entry it is; the address only for those whose interest was granted."""

    name: str
    organisation: str
    kind: str = ""
    size: str | None = None
    website: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Face:
    """An entry as somebody may see it. `owner` is None where that is kept back; dates are days, since a time of day
    would tie entries together that were written in one go."""

    code: str
    kind: EntryKind
    profile: ProfileKind | None
    title: str
    summary: str
    text: str
    keywords: tuple[str, ...]
    trl_min: int | None
    trl_max: int | None
    partnerships: tuple[str, ...]
    details: profiles.Details
    country: str
    region: str
    sector: str
    segment: str
    languages: tuple[str, ...]
    anonymous: bool
    owner: Owner | None
    published_on: date | None
    expires_on: date | None

    @property
    def partnership(self) -> str | None:
        """The main kind of partnership."""
        return self.partnerships[0] if self.partnerships else None

    @property
    def profile_code(self) -> str:
        """'TO' for a technology offer; empty for a plain need or offer."""
        return profiles.CODES.get((self.kind, self.profile), "") if self.profile else ""


def face(entry: Entry, *, revealed: bool = False, contact: bool = False) -> Face:
    """What of an entry is shown: everything when it is not anonymous or its owner was `revealed`; the owner's address
    only with `contact`. Wants owner, organisation and participant loaded."""
    kept_back = frozenset[str]() if revealed or not entry.anonymous else _kept_back(entry.concealed)
    employer = employer_of(entry)
    details = profiles.read(entry.details or {})
    if "text" in kept_back:
        details = details.model_copy(update={**dict.fromkeys(profiles.FREE_TEXTS, ""), "call": None})
    if "keywords" in kept_back:
        details = details.model_copy(update={"market_keywords": [], "technology_keywords": []})
    known = revealed or not entry.anonymous

    def unless(part: str, value: Any, otherwise: Any = "") -> Any:
        return otherwise if part in kept_back else value

    return Face(
        code=entry.code,
        kind=entry.kind,
        profile=entry.profile,
        title=entry.title,
        summary=entry.summary or "",
        text=unless("text", entry.text or ""),
        keywords=unless("keywords", tuple(entry.keywords or ()), ()),
        trl_min=entry.trl_min,
        trl_max=entry.trl_max,
        partnerships=partnerships_of(entry.partnership, details),
        details=details,
        country=unless("country", entry.country or (employer.country if employer else "") or ""),
        region=unless("region", _region(entry, employer))[: 5 if known else REGION_DIGITS],
        sector=unless("sector", _sector(entry, employer, fine=known)),
        segment=unless("segment", segment_of(entry)),
        languages=unless("languages", languages_of(entry), ()),
        anonymous=entry.anonymous,
        owner=_owner(entry, employer, contact) if known else None,
        published_on=entry.published_at.date() if entry.published_at else None,
        expires_on=entry.expires_at.date() if entry.expires_at else None,
    )


def _kept_back(concealed: list[str]) -> frozenset[str]:
    parts = set(concealed or ())
    return frozenset(parts | {"region"} if "country" in parts else parts)


def _owner(entry: Entry, employer: Organisation | None, contact: bool) -> Owner:
    email = entry.owner.email if contact else None
    if employer is None:
        return Owner(entry.owner.name, "", email=email)
    return Owner(entry.owner.name, employer.name, employer.kind, employer.size, employer.website, email)


def employer_of(entry: Entry) -> Organisation | None:
    """The organisation an entry speaks for: that of its registration, else its own."""
    return entry.participant.organisation if entry.participant else entry.organisation


def _sector(entry: Entry, employer: Organisation | None, *, fine: bool) -> str:
    """The activity; for a stranger to an anonymous entry no finer than its division, such as '17' for '17.21'."""
    code = entry.nace or (employer.nace if employer else "") or ""
    return code if fine else code.split(".")[0]


def _region(entry: Entry, employer: Organisation | None) -> str:
    """The region, unless the entry names another country than its organisation's and no region."""
    if entry.nuts or employer is None:
        return entry.nuts or ""
    return (employer.nuts or "") if entry.country in (None, "", employer.country) else ""


def segment_of(entry: Entry) -> str:
    """The place in the value chain: its own, else that of its registration."""
    return entry.segment or (entry.participant.value_chain_position if entry.participant else "") or ""


def languages_of(entry: Entry) -> tuple[str, ...]:
    """Its own languages, else those of its registration."""
    return tuple(entry.languages or (entry.participant.languages if entry.participant else None) or ())


def partnerships_of(first: str | None, details: profiles.Details) -> tuple[str, ...]:
    """The kinds of partnership, the main one first."""
    return tuple(dict.fromkeys([*([first] if first else []), *details.further_partnerships]))


def section_of(nace: str) -> str:
    """The section letter of an activity code; empty when unknown."""
    if nace not in reference.activities():
        return ""
    above = reference.activities().parents(nace)
    return above[-1].code if above else nace
