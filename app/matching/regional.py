"""Which organisations of two regions complement each other best: the scorer over the answers of a mapping survey.

The organisations of a run become profiles, needs and offers as for participants of an event, and one `Matcher` holds
all of them, so that the rarity of words is that of the whole survey. Words are compared, no embeddings.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from app.core import facts
from app.matching.profiles import Profile, Statement
from app.matching.reasons import Reason as Why
from app.matching.scoring import PRESETS, Matcher, PairScore
from app.surveys.services import Comparison, Couple, Reason, Respondent, Said

PRESET = "value_chain"
DIGITS = 4
SOURCES = ("lexical.py", "profiles.py", "ranking.py", "regional.py", "scoring.py", "weights.py", "words.py", "parts")
Places = dict[int, tuple[str, str]]
"""Number of a statement to its part and entry in the survey."""


@cache
def version() -> str:
    """The version of the scorer: half of the SHA-256 of its own sources, so that no change goes unrecorded."""
    digest = hashlib.sha256()
    for name in SOURCES:
        found = files("app.matching") / name
        parts = sorted(found.iterdir(), key=lambda each: each.name) if found.is_dir() else [found]
        for part in parts:
            if part.name.endswith(".py"):
                digest.update(part.read_bytes())
    return digest.hexdigest()[:32]


@facts.organisations_compared.connect
def compare(
    _session: Any, *, respondents: Sequence[Respondent], regions: Sequence[tuple[str, str]], best: int, **_more: Any
) -> Comparison:
    """The best couples of each pair of regions, by the reciprocal score; only couples that score at all."""
    places: Places = {}
    matcher = Matcher([_profile(each, places) for each in respondents], PRESETS[PRESET])
    scorer = {"name": "app.matching", "version": version(), "preset": PRESET, "weights": PRESETS[PRESET].as_dict()}
    found = {} if not respondents else _best(matcher, respondents, regions, best)
    chosen = [couple for couples in found.values() for couple in couples]
    explained = iter(matcher.couples(chosen))
    couples = {pair: [_couple(next(explained), places) for _one in some] for pair, some in found.items()}
    return Comparison({**scorer, "best": best}, couples)


def _profile(each: Respondent, places: Places) -> Profile:
    needs, offers = _statements(each.needs, places), _statements(each.offers, places)
    return Profile(
        id=each.response,
        organisation_id=each.organisation,
        country=each.country,
        sectors=each.sectors,
        size=each.size,
        value_chain_position=each.offers[0].segment if each.offers else None,
        participant_type=each.kind or None,
        needs=needs,
        offers=offers,
        wanted_positions=tuple(dict.fromkeys(said.segment for said in each.needs if said.segment)),
        wanted_types=each.wanted_kinds,
        wanted_countries=each.wanted_countries,
    )


def _statements(said: Sequence[Said], places: Places) -> tuple[Statement, ...]:
    found = []
    for each in said:
        number = len(places) + 1
        places[number] = (each.block, each.item)
        found.append(
            Statement(number, each.title, each.text, each.technologies, trl_min=each.trl_min, trl_max=each.trl_max)
        )
    return tuple(found)


def _best(
    matcher: Matcher, respondents: Sequence[Respondent], regions: Sequence[tuple[str, str]], best: int
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Numbers of the best couples by pair of regions; equal scores are ordered by number."""
    members: dict[str, list[int]] = {}
    for each in respondents:
        members.setdefault(each.region, []).append(each.response)
    wanted: dict[str, list[str]] = {}
    for one, other in regions:
        if one in members and other in members:
            wanted.setdefault(one, []).append(other)
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one, others in wanted.items():
        firsts, ends = members[one], np.cumsum([len(members[other]) for other in others])
        block = matcher.scores_between(firsts, [number for other in others for number in members[other]])
        for other, scores in zip(others, np.split(block, ends[:-1], axis=1), strict=True):
            rows, cols = np.nonzero(scores > 0)
            order = np.lexsort((cols, rows, -scores[rows, cols]))[:best]
            chosen = zip(rows[order].tolist(), cols[order].tolist(), strict=True)
            found[one, other] = [(firsts[row], members[other][col]) for row, col in chosen]
    return found


def _couple(pair: PairScore, places: Places) -> Couple:
    return Couple(
        pair.id,
        pair.other_id,
        round(pair.score, DIGITS),
        _rounded(pair.gain.score),
        _rounded(pair.give.score),
        tuple(_reason(why, places) for why in pair.reasons),
    )


def _reason(why: Why, places: Places) -> Reason:
    # Words that need and offer share are words of the answers; they stay there.
    shared = () if why.part in ("text", "trl", "partnership") else why.shared
    return Reason(
        why.direction,
        why.part,
        places.get(why.need_id) if why.need_id is not None else None,
        places.get(why.offer_id) if why.offer_id is not None else None,
        shared,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
