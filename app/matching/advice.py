"""What a thin profile lacks, and how much of the score it would open up."""

from collections.abc import Callable
from dataclasses import dataclass

from app.matching.parts.codes import offered_codes, wanted_codes
from app.matching.profiles import Profile, Statement
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


def _stated(statements: tuple[Statement, ...], has: Callable[[Statement], bool]) -> bool:
    return any(has(statement) for statement in statements)


def _sides_without(profile: Profile, has: Callable[[Statement], bool]) -> float:
    """Half for needs and half for offers that are there and of which none has it."""
    return 0.5 * sum(bool(side) and not _stated(side, has) for side in (profile.needs, profile.offers))


def _without_keywords(profile: Profile) -> float:
    needs_without = bool(profile.needs) and not wanted_codes(profile)
    return 0.5 * (needs_without + (bool(profile.offers) and not offered_codes(profile)))


def _thin(profile: Profile) -> float:
    statements = (*profile.needs, *profile.offers)
    return 0.25 * any(len(statement.full_text.split()) < ENOUGH_WORDS for statement in statements)


BETWEEN_STATEMENTS = ("text", "codes", "trl", "partnership")
HINTS: dict[str, tuple[tuple[str, ...], Callable[[Profile], float]]] = {
    "add_need": (BETWEEN_STATEMENTS, lambda profile: 0.5 * (not profile.needs)),
    "add_offer": (BETWEEN_STATEMENTS, lambda profile: 0.5 * (not profile.offers)),
    "add_keywords": (("codes",), _without_keywords),
    "add_position": (("segment",), lambda profile: 0.5 * (profile.value_chain_position is None)),
    "add_wanted_position": (("segment",), lambda profile: 0.5 * (not profile.wanted_positions)),
    "add_wishes": (
        ("wishes",),
        lambda profile: 0.5 * (not (profile.wanted_types or profile.wanted_sizes or profile.wanted_countries)),
    ),
    "add_readiness": (
        ("trl",),
        lambda profile: _sides_without(profile, lambda s: s.trl_min is not None or s.trl_max is not None),
    ),
    "add_partnership": (("partnership",), lambda profile: _sides_without(profile, lambda s: bool(s.partnership_kind))),
    "add_languages": (("language",), lambda profile: 1.0 * (not profile.languages)),
    "write_more": (("text",), _thin),
}
"""Which parts each piece of advice opens, and in what share of the two directions, 0 when nothing is missing. What is
missing of a need or offer that is not there yet belongs to writing it down, so no share is counted twice."""


def hints(profile: Profile, weights: Weights = DEFAULT, ask_for: frozenset[str] | None = None) -> list[Hint]:
    """What to add, the greatest gain first; empty when nothing is missing. `ask_for` limits it to what a form offers.

    'write_more' (a need or offer of fewer than eight words) opens no new part; its gain counts half of the text of one
    direction, a rule of thumb.
    """
    shares = weights.as_dict()
    whole = sum(shares.values())
    found = [
        Hint(code, sum(shares[part] for part in parts) * missing(profile) / whole)
        for code, (parts, missing) in HINTS.items()
        if ask_for is None or code in ask_for
    ]
    return sorted((hint for hint in found if hint.gain > 0), key=lambda hint: (-hint.gain, hint.code))


def judged(found: list[Hint]) -> float:
    """The share of the whole weight that a profile with these hints lets be judged, in [0, 1]: the coverage of both
    directions together, provided the others state their side."""
    return max(0.0, 1.0 - sum(hint.gain for hint in found if hint.code != "write_more"))
