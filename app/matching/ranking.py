"""The best of each participant's list, kept while all others pass by in tiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
Order = Literal["score", "gain", "give"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Gain, give and reciprocal score of the same pairs, in arrays of one shape. NaN: unknown; score NaN: barred."""

    gain: FloatArray
    give: FloatArray
    score: FloatArray

    def key(self, by: Order) -> FloatArray:
        """What lists are ordered by; -1 for pairs that are in no list."""
        figures = {"score": self.score, "gain": self.gain, "give": self.give}[by]
        # A comparison with NaN is false, so both kinds of NaN end up as -1.
        return np.where((figures >= 0) & (self.score >= 0), figures, np.float32(-1))

    def histogram(self, bins: int, *, same: bool) -> IntArray:
        """Scores of these pairs in equal bins from 0 to 1; `same`: rows and columns are the same people, and each pair
        counts once."""
        scores = self.score[np.triu_indices(len(self.score), 1)] if same else self.score
        return np.asarray(np.histogram(scores[~np.isnan(scores)], bins, (0, 1))[0], dtype=np.int64)

    def row(self, row: int) -> "Figures":
        return Figures(self.gain[row], self.give[row], self.score[row])


class Best:
    """The best `k` of each of `rows` among the columns taken so far."""

    def __init__(self, rows: IntArray, k: int) -> None:
        self._rows, self._k = rows, k
        self._kept = [np.zeros((len(rows), 0), dtype=np.float32)] * 3
        self._cols = np.zeros((len(rows), 0), dtype=np.int64)

    def take(self, figures: Figures, cols: IntArray, by: Order) -> None:
        """Let the columns `cols` pass by: `figures` has one row for each of `rows`, one column for each of `cols`."""
        new = (figures.gain, figures.give, figures.score)
        kept = [np.concatenate(pair, axis=1) for pair in zip(self._kept, new, strict=True)]
        places = np.concatenate([self._cols, np.broadcast_to(cols, figures.score.shape)], axis=1)
        if places.shape[1] > self._k:
            chosen = np.argpartition(-_unambiguous(Figures(*kept).key(by), places), self._k - 1, axis=1)[:, : self._k]
            kept = [np.take_along_axis(array, chosen, axis=1) for array in kept]
            places = np.take_along_axis(places, chosen, axis=1)
        self._kept, self._cols = kept, places

    def lines(self) -> Iterator[tuple[int, Figures, IntArray]]:
        """Each row's place, figures and columns, in no order."""
        for row, place in enumerate(self._rows):
            yield int(place), Figures(*(array[row] for array in self._kept)), self._cols[row]


def _unambiguous(key: FloatArray, places: IntArray) -> IntArray:
    """Whole numbers in the order of `key`, equal keys in the order of their places: no tie is left to chance."""
    # The bits of floats of zero or more, read as whole numbers, are in the order of the floats.
    bits = np.maximum(key, np.float32(0)).astype(np.float32).view(np.int32).astype(np.int64)
    return (bits << 31) - places
