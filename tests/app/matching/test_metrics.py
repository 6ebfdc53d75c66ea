import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import metrics

RANKED = [5, 3, 8, 1]


def test_precision_recall_and_reciprocal_rank() -> None:
    assert metrics.precision_at(RANKED, {3, 1}, 2) == 0.5
    assert metrics.precision_at([5], {5}, 4) == 0.25
    assert metrics.recall_at(RANKED, {3, 1, 9}, 4) == pytest.approx(2 / 3)
    assert metrics.reciprocal_rank(RANKED, {8, 1}) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(RANKED, {77}) == 0


def test_ndcg_by_hand() -> None:
    gains = {3: 2.0, 1: 1.0}
    expected = (2 / math.log2(3) + 1 / math.log2(5)) / (2 + 1 / math.log2(3))
    assert metrics.ndcg_at(RANKED, gains, 4) == pytest.approx(expected)
    assert metrics.ndcg_at([3, 1], gains, 2) == pytest.approx(1)
    assert metrics.ndcg_at(RANKED, {}, 3) == 0


@given(st.lists(st.integers(0, 20), min_size=1, max_size=20), st.integers(1, 9))
def test_gini_ignores_scale_and_order_and_lies_in_its_range(counts: list[int], factor: int) -> None:
    found = metrics.gini(counts)
    assert 0 <= found + 1e-9 < 1
    assert found == pytest.approx(metrics.gini([count * factor for count in reversed(counts)]), abs=1e-9)


def test_gini_of_equality_and_of_one_who_has_all() -> None:
    assert metrics.gini([3, 3, 3]) == pytest.approx(0)
    assert metrics.gini([0, 0, 0, 9]) == pytest.approx(0.75)
    assert metrics.gini([]) == 0


def test_exposure_counts_lists_and_names_the_unseen() -> None:
    assert metrics.exposure([[1, 2], [2, 2]], [1, 2, 3]) == {1: 1, 2: 2, 3: 0}


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_an_interval_repeats_and_stays_within_the_values(values: list[float]) -> None:
    low, high = metrics.interval(values, rounds=200)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert (low, high) == metrics.interval(values, rounds=200)


def test_an_interval_narrows_with_more_values() -> None:
    few, many = [0.0, 1.0] * 5, [0.0, 1.0] * 200
    mean, low, high = metrics.mean_with_interval(many)
    assert mean == 0.5
    assert low < 0.5 < high
    few_low, few_high = metrics.interval(few)
    assert high - low < (few_high - few_low) / 3


def test_over_lists_leaves_out_those_who_want_nobody() -> None:
    found = metrics.over_lists(
        lambda ranked, wanted: metrics.recall_at(ranked, wanted, 1), {1: [7], 2: [8]}, {1: {7}, 2: set(), 3: {9}}
    )
    assert found == [1.0, 0.0]


def test_senseless_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="k must"):
        metrics.precision_at(RANKED, {1}, 0)
    with pytest.raises(ValueError, match="wanted"):
        metrics.recall_at(RANKED, set(), 1)
    with pytest.raises(ValueError, match="value"):
        metrics.interval([])
