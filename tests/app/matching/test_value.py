import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.value import PRIORITY_BASE, value_of_request

SCORES = st.floats(0, 1)
PRIORITIES = st.sampled_from(sorted(PRIORITY_BASE))


@pytest.mark.parametrize(
    ("priority", "score", "mutual", "value"),
    [
        ("normal", None, False, 15),
        ("normal", 0.5, False, 30),
        ("high", 0.5, True, 65),
        ("must", 1.0, True, 100),
        ("must", 0.0, False, 55),
    ],
)
def test_the_rule(priority: str, score: float | None, mutual: bool, value: int) -> None:
    assert value_of_request(priority, score, mutual=mutual) == value


@given(PRIORITIES, SCORES, st.booleans())
def test_value_stays_in_the_range_of_the_exchange_format(priority: str, score: float, mutual: bool) -> None:
    assert 1 <= value_of_request(priority, score, mutual=mutual) <= 100


@given(PRIORITIES, SCORES, SCORES)
def test_a_better_score_is_never_worth_less(priority: str, one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert value_of_request(priority, low, mutual=False) <= value_of_request(priority, high, mutual=False)


@given(SCORES)
def test_mutual_interest_and_priority_raise_the_value(score: float) -> None:
    assert value_of_request("high", score, mutual=False) < value_of_request("high", score, mutual=True)
    values = [value_of_request(priority, score, mutual=False) for priority in ("normal", "high", "must")]
    assert values == sorted(set(values))


@pytest.mark.parametrize(
    ("priority", "score"), [("urgent", 0.5), ("high", 1.1), ("high", -0.1), ("high", float("nan"))]
)
def test_wrong_input_is_named(priority: str, score: float) -> None:
    with pytest.raises(ValueError, match="must"):
        value_of_request(priority, score, mutual=False)
