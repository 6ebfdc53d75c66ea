"""What a thin profile lacks, and how much of the score it would open up."""

from collections.abc import Callable
from dataclasses import dataclass

from app.matching.parts.codes import offered_codes, wanted_codes
from app.matching.profiles import Profile
from app.matching.weights import DEFAULT, Weights

ENOUGH_WORDS = 8


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to add.

    `gain` is the share of the whole weight, of both directions together, that can be judged once it is there: the gain
    in coverage, in (0, 1], provided the others state their side. `code` is one of `HINTS`.
    """

    code: str
    gain: float


def _no_needs(profile: Profile) -> bool:
    return not profile.needs


def _no_offers(profile: Profile) -> bool:
    return not profile.offers


def _thin(profile: Profile) -> bool:
    statements = (*profile.needs, *profile.offers)
    return any(len(statement.full_text.split()) < ENOUGH_WORDS for statement in statements)


def _no_keywords(profile: Profile) -> bool:
    needs_without = bool(profile.needs) and not wanted_codes(profile)
    return needs_without or (bool(profile.offers) and not offered_codes(profile))


def _no_readiness(profile: Profile) -> bool:
    statements = (*profile.needs, *profile.offers)
    return bool(statements) and all(statement.trl_min is None and statement.trl_max is None for statement in statements)


def _no_kind(profile: Profile) -> bool:
    statements = (*profile.needs, *profile.offers)
    return bool(statements) and all(statement.partnership_kind is None for statement in statements)


# What is missing, when, and which parts it opens in how many of the two directions.
HINTS: dict[str, tuple[Callable[[Profile], bool], tuple[str, ...], float]] = {
    "add_need": (_no_needs, ("text", "codes", "trl", "partnership"), 0.5),
    "add_offer": (_no_offers, ("text", "codes", "trl", "partnership"), 0.5),
    "add_keywords": (_no_keywords, ("codes",), 0.5),
    "add_position": (lambda profile: profile.value_chain_position is None, ("segment",), 0.5),
    "add_wanted_position": (lambda profile: not profile.wanted_positions, ("segment",), 0.5),
    "add_wishes": (
        lambda profile: not (profile.wanted_types or profile.wanted_sizes or profile.wanted_countries),
        ("wishes",),
        0.5,
    ),
    "add_readiness": (_no_readiness, ("trl",), 1.0),
    "add_partnership": (_no_kind, ("partnership",), 1.0),
    "add_languages": (lambda profile: not profile.languages, ("language",), 1.0),
    "write_more": (_thin, ("text",), 0.25),
}


def hints(profile: Profile, weights: Weights = DEFAULT, ask_for: frozenset[str] | None = None) -> list[Hint]:
    """What to add, the greatest gain first; empty when nothing is missing. `ask_for` limits it to what a form offers.

    'write_more' (a need or offer of fewer than eight words) opens no new part; its gain counts half of the text of one
    direction, a rule of thumb.
    """
    shares = weights.as_dict()
    whole = sum(shares.values())
    found = [
        Hint(code, sum(shares[part] for part in parts) * directions / whole)
        for code, (missing, parts, directions) in HINTS.items()
        if missing(profile) and (ask_for is None or code in ask_for)
    ]
    return sorted((hint for hint in found if hint.gain > 0), key=lambda hint: (-hint.gain, hint.code))


def judged(found: list[Hint]) -> float:
    """The share of the whole weight that a profile with these hints lets be judged, in [0, 1]: the coverage of both
    directions together, provided the others state their side."""
    return max(0.0, 1.0 - sum(hint.gain for hint in found if hint.code != "write_more"))
