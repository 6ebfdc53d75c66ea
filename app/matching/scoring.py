"""Who complements whom: the door to the scorer. Pure: no database, no request, no clock, no chance.

The directed score S(a -> b) says how far b has what a seeks: the weighted mean of the parts that have input,

    S(a -> b) = sum w_p · s_p(a, b) / sum w_p      over the parts p with input,

and its coverage is the weight of those parts in the whole weight. Without input to any of `weights.SUBSTANCE` the
direction is unknown: a common language alone recommends nobody. The reciprocal score R(a, b) is the harmonic mean of
both directions (Pizzato et al., RECON, 2010); if one is unknown it is taken to be half the known one, which makes R
two thirds of it; if both are, R is 0. R(a, b) = R(b, a).

Every figure of every function here comes from the same computation, for one pair as for all.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from app.matching.filters import NO_FILTERS, Bars, Filters
from app.matching.lexical import LexicalModel
from app.matching.parts import Part
from app.matching.parts.codes import CodesPart
from app.matching.parts.language import LanguagePart
from app.matching.parts.segment import SegmentPart
from app.matching.parts.text import Meaning, StatementParts
from app.matching.parts.wishes import WishesPart
from app.matching.profiles import Profile, Statement
from app.matching.ranking import Best, Figures, Order
from app.matching.reasons import Direction, Reason
from app.matching.weights import DEFAULT, PARTS, PRESETS, SUBSTANCE, Weights

__all__ = [
    "DEFAULT",
    "NO_FILTERS",
    "PRESETS",
    "Directed",
    "Filters",
    "Matcher",
    "Order",
    "PairScore",
    "Profile",
    "Ranked",
    "Reason",
    "Statement",
    "Weights",
    "combine",
    "reciprocal",
]

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

ONE_SIDED = 2 / 3
CARRYING = {"text": 0.1, "codes": 0.0}
"""Parts given as reasons from this figure on. Below it need and offer have a word or two in common by chance, and a
reader would wonder. Another part is a reason only where its figure is no lower than the score: if it were lower the
pair would score better without it."""
TILE = 512


@dataclass(frozen=True, slots=True)
class Directed:
    """One direction of a pair. `score` is None when unknown; `parts` holds None for a part without input."""

    score: float | None
    coverage: float
    parts: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class PairScore:
    """All about one pair, seen by `id`: `gain` is what `other_id` has for `id`, `give` the other way round.

    `score` is the reciprocal score, before filters; `barred` tells that a filter forbids the pair. `reasons` follow
    from the figures, the weightiest first.
    """

    id: int
    other_id: int
    score: float
    gain: Directed
    give: Directed
    barred: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of somebody's list. `gain` and `give` are None when that direction is unknown."""

    id: int
    score: float
    gain: float | None
    give: float | None


def reciprocal(gain: float | None, give: float | None) -> float:
    """The reciprocal score of two directed ones."""
    array = _reciprocal(*(np.array([np.nan if x is None else x], dtype=np.float64) for x in (gain, give)))
    return float(array[0])


def _reciprocal(gain: NDArray[np.floating], give: NDArray[np.floating]) -> NDArray[np.floating]:
    total = gain + give
    both = 2 * gain * give / np.where(total > 0, total, 1)
    one = np.where(np.isnan(gain), give, gain) * gain.dtype.type(ONE_SIDED)
    return np.nan_to_num(np.where(np.isnan(total), one, both))


def combine(blocks: Mapping[str, FloatArray], weights: Weights) -> tuple[FloatArray, FloatArray]:
    """Directed score (NaN where unknown) and coverage out of the parts: arrays of one shape, NaN for no input."""
    shape = blocks["text"].shape
    top, bottom = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    judged = np.zeros(shape, dtype=bool)
    for name, weight in weights.as_dict().items():
        if not weight:
            continue
        known = ~np.isnan(blocks[name])
        top += np.where(known, blocks[name], np.float32(0)) * np.float32(weight)
        bottom += known * np.float32(weight)
        if name in SUBSTANCE:
            judged |= known
    score = np.where(judged, np.minimum(top / np.where(bottom > 0, bottom, 1), 1), np.float32(np.nan))
    return score, bottom / np.float32(sum(weights.as_dict().values()))


class Matcher:
    """All profiles of one event, ready to be scored against each other.

    Built once (seconds for thousands); afterwards one profile can be put or taken away at the cost of that one. The
    rarity of words is learnt from the offers present at building and stays until the next building.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        weights: Weights = DEFAULT,
        filters: Filters = NO_FILTERS,
        model: LexicalModel | None = None,
        meaning: Meaning | None = None,
    ) -> None:
        """`meaning`, if given, compares texts by their vectors beside their words."""
        self._profiles = list(profiles)
        self._weights, self._filters = weights, filters
        self._statements = StatementParts(self._profiles, model, meaning)
        self._codes = CodesPart(self._profiles)
        self._index()

    def _index(self) -> None:
        self._place = {profile.id: at for at, profile in enumerate(self._profiles)}
        self._ids = np.array([profile.id for profile in self._profiles], dtype=np.int64)
        if len(self._place) < len(self._profiles):
            raise ValueError("two profiles have the same id")
        self._others: dict[str, Part] = {
            "codes": self._codes,
            "segment": SegmentPart(self._profiles),
            "wishes": WishesPart(self._profiles),
            "language": LanguagePart(self._profiles),
        }
        self._bars = Bars(self._filters, self._profiles)

    def __len__(self) -> int:
        return len(self._profiles)

    def __contains__(self, profile_id: int) -> bool:
        return profile_id in self._place

    @property
    def profiles(self) -> list[Profile]:
        """Everybody, in the order in which they were given."""
        return list(self._profiles)

    @property
    def model(self) -> LexicalModel:
        """What was learnt of the words; hand it to another Matcher to score by the same figures."""
        return self._statements.model

    def profile(self, profile_id: int) -> Profile:
        """The profile of that id; KeyError if there is none."""
        return self._profiles[self._place[profile_id]]

    def reweighted(self, weights: Weights, filters: Filters | None = None) -> "Matcher":
        """Another matcher over the same profiles and what was learnt of their words, at next to no cost; the filters
        stay unless others are given."""
        other = copy(self)
        other._weights = weights
        if filters is not None:
            other.refilter(filters)
        return other

    def score_block(self, rows: IntArray, by: Order) -> FloatArray:
        """Figures of everybody for the participants at these places, len(rows) by people; NaN: barred or unknown."""
        forth, _ = self._both_ways(rows, self._everyone())
        key = forth.key(by)
        return np.where(key < 0, np.float32(np.nan), key)

    def barred_block(self, rows: IntArray) -> NDArray[np.bool_]:
        """Whom the participants at these places cannot meet, len(rows) by people."""
        return self._bars.block(rows, self._everyone())

    def refilter(self, filters: Filters) -> None:
        """Other filters over the same profiles."""
        self._filters = filters
        self._bars = Bars(filters, self._profiles)

    def put(self, profile: Profile) -> None:
        """Take in a new profile, or an edited one in the place of its former self."""
        place = self._place.get(profile.id, len(self._profiles))
        self._statements.replace(place, profile)
        self._codes.replace(place, profile)
        self._profiles[place : place + 1] = [profile]
        self._index()

    def score(self, profile_id: int, other_id: int) -> PairScore:
        """The pair with its parts and reasons. KeyError for an unknown id."""
        return self.scores(profile_id, [other_id])[0]

    def scores(self, profile_id: int, other_ids: Sequence[int]) -> list[PairScore]:
        """`score` with several others, in their order, at little more than the cost of one. KeyError for an unknown
        id."""
        row, cols = self._places([profile_id]), self._places(other_ids)
        if not len(cols):
            return []
        gains, gives = self._explained(row, cols), self._explained(cols, row)
        barred = self._bars.block(row, cols)[0]
        needed, offered = self._statements.reasons(row, cols), self._statements.reasons(cols, row)
        here = int(row[0])
        return [
            PairScore(
                profile_id,
                other_id,
                reciprocal(gain.score, give.score),
                gain,
                give,
                bool(bar),
                self._reasons(
                    (gain, here, col, needed.get((here, col), {})), (give, col, here, offered.get((col, here), {}))
                ),
            )
            for other_id, col, gain, give, bar in zip(other_ids, cols.tolist(), gains, gives, barred, strict=True)
        ]

    def scores_between(self, ids: Sequence[int], other_ids: Sequence[int]) -> FloatArray:
        """Reciprocal scores of these with those, len(ids) by len(other_ids); 0 where barred or unknown."""
        forth, _ = self._both_ways(self._places(ids), self._places(other_ids))
        return np.nan_to_num(forth.score)

    def couples(self, pairs: Sequence[tuple[int, int]]) -> list[PairScore]:
        """`score` of every pair, in order; figures of many pairs cost one block of all first with all second ids."""
        if not pairs:
            return []
        firsts, seconds = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
        rows, cols = self._places(firsts), self._places(seconds)
        row_of, col_of = {one: at for at, one in enumerate(firsts)}, {one: at for at, one in enumerate(seconds)}
        at = (np.array([row_of[one] for one, _ in pairs]), np.array([col_of[other] for _, other in pairs]))
        gains = self._chosen(self._parts(rows, cols), at)
        gives = self._chosen(self._parts(cols, rows), (at[1], at[0]))
        barred = self._bars.block(rows, cols)[at]
        needed, offered = self._stated(pairs), self._stated([(other, one) for one, other in pairs])
        found = []
        for (one, other), gain, give, bar in zip(pairs, gains, gives, barred, strict=True):
            row, col = self._place[one], self._place[other]
            reasons = self._reasons(
                (gain, row, col, needed.get((row, col), {})), (give, col, row, offered.get((col, row), {}))
            )
            score = reciprocal(gain.score, give.score)
            found.append(PairScore(one, other, score, gain, give, bool(bar), reasons))
        return found

    def _stated(self, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Reason]]:
        """The reasons of needs with offers, by the places of seeker and partner."""
        partners: dict[int, list[int]] = {}
        for one, other in pairs:
            partners.setdefault(one, []).append(other)
        found: dict[tuple[int, int], dict[str, Reason]] = {}
        for one, others in partners.items():
            found.update(self._statements.reasons(self._places([one]), self._places(others)))
        return found

    def _places(self, ids: Sequence[int]) -> IntArray:
        return np.array([self._place[one] for one in ids], dtype=np.int64)

    def ranked(self, profile_id: int, k: int | None = None, by: Order = "score") -> list[Ranked]:
        """The best `k` partners (all by default) that no filter bars and that score above 0, best first.

        `by` orders by the reciprocal score, or by one direction alone: 'gain' ("you may want them"), 'give' ("they
        may want you"). Equal figures are ordered by id. KeyError for an unknown id.
        """
        return self.ranked_ways(profile_id, {by: k})[by]

    def ranked_ways(self, profile_id: int, lengths: Mapping[Order, int | None]) -> dict[Order, list[Ranked]]:
        """`ranked` in several orders at the cost of one."""
        forth, _ = self._both_ways(self._places([profile_id]), self._everyone())
        return {by: self._lines(forth.row(0), self._everyone(), k, by) for by, k in lengths.items()}

    def ranked_all(self, k: int, by: Order = "score", threads: int | None = None) -> Iterator[tuple[int, list[Ranked]]]:
        """`ranked` for everyone, as pairs of id and list, in the order in which the profiles were given.

        Works in tiles of people by people, so memory grows with the people times `k`, not with the pairs; `threads`
        tiles are worked on at a time (by default one for each processor, at most four).
        """
        for one, lists in self.lists({by: k}, threads=threads):
            yield one, lists[by]

    def lists(
        self,
        lengths: Mapping[Order, int],
        *,
        histogram: IntArray | None = None,
        progress: Callable[[int, int], None] | None = None,
        threads: int | None = None,
    ) -> Iterator[tuple[int, dict[Order, list[Ranked]]]]:
        """Everybody's lists in several orders from one pass over the pairs: pairs of id and lists by order.

        `histogram` is filled with the scores of all pairs that no filter bars, in equal bins from 0 to 1, each pair
        once. `progress` hears how many tiles of how many are done.
        """
        everyone = self._everyone()
        tiles = [everyone[start : start + TILE] for start in range(0, len(everyone), TILE)]
        best = [{by: Best(tile, k) for by, k in lengths.items()} for tile in tiles]
        pairs = [(one, two) for one in range(len(tiles)) for two in range(one, len(tiles))]
        # One tile for each thread; more threads inside the products of matrices would only wait for each other.
        with (
            threadpool_limits(limits=1, user_api="blas"),
            ThreadPoolExecutor(threads or min(4, os.cpu_count() or 1)) as pool,
        ):
            # Few at a time, lest finished tiles pile up.
            for start in range(0, len(pairs), 8):
                some = pairs[start : start + 8]
                found = pool.map(lambda pair: self._both_ways(tiles[pair[0]], tiles[pair[1]]), some)
                for (one, two), (forth, back) in zip(some, found, strict=True):
                    for by, kept in best[one].items():
                        kept.take(forth, tiles[two], by)
                    if one != two:
                        for by, kept in best[two].items():
                            kept.take(back, tiles[one], by)
                    if histogram is not None:
                        histogram += forth.histogram(len(histogram), same=one == two)
                if progress is not None:
                    progress(min(start + 8, len(pairs)), len(pairs))
        for tile_best in best:
            by_order = {by: kept.lines() for by, kept in tile_best.items()}
            for lines in zip(*by_order.values(), strict=True):
                row = lines[0][0]
                yield (
                    self._profiles[row].id,
                    {
                        by: self._lines(figures, cols, lengths[by], by)
                        for by, (_, figures, cols) in zip(by_order, lines, strict=True)
                    },
                )

    def shared_text(self, need: Statement, offer: Statement) -> tuple[float, tuple[str, ...]]:
        """The text score of one need and one offer of this event, and the words they share."""
        score = float(self._statements.text_scores([need], [offer])[0, 0])
        return score, self._statements.shared_words(need.full_text, offer.full_text)

    def _everyone(self) -> IntArray:
        return np.arange(len(self._profiles))

    def _parts(self, rows: IntArray, cols: IntArray) -> dict[str, FloatArray]:
        blocks = self._statements.blocks(rows, cols)
        blocks.update({name: part.block(rows, cols) for name, part in self._others.items()})
        return blocks

    def _both_ways(self, rows: IntArray, cols: IntArray) -> tuple[Figures, Figures]:
        """The figures of rows with cols, and of cols with rows."""
        gain, give = (combine(self._parts(*way), self._weights)[0] for way in ((rows, cols), (cols, rows)))
        score = _reciprocal(gain, give.T).astype(np.float32)
        forth = Figures(gain, give.T, np.where(self._bars.block(rows, cols), np.float32(np.nan), score))
        back = Figures(give, gain.T, np.where(self._bars.block(cols, rows), np.float32(np.nan), score.T))
        return forth, back

    def _lines(self, figures: Figures, cols: IntArray, k: int | None, by: Order) -> list[Ranked]:
        """One row of figures as the best k lines."""
        key = figures.key(by)
        standing = np.flatnonzero(key > 0)
        ids = self._ids[cols[standing]]
        order = np.lexsort((ids, -key[standing]))[:k]
        best = standing[order]
        columns = (array[best].tolist() for array in (figures.score, figures.gain, figures.give))
        return [
            Ranked(one, score, None if gain != gain else gain, None if give != give else give)
            for one, score, gain, give in zip(ids[order].tolist(), *columns, strict=True)
        ]

    def _explained(self, rows: IntArray, cols: IntArray) -> list[Directed]:
        """Rows with cols, one of which is a single place, in order."""
        return self._chosen(self._parts(rows, cols), ...)

    def _chosen(self, blocks: Mapping[str, FloatArray], at: Any) -> list[Directed]:
        """The figures at some places of the blocks of parts, `...` for all, row after row."""
        scores, coverages = (np.atleast_1d(figures[at]) for figures in combine(blocks, self._weights))
        columns = [[_known(figure) for figure in np.atleast_1d(blocks[name][at]).ravel()] for name in PARTS]
        return [
            Directed(_known(score), float(coverage), dict(zip(PARTS, figures, strict=True)))
            for score, coverage, figures in zip(
                scores.ravel(), coverages.ravel(), zip(*columns, strict=True), strict=True
            )
        ]

    def _reasons(self, gain: "_OneWay", give: "_OneWay") -> tuple[Reason, ...]:
        found = [*self._one_way("gain", *gain), *self._one_way("give", *give)]
        return tuple(sorted(found, key=lambda reason: (-reason.contribution, reason.direction, reason.part)))

    def _one_way(
        self, direction: Direction, figures: Directed, row: int, col: int, stated: dict[str, Reason]
    ) -> list[Reason]:
        if figures.score is None:
            return []
        seeker, partner = self._profiles[row], self._profiles[col]
        weights = self._weights.as_dict()
        present = sum(weights[name] for name, figure in figures.parts.items() if figure is not None)
        found = dict(stated)
        found.update({name: r for name, part in self._others.items() if (r := part.reason(seeker, partner))})
        return [
            reason.weighed(direction, weights[name] * figure / present)
            for name, reason in found.items()
            if (figure := figures.parts[name]) and weights[name] and figure >= CARRYING.get(name, figures.score)
        ]


_OneWay = tuple[Directed, int, int, dict[str, Reason]]
"""Figures, place of the seeker, place of the partner, and the reasons that rest on single needs and offers."""


def _known(figure: np.floating) -> float | None:
    return None if np.isnan(figure) else float(figure)
