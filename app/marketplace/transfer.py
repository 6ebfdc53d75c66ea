"""Profiles as JSON: read and written with the field names of the Enterprise Europe Network's profiles.

An import is all or nothing; each fault says in which profile and at which field it is. The shape is ours, see
docs/marketplace.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from flask_babel import gettext as _
from pydantic import ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import AppError, CellError, ImportRefused, Invalid
from app.core.uploads import content_of, refused, too_large
from app.marketplace import details as profiles
from app.marketplace import rules, services
from app.marketplace.masking import Face
from app.marketplace.models import Entry, EntryKind, EntryState, Reach
from app.marketplace.queries import entries_of_owner, face, organisations_of
from app.marketplace.services import EntryData

FORMAT = "meetwright-profiles"
VERSION = 1
PROFILES_AT_MOST = 200
BYTES_AT_MOST = 2 * 1024 * 1024
Type = Literal["BO", "BR", "TO", "TR", "RDR", "need", "offer"]


class Level(profiles.Strict):
    """A range of readiness levels."""

    min: Annotated[int, Field(ge=1, le=9)] | None = None
    max: Annotated[int, Field(ge=1, le=9)] | None = None


class ProfileDocument(profiles.Strict):
    """One profile in a file. `need` and `offer` are plain entries without a profile type."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", str_strip_whitespace=True, populate_by_name=True
    )

    reference: str = Field("", max_length=16)
    profile_type: Type
    title: str = Field(min_length=1, max_length=rules.TITLE_LENGTH)
    short_summary: str = Field("", max_length=rules.SUMMARY_LENGTH)
    description: str = Field("", max_length=rules.TEXT_LENGTH)
    keywords: list[profiles.Keyword] = Field([], max_length=rules.KEYWORDS_AT_MOST)
    advantages_and_innovation: str = Field("", max_length=2000)
    technical_specification_or_expertise_sought: str = Field("", max_length=2000)
    stage_of_development: Literal["concept", "development", "lab_tested", "demonstration", "market"] | None = None
    ipr_status: Literal["none", "secret", "applied", "granted"] | None = None
    ipr_notes: str = Field("", max_length=500)
    expected_role_of_the_partner: str = Field("", max_length=rules.TEXT_LENGTH)
    market_keywords: list[profiles.Keyword] = Field([], max_length=5)
    technology_keywords: list[profiles.Keyword] = Field([], max_length=5)
    sdg_keywords: list[Annotated[int, Field(ge=1, le=17)]] = Field([], max_length=17)
    types_of_partnership: list[str] = Field([], max_length=3)
    types_and_sizes: list[Literal["micro", "small", "medium", "large", "research", "university", "other"]] = []
    targeted_countries: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] = Field([], max_length=60)
    call: profiles.Call | None = None
    readiness: Level = Level()
    partner_organisation_country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    region: str | None = Field(None, max_length=5)
    sector: str | None = Field(None, max_length=8)
    value_chain_segment: str | None = Field(None, max_length=40)
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2}$")]] = Field([], max_length=10)
    anonymous: bool = False
    concealed: list[Literal["text", "keywords", "country", "region", "sector", "segment", "languages"]] = []
    profile_status: Literal["PUBLISHED", "ON_HOLD", "EXPIRED"] = "PUBLISHED"
    publication_date: date | None = None
    expiration_date: date | None = None
    open_for_eoi: bool | None = Field(None, alias="openForEOI")
    """Follows from the status; read and passed over."""
    organisation: str | None = None


def document_of(shown: Face, *, status: str = "PUBLISHED", concealed: Sequence[str] = ()) -> dict[str, Any]:
    """A face as a profile of a file; of an anonymous entry no more than the face holds."""
    details = shown.details
    said = {
        "reference": shown.code,
        "profile_type": shown.profile_code or shown.kind.value,
        "title": shown.title,
        "short_summary": shown.summary,
        "description": shown.text,
        "keywords": list(shown.keywords),
        "advantages_and_innovation": details.advantages,
        "technical_specification_or_expertise_sought": details.specification,
        "stage_of_development": details.stage,
        "ipr_status": details.ipr,
        "ipr_notes": details.ipr_notes,
        "expected_role_of_the_partner": details.role,
        "market_keywords": details.market_keywords,
        "technology_keywords": details.technology_keywords,
        "sdg_keywords": details.sdgs,
        "types_of_partnership": list(shown.partnerships),
        "types_and_sizes": details.partners,
        "targeted_countries": details.target_countries,
        "call": details.call,
        "readiness": Level(min=shown.trl_min, max=shown.trl_max),
        "partner_organisation_country": shown.country or None,
        "region": shown.region or None,
        "sector": shown.sector or None,
        "value_chain_segment": shown.segment or None,
        "languages": list(shown.languages),
        "anonymous": shown.anonymous,
        "concealed": list(concealed),
        "profile_status": status,
        "publication_date": shown.published_on,
        "expiration_date": shown.expires_on,
        "open_for_eoi": status == "PUBLISHED",
        "organisation": shown.owner.organisation if shown.owner else None,
    }
    made = ProfileDocument.model_validate(said)
    return made.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def write(documents: Sequence[dict[str, Any]]) -> str:
    """The text of a file."""
    whole = {"format": FORMAT, "version": VERSION, "profiles": list(documents)}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def own_documents(session: Session, clock: Clock, user: User) -> list[dict[str, Any]]:
    """Everything an account wrote, as it wrote it."""
    found = []
    for entry in entries_of_owner(session, user.id):
        over = entry.expires_at is not None and entry.expires_at <= clock()
        status = "ON_HOLD" if entry.state is EntryState.HIDDEN else "EXPIRED" if over else "PUBLISHED"
        found.append(document_of(face(entry, revealed=True), status=status, concealed=entry.concealed))
    return found


@dataclass
class Report:
    """What an import did."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


def sent(upload: FileStorage) -> bytes:
    """The content of a file that somebody sent. Raises FileRefused when its name says that it is no JSON."""
    if not (upload.filename or "").lower().endswith(".json"):
        raise refused(_("Files of this kind cannot be read. Use a file that ends in .json."), 415)
    return content_of(upload)


def load(session: Session, clock: Clock, user: User, data: bytes) -> Report:
    """Add the profiles of a file to an account's own entries outside events, and change those it knows by reference or
    by kind and title. Raises FileRefused when it is no such file, ImportRefused with every fault; nothing is written
    then.
    """
    documents, faults = _read(data)
    known = entries_of_owner(session, user.id)
    report, employers = Report(), organisations_of(session, user.id)
    savepoint = session.begin_nested()
    for number, document in enumerate(documents, start=1):
        if document is None:
            continue
        try:
            entry, said = _entry_of(known, document), _data(document)
            if entry is None:
                services.add_own_entry(session, clock, user, employers[0] if employers else None, said)
                report.created += 1
            elif services.change_entry(session, clock, user, entry, replace(said, reach=entry.reach)):
                report.changed += 1
            else:
                report.unchanged += 1
        except AppError as error:
            field = getattr(error, "field", None) or ""
            faults.append(CellError(number, PLACES.get(field, field), error.message))
    if faults:
        savepoint.rollback()
        session.expire_all()
        raise ImportRefused(_("The profiles have faults; nothing was imported."), sorted(faults, key=lambda f: f.row))
    savepoint.commit()
    return report


PLACES = {
    "summary": "shortSummary",
    "text": "description",
    "role": "expectedRoleOfThePartner",
    "stage": "stageOfDevelopment",
    "ipr": "iprStatus",
    "technology_keywords": "technologyKeywords",
    "partnership": "typesOfPartnership",
    "profile": "profileType",
    "country": "partnerOrganisationCountry",
    "nuts": "region",
    "nace": "sector",
    "segment": "valueChainSegment",
    "trl_min": "readiness.min",
    "trl_max": "readiness.max",
    "call_programme": "call.programme",
    "call_title": "call.title",
    "call_interest_deadline": "call.interest_deadline",
    "call_call_deadline": "call.call_deadline",
}
"""Where in a file a field of a service stands, if not under its own name."""


def _parsed(data: bytes) -> Any:
    """The JSON of a file; raises FileRefused."""
    if len(data) > BYTES_AT_MOST:
        raise too_large(BYTES_AT_MOST)
    if not data.strip():
        raise refused(_("The file is empty; choose another one."))
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise refused(_("The characters of this file cannot be read. Save it in UTF-8.")) from None
    except json.JSONDecodeError as error:
        message = _(
            "This is not JSON: line %(line)d, column %(column)d. Export it again.",
            line=error.lineno,
            column=error.colno,
        )
        raise refused(message) from None
    except RecursionError:
        raise refused(_("This file is nested too deeply. Export it again.")) from None


def _read(data: bytes) -> tuple[list[ProfileDocument | None], list[CellError]]:
    whole = _parsed(data)
    rows = whole.get("profiles") if isinstance(whole, dict) else whole
    if isinstance(whole, dict) and whole.get("format") not in (None, FORMAT):
        raise Invalid(_("This is a file of another kind; “format” should be %(name)s.", name=FORMAT), field="file")
    if isinstance(whole, dict) and whole.get("version", VERSION) != VERSION:
        raise Invalid(_("This file has another version than %(n)d.", n=VERSION), field="file")
    if not isinstance(rows, list) or not rows:
        raise Invalid(_("The file holds no list “profiles”."), field="file")
    if len(rows) > PROFILES_AT_MOST:
        raise Invalid(_("A file has at most %(n)d profiles; split it.", n=PROFILES_AT_MOST), field="file")
    documents: list[ProfileDocument | None] = []
    faults: list[CellError] = []
    for number, row in enumerate(rows, start=1):
        try:
            documents.append(ProfileDocument.model_validate(row))
        except ValidationError as error:
            documents.append(None)
            for place, message in profiles.faults_of(error):
                faults.append(CellError(number, ".".join(str(part) for part in place), message))
    return documents, faults


def _entry_of(known: Sequence[Entry], document: ProfileDocument) -> Entry | None:
    kind, _profile = _kind(document)
    for entry in known:
        if document.reference and entry.code == document.reference:
            if entry.kind is not kind:
                raise Invalid(_("The entry of this reference is of another kind."), field="profile")
            return entry
    key = rules.title_key(document.title)
    return next(
        (e for e in known if e.participant_id is None and e.kind is kind and rules.title_key(e.title) == key), None
    )


def _kind(document: ProfileDocument) -> tuple[EntryKind, Any]:
    plain = {"need": (EntryKind.NEED, None), "offer": (EntryKind.OFFER, None)}
    return plain.get(document.profile_type) or profiles.TYPES[document.profile_type]


def _data(document: ProfileDocument) -> EntryData:
    kind, profile = _kind(document)
    first, *further = document.types_of_partnership or [""]
    return EntryData(
        kind=kind,
        title=document.title,
        text=document.description,
        keywords=tuple(document.keywords),
        trl_min=document.readiness.min,
        trl_max=document.readiness.max,
        partnership=first or None,
        summary=document.short_summary,
        profile=profile,
        details=profiles.Details(
            role=document.expected_role_of_the_partner,
            advantages=document.advantages_and_innovation,
            specification=document.technical_specification_or_expertise_sought,
            stage=document.stage_of_development,
            ipr=document.ipr_status,
            ipr_notes=document.ipr_notes,
            market_keywords=document.market_keywords,
            technology_keywords=document.technology_keywords,
            further_partnerships=further,
            sdgs=document.sdg_keywords,
            partners=document.types_and_sizes,
            target_countries=document.targeted_countries,
            call=document.call,
        ),
        state=EntryState.HIDDEN if document.profile_status == "ON_HOLD" else EntryState.PUBLISHED,
        reach=Reach.MEMBERS,
        anonymous=document.anonymous,
        concealed=tuple(document.concealed),
        country=document.partner_organisation_country,
        nuts=document.region,
        nace=document.sector,
        segment=document.value_chain_segment,
        languages=tuple(document.languages),
    )
