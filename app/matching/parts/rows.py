"""Rows of sparse matrices whose columns may grow in number."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

IntArray = NDArray[np.int64]


def cut(matrix: sparse.csr_matrix, places: IntArray) -> sparse.csr_matrix:
    """These rows; neighbours are cut out in one piece, which is many times faster."""
    if len(places) == int(places[-1]) - int(places[0]) + 1 and (np.diff(places) == 1).all():
        return matrix[int(places[0]) : int(places[-1]) + 1]
    return matrix[places]


def widened(matrix: sparse.csr_matrix, width: int) -> sparse.csr_matrix:
    """The same matrix with `width` columns, sharing its memory."""
    return sparse.csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width))


def spliced(matrix: sparse.csr_matrix, span: tuple[int, int], new: sparse.csr_matrix) -> sparse.csr_matrix:
    """`matrix` with `new` in the place of the rows from span[0] up to span[1]."""
    width = max(matrix.shape[1], new.shape[1])
    pieces = [widened(piece, width) for piece in (matrix[: span[0]], new, matrix[span[1] :])]
    # vstack refuses to stack nothing at all.
    return sparse.vstack([piece for piece in pieces if piece.shape[0]] or [widened(new, width)], format="csr")
