"""How good lists are, and how fair. Figures of information retrieval; nothing here knows participants.

A list is a sequence of ids, best first; `wanted` the ids that turned out right (accepted, held, rated well).
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from statistics import fmean


def precision_at(ranked: Sequence[int], wanted: Collection[int], k: int) -> float:
    """P@k: the share of the first k places that hold a wanted id; a place left empty is a miss."""
    _check(k)
    return sum(one in wanted for one in ranked[:k]) / k


def recall_at(ranked: Sequence[int], wanted: Collection[int], k: int) -> float:
    """R@k: the share of the wanted ids among the first k. ValueError when nothing is wanted."""
    _check(k)
    if not wanted:
        raise ValueError("recall needs at least one wanted id")
    return len(set(ranked[:k]) & set(wanted)) / len(set(wanted))


def reciprocal_rank(ranked: Sequence[int], wanted: Collection[int]) -> float:
    """1 / place of the first wanted id; 0 if there is none."""
    return next((1 / place for place, one in enumerate(ranked, 1) if one in wanted), 0.0)


def ndcg_at(ranked: Sequence[int], gains: dict[int, float], k: int) -> float:
    """nDCG@k with gains of zero or more by id, discounted by log2(place + 1) (Järvelin and Kekäläinen, 2002).

    0 when no gain is above zero.
    """
    _check(k)
    found = (gains.get(one, 0.0) for one in ranked[:k])
    best = sorted(gains.values(), reverse=True)[:k]
    ideal = _discounted(best)
    return _discounted(found) / ideal if ideal else 0.0


def gini(counts: Iterable[float]) -> float:
    """How unequal counts are: 0 when all are equal, towards 1 when one has everything; 0 for nothing at all.

    Counted must be everybody, those with zero as well.
    """
    values = sorted(counts)
    total = sum(values)
    if not total:
        return 0.0
    weighted = sum(place * value for place, value in enumerate(values, 1))
    return 2 * weighted / (len(values) * total) - (len(values) + 1) / len(values)


def exposure(lists: Iterable[Sequence[int]], people: Iterable[int]) -> dict[int, int]:
    """On how many lists each of `people` stands."""
    shown = Counter(one for ranked in lists for one in set(ranked))
    return {person: shown[person] for person in people}


def interval(values: Sequence[float], *, level: float = 0.95, rounds: int = 2000, seed: int = 1) -> tuple[float, float]:
    """Confidence interval of the mean by the percentile bootstrap; one value for each independent unit, not each row.

    The same values give the same interval. ValueError without values.
    """
    if not values:
        raise ValueError("an interval needs at least one value")
    chance = random.Random(seed)  # noqa: S311 - a repeatable draw, no secret
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(rounds))
    cut = (1 - level) / 2
    return means[math.floor(cut * rounds)], means[min(rounds - 1, math.ceil((1 - cut) * rounds) - 1)]


def mean_with_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the ends of its 95 % interval."""
    return (fmean(values), *interval(values))


def over_lists(
    measure: Callable[[Sequence[int], Collection[int]], float],
    lists: dict[int, Sequence[int]],
    wanted: dict[int, Collection[int]],
) -> list[float]:
    """`measure` for each owner who wants anybody, in the order of the owners' ids."""
    return [measure(lists.get(owner, ()), wanted[owner]) for owner in sorted(wanted) if wanted[owner]]


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def _check(k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be 1 or more, not {k}")
