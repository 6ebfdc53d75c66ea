"""Weights learnt from what people did: logistic regression on the parts of the score. Pure: no database.

Right are requests that were accepted; wrong are declined ones and, for each right one, `CHANCE_PAIRS` people whom the
same asker could have asked and did not. The features of a pair are its parts, each the mean of both directions; a part
without input takes the mean of that part, so it speaks neither for nor against. Coefficients are kept at zero or more,
since a part is meant to speak for a pair, and a small quadratic penalty keeps them finite. The weights are the
coefficients, scaled to a sum of 1.

Learnt weights are only worth proposing if they rank the held-back later requests better than the present ones: the
95 % interval of the difference in nDCG@10 over askers must lie above zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from app.matching.evaluation import Asked, per_asker
from app.matching.metrics import interval
from app.matching.scoring import Matcher, Weights
from app.matching.weights import PARTS, SUBSTANCE

CHANCE_PAIRS = 5
PENALTY = 0.01
FEWEST_RIGHT = 60
FEWEST_ASKERS = 20
MEASURE = "nDCG@10"
FloatArray = NDArray[np.float64]
Parts = Mapping[str, Mapping[str, float | None]]
"""{"gain": {part: figure or None}, "give": …}, as kept with a recommendation."""


class TooFewError(ValueError):
    """There is not enough to learn from, or to judge by; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """`weights` sum to 1. `present` and `learnt` are the means of nDCG@10 on the held-back requests of `askers` people,
    `low` and `high` the 95 % interval of their difference. `right` requests were learnt from."""

    weights: Weights
    present: float
    learnt: float
    low: float
    high: float
    askers: int
    right: int

    @property
    def wins(self) -> bool:
        return self.low > 0


def features(parts: Parts) -> list[float]:
    """The mean of both directions for each part; NaN without input in either."""
    found = []
    for part in PARTS:
        known = [figure for way in ("gain", "give") if (figure := parts.get(way, {}).get(part)) is not None]
        found.append(sum(known) / len(known) if known else np.nan)
    return found


def fit(rows: FloatArray, right: FloatArray, penalty: float = PENALTY) -> FloatArray:
    """Coefficients of zero or more, one for each column of `rows`, by penalised maximum likelihood.

    `rows` holds figures in [0, 1] or NaN, `right` 1 or 0 for each row. Right and wrong ones weigh the same in sum.
    """
    filled = np.where(np.isnan(rows), _column_means(rows), rows)
    share = right.mean()
    weight = np.where(right > 0, 0.5 / max(share, 1e-9), 0.5 / max(1 - share, 1e-9)) / len(right)

    def loss(theta: FloatArray) -> tuple[float, FloatArray]:
        margin = filled @ theta[:-1] + theta[-1]
        value = weight @ (np.logaddexp(0, margin) - right * margin) + penalty / 2 * theta[:-1] @ theta[:-1]
        slope = weight * (1 / (1 + np.exp(-margin)) - right)
        return float(value), np.append(filled.T @ slope + penalty * theta[:-1], slope.sum())

    start = np.zeros(rows.shape[1] + 1)
    bounds = [(0.0, None)] * rows.shape[1] + [(None, None)]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:-1])


def learn(
    matcher: Matcher, present: Weights, earlier: Sequence[Asked], later: Sequence[Asked],
    parts_then: Mapping[tuple[int, int], Parts] | None = None, seed: int = 1,
) -> Learnt:  # fmt: skip
    """Weights learnt from the earlier requests and judged on the later ones.

    `parts_then` are the parts as they stood when somebody asked, for the pairs (asker, asked) where they were kept;
    others are taken as of today. Raises TooFewError.
    """
    here = {profile.id for profile in matcher.profiles}
    earlier = [label for label in earlier if {label.asker, label.asked} <= here]
    later = [label for label in later if {label.asker, label.asked} <= here]
    right = [label for label in earlier if label.accepted]
    askers = {label.asker for label in later if label.accepted}
    if len(right) < FEWEST_RIGHT:
        raise TooFewError(f"{len(right)} accepted requests to learn from; at least {FEWEST_RIGHT} are needed")
    if len(askers) < FEWEST_ASKERS:
        raise TooFewError(f"{len(askers)} people with later accepted requests; at least {FEWEST_ASKERS} are needed")
    coefficients = fit(*_examples(matcher, [*earlier, *later], earlier, parts_then or {}, seed))
    if not coefficients[[PARTS.index(part) for part in SUBSTANCE]].any():
        raise TooFewError("the requests do not depend on what people need and offer; nothing can be learnt from them")
    weights = Weights(**dict(zip(PARTS, (coefficients / coefficients.sum()).round(4).tolist(), strict=True)))
    values = []
    for tried in (present, weights):
        ranker = partial(matcher.reweighted(tried).score_block, by="score")
        values.append(per_asker(matcher, ranker, earlier, later)[MEASURE])
    low, high = interval([new - old for old, new in zip(*values, strict=True)])
    old, new = (float(np.mean(one)) for one in values)
    return Learnt(weights, old, new, low, high, len(askers), len(right))


def _examples(
    matcher: Matcher, all_labels: Sequence[Asked], earlier: Sequence[Asked],
    parts_then: Mapping[tuple[int, int], Parts], seed: int,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Features and answers: 1 for accepted, 0 for declined and for people not asked."""
    chance = np.random.default_rng(seed)
    ids = np.array([profile.id for profile in matcher.profiles])
    asked: dict[int, set[int]] = {}
    for label in all_labels:
        asked.setdefault(label.asker, set()).add(label.asked)
        asked.setdefault(label.asked, set()).add(label.asker)
    wanted: dict[int, list[tuple[int, float]]] = {}
    for label in earlier:
        mine = wanted.setdefault(label.asker, [])
        if label.answered:
            mine.append((label.asked, float(label.accepted)))
        if label.accepted:
            drawn = chance.choice(ids, size=min(len(ids), 3 * CHANCE_PAIRS), replace=False)
            free = [int(one) for one in drawn if one != label.asker and int(one) not in asked[label.asker]]
            mine += [(one, 0.0) for one in free[:CHANCE_PAIRS]]
    rows, right = [], []
    for asker, pairs in wanted.items():
        for pair, (_, answer) in zip(matcher.scores(asker, [other for other, _ in pairs]), pairs, strict=True):
            if pair.barred:
                continue
            then = parts_then.get((asker, pair.other_id))
            rows.append(features(then or {"gain": pair.gain.parts, "give": pair.give.parts}))
            right.append(answer)
    return np.array(rows), np.array(right)


def _column_means(rows: FloatArray) -> FloatArray:
    known = ~np.isnan(rows)
    return np.asarray(np.where(known, rows, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
