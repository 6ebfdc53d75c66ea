import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from app.matching.parts.rows import TermRows, frequent_terms
from app.matching.scoring import Matcher
from tests.app.matching.scale import make_profiles

MATRICES = arrays.arrays(np.float32, (4, 6), elements=st.floats(0, 1, width=16))


@given(MATRICES, MATRICES, st.sets(st.integers(0, 5)))
def test_a_product_is_the_same_however_the_terms_are_split(one, other, frequent) -> None:
    split = np.array(sorted(frequent), dtype=np.int64)
    left, right = (TermRows(sparse.csr_matrix(matrix), split) for matrix in (one, other))
    everyone = np.arange(4)

    assert np.allclose(left.product(everyone, right, everyone, 6), one @ other.T, atol=1e-5)
    assert np.allclose(left.pairwise(everyone, right, everyone[::-1], 6), (one * other[::-1]).sum(axis=1), atol=1e-5)
    left.splice((1, 2), sparse.csr_matrix(other[:2]))
    replaced = np.concatenate([one[:1], other[:2], one[2:]])
    assert np.allclose(left.product(np.arange(5), right, everyone, 6), replaced @ other.T, atol=1e-5)


def test_a_large_event_has_frequent_terms_and_scores_one_as_all() -> None:
    people = make_profiles(700, vocabulary=400)
    matcher = Matcher(people)
    lists = dict(matcher.ranked_all(5, threads=2))
    for person in (1, 350, 700):
        for line in lists[person]:
            assert abs(matcher.score(person, line.id).score - line.score) < 1e-5
        assert [line.score for line in matcher.ranked(person, 5)] == sorted(
            (line.score for line in matcher.ranked(person, 5)), reverse=True
        )


def test_a_small_event_has_no_frequent_terms() -> None:
    rows = sparse.csr_matrix(np.ones((10, 3)))
    assert len(frequent_terms(rows, rows, 3)) == 0
