"""Reasons in words, in the reader's language: "You need …, they offer …"."""

from collections.abc import Callable, Iterable

import flask_babel

from app.matching.reasons import Reason
from app.organisations import reference
from app.organisations.classifications import CodeList, UnknownCodeError

# Typed here, since the package is not; message extraction looks for these names.
_: Callable[..., str] = flask_babel.gettext
ngettext: Callable[..., str] = flask_babel.ngettext

QUOTED_WORDS = 4


def sentence(reason: Reason) -> str:
    """One reason as one sentence, spoken to the viewer: 'gain' is what they have for you, 'give' what you have."""
    words = _list(reason.shared[:QUOTED_WORDS])
    return _PHRASES[reason.part](reason, words)


def sentences(reasons: Iterable[Reason], limit: int | None = None) -> list[str]:
    """The first `limit` reasons (all by default) as sentences, without saying the same thing twice."""
    return list(dict.fromkeys(sentence(reason) for reason in reasons))[:limit]


def told(reason: Reason, viewer: str, other: str) -> str:
    """One reason as one sentence to somebody else, an organiser: the two are named."""
    seeker, partner = (viewer, other) if reason.direction == "gain" else (other, viewer)
    names = {"seeker": seeker, "partner": partner}
    words = _list(reason.shared[:QUOTED_WORDS])
    if reason.part == "text" and words:
        return _("%(seeker)s needs “%(need)s”, %(partner)s offers “%(offer)s” (%(words)s).",
                 need=reason.need, offer=reason.offer, words=words, **names)  # fmt: skip
    if reason.part == "text":
        return _("%(seeker)s needs “%(need)s”, %(partner)s offers “%(offer)s”.",
                 need=reason.need, offer=reason.offer, **names)  # fmt: skip
    if reason.part == "codes":
        codes = _list([_code(code) for code in reason.shared[:QUOTED_WORDS]])
        return _("%(partner)s works on what %(seeker)s looks for: %(codes)s.", codes=codes, **names)
    if reason.part == "segment":
        position = _named(reference.value_chain(), reason.shared[0])
        return _(
            "The place of %(partner)s in the value chain suits %(seeker)s: %(position)s.", position=position, **names
        )
    if reason.part == "trl":
        return _("The readiness of “%(offer)s” suits what %(seeker)s needs.", offer=reason.offer, **names)
    if reason.part == "partnership":
        return _("“%(offer)s” comes with the kind of partnership %(seeker)s seeks.", offer=reason.offer, **names)
    if reason.part == "wishes":
        wishes = _list([_wish(*shared.split("=", 1)) for shared in reason.shared])
        return _("%(partner)s is the kind of partner %(seeker)s wishes for: %(wishes)s.", wishes=wishes, **names)
    languages = _list([_named(reference.languages(), code) for code in sorted(reason.shared)])
    return _("Both speak %(languages)s.", languages=languages)


def all_told(reasons: Iterable[Reason], viewer: str, other: str, limit: int | None = None) -> list[str]:
    """The first `limit` reasons as sentences to an organiser, without saying the same thing twice."""
    return list(dict.fromkeys(told(reason, viewer, other) for reason in reasons))[:limit]


def _text(reason: Reason, words: str) -> str:
    need, offer = reason.need, reason.offer
    if reason.direction == "gain" and words:
        return _("You need “%(need)s”, they offer “%(offer)s” (%(words)s).", need=need, offer=offer, words=words)
    if reason.direction == "gain":
        return _("You need “%(need)s”, they offer “%(offer)s”.", need=need, offer=offer)
    if words:
        return _("They need “%(need)s”, you offer “%(offer)s” (%(words)s).", need=need, offer=offer, words=words)
    return _("They need “%(need)s”, you offer “%(offer)s”.", need=need, offer=offer)


def _codes(reason: Reason, _words: str) -> str:
    named = _list([_code(code) for code in reason.shared[:QUOTED_WORDS]])
    if reason.direction == "gain":
        return _("They work on what you look for: %(codes)s.", codes=named)
    return _("You work on what they look for: %(codes)s.", codes=named)


def _segment(reason: Reason, _words: str) -> str:
    position = _named(reference.value_chain(), reason.shared[0])
    if reason.direction == "gain":
        return _("Their place in the value chain suits you: %(position)s.", position=position)
    return _("Your place in the value chain suits them: %(position)s.", position=position)


def _trl(reason: Reason, _words: str) -> str:
    if reason.direction == "gain":
        return _("The readiness of “%(offer)s” suits what you need.", offer=reason.offer)
    return _("The readiness of your “%(offer)s” suits what they need.", offer=reason.offer)


def _partnership(reason: Reason, _words: str) -> str:
    if reason.direction == "gain":
        return _("“%(offer)s” comes with the kind of partnership you seek.", offer=reason.offer)
    return _("Your “%(offer)s” comes with the kind of partnership they seek.", offer=reason.offer)


def _wishes(reason: Reason, _words: str) -> str:
    wishes = _list([_wish(*shared.split("=", 1)) for shared in reason.shared])
    if reason.direction == "gain":
        return _("They are the kind of partner you wish for: %(wishes)s.", wishes=wishes)
    return _("You are the kind of partner they wish for: %(wishes)s.", wishes=wishes)


def _language(reason: Reason, _words: str) -> str:
    names = [_named(reference.languages(), code) for code in sorted(reason.shared)]
    return ngettext(
        "You both speak %(languages)s.",
        "You share the languages %(languages)s.",
        len(names),
        languages=_list(names),
    )


_PHRASES = {
    "text": _text,
    "codes": _codes,
    "segment": _segment,
    "trl": _trl,
    "partnership": _partnership,
    "wishes": _wishes,
    "language": _language,
}


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def _code(code: str) -> str:
    scheme, colon, value = code.partition(":")
    return _named(reference.activities(), value) if colon and scheme == "nace" else code


def _wish(field: str, value: str) -> str:
    if field == "country":
        return _named(reference.countries(), value)
    return _named(reference.organisation_sizes(), value) if field == "size" else value


def _named(codes: CodeList, code: str) -> str:
    """The name of a code; an unknown one stands for itself, since a reason must never break a page."""
    try:
        return codes.name(code)
    except UnknownCodeError:
        return code


def hint_sentence(code: str) -> str:
    """One hint (a code of `advice.HINTS`) to the owner of a thin profile."""
    return {
        "add_need": _("Write down what you need: nobody can be proposed as an answer yet."),
        "add_offer": _("Write down what you offer: nobody can find you as an answer yet."),
        "add_keywords": _("Add keywords to your needs and offers."),
        "add_position": _("Say where you stand in the value chain."),
        "add_wanted_position": _("Say which place in the value chain your partner should have."),
        "add_wishes": _("Say which type, size or country of partner you wish for."),
        "add_readiness": _("Give the readiness level of your needs and offers."),
        "add_partnership": _("Say which kind of partnership you have in mind."),
        "add_languages": _("Name the languages you can meet in."),
        "write_more": _("Describe each need and offer in a sentence or two."),
    }[code]


def part_name(part: str) -> str:
    """A part of the score in two or three words."""
    return {
        "text": _("Need meets offer, in words"),
        "codes": _("Keywords and sectors"),
        "segment": _("Place in the value chain"),
        "trl": _("Readiness levels"),
        "partnership": _("Kind of partnership"),
        "wishes": _("Wished type, size, country"),
        "language": _("Common language"),
    }[part]


def preset_name(preset: str) -> str:
    """The name of a preset of weights."""
    return {
        "balanced": _("Balanced"),
        "buyers": _("Buyers and suppliers"),
        "research": _("Research projects"),
        "value_chain": _("Value-chain partnership"),
        "learnt": _("Learnt from this event"),
    }.get(preset, _("Your own"))
