from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given, settings

from app.matching.advice import HINTS, Hint, hints, judged
from app.matching.scoring import DEFAULT, Matcher, Profile, Statement, Weights
from app.matching.sentences import hint_sentence
from tests.app.matching.profile_strategies import profiles

LONG = "Recycled granulate for packaging film, food grade, from a plant in Europe"
FULL = Profile(
    1,
    1,
    languages=("en",),
    value_chain_position="design",
    wanted_positions=("inputs",),
    wanted_types=("research",),
    needs=(Statement(1, LONG, keywords=("recycling",), trl_min=6, partnership_kind="supplier"),),
    offers=(Statement(2, LONG, keywords=("extrusion",), trl_min=6, partnership_kind="supplier"),),
)


def test_a_full_profile_needs_no_advice() -> None:
    assert hints(FULL) == []


def test_an_empty_profile_is_asked_for_needs_and_offers_first() -> None:
    found = hints(Profile(1, 1))
    assert {hint.code for hint in found[:2]} == {"add_need", "add_offer"}
    assert {hint.code for hint in found[2:]} == {"add_position", "add_wanted_position", "add_wishes", "add_languages"}


@pytest.mark.parametrize(
    ("part_missing", "change"),
    [
        ("add_languages", {"languages": ()}),
        ("add_position", {"value_chain_position": None}),
        ("add_need", {"needs": ()}),
    ],
)
def test_the_gain_named_is_the_coverage_that_following_the_advice_brings(
    part_missing: str, change: dict[str, object]
) -> None:
    def covered(profile: Profile) -> float:
        pair = Matcher([profile, replace(FULL, id=2, organisation_id=2)]).score(1, 2)
        return (pair.gain.coverage + pair.give.coverage) / 2

    thin = replace(FULL, **change)
    assert [hint.code for hint in hints(thin)] == [part_missing]
    assert hints(thin)[0].gain == pytest.approx(covered(FULL) - covered(thin), abs=1e-6)


def test_only_what_a_form_offers_and_the_weights_use_is_asked_for() -> None:
    assert hints(Profile(1, 1), ask_for=frozenset({"add_need"})) == [Hint("add_need", pytest.approx(0.35))]
    assert "add_languages" not in {hint.code for hint in hints(Profile(1, 1), Weights(language=0))}


@given(profiles(1))
@settings(max_examples=50, deadline=None)
def test_gains_are_shares_in_falling_order(profile: Profile) -> None:
    gains = [hint.gain for hint in hints(profile, DEFAULT)]
    assert gains == sorted(gains, reverse=True)
    assert all(0 < gain <= 1 for gain in gains)


def test_every_hint_has_a_sentence_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        assert len({hint_sentence(code) for code in HINTS}) == len(HINTS)


@given(profiles(1))
@settings(max_examples=50, deadline=None)
def test_what_is_judged_and_all_gains_make_up_the_whole(profile: Profile) -> None:
    found = hints(profile)
    assert 0 <= judged(found) <= 1
    opened = sum(hint.gain for hint in found if hint.code != "write_more")
    assert judged(found) + opened == pytest.approx(1)


def test_following_the_advice_opens_what_it_said() -> None:
    thin = Profile(1, 1, languages=("en",), needs=(Statement(1, LONG),))
    before = hints(thin)
    gain = next(hint.gain for hint in before if hint.code == "add_readiness")
    followed = replace(thin, needs=(Statement(1, LONG, trl_min=6),))
    assert judged(hints(followed)) == pytest.approx(judged(before) + gain)
