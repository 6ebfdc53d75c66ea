"""The parts that live between one need and one offer: their text, readiness and kind of partnership.

For seeker a and partner b, with t(q, d) the text score of need q of a and offer d of b (`lexical`):

    text(a, b) = 0.8 · max over q of best(q) + 0.2 · mean over q of best(q)
    best(q)    = (max over offers d of b of t(q, d)) · (1 - max over offers d of a of t(q, d))

so the best-met need decides and the others still count, and a need that the seeker could meet itself counts less: two
who have and seek the same are alike, not complementary. Readiness and kind of partnership are means over all pairs of
need and offer that state both sides, weighted by that product for q and d, plus 0.01: they are judged where the
texts meet.

With sentence embeddings (an extra) the raw lexical score and the cosine of the vectors are added before they are bent:

    raw(q, d) = lexical(q, d) + max(0, cos(q, d) - NOTHING_ALIKE),    t = raw² / (raw² + HALF_WAY_BOTH²).
"""

from collections.abc import Callable, Sequence

import numpy as np

from app.matching.lexical import LexicalModel, calibrate
from app.matching.parts.partnership import partnership_fit
from app.matching.parts.rows import TermRows, frequent_terms, widened
from app.matching.parts.tables import FitTable, FloatArray, IntArray
from app.matching.parts.trl import Levels, trl_fit
from app.matching.profiles import Profile, Statement
from app.matching.reasons import Reason
from app.matching.words import stems_and_words

BEST_NEED = np.float32(0.8)
FLOOR = np.float32(0.01)
SHOWN_WORDS = 6
CHUNK = 10_000
NOTHING_ALIKE = np.float32(0.2)
"""Cosine of two texts of an event that have nothing to do with each other."""
HALF_WAY_BOTH = 0.25
Meaning = Callable[[Sequence[str]], FloatArray]
"""Texts to vectors of length 1, one row for each; a row of zeros for a text without."""


class StatementParts:
    """Text, readiness and kind of partnership of all pairs; the three share one table of text scores."""

    def __init__(
        self, profiles: Sequence[Profile], model: LexicalModel | None = None, meaning: Meaning | None = None
    ) -> None:
        self._meaning = meaning
        self._needs = _Side([profile.needs for profile in profiles])
        self._offers = _Side([profile.offers for profile in profiles])
        needs = [statement.full_text for statement in self._needs.statements]
        offers = [statement.full_text for statement in self._offers.statements]
        if model is None:
            self.model, offer_rows = LexicalModel.learnt(offers)
        else:
            self.model, offer_rows = model, model.offer_rows(offers)
        need_rows = self.model.need_rows(needs)
        frequent = frequent_terms(need_rows, offer_rows, self.model.width())
        self._need_rows, self._offer_rows = TermRows(need_rows, frequent), TermRows(offer_rows, frequent)
        self._need_vectors, self._offer_vectors = self._vectors(needs), self._vectors(offers)
        self._novelty = self._novelty_of_all(len(profiles))
        self._fits = self._make_fits()

    def _vectors(self, texts: Sequence[str]) -> FloatArray:
        """No columns at all when texts are compared by their words alone."""
        return np.zeros((len(texts), 0), dtype=np.float32) if self._meaning is None else self._meaning(texts)

    def _bent(self, raw: FloatArray, alike: FloatArray) -> FloatArray:
        """Text scores of raw lexical ones and cosines; the latter count only with embeddings."""
        if self._meaning is None:
            return calibrate(raw)
        return calibrate(raw + np.maximum(alike - NOTHING_ALIKE, 0), HALF_WAY_BOTH)

    def _novelty_of_all(self, people: int) -> FloatArray:
        """`_novelties` of everyone, from the rows at hand."""
        novelty = np.ones(len(self._needs.statements), dtype=np.float32)
        pairs = [
            (need, offer)
            for place in range(people)
            for need in range(*self._needs.span(place))
            for offer in range(*self._offers.span(place))
        ]
        for start in range(0, len(pairs), CHUNK):
            needs, offers = np.array(pairs[start : start + CHUNK]).T
            raw = self._need_rows.pairwise(needs, self._offer_rows, offers, self.model.width())
            alike = np.einsum("ij,ij->i", self._need_vectors[needs], self._offer_vectors[offers])
            np.minimum.at(novelty, needs, 1 - self._bent(raw, alike))
        return novelty

    def _novelties(self, profile: Profile) -> FloatArray:
        """For each need, how far the one who has it cannot meet it alone: 1 less the best text score of an own
        offer."""
        if not profile.needs or not profile.offers:
            return np.ones(len(profile.needs), dtype=np.float32)
        return np.asarray(1 - self.text_scores(profile.needs, profile.offers).max(axis=1), dtype=np.float32)

    def _make_fits(self) -> dict[str, FitTable]:
        """Offers by needs, like the table of texts."""
        needs, offers = self._needs.statements, self._offers.statements
        return {
            "trl": FitTable(_levels_fit, [levels(s) for s in offers], [levels(s) for s in needs]),
            "partnership": FitTable(
                _kind_fit, [s.partnership_kind for s in offers], [s.partnership_kind for s in needs]
            ),
        }

    def replace(self, place: int, profile: Profile) -> None:
        """Put another profile at `place` (or behind the last one), weighed by what was learnt before."""
        self._need_rows.splice(self._needs.span(place), self.model.need_rows([s.full_text for s in profile.needs]))
        self._offer_rows.splice(self._offers.span(place), self.model.offer_rows([s.full_text for s in profile.offers]))
        self._offer_vectors = _exchanged(
            self._offer_vectors, self._offers.span(place), self._vectors([s.full_text for s in profile.offers])
        )
        first, last = self._needs.span(place)
        self._need_vectors = _exchanged(
            self._need_vectors, (first, last), self._vectors([s.full_text for s in profile.needs])
        )
        self._novelty = np.concatenate([self._novelty[:first], self._novelties(profile), self._novelty[last:]])
        self._needs.replace(place, profile.needs)
        self._offers.replace(place, profile.offers)
        self._fits = self._make_fits()

    def blocks(self, rows: IntArray, cols: IntArray) -> dict[str, FloatArray]:
        """'text', 'trl' and 'partnership': each len(rows) by len(cols), NaN where there is no input."""
        needs, need_starts, seekers = self._needs.pick(rows)
        offers, offer_starts, havers = self._offers.pick(cols)
        shape, at = (len(rows), len(cols)), np.ix_(seekers, havers)
        found = {name: np.full(shape, np.nan, dtype=np.float32) for name in ("text", *self._fits)}
        if not len(needs) or not len(offers):
            return found
        groups = _Groups(need_starts, offer_starts, len(needs), len(offers))
        texts = self._texts(needs, offers)
        best = groups.over_offers(texts, np.maximum)
        best_need, mean = groups.over_needs(best, np.maximum), groups.over_needs(best, np.add) / groups.needs[:, None]
        found["text"][at] = BEST_NEED * best_need + (1 - BEST_NEED) * mean
        texts += FLOOR
        whole = None
        for name, table in self._fits.items():
            fits = table.block(offers, needs)
            missing = np.isnan(fits)
            if not missing.any():
                whole = groups.total(texts) if whole is None else whole
                found[name][at] = np.minimum(groups.total(texts * fits) / whole, 1)
            elif not missing.all():
                known = groups.total(np.where(missing, np.float32(0), texts))
                fitting = groups.total(texts * np.where(missing, np.float32(0), fits))
                found[name][at] = np.where(known > 0, np.minimum(fitting / np.maximum(known, 1e-9), 1), np.nan)
        return found

    def _texts(self, needs: IntArray, offers: IntArray) -> FloatArray:
        """One row for each offer, one column for each need: sums over neighbouring rows are the fast ones."""
        raw = self._offer_rows.product(offers, self._need_rows, needs, self.model.width())
        texts = self._bent(raw, self._offer_vectors[offers] @ self._need_vectors[needs].T)
        texts *= self._novelty[needs]
        return texts

    def text_scores(self, needs: Sequence[Statement], offers: Sequence[Statement]) -> FloatArray:
        """Text scores of any needs with any offers, before it counts what their owner has: needs by offers."""
        written, there = ([one.full_text for one in some] for some in (needs, offers))
        need_rows, offer_rows = self.model.need_rows(written), self.model.offer_rows(there)
        width = self.model.width()
        raw = (widened(need_rows, width) @ widened(offer_rows, width).T).toarray()
        return self._bent(raw.astype(np.float32), self._vectors(written) @ self._vectors(there).T)

    def reasons(self, rows: IntArray, cols: IntArray) -> dict[tuple[int, int], dict[str, Reason]]:
        """For each place of `rows` with each of `cols`: for each of the three parts the pair of need and offer that
        carries it, if any does."""
        needs, need_starts, seekers = self._needs.pick(rows)
        offers, offer_starts, havers = self._offers.pick(cols)
        if not len(needs) or not len(offers):
            return {}
        texts = self._texts(needs, offers).T
        found = {}
        for row, seeker in zip(np.split(texts, need_starts[1:]), rows[seekers], strict=True):
            for block, haver in zip(np.split(row, offer_starts[1:], axis=1), cols[havers], strict=True):
                one, two = int(seeker), int(haver)
                found[one, two] = self._pair_reasons(self._needs.of(one), self._offers.of(two), block)
        return found

    def _pair_reasons(
        self, needs: tuple[Statement, ...], offers: tuple[Statement, ...], texts: FloatArray
    ) -> dict[str, Reason]:
        found: dict[str, Reason] = {}
        if texts.any():
            need, offer = _best(needs, offers, texts)
            shared = self.shared_words(need.full_text, offer.full_text)
            found["text"] = _reason("text", need, offer, shared)
        for part, fit in (("trl", _statement_trl), ("partnership", _statement_kind)):
            fits = np.array([[fit(n, o) or 0.0 for o in offers] for n in needs])
            if fits.any():
                found[part] = _reason(part, *_best(needs, offers, fits * (texts + FLOOR)), ())
        return found

    def shared_words(self, need: str, offer: str) -> tuple[str, ...]:
        """Words of the need whose stem is in the offer too, the rarest among all offers first."""
        there = {stem for stem, _ in stems_and_words(offer)}
        shared = {stem: word for stem, word in reversed(stems_and_words(need)) if stem in there}
        ranked = sorted(shared, key=lambda stem: (-self.model.rarity_of(stem), stem))
        return tuple(shared[stem] for stem in ranked[:SHOWN_WORDS])


class _Side:
    """All needs, or all offers, one participant after the other."""

    def __init__(self, owned: Sequence[tuple[Statement, ...]]) -> None:
        self._owned = list(owned)
        self._index()

    def _index(self) -> None:
        self.statements = [statement for statements in self._owned for statement in statements]
        self._bounds = np.cumsum([0, *map(len, self._owned)])

    def of(self, place: int) -> tuple[Statement, ...]:
        return self._owned[place]

    def span(self, place: int) -> tuple[int, int]:
        if place == len(self._owned):
            return len(self.statements), len(self.statements)
        return int(self._bounds[place]), int(self._bounds[place + 1])

    def replace(self, place: int, statements: tuple[Statement, ...]) -> None:
        self._owned[place : place + 1] = [statements]
        self._index()

    def pick(self, places: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """The statements of these participants, where each one's begin, and which of `places` have any."""
        first, last = self._bounds[places], self._bounds[places + 1]
        owners = np.flatnonzero(last > first)
        counts = (last - first)[owners]
        starts = np.cumsum(counts) - counts
        return np.repeat(first[owners] - starts, counts) + np.arange(counts.sum()), starts, owners


class _Groups:
    """Folds a table of offers by needs into one of seekers by partners."""

    def __init__(self, need_starts: IntArray, offer_starts: IntArray, needs: int, offers: int) -> None:
        self._need_starts, self._offer_starts = need_starts, offer_starts
        self._need_counts = np.diff([*need_starts, needs])
        self._offer_counts = np.diff([*offer_starts, offers])
        self.needs: FloatArray = self._need_counts.astype(np.float32)

    def over_offers(self, table: FloatArray, fold: np.ufunc) -> FloatArray:
        """Needs by partners."""
        return np.ascontiguousarray(_folded(table, self._offer_starts, self._offer_counts, fold).T)

    def over_needs(self, table: FloatArray, fold: np.ufunc) -> FloatArray:
        """Seekers by partners."""
        return _folded(table, self._need_starts, self._need_counts, fold)

    def total(self, table: FloatArray) -> FloatArray:
        return self.over_needs(self.over_offers(table, np.add), np.add)


def _folded(table: FloatArray, starts: IntArray, counts: IntArray, fold: np.ufunc) -> FloatArray:
    """Each group's rows folded into one. First rows, then second rows and so on: several times faster than `reduceat`,
    which groups of two or three rows do not suit."""
    folded = table[starts]
    for step in range(1, int(counts.max())):
        longer = np.flatnonzero(counts > step)
        folded[longer] = fold(folded[longer], table[starts[longer] + step])
    return folded


def levels(statement: Statement) -> Levels:
    return statement.trl_min, statement.trl_max


def _statement_trl(need: Statement, offer: Statement) -> float | None:
    return trl_fit(levels(need), levels(offer))


def _statement_kind(need: Statement, offer: Statement) -> float | None:
    return partnership_fit(need.partnership_kind, offer.partnership_kind)


def _levels_fit(there: object, wanted: object) -> float | None:
    assert isinstance(wanted, tuple)
    assert isinstance(there, tuple)
    return trl_fit(wanted, there)


def _kind_fit(offered: object, sought: object) -> float | None:
    assert sought is None or isinstance(sought, str)
    assert offered is None or isinstance(offered, str)
    return partnership_fit(sought, offered)


def _exchanged(rows: FloatArray, span: tuple[int, int], new: FloatArray) -> FloatArray:
    return np.concatenate([rows[: span[0]], new, rows[span[1] :]])


def _best(
    needs: tuple[Statement, ...], offers: tuple[Statement, ...], figures: FloatArray
) -> tuple[Statement, Statement]:
    row, col = np.unravel_index(int(np.argmax(figures)), figures.shape)
    return needs[int(row)], offers[int(col)]


def _reason(part: str, need: Statement, offer: Statement, shared: tuple[str, ...]) -> Reason:
    return Reason(part, need_id=need.id, need=need.title, offer_id=offer.id, offer=offer.title, shared=shared)
