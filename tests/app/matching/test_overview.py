import json

import numpy as np

from app.matching.decisions import Decisions
from app.matching.overview import BINS, Overview, look_over
from app.matching.scored import all_lists, rows_of, viewers_of
from app.matching.scoring import DEFAULT, Matcher, Profile, Ranked, Statement

PEOPLE = [
    Profile(1, 1, languages=("en",), needs=(Statement(1, "Laser welding of thin steel"),)),
    Profile(2, 2, languages=("en",), offers=(Statement(2, "Laser welding of thin steel"),)),
    Profile(3, 3, languages=("en",)),
]


def test_the_event_in_figures() -> None:
    best = {1: [Ranked(2, 0.62, 0.9, None)], 2: [Ranked(1, 0.62, None, 0.9)], 3: []}
    histogram = np.zeros(BINS, dtype=np.int64)
    histogram[6] = 1

    found = look_over(PEOPLE, best, best, histogram, DEFAULT, good=0.4)

    assert (found.people, found.pairs, found.listed) == (3, 1, 2)
    assert found.best_histogram == (1, 0, 0, 0, 0, 0, 2, 0, 0, 0)
    assert found.mean_listed == 0.62
    assert (found.most_shown, found.never_shown) == (1, 1)
    assert round(found.gini, 3) == round(1 / 3, 3)
    assert [(one.id, one.best) for one in found.weak] == [(3, 0.0)]
    assert set(found.weak[0].hints[:2]) == {"add_need", "add_offer"}
    assert Overview.from_data(json.loads(json.dumps(found.as_data()))) == found


def test_rows_show_each_pair_to_those_who_have_it_on_a_list_with_its_place() -> None:
    matcher = Matcher(PEOPLE)
    lists = all_lists(matcher, Decisions(), (), best=24)
    rows, coverage = rows_of(matcher, viewers_of(lists, 24), lists.fair)

    assert {(row["participant_id"], row["other_id"], row["place"]) for row in rows} == {(1, 2, 1), (2, 1, 1)}
    forth, back = sorted(rows, key=lambda row: row["participant_id"])
    assert (forth["gain"], forth["give"], forth["score"]) == (back["give"], back["gain"], back["score"])
    assert forth["figures"]["gain"] == back["figures"]["give"]
    assert 0 < coverage < 1


def test_pairs_below_the_floor_are_on_no_list() -> None:
    lists = all_lists(Matcher(PEOPLE), Decisions(floor=0.99), (), best=24)
    assert all(not lines for lines in lists.fair.values())
    assert lists.overview.weak_total == 3
