"""Are the lists any good? Measured on what people did, split by time, against simple rivals. Pure: no database.

The last part of the requests is held back. For everybody who asked somebody in it, each method ranks all participants
they could have asked and had not asked before; asked is where those stand who accepted. Popularity is counted in the
earlier part only. One value for each asker, and the mean with its 95 % interval over askers (percentile bootstrap).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.matching.metrics import gini, mean_with_interval, ndcg_at, precision_at, recall_at, reciprocal_rank
from app.matching.parts.codes import offered_codes, wanted_codes
from app.matching.profiles import Profile
from app.matching.scoring import Matcher

HELD_BACK = 0.3
CHUNK = 512
FloatArray = NDArray[np.float32]
Ranker = Callable[[NDArray[np.int64]], FloatArray]
"""Places of askers to scores of everybody: len(askers) by people; NaN for whom they cannot ask."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and what came of it; participants by id. `answered`: accepted or declined."""

    asker: int
    asked: int
    accepted: bool
    answered: bool
    held: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """One method. Each of `figures` is mean, low and high end of its interval. `acceptance` is the share of answered
    requests that were accepted among those in the first k, and how many these were (None without any)."""

    name: str
    figures: Mapping[str, tuple[float, float, float]]
    acceptance: tuple[float, int] | None
    coverage: float
    exposure: float


def split_by_time(labels: Sequence[Asked], held_back: float = HELD_BACK) -> tuple[list[Asked], list[Asked]]:
    """Earlier and later part of requests given in the order in which they were made."""
    cut = round(len(labels) * (1 - held_back))
    return list(labels[:cut]), list(labels[cut:])


def rankers(matcher: Matcher, earlier: Sequence[Asked], seed: int = 1) -> dict[str, Ranker]:
    """Our score and its rivals: one direction alone, tags in common, popularity, chance."""
    profiles = matcher.profiles
    place = {profile.id: at for at, profile in enumerate(profiles)}
    popular = np.zeros(len(profiles), dtype=np.float32)
    for person, times in Counter(label.asked for label in earlier).items():
        if person in place:
            popular[place[person]] = times
    tags = _tags(profiles)

    def barred(rows: NDArray[np.int64], scores: FloatArray) -> FloatArray:
        return np.where(matcher.barred_block(rows), np.float32(np.nan), scores)

    def of_tags(rows: NDArray[np.int64]) -> FloatArray:
        common = (tags[rows] @ tags.T).toarray()
        sizes = np.asarray(tags.sum(axis=1)).ravel()
        return barred(rows, common / np.maximum(sizes[rows][:, None] + sizes[None, :] - common, 1))

    def of_chance(rows: NDArray[np.int64]) -> FloatArray:
        drawn = [np.random.default_rng([seed, int(row)]).random(len(profiles), dtype=np.float32) for row in rows]
        return barred(rows, np.array(drawn))

    return {
        "Meetwright, both directions": lambda rows: matcher.score_block(rows, "score"),
        "Meetwright, gain alone": lambda rows: matcher.score_block(rows, "gain"),
        "tags in common": of_tags,
        "popularity": lambda rows: barred(rows, np.broadcast_to(popular, (len(rows), len(profiles)))),
        "random": of_chance,
    }


def evaluate(
    matcher: Matcher, methods: Mapping[str, Ranker], earlier: Sequence[Asked], later: Sequence[Asked], k: int = 10
) -> list[Measured]:
    """Measure each method on the later requests. ValueError when nobody accepted one of them."""
    place = {profile.id: at for at, profile in enumerate(matcher.profiles)}
    later = [label for label in later if label.asker in place and label.asked in place]
    if not any(label.accepted for label in later):
        raise ValueError("none of the held-back requests was accepted: there is nothing to measure")
    return [_measure(name, ranker, matcher, earlier, later, k) for name, ranker in methods.items()]


def per_asker(
    matcher: Matcher, ranker: Ranker, earlier: Sequence[Asked], later: Sequence[Asked], k: int = 10
) -> dict[str, list[float]]:
    """P@k, R@k, reciprocal rank and nDCG@k, one value for each asker with an accepted request, in order of their ids.

    For P, R and the rank an accepted request is right; for nDCG one that was only sent counts 1, accepted 2, held 3.
    """
    lists = _lists(matcher, ranker, earlier, sorted({label.asker for label in later if label.accepted}))
    found: dict[str, list[float]] = {f"P@{k}": [], f"R@{k}": [], "MRR": [], f"nDCG@{k}": []}
    for asker, ranked in lists.items():
        mine = [label for label in later if label.asker == asker]
        right = {label.asked for label in mine if label.accepted}
        gains = {label.asked: 3.0 if label.held else 2.0 if label.accepted else 1.0 for label in mine}
        found[f"P@{k}"].append(precision_at(ranked, right, k))
        found[f"R@{k}"].append(recall_at(ranked, right, k))
        found["MRR"].append(reciprocal_rank(ranked, right))
        found[f"nDCG@{k}"].append(ndcg_at(ranked, gains, k))
    return found


def _measure(
    name: str, ranker: Ranker, matcher: Matcher, earlier: Sequence[Asked], later: Sequence[Asked], k: int
) -> Measured:
    figures = {
        what: mean_with_interval(values) for what, values in per_asker(matcher, ranker, earlier, later, k).items()
    }
    everybody = [profile.id for profile in matcher.profiles]
    tops = _lists(matcher, ranker, earlier, everybody, k)
    shown = Counter(one for ranked in tops.values() for one in ranked)
    near = [label for label in later if label.answered and label.asked in tops[label.asker]]
    return Measured(
        name,
        figures,
        (sum(label.accepted for label in near) / len(near), len(near)) if near else None,
        sum(shown[person] > 0 for person in everybody) / len(everybody),
        gini(shown[person] for person in everybody),
    )


def _lists(
    matcher: Matcher, ranker: Ranker, earlier: Sequence[Asked], askers: Sequence[int], k: int | None = None
) -> dict[int, list[int]]:
    """What the ranker shows each asker, best first; whom they asked earlier is left out. Ties go by id."""
    profiles = matcher.profiles
    place = {profile.id: at for at, profile in enumerate(profiles)}
    ids = np.array([profile.id for profile in profiles])
    known: dict[int, list[int]] = {}
    for label in earlier:
        if label.asked in place:
            known.setdefault(label.asker, []).append(place[label.asked])
    found: dict[int, list[int]] = {}
    for start in range(0, len(askers), CHUNK):
        some = askers[start : start + CHUNK]
        scores = np.array(ranker(np.array([place[asker] for asker in some])))
        for row, asker in enumerate(some):
            mine = scores[row]
            mine[known.get(asker, [])] = np.nan
            order = np.lexsort((ids, -np.nan_to_num(mine, nan=-1.0)))
            found[asker] = [int(ids[at]) for at in order[:k] if not np.isnan(mine[at])]
    return found


def _tags(profiles: Sequence[Profile]) -> sparse.csr_matrix:
    """Everybody's keywords and codes, needs and offers alike, as most tools compare them."""
    columns: dict[str, int] = {}
    rows = [sorted({*wanted_codes(profile), *offered_codes(profile)}) for profile in profiles]
    indices = [columns.setdefault(tag, len(columns)) for row in rows for tag in row]
    pointers = np.cumsum([0, *map(len, rows)])
    ones = np.ones(len(indices), dtype=np.float32)
    return sparse.csr_matrix((ones, indices, pointers), shape=(len(profiles), max(1, len(columns))))
