"""Bulk scoring of a part whose figure depends on two small values: what is wanted and what is there."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
Fit = Callable[[Hashable, Hashable], float | None]


class FitTable:
    """Looks up `fit(wanted, there)` for many pairs; each pair of distinct values is worked out once."""

    def __init__(self, fit: Fit, wanted: Sequence[Hashable], there: Sequence[Hashable]) -> None:
        self._fit = fit
        self._wanted, self._there = _Coded(wanted), _Coded(there)
        self._table = np.full((len(self._wanted.values), len(self._there.values)), np.nan, dtype=np.float32)
        self._worked_out = np.zeros(self._table.shape[0], dtype=bool)

    def block(self, rows: IntArray, cols: IntArray) -> FloatArray:
        """len(rows) by len(cols); NaN where there is no input."""
        wanted = self._wanted.codes[rows]
        for code in np.unique(wanted[~self._worked_out[wanted]]):
            self._work_out(int(code))
        # Columns first: the table is small, and rows are then copied in one piece each.
        return np.asarray(self._table[:, self._there.codes[cols]][wanted])

    def _work_out(self, code: int) -> None:
        value = self._wanted.values[code]
        fits = [self._fit(value, there) for there in self._there.values]
        self._table[code] = [np.nan if fit is None else fit for fit in fits]
        self._worked_out[code] = True


class _Coded:
    """Distinct values and, for each item, the place of its value among them."""

    def __init__(self, items: Sequence[Hashable]) -> None:
        places: dict[Hashable, int] = {}
        self.codes = np.array([places.setdefault(item, len(places)) for item in items], dtype=np.int64)
        self.values = list(places)
