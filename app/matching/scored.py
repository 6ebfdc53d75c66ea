"""From profiles to lists and rows: what a computation of a whole event, or of a few profiles, has in common."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.matching.decisions import LIST_LENGTH, Decisions
from app.matching.overview import BINS, Overview, look_over
from app.matching.scoring import Matcher, Order, PairScore, Ranked
from app.matching.spread import SpreadRules, spread

CANDIDATES = 3 * LIST_LENGTH
"""Candidates by score that the fair list is made from; enough that full organisations and people can be passed over."""
ONE_WAY = 12
"""Kept of each one-way list."""
REASONS_KEPT = 5
Progress = Callable[[str, int, int], None]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Lists:
    """Everybody's candidates in the three orders, the fair lists made from them, and the event in figures."""

    ways: Mapping[int, Mapping[Order, list[Ranked]]]
    fair: Mapping[int, list[Ranked]]
    overview: Overview


def lengths(best: int) -> dict[Order, int]:
    """How long the lists of a computation are, for `best` places on the fair one."""
    return {"score": 3 * best, "gain": min(ONE_WAY, best), "give": min(ONE_WAY, best)}


def spread_rules(decisions: Decisions, people: int, quiet: Collection[int], length: int = LIST_LENGTH) -> SpreadRules:
    """The rules of the fair lists. The average person is on `length` lists when all lists are full."""
    cap = max(1, min(people - 1, round(decisions.cap_factor * length)))
    return SpreadRules(length, decisions.per_organisation, cap, decisions.quiet_boost, frozenset(quiet))


def above(lines: Iterable[Ranked], floor: float) -> list[Ranked]:
    """The lines that the organiser wants shown at all."""
    return [line for line in lines if line.score >= floor]


def all_lists(
    matcher: Matcher, decisions: Decisions, quiet: Collection[int], *, best: int, progress: Progress | None = None
) -> Lists:
    """Score everybody against everybody and spread the lists. `progress` hears ('pairs', done, of)."""
    histogram = np.zeros(BINS, dtype=np.int64)
    tell = None if progress is None else (lambda done, total: progress("pairs", done, total))
    ways = {
        one: {by: above(lines, decisions.floor) for by, lines in lists.items()}
        for one, lists in matcher.lists(lengths(best), histogram=histogram, progress=tell)
    }
    profiles = matcher.profiles
    employer = {profile.id: profile.organisation_id for profile in profiles}
    rules = spread_rules(decisions, len(profiles), quiet, best)
    candidates = {one: lists["score"] for one, lists in ways.items()}
    fair = spread(candidates, employer.__getitem__, rules)
    overview = look_over(profiles, candidates, fair, histogram, decisions.weights, decisions.good)
    return Lists(ways, fair, overview)


def viewers_of(lists: Lists, best: int) -> dict[int, dict[int, set[int]]]:
    """The pairs worth a row, as {lower id: {higher id: who sees it}}."""
    wanted: dict[int, dict[int, set[int]]] = {}
    for one, ways in lists.ways.items():
        seen = {line.id for line in lists.fair[one]} | {line.id for line in ways["score"][:best]}
        for other in seen | {line.id for by in ("gain", "give") for line in ways[by]}:
            low, high = min(one, other), max(one, other)
            wanted.setdefault(low, {}).setdefault(high, set()).add(one)
    return wanted


def rows_of(matcher: Matcher, viewers: Mapping[int, Mapping[int, set[int]]], places: Mapping[int, list[Ranked]],
            progress: Progress | None = None) -> tuple[Rows, float]:  # fmt: skip
    """Rows of `Recommendation` for pairs given by `viewers_of`, and the mean coverage of both directions over the rows
    that have a place. Each pair is scored once, many of one person at a time."""
    place_of = {one: {line.id: at for at, line in enumerate(lines, 1)} for one, lines in places.items()}
    rows: Rows = []
    coverages: list[float] = []
    for done, (low, others) in enumerate(viewers.items(), 1):
        for pair in matcher.scores(low, list(others)):
            for viewer in others[pair.other_id]:
                other = pair.other_id if viewer == low else low
                place = place_of.get(viewer, {}).get(other)
                rows.append(row_of(pair, viewer, place))
                if place is not None:
                    coverages.append((pair.gain.coverage + pair.give.coverage) / 2)
        if progress is not None and done % 50 == 0:
            progress("reasons", done, len(viewers))
    return rows, float(np.mean(coverages)) if coverages else 0.0


def row_of(pair: PairScore, viewer: int, place: int | None) -> dict[str, Any]:
    """One row as `viewer` sees the pair: the score is the same both ways, gain and give change places."""
    forth = viewer == pair.id
    gain, give = (pair.gain, pair.give) if forth else (pair.give, pair.gain)
    kept = pair.reasons[:REASONS_KEPT]
    return {
        "participant_id": viewer,
        "other_id": pair.other_id if forth else pair.id,
        "score": pair.score,
        "gain": gain.score or 0.0,
        "give": give.score or 0.0,
        "place": place,
        "reasons": [(reason if forth else reason.turned()).as_data() for reason in kept],
        "figures": {"gain": _rounded(gain.parts), "give": _rounded(give.parts)},
    }


def with_coverage(overview: Overview, coverage: float) -> Overview:
    """The overview once the coverage of the rows is known."""
    return replace(overview, coverage=coverage)


def _rounded(parts: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if figure is None else round(figure, 4) for name, figure in parts.items()}
