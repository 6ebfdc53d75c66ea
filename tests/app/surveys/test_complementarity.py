"""The capability map and the figures between regions, by hand and by chance."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys import capability, complementarity
from app.surveys.capability import map_of, specialisation
from app.surveys.complementarity import even_weights, harmonic, weights_of
from app.surveys.statements import Statement, Strengths, Voice, statements_of
from app.surveys.suppression import may_show, shown_count

SEGMENTS = ("inputs", "testing", "recovery")


def offers(code, region, *cells, strength=1.0):
    return Voice(code, region, tuple(Statement("offer", c, "", strength, "capabilities", "k") for c in cells))


def needs(code, region, *cells, strength=1.0):
    return Voice(code, region, tuple(Statement("need", c, "", strength, "needs", "k") for c in cells))


def crowd(region, n, make, *cells, start=0):
    return [make(f"{region}{make.__name__}{start + i}", region, *cells) for i in range(n)]


def test_statements_come_from_every_block():
    answers = {
        "positions": {"inputs": {"active": True}, "testing": {}},
        "capabilities": {"items": [{"key": "c", "segment": "inputs", "trl": 9, "technologies": ["x", "y"]}]},
        "needs": {"items": [{"key": "n", "segment": "testing", "urgency": "4", "priority": "7"}]},
        "research": {"items": [{"key": "r", "segment": "testing", "willingness": "no"}, {"key": "q", "topic": "t"}]},
        "infrastructure": {"items": [{"key": "i", "segment": "testing", "trl_to": 1}]},
    }
    found = statements_of(answers, Strengths())
    assert [(s.side, s.segment, s.technology, s.strength, s.block, s.item, s.priority) for s in found] == [
        ("offer", "inputs", "", 0.5, "positions", "inputs", ""),
        ("offer", "inputs", "x", 1.0, "capabilities", "c", ""),
        ("offer", "inputs", "y", 1.0, "capabilities", "c", ""),
        ("offer", "testing", "", 0.5, "infrastructure", "i", ""),
        ("need", "testing", "", 0.8, "needs", "n", "7"),
    ]


def test_small_counts_are_hidden_and_zero_is_not():
    assert [may_show(n) for n in range(5)] == [True, False, False, True, True]
    assert [shown_count(n) for n in range(4)] == [0, None, None, 3]
    voices = crowd("A", 3, offers, "inputs") + crowd("A", 2, offers, "testing", start=3)
    found = map_of(voices, ["A"], SEGMENTS)
    assert found.offer("A", ("inputs", "")).respondents == 3
    assert found.offer("A", ("testing", "")) == capability.HIDDEN
    assert found.offer("A", ("recovery", "")) == capability.NOTHING


def test_a_region_with_two_answers_shows_nothing_at_all():
    found = map_of(crowd("A", 2, offers, "inputs") + crowd("B", 3, offers, "inputs"), ["A", "B"], SEGMENTS)
    assert found.respondents == {"A": None, "B": 3}
    assert found.offer("A", ("recovery", "")) == capability.HIDDEN


def test_values_grow_with_the_logarithm_of_the_mass():
    voices = crowd("A", 3, offers, "inputs") + crowd("B", 7, needs, "inputs")
    found = map_of(voices, ["A", "B"], SEGMENTS)
    assert found.need("B", ("inputs", "")).value == 1
    assert found.offer("A", ("inputs", "")).value == pytest.approx(math.log(4) / math.log(8))


def test_a_respondent_counts_once_in_a_cell_with_the_strongest_statement():
    twice = Voice("x", "A", tuple(Statement("offer", "inputs", "", s, "capabilities", "k") for s in (0.5, 0.9)))
    found = map_of([twice, *crowd("A", 2, offers, "inputs")], ["A"], SEGMENTS)
    figure = found.offer("A", ("inputs", ""))
    assert (figure.respondents, figure.mass) == (3, pytest.approx(2.9))


def test_by_share_a_small_region_can_lead():
    voices = (
        crowd("A", 3, offers, "inputs") + crowd("B", 4, offers, "inputs") + crowd("B", 4, offers, "testing", start=4)
    )
    found = map_of(voices, ["A", "B"], SEGMENTS, measure="share")
    assert found.offer("A", ("inputs", "")).value == 1
    assert found.offer("B", ("inputs", "")).value == 0.5


def test_cells_by_technology_are_those_somebody_mentions():
    voices = [
        Voice("x", "A", (Statement("offer", "testing", "t", 1, "capabilities", "k"),)),
        *crowd("A", 1, offers, "inputs"),
    ]
    assert map_of(voices, ["A"], SEGMENTS, grain="technology").cells == (("inputs", ""), ("testing", "t"))


def test_complementarity_by_hand():
    """A needs inputs and has none, B offers them; need 1, offer log 4 / log 8, three cells of equal weight."""
    voices = crowd("A", 7, needs, "inputs") + crowd("B", 3, offers, "inputs")
    found = map_of(voices, ["A", "B"], SEGMENTS)
    offer = math.log(4) / math.log(8)
    (pair,) = complementarity.pairs(found, even_weights(found.cells))
    assert pair.gain.complement == pytest.approx(offer / 3)
    assert pair.gain.cover == pytest.approx(offer)
    assert (pair.give.complement, pair.mutual) == (0, 0)
    assert [share.cell for share in pair.gain.shares] == [("inputs", "")]


def test_what_a_region_has_itself_is_no_gap():
    voices = crowd("A", 3, needs, "inputs") + crowd("A", 3, offers, "inputs", start=3) + crowd("B", 3, offers, "inputs")
    found = map_of(voices, ["A", "B"], SEGMENTS)
    assert found.gap("A", ("inputs", "")) == 0
    assert complementarity.pairs(found, even_weights(found.cells)) == []


def test_critical_mass_is_the_smaller_of_both():
    voices = crowd("A", 7, offers, "inputs") + crowd("B", 3, offers, "inputs")
    found = map_of(voices, ["A", "B"], SEGMENTS)
    (mass,) = complementarity.critical_mass(found, even_weights(found.cells))
    assert mass.amount == pytest.approx(math.log(4) / math.log(8) / 3)


def test_common_challenges_and_white_spots():
    voices = [*crowd("A", 3, needs, "recovery", "inputs"), *crowd("B", 3, needs, "recovery")]
    voices += [*crowd("B", 2, offers, "inputs", start=3), *crowd("A", 3, offers, "testing", start=3)]
    found = map_of(voices, ["A", "B"], SEGMENTS)
    assert [(c.cell[0], c.regions, c.respondents) for c in complementarity.common_challenges(found)] == [
        ("recovery", ("A", "B"), 6)
    ]
    assert [(w.cell[0], w.nowhere) for w in complementarity.white_spots(found)] == [
        ("inputs", False),
        ("recovery", True),
    ]


def test_weights_sum_to_one_and_follow_the_segments():
    cells = (("inputs", "x"), ("inputs", "y"), ("testing", ""))
    weights = weights_of(cells, {"inputs": 3, "testing": 1})
    assert weights == {("inputs", "x"): 0.375, ("inputs", "y"): 0.375, ("testing", ""): 0.25}
    assert weights_of(cells, {"inputs": 0, "testing": 0}) == even_weights(cells)


def test_specialisation_is_one_on_average():
    voices = crowd("A", 4, offers, "inputs") + crowd("B", 4, offers, "testing")
    found = specialisation(map_of(voices, ["A", "B"], SEGMENTS))
    assert found == {("A", ("inputs", "")): 2.0, ("B", ("testing", "")): 2.0}


def test_the_harmonic_mean_needs_both():
    assert harmonic(0.5, 0) == 0
    assert harmonic(0.5, 0.5) == 0.5


REGIONS = ("A", "B", "C")
voices_drawn = st.lists(
    st.tuples(
        st.sampled_from(REGIONS),
        st.lists(st.tuples(st.sampled_from(["offer", "need"]), st.sampled_from(SEGMENTS)), max_size=4, unique=True),
    ),
    max_size=25,
)


def voiced(drawn, strength):
    return [
        Voice(
            f"v{n}",
            region,
            tuple(Statement(side, seg, "", strength(region, side, seg), "needs", "k") for side, seg in said),
        )
        for n, (region, said) in enumerate(drawn)
    ]


def published(voices):
    """Everything that leaves a run."""
    found = map_of(voices, REGIONS, SEGMENTS)
    weights = even_weights(found.cells)
    figures = [(found.offer(r, c), found.need(r, c), found.gap(r, c)) for r in REGIONS for c in found.cells]
    return (
        found.respondents,
        figures,
        complementarity.pairs(found, weights),
        complementarity.critical_mass(found, weights),
        complementarity.common_challenges(found),
        complementarity.white_spots(found),
        specialisation(found),
    )


@given(voices_drawn)
def test_no_published_figure_depends_on_what_one_or_two_said(drawn):
    counts = {}
    for region, said in drawn:
        for side, segment in said:
            counts[region, side, segment] = counts.get((region, side, segment), 0) + 1

    def changed(region, side, segment):
        return 0.3 if counts[region, side, segment] < 3 else 1.0

    assert published(voiced(drawn, changed)) == published(voiced(drawn, lambda *_place: 1.0))


@given(voices_drawn)
def test_figures_stay_within_their_bounds(drawn):
    found = map_of(voiced(drawn, lambda *_place: 1.0), REGIONS, SEGMENTS)
    weights = even_weights(found.cells)
    for pair in complementarity.pairs(found, weights):
        for way in (pair.gain, pair.give):
            assert 0 <= way.complement <= way.cover + 1e-12
            assert way.cover <= 1 + 1e-12
            assert way.complement == pytest.approx(sum(share.amount for share in way.shares))
        assert min(pair.gain.cover, pair.give.cover) - 1e-12 <= pair.mutual <= 1 + 1e-12 or pair.mutual == 0
    for mass in complementarity.critical_mass(found, weights):
        assert 0 < mass.amount <= 1 + 1e-12
