import random

import numpy as np
import pytest

from app.matching.evaluation import Asked, evaluate, per_asker, rankers, split_by_time
from app.matching.learning import TooFewError, fit, learn
from app.matching.scoring import Matcher, Profile, Statement, Weights

WORDS = ["laser", "polymer", "battery", "sensor", "textile", "hydrogen", "magnet", "coating", "robot", "biogas"]
LANGUAGES = ("en", "de", "fr", "pl")


def people(count: int = 80) -> list[Profile]:
    """Each needs one thing and offers another; languages have nothing to do with it."""
    chance = random.Random(5)
    made = []
    for number in range(1, count + 1):
        need, offer = chance.sample(WORDS, 2)
        made.append(
            Profile(
                number, number, languages=(chance.choice(LANGUAGES),),
                needs=(Statement(2 * number, f"{need} supplier", keywords=(need,)),),
                offers=(Statement(2 * number + 1, f"{offer} supplier", keywords=(offer,)),),
            )
        )  # fmt: skip
    return made


def requests(profiles: list[Profile], wants, count: int = 600) -> list[Asked]:
    """People ask whom `wants(one, two)` names, and are accepted; a tenth asks anybody and is declined."""
    chance = random.Random(7)
    found: list[Asked] = []
    seen: set[tuple[int, int]] = set()
    while len(found) < count:
        one = chance.choice(profiles)
        fitting = [two for two in profiles if two.id != one.id and wants(one, two)]
        accepted = bool(fitting) and chance.random() > 0.1
        two = chance.choice(fitting if accepted else [p for p in profiles if p.id != one.id])
        if (one.id, two.id) not in seen:
            seen.add((one.id, two.id))
            found.append(Asked(one.id, two.id, accepted, answered=True))
    return found


def has_what_is_needed(one: Profile, two: Profile) -> bool:
    return one.needs[0].keywords == two.offers[0].keywords


def speaks_the_same(one: Profile, two: Profile) -> bool:
    return one.languages == two.languages and has_what_is_needed(one, two)


def test_requests_are_split_by_time() -> None:
    labels = [Asked(1, n, accepted=True, answered=True) for n in range(10)]
    earlier, later = split_by_time(labels)
    assert [label.asked for label in later] == [7, 8, 9]
    assert len(earlier) == 7


def test_the_score_beats_chance_where_people_ask_for_what_they_need() -> None:
    profiles = people()
    earlier, later = split_by_time(requests(profiles, has_what_is_needed, 200))
    matcher = Matcher(profiles)
    measured = {one.name: one for one in evaluate(matcher, rankers(matcher, earlier), earlier, later)}

    ours, chance = measured["Meetwright, gain alone"], measured["random"]
    assert ours.figures["R@10"][1] > chance.figures["R@10"][2]
    for one in measured.values():
        assert 0 <= one.coverage <= 1
        assert 0 <= one.exposure <= 1
        assert all(0 <= low <= mean <= high <= 1 for mean, low, high in one.figures.values())
    assert measured["popularity"].exposure > chance.exposure
    assert ours.acceptance is not None
    assert ours.acceptance[0] > 0.9


def test_whom_one_asked_before_is_not_shown_again_and_barred_people_never() -> None:
    profiles = [*people(12), Profile(99, 1)]
    matcher = Matcher(profiles)
    earlier = [Asked(1, 2, accepted=True, answered=True)]
    later = [Asked(1, 2, accepted=True, answered=True)]
    for name, ranker in rankers(matcher, earlier).items():
        assert per_asker(matcher, ranker, earlier, later)["R@10"] == [0.0], name
        assert np.isnan(ranker(np.array([0]))[0, [0, 12]]).all(), name


def test_without_an_accepted_request_there_is_nothing_to_measure() -> None:
    matcher = Matcher(people(5))
    with pytest.raises(ValueError, match="nothing to measure"):
        evaluate(matcher, rankers(matcher, []), [], [Asked(1, 2, accepted=False, answered=True)])


def test_regression_finds_the_part_that_decides_and_never_a_negative_one() -> None:
    chance = np.random.default_rng(3)
    rows = chance.random((500, 7))
    right = (rows[:, 2] + 0.1 * chance.standard_normal(500) > 0.5).astype(float)
    rows[:, 4] = 1 - right  # speaks against
    rows[::7, 0] = np.nan

    found = fit(rows, right)

    assert found[2] == max(found)
    assert found[4] == 0
    assert (found >= 0).all()


def test_learnt_weights_win_where_the_present_ones_miss_what_people_go_by() -> None:
    profiles = people()
    matcher = Matcher(profiles)
    present = Weights(text=0.1, codes=0.1, language=0.0, segment=0.8)
    earlier, later = split_by_time(requests(profiles, speaks_the_same, 260))
    found = learn(matcher.reweighted(present), present, earlier, later)

    assert found.wins
    assert found.learnt > found.present
    assert found.weights.language > 0.1
    assert sum(found.weights.as_dict().values()) == pytest.approx(1, abs=0.001)


def test_requests_that_do_not_depend_on_the_profiles_teach_nothing() -> None:
    profiles = people()
    matcher = Matcher(profiles)
    earlier, later = split_by_time(requests(profiles, lambda one, two: (one.id + two.id) % 7 == 0, 600))
    with pytest.raises(TooFewError, match="nothing can be learnt"):
        learn(matcher, Weights(), earlier, later)


def test_too_few_requests_are_said_so() -> None:
    with pytest.raises(TooFewError, match="at least"):
        learn(Matcher(people(5)), Weights(), [], [])
