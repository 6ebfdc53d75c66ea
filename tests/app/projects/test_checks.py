"""For each rule of a funding plan one case in which it bites and one in which it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.projects.kinds import FundingState, Instrument, PartnerKind, PartnerRole, Source, StateAid
from app.projects.rules import checks
from app.projects.rules.material import Call, ConsortiumRules, Weight
from tests.app.projects.material import I3, PARTNERS, RULES, line, project

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def codes(found) -> list[str]:
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    ("euros", "declared", "code"),
    [
        (2_000_000, None, []),
        (1_999_999, None, ["gap_not_declared"]),
        (1_500_000, 500_000, ["gap_declared"]),
        (1_500_000, 499_999, ["gap_not_declared"]),
        (2_000_001, None, ["too_much_money"]),
    ],
)
def test_sources_add_up_to_the_budget_or_the_gap_is_declared(euros: int, declared: int | None, code: list[str]) -> None:
    plan = project(line(1, Source.OWN, euros, instrument=Instrument.OWN), declared_gap=declared)

    assert codes(checks.sum_against_budget(plan)) == code


def test_money_that_was_refused_does_not_count() -> None:
    plan = project(line(1, Source.OWN, 2_000_000), line(2, Source.LIFE, 1_000_000, state=FundingState.REJECTED))

    assert list(checks.sum_against_budget(plan)) == []
    assert list(checks.double_funding(plan)) == []


def test_without_costs_nothing_can_be_funded() -> None:
    assert codes(checks.sum_against_budget(project(costs=()))) == ["no_budget"]


def test_a_rate_cap_that_is_hit_says_by_how_much_and_what_would_help() -> None:
    over = line(1, Source.I3, 1_500_000, call_id=7)
    (found,) = checks.rate_cap(project(over), I3, (over,))

    assert found.code == "rate_cap"
    assert found.weight is Weight.STOP
    assert found.lines == (1,)
    assert found.values == {
        "call": "I3-2026-INV1",
        "cap": 7000,
        "base": 2_000_000,
        "allowed": 1_400_000,
        "asked": 1_500_000,
        "rate": 7500,
        "excess": 100_000,
        "base_needed": 2_142_858,
    }


def test_the_rate_is_of_the_costs_that_the_line_covers() -> None:
    partly = line(1, Source.I3, 800_000, call_id=7, covers=frozenset({1}))
    (found,) = checks.rate_cap(project(partly), I3, (partly,))

    assert (found.values["base"], found.values["allowed"], found.values["rate"]) == (1_000_000, 700_000, 8000)


def test_two_lines_of_one_call_count_their_costs_once() -> None:
    one = line(1, Source.I3, 400_000, call_id=7, covers=frozenset({1}))
    two = line(2, Source.I3, 400_000, call_id=7, covers=frozenset({1}))

    assert codes(checks.rate_cap(project(one, two), I3, (one, two))) == ["rate_cap"]
    assert list(checks.double_funding(project(one, two))) == []


def test_a_loan_is_not_bound_by_the_rate_of_grants() -> None:
    loan = line(1, Source.I3, 2_000_000, call_id=7, instrument=Instrument.LOAN)

    assert list(checks.rate_cap(project(loan), I3, (loan,))) == []


@given(cap=st.integers(1, 10_000), euros=st.integers(1, 3_000_000))
def test_what_the_finding_allows_is_allowed_and_one_euro_more_is_not(cap: int, euros: int) -> None:
    call = replace(I3, rate_cap=cap)
    asked = line(1, Source.I3, euros, call_id=7)
    for found in checks.rate_cap(project(asked), call, (asked,)):
        allowed = int(str(found.values["allowed"]))
        at_cap, above = replace(asked, euros=allowed), replace(asked, euros=allowed + 1)
        assert list(checks.rate_cap(project(at_cap), call, (at_cap,))) == []
        assert codes(checks.rate_cap(project(above), call, (above,))) == ["rate_cap"]


@pytest.mark.parametrize(("euros", "code"), [(499_999, ["below_size"]), (500_000, []), (10_000_001, ["above_size"])])
def test_the_size_of_a_grant(euros: int, code: list[str]) -> None:
    assert codes(checks.size(I3, (line(1, Source.I3, euros, call_id=7),))) == code


@pytest.mark.parametrize(("trl", "code"), [(5, ["trl_too_low"]), (6, []), (None, ["trl_unknown"])])
def test_the_readiness_a_call_asks_for(trl: int | None, code: list[str]) -> None:
    asked = line(1, Source.I3, 600_000, call_id=7)

    assert codes(checks.readiness(project(asked, trl_start=trl), I3, (asked,))) == code


@pytest.mark.parametrize(
    ("state", "hours", "code"),
    [
        (FundingState.PLANNED, 1, ["call_closed"]),
        (FundingState.PLANNED, 0, []),
        (FundingState.APPLIED, 1, []),
    ],
)
def test_nothing_is_planned_under_a_call_that_has_closed(state: FundingState, hours: int, code: list[str]) -> None:
    call = replace(I3, deadline=NOW - timedelta(hours=hours))

    assert codes(checks.deadline(call, (line(1, Source.I3, 600_000, state=state),), NOW)) == code


def test_one_cost_under_two_grants_of_the_union_is_a_stop() -> None:
    plan = project(
        line(1, Source.I3, 500_000, covers=frozenset({1, 2})), line(2, Source.ERDF, 100_000, covers=frozenset({2, 3}))
    )
    (found,) = checks.double_funding(plan)

    assert found.code == "double_funding_union"
    assert found.weight is Weight.STOP
    assert found.values == {"one": "Line 1", "other": "Line 2", "shared": 600_000, "costs": ("Staff",)}
    assert found.lines == (1, 2)


def test_separate_costs_under_two_grants_are_fine() -> None:
    plan = project(
        line(1, Source.I3, 500_000, covers=frozenset({1})), line(2, Source.ERDF, 100_000, covers=frozenset({2}))
    )

    assert list(checks.double_funding(plan)) == []


def test_a_grant_for_everything_overlaps_with_any_other() -> None:
    plan = project(line(1, Source.HORIZON_EUROPE, 500_000), line(2, Source.LIFE, 100_000, covers=frozenset({3})))

    assert codes(checks.double_funding(plan)) == ["double_funding_union"]


@pytest.mark.parametrize(("euros", "weight"), [(400_000, Weight.WARNING), (600_001, Weight.STOP)])
def test_a_national_grant_beside_one_of_the_union_may_share_costs_up_to_their_sum(euros: int, weight: Weight) -> None:
    plan = project(
        line(1, Source.I3, 400_000, covers=frozenset({1})), line(2, Source.NATIONAL, euros, covers=frozenset({1}))
    )
    (found,) = checks.double_funding(plan)

    assert (found.code, found.weight) == ("double_funding", weight)


def test_a_loan_on_the_same_costs_is_no_double_funding() -> None:
    plan = project(line(1, Source.I3, 500_000), line(2, Source.LOAN, 500_000, instrument=Instrument.LOAN))

    assert list(checks.double_funding(plan)) == []


@pytest.mark.parametrize(
    ("source", "ground", "code"),
    [
        (Source.REGIONAL, StateAid.OPEN, ["state_aid_open"]),
        (Source.REGIONAL, StateAid.BLOCK_EXEMPTED, []),
        (Source.REGIONAL, StateAid.DE_MINIMIS, ["de_minimis_ceiling"]),
        (Source.I3, StateAid.OPEN, []),
    ],
)
def test_public_money_of_a_member_state_needs_a_ground(source: Source, ground: StateAid, code: list[str]) -> None:
    assert codes(checks.state_aid(project(line(1, source, 300_001, state_aid=ground)))) == code


def test_without_an_enterprise_there_is_no_state_aid() -> None:
    plan = project(line(1, Source.REGIONAL, 300_001), partners=PARTNERS[1:])

    assert list(checks.state_aid(plan)) == []


ASKED = (line(1, Source.I3, 1_000_000, call_id=7),)


def test_a_consortium_that_fits() -> None:
    assert list(checks.consortium(project(*ASKED), replace(I3, consortium=RULES), ASKED)) == []


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (replace(RULES, min_partners=4), ["consortium_partners"]),
        (replace(RULES, min_regions=4), ["consortium_regions"]),
        (replace(RULES, min_countries=4), ["consortium_countries"]),
        (replace(RULES, min_in_categories=2), ["consortium_in_categories"]),
        (replace(RULES, coordinator_kinds=frozenset({PartnerKind.PUBLIC})), ["coordinator_kind"]),
        (replace(RULES, coordinator_in_categories=True), ["coordinator_category"]),
        (ConsortiumRules(), []),
    ],
)
def test_each_rule_of_a_call_bites_alone(rules: ConsortiumRules, code: list[str]) -> None:
    assert codes(checks.consortium(project(*ASKED), replace(I3, consortium=rules), ASKED)) == code


def test_associated_partners_do_not_count() -> None:
    partners = (*PARTNERS[:2], replace(PARTNERS[2], role=PartnerRole.ASSOCIATED))
    found = checks.consortium(project(*ASKED, partners=partners), replace(I3, consortium=RULES), ASKED)

    assert codes(found) == ["consortium_partners", "consortium_regions", "consortium_countries"]


def test_a_consortium_without_a_coordinator() -> None:
    found = checks.consortium(project(*ASKED, partners=PARTNERS[1:]), replace(I3, consortium=RULES), ASKED)

    assert codes(found)[-1] == "no_coordinator"


def test_payments_stay_within_their_line() -> None:
    plan = project(line(1, Source.OWN, 100, payments={2027: 60, 2028: 41}))

    assert codes(checks.payments_against_lines(plan)) == ["payments_exceed_line"]
    assert list(checks.payments_against_lines(project(line(1, Source.OWN, 101, payments={2027: 60, 2028: 41})))) == []


def test_all_checks_together_put_stops_first_and_leave_calls_alone_that_nothing_asks() -> None:
    other = Call(8, "LIFE-2027", Source.LIFE, consortium=ConsortiumRules(min_partners=9))
    plan = project(
        line(1, Source.REGIONAL, 100_000),
        line(2, Source.I3, 1_500_000, call_id=7),
        calls=(I3, other),
        declared_gap=400_000,
    )

    assert codes(checks.findings(plan, NOW)) == ["rate_cap", "double_funding", "state_aid_open", "gap_declared"]


def test_roles_have_values_that_last() -> None:
    assert [role.value for role in PartnerRole] == [
        "coordinator", "partner", "site", "first_customer", "investor", "associated",
    ]  # fmt: skip
