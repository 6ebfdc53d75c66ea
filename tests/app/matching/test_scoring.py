from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.matching.scoring import (
    DEFAULT,
    PRESETS,
    Filters,
    Matcher,
    Profile,
    Ranked,
    Statement,
    Weights,
    combine,
    reciprocal,
)
from app.matching.weights import PARTS, SUBSTANCE
from tests.app.matching.profile_strategies import events, profiles

QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)
"""Made-up events are small enough to read; shrinking them would take minutes."""
FIGURES = st.none() | st.floats(0, 1)

CONVERTER = Profile(
    1,
    1,
    "FR",
    ("fr", "en"),
    needs=(
        Statement(
            11, "Recycled granulate", "Recycled PET granulate for packaging film", ("recycling",), 6, 9, "supplier"
        ),
        Statement(12, "Heat pump", "Replace a gas boiler"),
    ),
    offers=(Statement(13, "Film extrusion", "Contract extrusion of multilayer films", ("extrusion",)),),
    wanted_positions=("recovery",),
)
RECYCLER = Profile(
    2,
    2,
    "DE",
    ("de", "en"),
    value_chain_position="recovery",
    needs=(Statement(21, "Buyers", "Converters that run extrusion of films", ("extrusion",)),),
    offers=(
        Statement(22, "Plant visits", "We show our plant"),
        Statement(23, "PET granulate", "Recycled granulate from bottles", ("recycling",), 8, 9, "supplier"),
    ),
)
DESIGNER = Profile(3, 3, "ES", ("es",), offers=(Statement(31, "Diseño de marca", "Identidad visual"),))
PEOPLE = [CONVERTER, RECYCLER, DESIGNER]


@given(events(3))
@settings(max_examples=15, deadline=None, phases=QUICKLY)
def test_every_figure_lies_in_its_range_and_both_sides_agree(people: list[Profile]) -> None:
    matcher = Matcher(people)
    for one in people:
        for two in people:
            pair, mirrored = matcher.score(one.id, two.id), matcher.score(two.id, one.id)
            figures = [*pair.gain.parts.values(), pair.gain.score, pair.gain.coverage, pair.score]
            assert all(figure is None or 0 <= figure <= 1 for figure in figures)
            assert pair.score == pytest.approx(mirrored.score, abs=1e-6)
            assert pair.gain == mirrored.give


@given(events(3))
@settings(max_examples=15, deadline=None, phases=QUICKLY)
def test_the_score_is_the_weighted_mean_of_the_parts_with_input(people: list[Profile]) -> None:
    weights = DEFAULT.as_dict()
    for other in people[1:]:
        found = Matcher(people).score(people[0].id, other.id).gain
        known = {part: figure for part, figure in found.parts.items() if figure is not None}
        whole = sum(weights[part] for part in known)
        assert found.coverage == pytest.approx(whole / sum(weights.values()), abs=1e-5)
        if known.keys() & set(SUBSTANCE):
            mean = sum(weights[part] * figure for part, figure in known.items()) / whole
            assert found.score == pytest.approx(mean, abs=1e-5)
        else:
            assert found.score is None


@given(
    st.fixed_dictionaries(dict.fromkeys(PARTS, FIGURES)),
    st.sampled_from(PARTS),
    st.floats(0, 1),
    st.lists(st.floats(0.01, 1), min_size=len(PARTS), max_size=len(PARTS)),
)
def test_the_score_rises_with_each_part_and_stays_in_range(
    parts: dict[str, float | None], raised: str, to: float, shares: list[float]
) -> None:
    weights = Weights(**dict(zip(PARTS, shares, strict=True)))

    def score(figures: dict[str, float | None]) -> float | None:
        blocks = {part: np.array([[np.nan if x is None else x]], dtype=np.float32) for part, x in figures.items()}
        found, coverage = combine(blocks, weights)
        assert 0 <= coverage[0, 0] <= 1 + 1e-6
        return None if np.isnan(found[0, 0]) else float(found[0, 0])

    before = score(parts)
    assert (before is None) == all(parts[part] is None for part in SUBSTANCE)
    if before is None or parts[raised] is None:
        return
    after = score({**parts, raised: max(to, parts[raised])})
    assert after is not None
    assert 0 <= before <= after + 1e-6 <= 1 + 2e-6


@given(events(3))
@settings(max_examples=15, deadline=None, phases=QUICKLY)
def test_other_weights_over_the_same_profiles_score_as_if_built_with_them(people: list[Profile]) -> None:
    weights = PRESETS["research"]
    swapped, afresh = Matcher(people).reweighted(weights), Matcher(people, weights)
    for two in people[1:]:
        assert swapped.score(1, two.id) == afresh.score(1, two.id)


@given(events(4))
@settings(max_examples=10, deadline=None, phases=QUICKLY)
def test_several_lists_from_one_pass_are_the_single_ones_and_every_pair_is_counted_once(people: list[Profile]) -> None:
    matcher = Matcher(people)
    histogram = np.zeros(10, dtype=np.int64)
    lists = dict(matcher.lists({"score": 3, "gain": 2, "give": 1}, histogram=histogram))
    for one in people:
        assert lists[one.id] == {
            "score": matcher.ranked(one.id, 3), "gain": matcher.ranked(one.id, 2, "gain"),
            "give": matcher.ranked(one.id, 1, "give"),
        }  # fmt: skip
    pairs = [(a, b) for a in people for b in people if a.id < b.id]
    assert histogram.sum() == sum(not matcher.score(a.id, b.id).barred for a, b in pairs)


@given(events(3))
@settings(max_examples=15, deadline=None, phases=QUICKLY)
def test_lists_show_the_same_figures_as_pairs_and_the_same_for_one_as_for_all(people: list[Profile]) -> None:
    matcher = Matcher(people)
    lists = dict(matcher.ranked_all(3))
    for one in people:
        ranked = matcher.ranked(one.id, 3)
        assert [(line.id, line.score) for line in lists[one.id]] == [
            (line.id, pytest.approx(line.score, abs=1e-6)) for line in ranked
        ]
        for line in ranked:
            pair = matcher.score(one.id, line.id)
            assert line == Ranked(
                line.id,
                pytest.approx(pair.score, abs=1e-6),
                pair.gain.score and pytest.approx(pair.gain.score, abs=1e-6),
                pair.give.score and pytest.approx(pair.give.score, abs=1e-6),
            )


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_reciprocal_is_symmetric_between_its_arguments_and_rises_with_each(one: float, two: float, more: float) -> None:
    score = reciprocal(one, two)
    assert score == reciprocal(two, one)
    assert min(one, two) - 1e-9 <= score <= max(one, two) + 1e-9
    assert reciprocal(max(one, more), two) >= score - 1e-12


@given(FIGURES)
def test_an_unknown_direction_counts_as_half_the_known_one(known: float | None) -> None:
    half = None if known is None else known / 2
    assert reciprocal(known, None) == reciprocal(None, known) == pytest.approx(reciprocal(known, half))


@given(events(5), st.data())
@settings(max_examples=10, deadline=None, phases=QUICKLY)
def test_filters_always_win(people: list[Profile], data: st.DataObject) -> None:
    ids = [profile.id for profile in people]
    people[0] = replace(people[0], organisation_id=people[1].organisation_id)
    pairs = st.frozensets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=6)
    vetoes = data.draw(pairs)
    slots = data.draw(st.fixed_dictionaries({i: st.frozensets(st.integers(1, 3)) for i in ids[:4]}))
    every = frozenset().union(*slots.values())
    grid = frozenset({("company", "research"), ("research", "research")})
    filters = Filters(vetoes, grid, slots, lambda one, two: two.country != "AT")
    matcher = Matcher(people, filters=filters)
    for one in people:
        expected = {
            two.id
            for two in people
            if one.organisation_id != two.organisation_id
            and (one.id, two.id) not in vetoes
            and (two.id, one.id) not in vetoes
            and (one.participant_type, two.participant_type) in grid
            and slots.get(one.id, every) & slots.get(two.id, every)
            and two.country != "AT"
        }
        listed = {line.id for line in matcher.ranked(one.id)}
        assert listed <= expected
        for two in people:
            if two.id not in expected:
                assert matcher.score(one.id, two.id).barred


def _figures(matcher: Matcher, one: int, two: int) -> list[float]:
    """Every figure of the pair; -1 for one without input."""
    pair = matcher.score(one, two)
    figures = [pair.gain.score, pair.gain.coverage, *pair.gain.parts.values(), pair.score]
    return [-1.0 if figure is None else figure for figure in figures]


@given(events(4), profiles(2), profiles(9))
@settings(max_examples=10, deadline=None, phases=QUICKLY)
def test_an_edited_profile_scores_as_if_it_had_been_there_all_along(
    people: list[Profile], edited: Profile, new: Profile
) -> None:
    matcher = Matcher(people)
    matcher.put(edited)
    matcher.put(new)
    afresh = Matcher([people[0], edited, *people[2:], new], model=matcher.model)
    for one in (1, 2, 9):
        for two in (1, 2, 3, 9):
            assert _figures(matcher, one, two) == pytest.approx(_figures(afresh, one, two), abs=1e-5)


def test_putting_one_profile_leaves_the_scores_of_all_other_pairs_alone() -> None:
    matcher = Matcher(PEOPLE)
    before = matcher.score(1, 2)
    matcher.put(replace(DESIGNER, offers=(Statement(32, "Recycled granulate", "extrusion of films, packaging"),)))
    assert matcher.score(1, 2) == before
    assert 3 in [line.id for line in matcher.ranked(1)]


def test_new_words_of_an_edited_profile_find_each_other() -> None:
    matcher = Matcher(PEOPLE)
    matcher.put(replace(DESIGNER, needs=(Statement(33, "Zeppelin"),)))
    matcher.put(replace(RECYCLER, offers=(Statement(24, "Zeppelin"),)))
    assert matcher.score(3, 2).gain.parts["text"] > 0.5


def test_the_complementary_pair_comes_first_and_says_why() -> None:
    matcher = Matcher(PEOPLE)
    assert next(line.id for line in matcher.ranked(1)) == 2
    reasons = {(reason.part, reason.direction): reason for reason in matcher.score(1, 2).reasons}
    text = reasons["text", "gain"]
    assert (text.need_id, text.offer_id) == (11, 23)
    assert set(text.shared) == {"granulate", "recycled", "pet"}
    assert reasons["segment", "gain"].shared == ("recovery",)
    assert reasons["language", "give"].shared == ("en",)
    assert {"trl", "partnership", "codes"} <= {part for part, direction in reasons if direction == "gain"}


@given(events(3))
@settings(max_examples=15, deadline=None, phases=QUICKLY)
def test_contributions_of_the_reasons_never_exceed_the_score(people: list[Profile]) -> None:
    matcher = Matcher(people)
    for other in people[1:]:
        pair = matcher.score(1, other.id)
        for direction, found in (("gain", pair.gain), ("give", pair.give)):
            mine = [reason.contribution for reason in pair.reasons if reason.direction == direction]
            assert all(contribution > 0 for contribution in mine)
            assert sum(mine) <= (found.score or 0) + 1e-5


def _score_without(seeker: Profile, partner: Profile, model_of: Matcher) -> float:
    rest = [profile for profile in PEOPLE if profile.id not in (seeker.id, partner.id)]
    return Matcher([seeker, partner, *rest], model=model_of.model).score(seeker.id, partner.id).gain.score or 0.0


def test_the_score_falls_when_the_need_or_the_offer_given_as_reason_is_gone() -> None:
    matcher = Matcher(PEOPLE)
    pair = matcher.score(1, 2)
    reason = next(r for r in pair.reasons if r.part == "text" and r.direction == "gain")
    seeker = replace(CONVERTER, needs=tuple(n for n in CONVERTER.needs if n.id != reason.need_id))
    partner = replace(RECYCLER, offers=tuple(o for o in RECYCLER.offers if o.id != reason.offer_id))
    assert pair.gain.score is not None
    assert _score_without(seeker, RECYCLER, matcher) < pair.gain.score
    assert _score_without(CONVERTER, partner, matcher) < pair.gain.score


@given(events(2))
@settings(max_examples=25, deadline=None, phases=QUICKLY)
def test_the_text_score_falls_when_a_shared_word_given_as_reason_becomes_another(people: list[Profile]) -> None:
    matcher = Matcher(people)
    for reason in matcher.score(1, 2).reasons:
        if reason.part != "text":
            continue
        one, two = (1, 2) if reason.direction == "gain" else (2, 1)
        need = next(n for n in matcher.profile(one).needs if n.id == reason.need_id and n.title == reason.need)
        offer = next(o for o in matcher.profile(two).offers if o.id == reason.offer_id and o.title == reason.offer)
        before, _ = matcher.shared_text(need, offer)
        for word in reason.shared:
            other = {
                "title": " ".join("q" * 9 if w.lower() == word else w for w in offer.title.split()),
                "text": " ".join("q" * 9 if w.lower() == word else w for w in offer.text.split()),
                "keywords": tuple("q" * 9 if w.lower() == word else w for w in offer.keywords),
            }
            assert matcher.shared_text(need, replace(offer, **other))[0] < before


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("segment", {"value_chain_position": None}),
        ("language", {"languages": ("mt",)}),
        ("language", {"languages": ()}),
        ("trl", {"offers": tuple(replace(o, trl_min=None, trl_max=None) for o in RECYCLER.offers)}),
        ("partnership", {"offers": tuple(replace(o, partnership_kind=None) for o in RECYCLER.offers)}),
        ("codes", {"offers": tuple(replace(o, keywords=("glass",)) for o in RECYCLER.offers)}),
    ],
)
def test_the_score_falls_when_what_another_reason_rests_on_is_gone(part: str, change: dict[str, object]) -> None:
    matcher = Matcher(PEOPLE)
    pair = matcher.score(1, 2)
    assert part in {reason.part for reason in pair.reasons if reason.direction == "gain"}
    assert pair.gain.score is not None
    assert _score_without(CONVERTER, replace(RECYCLER, **change), matcher) < pair.gain.score


@given(events(3), st.sampled_from(PARTS))
@settings(max_examples=15, deadline=None, phases=QUICKLY)
def test_a_qualifying_reason_never_drags_the_score_down(people: list[Profile], part: str) -> None:
    pair = Matcher(people).score(1, 2)
    if part not in ("text", "codes") and any(r.part == part and r.direction == "gain" for r in pair.reasons):
        assert pair.gain.score is not None
        assert pair.gain.parts[part] >= pair.gain.score


def test_a_part_with_weight_zero_counts_for_nothing() -> None:
    loud = replace(RECYCLER, offers=tuple(replace(offer, keywords=("glass",)) for offer in RECYCLER.offers))
    weights = Weights(text=0, segment=0.1, codes=0)
    with_hit, without_hit = (Matcher([CONVERTER, partner], weights).score(1, 2).gain for partner in (RECYCLER, loud))
    assert with_hit.score == without_hit.score
    assert with_hit.parts["codes"] != without_hit.parts["codes"]
    assert "codes" not in {reason.part for reason in Matcher([CONVERTER, RECYCLER], weights).score(1, 2).reasons}


def test_a_common_language_alone_recommends_nobody() -> None:
    quiet = [Profile(1, 1, languages=("en",)), Profile(2, 2, languages=("en",))]
    assert Matcher(quiet).ranked(1) == []
    assert Matcher(quiet).score(1, 2).gain.parts["language"] == 1


def test_one_way_lists_are_ordered_by_their_own_direction() -> None:
    people = [*PEOPLE, Profile(4, 4, needs=(Statement(41, "Film extrusion"),))]
    matcher = Matcher(people)
    assert next(line.id for line in matcher.ranked(1, by="gain")) == 2
    assert next(line.id for line in matcher.ranked(1, by="give")) == 4


def test_equal_scores_are_ordered_by_id_and_lists_are_cut_to_length() -> None:
    offer = Statement(1, "Laser welding")
    people = [Profile(i, i, offers=(replace(offer, id=i),)) for i in (7, 5, 9)]
    people.append(Profile(1, 1, needs=(Statement(100, "Laser welding"),)))
    assert [line.id for line in Matcher(people).ranked(1)] == [5, 7, 9]
    assert [line.id for line in Matcher(people).ranked(1, 2)] == [5, 7]


def test_nobody_and_an_event_without_a_single_word_are_fine() -> None:
    assert list(Matcher([]).ranked_all(5)) == []
    assert Matcher([Profile(1, 1), Profile(2, 2)]).ranked(1) == []


def test_unknown_and_repeated_ids_are_refused() -> None:
    with pytest.raises(KeyError):
        Matcher(PEOPLE).ranked(99)
    with pytest.raises(ValueError, match="same id"):
        Matcher([CONVERTER, CONVERTER])


@pytest.mark.parametrize("wrong", [{"text": -0.1}, {"text": 0.0, "codes": 0.0, "segment": 0.0}, {"trl": float("nan")}])
def test_wrong_weights_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        Weights(**wrong)


def test_a_need_one_can_meet_oneself_counts_less() -> None:
    wanted = Statement(51, "Recycled PET granulate for packaging film")
    alike = Profile(5, 5, needs=(wanted,), offers=(Statement(52, "Recycled PET granulate for packaging film"),))
    lacking = Profile(5, 5, needs=(wanted,), offers=(Statement(52, "Trade fair catering"),))
    gains = [Matcher([*PEOPLE, one]).score(5, 2).gain.score for one in (alike, lacking)]
    assert gains[0] is not None
    assert gains[1] is not None
    assert gains[0] < gains[1] / 2


def test_reasons_name_the_right_statements_when_needs_and_offers_differ_in_number() -> None:
    needs = (Statement(61, "Catering"), Statement(62, "Laser welding"), Statement(63, "Zinc coating"))
    seeker, partner = Profile(6, 6, needs=needs), Profile(7, 7, offers=(Statement(71, "Laser welding"),))
    for one, two, direction in ((6, 7, "gain"), (7, 6, "give")):
        reason = Matcher([seeker, partner]).score(one, two).reasons[0]
        assert (reason.part, reason.direction, reason.need_id, reason.offer_id) == ("text", direction, 62, 71)
