"""Need text against offer text: BM25 over words, pairs of words and pieces of words.

The score of need q and offer d is a share of the need that the offer answers,

    raw(q, d) = sum over kinds of  share(kind) · ( sum_t n(t, q) · idf(t) · tf(t, d) / (tf(t, d) + K(d)) )
                                               / ( sum_t n(t, q) · idf(t) ),
    K(d) = k1 · (1 - b + b · length(d) / mean length),    idf(t) = ln(1 + (N - df(t) + 1/2) / (df(t) + 1/2)),

with N offers and df(t) of them holding t (Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and
Beyond, 2009; idf as in Lucene). Kinds that the need lacks are left out and the shares scaled up. raw lies in [0, 1)
and is then bent into a figure that reads well, keeping the order:

    text(q, d) = raw² / (raw² + HALF_WAY²).

Pieces of words are the runs of four letters inside each word with its borders; they bridge inflected forms,
compounds, typing errors and related words of neighbouring languages. Stop words have none.
"""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.matching.words import stems_and_words

WORD, PAIR, PIECE = 0, 1, 2
SHARES = np.array([0.46, 0.14, 0.40])
K1 = np.array([3.0, 3.0, 2.0])
B = 0.6
HALF_WAY = 0.10
"""The raw score that becomes one half."""
PIECE_LENGTH = 4

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]


def calibrate(raw: NDArray[Any], half_way: float = HALF_WAY) -> FloatArray:
    """Bend raw scores of zero or more into [0, 1): the order stays, only the spacing changes."""
    squared = np.square(raw, dtype=np.float32)
    bent = squared + np.float32(half_way**2)
    return np.asarray(np.divide(squared, bent, out=bent))


def pieces(word: str) -> list[str]:
    """The pieces of one word, its borders marked by a blank, with repeats; a short word is one piece."""
    padded = f" {word} "
    return [padded[start : start + PIECE_LENGTH] for start in range(max(1, len(padded) - PIECE_LENGTH + 1))]


class Lexicon:
    """Numbers for terms. Grows as texts come; a number once given stays."""

    def __init__(self) -> None:
        self._numbers: tuple[dict[str, int], dict[str, int], dict[str, int]] = ({}, {}, {})
        self._piece_numbers: dict[str, list[int]] = {}
        self.kinds: list[int] = []

    def __len__(self) -> int:
        return len(self.kinds)

    def terms(self, text: str) -> list[int]:
        """The numbers of all terms of `text`, with repeats."""
        found = stems_and_words(text)
        numbers = [self._number(WORD, stem) for stem, _ in found]
        numbers += [self._number(PAIR, f"{one} {two}") for (one, _), (two, _) in pairwise(found)]
        for _, word in found:
            numbers += self._piece_numbers.get(word) or self._pieces_of(word)
        return numbers

    def find(self, kind: int, term: str) -> int | None:
        """The number of `term`, or None if it never occurred."""
        return self._numbers[kind].get(term)

    def _pieces_of(self, token: str) -> list[int]:
        known = self._piece_numbers[token] = [self._number(PIECE, piece) for piece in pieces(token)]
        return known

    def _number(self, kind: int, term: str) -> int:
        known = self._numbers[kind].get(term)
        if known is None:
            known = self._numbers[kind][term] = len(self.kinds)
            self.kinds.append(kind)
        return known


class LexicalModel:
    """What is learnt from all offers of an event: how rare each term is and how long offers are.

    Learnt once, by `LexicalModel(offers)`; texts that come later are weighed by the same figures (a new term counts
    as held by no offer), so that one edited profile never moves the scores of others.
    """

    def __init__(self, offers: Sequence[str]) -> None:
        self._learn(offers)

    @classmethod
    def learnt(cls, offers: Sequence[str]) -> tuple["LexicalModel", sparse.csr_matrix]:
        """The model of these offers and their rows, both from one reading of the texts."""
        model = cls.__new__(cls)
        return model, model._offer_rows(model._learn(offers))

    def _learn(self, offers: Sequence[str]) -> sparse.csr_matrix:
        self._lexicon = Lexicon()
        self._kind_array = np.zeros(0, dtype=np.int8)
        self._rarities = np.zeros(0)
        counts = self._counts(offers)
        self._offers = max(1, len(offers))
        self._held_by = np.bincount(counts.indices, minlength=len(self._lexicon)).astype(np.float64)
        lengths = self._lengths(counts)
        self._mean_lengths = np.maximum(lengths.mean(axis=0), 1.0) if len(offers) else np.ones(3)
        return counts

    def offer_rows(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row for each text: tf / (tf + K), float32."""
        return self._offer_rows(self._counts(texts))

    def _offer_rows(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        kinds = self._kinds()[counts.indices]
        scale = K1 * (1 - B + B * self._lengths(counts) / self._mean_lengths)
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        counts.data = (counts.data / (counts.data + scale[row, kinds])).astype(np.float32)
        return counts

    def need_rows(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """One row for each text: its terms' shares of the need, float32, summing to 1 (or 0 for a text without
        terms)."""
        counts = self._counts(texts)
        kinds = self._kinds()[counts.indices]
        row = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        weights = counts.data * self._rarity()[counts.indices]
        totals = np.zeros((len(texts), 3))
        np.add.at(totals, (row, kinds), weights)
        shares = np.where(totals > 0, SHARES, 0.0)
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
        factor = shares / np.where(totals > 0, totals, 1.0)
        counts.data = (weights * factor[row, kinds]).astype(np.float32)
        return counts

    def score(self, need: str, offer: str) -> float:
        """The text score of one need and one offer, in [0, 1)."""
        # Both texts first: a row must be as wide as the terms known after the last text.
        self.need_rows([need]), self.offer_rows([offer])
        raw = self.need_rows([need]) @ self.offer_rows([offer]).T
        return float(calibrate(raw.toarray())[0, 0])

    def rarity_of(self, stem: str) -> float:
        """The idf of one word's stem."""
        number = self._lexicon.find(WORD, stem)
        return float(self._rarity()[number]) if number is not None else float(np.log1p((self._offers + 0.5) / 0.5))

    def width(self) -> int:
        """How many terms are known; rows made earlier may be narrower."""
        return len(self._lexicon)

    def _rarity(self) -> NDArray[np.float64]:
        if len(self._rarities) < len(self._lexicon):
            held = np.zeros(len(self._lexicon))
            held[: len(self._held_by)] = self._held_by
            self._rarities = np.log1p((self._offers - held + 0.5) / (held + 0.5))
        return self._rarities

    def _kinds(self) -> NDArray[np.int8]:
        if len(self._kind_array) < len(self._lexicon):
            self._kind_array = np.array(self._lexicon.kinds, dtype=np.int8)
        return self._kind_array

    def _counts(self, texts: Sequence[str]) -> sparse.csr_matrix:
        rows = [self._lexicon.terms(text) for text in texts]
        pointers = np.cumsum([0, *(len(row) for row in rows)])
        indices = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=int(pointers[-1]))
        ones = np.ones(len(indices), dtype=np.float64)
        counts = sparse.csr_matrix((ones, indices, pointers), shape=(len(texts), len(self._lexicon)))
        counts.sum_duplicates()
        return counts

    def _lengths(self, counts: sparse.csr_matrix) -> NDArray[np.float64]:
        """How many terms of each kind each row holds."""
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        kinds = self._kinds()[counts.indices]
        lengths = np.bincount(row * 3 + kinds, weights=counts.data, minlength=3 * counts.shape[0])
        return np.asarray(lengths.reshape(-1, 3))
