"""What an entry must fulfil before it is written."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.marketplace import details as profiles
from app.marketplace import rules
from app.marketplace.masking import employer_of, partnerships_of
from app.marketplace.models import Entry
from app.organisations import reference
from app.organisations.classifications import CodeList
from app.registrations.services import trl_fault

if TYPE_CHECKING:
    from app.marketplace.services import EntryData


def checked(session: Session, entry: Entry, data: "EntryData", *, is_new: bool) -> dict[str, Any]:
    """The columns of an entry. Raises Invalid with the field at the first fault.

    `entry` is the one to be written, with owner, organisation and participant known, still as it was before.
    """
    title, keywords = " ".join(data.title.split()), rules.keywords_of(";".join(data.keywords))
    _check_texts(title, data, keywords)
    _check_codes(data)
    partnerships = partnerships_of(data.partnership, data.details)
    profile_faults = profiles.profile_faults(data.kind, data.profile, partnerships, data.details)
    if data.profile is not None:
        profile_faults = _texts_missing(data) + profile_faults
    for name, message in profile_faults:
        raise Invalid(message, field=name)
    if data.anonymous:
        _check_anonymous(entry, title, keywords, data)
    _check_others(session, entry, title, data, is_new=is_new)
    return {
        "kind": data.kind,
        "state": data.state,
        "reach": data.reach,
        "anonymous": data.anonymous,
        "concealed": [part for part in rules.CONCEALABLE if part in data.concealed] if data.anonymous else [],
        "title": title,
        "summary": data.summary.strip(),
        "text": data.text.strip(),
        "keywords": keywords,
        "trl_min": data.trl_min,
        "trl_max": data.trl_max,
        "partnership": data.partnership or None,
        "profile": data.profile,
        "details": profiles.as_stored(data.details),
        "country": data.country or None,
        "nuts": data.nuts or None,
        "nace": data.nace or None,
        "segment": data.segment or None,
        "languages": list(data.languages),
    }


def _check_texts(title: str, data: "EntryData", keywords: list[str]) -> None:
    if not title:
        raise Invalid(_("Say in one line what it is about."), field="title")
    if len(title) > rules.TITLE_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the title.", n=rules.TITLE_LENGTH), field="title")
    if len(data.summary) > rules.SUMMARY_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the summary.", n=rules.SUMMARY_LENGTH), field="summary")
    if len(data.text) > rules.TEXT_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the text.", n=rules.TEXT_LENGTH), field="text")
    if len(keywords) > rules.KEYWORDS_AT_MOST:
        raise Invalid(_("Use at most %(n)d keywords.", n=rules.KEYWORDS_AT_MOST), field="keywords")
    if any(len(word) > rules.KEYWORD_LENGTH for word in keywords):
        raise Invalid(_("A keyword has at most %(n)d characters.", n=rules.KEYWORD_LENGTH), field="keywords")


def _texts_missing(data: "EntryData") -> list[tuple[str, str]]:
    found = [] if data.summary.strip() else [("summary", _("A profile needs a short summary."))]
    return found + ([] if data.text.strip() else [("text", _("A profile needs a full description."))])


def _check_codes(data: "EntryData") -> None:
    fault = trl_fault(data.trl_min, data.trl_max)
    if fault == "range":
        raise Invalid(_("Readiness levels go from 1 to 9."), field="trl_min")
    if fault == "order":
        raise Invalid(_("The range ends below its beginning."), field="trl_max")
    for code in [data.partnership, *data.details.further_partnerships]:
        if code and code not in reference.partnership_kinds():
            raise Invalid(_("“%(code)s” is not a kind of partnership.", code=code), field="partnership")
    _known(reference.countries(), [data.country, *data.details.target_countries], "country")
    _known(reference.regions(), [data.nuts], "nuts")
    _known(reference.activities(), [data.nace], "nace")
    _known(reference.value_chain(), [data.segment], "segment")
    _known(reference.languages(), data.languages, "languages")
    unknown = [part for part in data.concealed if part not in rules.CONCEALABLE]
    if unknown:
        raise Invalid(_("“%(part)s” cannot be kept back.", part=unknown[0]), field="concealed")
    if data.nuts and data.country and reference.region_country(data.nuts) != data.country:
        raise Invalid(_("This region lies in another country."), field="nuts")


def _known(codes: CodeList, given: Iterable[str | None], name: str) -> None:
    for code in given:
        if code and code not in codes:
            hint = _("“%(code)s” is not a code of %(scheme)s.", code=code, scheme=codes.scheme)
            raise Invalid(f"{hint} {codes.hint[:1].upper()}{codes.hint[1:]}.", field=name)


def _check_anonymous(entry: Entry, title: str, keywords: list[str], data: "EntryData") -> None:
    """An entry that people have seen with a name cannot lose it, and what is shown must not hold the name."""
    if entry.shown_openly_at is not None:
        message = _(
            "This entry was shown with your name, so people know whose it is. Write a new one, in other words, and "
            "make that one anonymous."
        )
        raise Invalid(message, field="anonymous")
    employer = employer_of(entry)
    names = rules.telling_names(
        entry.owner.name,
        employer.name if employer else "",
        entry.owner.email,
        (employer.website or "") if employer else "",
    )
    details = data.details
    shown = {"title": title, "summary": data.summary}
    if "keywords" not in data.concealed:
        words = [*keywords, *details.market_keywords, *details.technology_keywords]
        shown["keywords"] = " · ".join(words)
    if "text" not in data.concealed:
        call = details.call.model_dump() if details.call else {}
        shown |= {"text": data.text, **{name: getattr(details, name) for name in profiles.FREE_TEXTS}}
        shown |= {f"call_{name}": value for name, value in call.items() if isinstance(value, str)}
    for name, text in shown.items():
        told = rules.names_in(text, names)
        if told:
            message = _("This names “%(name)s”; an anonymous entry must not. Say it without.", name=told)
            raise Invalid(message, field=name)


def _check_others(session: Session, entry: Entry, title: str, data: "EntryData", *, is_new: bool) -> None:
    """Not too many, none twice, and none that gives an anonymous one away."""
    own = session.scalars(select(Entry).where(Entry.owner_id == entry.owner.id)).all() if entry.owner.id else []
    others = [other for other in own if other is not entry]
    participant_id = entry.participant.id if entry.participant else None
    beside = [other for other in others if other.participant_id == participant_id and other.kind is data.kind]
    most = rules.ENTRIES_PER_KIND if participant_id else rules.ENTRIES_OUTSIDE
    if is_new and len(beside) >= most:
        raise Invalid(
            _("There are %(n)d of them already. Fewer, clearer ones are found more easily.", n=len(beside)),
            field="title",
        )
    key = rules.title_key(title)
    if key in {rules.title_key(other.title) for other in beside}:
        raise Invalid(_("There is one with this title already; change that one."), field="title")
    for other in others:
        if other.anonymous != data.anonymous and _same_words(other, key, data):
            message = _(
                "Another entry of yours, with your name on one of the two, says the same: readers would know whose the "
                "anonymous one is. Choose other words."
            )
            raise Invalid(message, field="title")


def _same_words(other: Entry, key: str, data: "EntryData") -> bool:
    texts = {rules.title_key(text) for text in (other.summary, other.text) if text and len(text) >= 40}
    mine = {rules.title_key(text) for text in (data.summary, data.text) if len(text) >= 40}
    return rules.title_key(other.title) == key or bool(texts & mine)
