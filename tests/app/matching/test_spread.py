from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.scoring import Ranked
from app.matching.spread import SpreadRules, default_cap, spread


def line(other: int, score: float) -> Ranked:
    return Ranked(other, score, score, score)


@st.composite
def many_lists(draw: st.DrawFn) -> dict[int, list[Ranked]]:
    people = range(1, draw(st.integers(2, 9)))
    scores = st.floats(0.01, 1)
    return {one: [line(two, draw(scores)) for two in people if two != one and draw(st.booleans())] for one in people}


rules = st.builds(
    SpreadRules,
    st.integers(1, 5),
    st.integers(1, 3),
    st.none() | st.integers(1, 4),
    st.floats(0, 0.5),
    st.just(frozenset({2, 3})),
)


@given(many_lists(), rules)
def test_no_rule_is_ever_broken_and_nothing_is_made_up(lists: dict[int, list[Ranked]], rules: SpreadRules) -> None:
    found = spread(lists, lambda person: person % 3, rules)
    assert found.keys() == lists.keys()
    shown = Counter(entry.id for entries in found.values() for entry in entries)
    assert all(rules.cap is None or times <= rules.cap for times in shown.values())
    for owner, entries in found.items():
        assert len(entries) <= rules.length
        assert set(entries) <= set(lists[owner])
        assert len(set(entries)) == len(entries)
        assert max(Counter(entry.id % 3 for entry in entries).values(), default=0) <= rules.per_organisation


@given(many_lists(), st.integers(1, 5))
def test_without_caps_everyone_keeps_the_head_of_the_list(lists: dict[int, list[Ranked]], length: int) -> None:
    found = spread(lists, lambda person: person, SpreadRules(length))
    for owner, entries in found.items():
        assert entries == sorted(lists[owner], key=lambda entry: (-entry.score, entry.id))[:length]


def test_the_popular_one_goes_to_those_with_the_least_choice() -> None:
    lists = {1: [line(9, 0.9), line(8, 0.8)], 2: [line(9, 0.4)], 3: [line(9, 0.6), line(7, 0.1)]}
    found = spread(lists, lambda person: person, SpreadRules(length=1, cap=1))
    assert {owner: [entry.id for entry in entries] for owner, entries in found.items()} == {1: [8], 2: [9], 3: [7]}


def test_a_boost_moves_quiet_people_up_and_leaves_their_score() -> None:
    lists = {1: [line(2, 0.5), line(3, 0.45)]}
    found = spread(lists, lambda person: person, SpreadRules(quiet_boost=0.1, quiet=frozenset({3})))
    assert found[1] == [line(3, 0.45), line(2, 0.5)]


@pytest.mark.parametrize(("people", "length", "cap"), [(370, 20, 60), (10, 20, 9), (1, 20, 1)])
def test_default_cap(people: int, length: int, cap: int) -> None:
    assert default_cap(people, length) == cap
