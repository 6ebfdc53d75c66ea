"""The automatic eligibility rules at each of their limits."""

from dataclasses import replace
from datetime import date

import pytest

from app.partnerships.checks import CHECKS, counted_regions, member_state
from app.partnerships.facts import CaseFacts, LetterFacts, RegionFacts
from app.partnerships.templates import shipped

TODAY = date(2027, 3, 1)
LETTER = LetterFacts(True, "Ana Reis", "Region Norte", date(2027, 2, 1), 24)


def case(*codes: str, **more) -> CaseFacts:
    """A case with lead regions of these codes."""
    return CaseFacts(today=TODAY, regions=tuple(RegionFacts(code, True, 1, LETTER) for code in codes), **more)


def rule(regime: str, check: str):
    return next(r for r in shipped("s3-baseline").rule_set(regime).rules if r.check == check)


def run(regime: str, check: str, facts: CaseFacts):
    found = rule(regime, check)
    return CHECKS[check].run(facts, found.parameters)


@pytest.mark.parametrize("regime", ["jrc_2019", "s3_cop_2024"])
@pytest.mark.parametrize(
    ("codes", "met"),
    [
        ((), False),
        (("PT11", "ES51"), False),  # two regions
        (("PT11", "ES51", "ES61"), False),  # three regions of two Member States
        (("PT11", "ES51", "ITC4"), True),  # three of three
        (("PT11", "ES51", "NO08"), False),  # Norway is not in the EU
        (("PT11", "ES51", "UKI4"), False),  # nor is the United Kingdom
        (("PT11", "ES51", "CH04"), False),  # nor is Switzerland
        (("PT11", "ES51", "ITC4", "NO08"), True),  # one from outside may take part
        (("PT11", "PT11", "ES51"), False),  # the same region twice is one region
        (("ITC4", "ITC4C", "PT11", "ES51"), True),
        (("ITC4", "ITC4C", "PT11"), False),  # a province inside a region on the list is not a third region
        (("EL30", "CY00", "MT00"), True),  # EL is Greece
        (("PT11", "ES51", "XX99"), False),  # no region at all
    ],
)
def test_three_regions_from_three_member_states(app, regime, codes, met):
    with app.test_request_context():
        assert run(regime, "regions_and_states", case(*codes)).is_met is met


def test_a_region_inside_another_does_not_count_but_the_outer_one_does(app):
    regions = [RegionFacts(code, False) for code in ("ITC4C", "ITC4", "PT11")]
    assert [r.nuts for r in counted_regions(regions)] == ["ITC4", "PT11"]


@pytest.mark.parametrize(
    ("code", "state"), [("EL30", "GR"), ("UKI4", None), ("NO08", None), ("DE21", "DE"), ("??", None)]
)
def test_member_state_of_a_region(code, state):
    assert member_state(code) == state


def with_letter(letter: LetterFacts | None) -> CaseFacts:
    facts = case("PT11", "ES51", "ITC4")
    return replace(facts, regions=(replace(facts.regions[0], letter=letter), *facts.regions[1:]))


@pytest.mark.parametrize(
    ("letter", "met", "words"),
    [
        (LETTER, True, "Letters of all lead regions"),
        (replace(LETTER, months=25), True, ""),
        (replace(LETTER, months=23), False, "PT11: 23 months instead of 24"),
        (replace(LETTER, months=0), False, "0 months"),
        (None, False, "PT11: no commitment letter"),
        (replace(LETTER, has_file=False), False, "file is missing"),
        (replace(LETTER, signatory=" "), False, "signatory or the authority"),
        (replace(LETTER, authority=""), False, "signatory or the authority"),
        (replace(LETTER, signed_on=None), False, "not signed yet"),
        (replace(LETTER, signed_on=TODAY), True, ""),
        (replace(LETTER, signed_on=date(2027, 3, 2)), False, "not signed yet"),
    ],
)
def test_commitment_letters_of_24_months(app, letter, met, words):
    with app.test_request_context():
        result = run("jrc_2019", "commitment_letters", with_letter(letter))
    assert result.is_met is met
    assert words in result.finding


def test_letters_are_asked_of_lead_regions_only(app):
    facts = case("PT11")
    participant = RegionFacts("ES51", False)
    with app.test_request_context():
        assert run("jrc_2019", "commitment_letters", replace(facts, regions=(*facts.regions, participant))).is_met
        assert not run("jrc_2019", "commitment_letters", replace(facts, regions=(participant,))).is_met


def test_the_strategy_link_is_asked_of_leads_in_one_regime_and_of_all_in_the_other(app):
    facts = case("PT11", "ES51")
    facts = replace(facts, regions=(*facts.regions, RegionFacts("ITC4", False, 0)))
    with app.test_request_context():
        assert run("jrc_2019", "leads_link_priorities", facts).is_met
        result = run("s3_cop_2024", "all_link_priorities", facts)
        assert not result.is_met
        assert "ITC4" in result.finding
        bare = replace(facts, regions=(RegionFacts("PT11", True, 0),))
        assert not run("jrc_2019", "leads_link_priorities", bare).is_met


@pytest.mark.parametrize(("codes", "met"), [(("PT11",), False), (("PT11", "ES51"), True), (("PT11", "NO08"), False)])
def test_two_lead_regions_are_better(app, codes, met):
    with app.test_request_context():
        assert run("jrc_2019", "enough_leads", case(*codes)).is_met is met


@pytest.mark.parametrize(
    ("codes", "met"),
    [
        (("PT11", "ES51", "ITC4"), True),  # a third each
        (("PT11", "PT15", "ES51", "ITC4", "AT22"), True),  # two of five: 40 %
        (("PT11", "PT15", "ES51", "ITC4"), False),  # two of four
        ((), False),
    ],
)
def test_no_member_state_has_more_than_its_share(app, codes, met):
    with app.test_request_context():
        assert run("jrc_2019", "balance", case(*codes)).is_met is met


@pytest.mark.parametrize(("kinds", "met"), [(set(), False), ({"cluster", "company"}, False),
                                            ({"cluster", "company", "university"}, True)])  # fmt: skip
def test_stakeholders_of_three_kinds(app, kinds, met):
    facts = CaseFacts(today=TODAY, regions=(RegionFacts("PT11", True, stakeholder_kinds=frozenset(kinds)),))
    with app.test_request_context():
        assert run("jrc_2019", "stakeholders", facts).is_met is met
