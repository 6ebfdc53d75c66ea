"""Rows of sparse matrices whose columns may grow in number, and their products."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float32]

DENSE_TERMS = 1024
DENSE_FROM = 2000
"""From this many rows on the most frequent terms are multiplied as a dense matrix; below, sums are the same to the
last bit however the rows are cut."""


def cut(matrix: sparse.csr_matrix, places: IntArray) -> sparse.csr_matrix:
    """These rows; neighbours are cut out in one piece, which is many times faster."""
    if _neighbours(places):
        return matrix[int(places[0]) : int(places[-1]) + 1]
    return matrix[places]


def _neighbours(places: IntArray) -> bool:
    return len(places) == int(places[-1]) - int(places[0]) + 1 and bool((np.diff(places) == 1).all())


def widened(matrix: sparse.csr_matrix, width: int) -> sparse.csr_matrix:
    """The same matrix with `width` columns, sharing its memory."""
    return sparse.csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width))


def spliced(matrix: sparse.csr_matrix, span: tuple[int, int], new: sparse.csr_matrix) -> sparse.csr_matrix:
    """`matrix` with `new` in the place of the rows from span[0] up to span[1]."""
    width = max(matrix.shape[1], new.shape[1])
    pieces = [widened(piece, width) for piece in (matrix[: span[0]], new, matrix[span[1] :])]
    # vstack refuses to stack nothing at all.
    return sparse.vstack([piece for piece in pieces if piece.shape[0]] or [widened(new, width)], format="csr")


def frequent_terms(needs: sparse.csr_matrix, offers: sparse.csr_matrix, width: int) -> IntArray:
    """The terms that cost most in the product of both: they are worth a dense matrix. None in a small event."""
    if needs.shape[0] + offers.shape[0] < DENSE_FROM:
        return np.zeros(0, dtype=np.int64)
    cost = np.bincount(needs.indices, minlength=width).astype(np.int64) * np.bincount(offers.indices, minlength=width)
    return np.sort(np.argsort(-cost, kind="stable")[:DENSE_TERMS]).astype(np.int64)


class TermRows:
    """Rows over terms, split in two: the frequent terms as a dense matrix, all others sparse.

    A few hundred terms make nine tenths of the multiplications of a large event, and a dense product does those some
    fifty times faster.
    """

    def __init__(self, rows: sparse.csr_matrix, frequent: IntArray) -> None:
        self._frequent = frequent
        self._head, self._tail = self._split(rows)

    def _split(self, rows: sparse.csr_matrix) -> tuple[FloatArray, sparse.csr_matrix]:
        head = np.zeros((rows.shape[0], len(self._frequent)), dtype=np.float32)
        if not len(self._frequent):
            return head, rows
        column = np.full(max(rows.shape[1], int(self._frequent[-1]) + 1), -1)
        column[self._frequent] = np.arange(len(self._frequent))
        place = column[rows.indices]
        owner = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        inside = place >= 0
        head[owner[inside], place[inside]] = rows.data[inside]
        pointers = np.concatenate([[0], np.cumsum(np.bincount(owner[~inside], minlength=rows.shape[0]))])
        tail = sparse.csr_matrix((rows.data[~inside], rows.indices[~inside], pointers), shape=rows.shape)
        return head, tail

    def splice(self, span: tuple[int, int], new: sparse.csr_matrix) -> None:
        """Put other rows in the place of those from span[0] up to span[1]."""
        head, tail = self._split(new)
        self._head = np.concatenate([self._head[: span[0]], head, self._head[span[1] :]])
        self._tail = spliced(self._tail, span, tail)

    def product(self, places: IntArray, other: "TermRows", other_places: IntArray, width: int) -> FloatArray:
        """Scalar products of these rows with those of `other`: len(places) by len(other_places)."""
        sums = widened(cut(self._tail, places), width) @ widened(cut(other._tail, other_places), width).T
        dense = np.asarray(sums.toarray(), dtype=np.float32)
        if len(self._frequent):
            dense += _rows(self._head, places) @ _rows(other._head, other_places).T
        return dense

    def pairwise(self, places: IntArray, other: "TermRows", other_places: IntArray, width: int) -> FloatArray:
        """Scalar products of each of these rows with the one of `other` at the same position: len(places)."""
        tails = widened(self._tail, width)[places].multiply(widened(other._tail, width)[other_places])
        heads = np.einsum("ij,ij->i", self._head[places], other._head[other_places])
        return np.asarray(np.asarray(tails.sum(axis=1)).ravel() + heads, dtype=np.float32)


def _rows(matrix: FloatArray, places: IntArray) -> FloatArray:
    return matrix[int(places[0]) : int(places[-1]) + 1] if _neighbours(places) else matrix[places]
