"""Cash flow and funding mix."""

from hypothesis import given
from hypothesis import strategies as st

from app.projects.kinds import FundingState, Instrument, Source
from app.projects.rules.cashflow import Year, apportion, cash_flow
from app.projects.rules.material import Project
from app.projects.rules.mix import Share, mix
from tests.app.projects.material import line, project


def test_costs_against_money_by_year() -> None:
    flow = cash_flow(
        project(
            line(1, Source.I3, 1_000_000, payments={2027: 400_000, 2029: 600_000}),
            line(2, Source.OWN, 1_000_000, state=FundingState.SECURED),
            line(3, Source.LIFE, 900_000, state=FundingState.REJECTED),
        )
    )

    assert flow.years == (
        Year(2027, 1_000_000, 500_000, 400_000, -100_000, -500_000),
        Year(2028, 1_000_000, 500_000, 0, -600_000, -1_000_000),
        Year(2029, 0, 0, 600_000, 0, -1_000_000),
    )
    assert (flow.lowest, flow.lowest_year, flow.assumed) == (-600_000, 2028, (2,))


def test_money_without_costs_is_not_lost() -> None:
    assert cash_flow(project(line(1, Source.OWN, 10), costs=())).years == ()
    flow = cash_flow(project(line(1, Source.OWN, 10, payments={2030: 4}), costs=()))
    assert flow.years == (Year(2030, 0, 0, 10, 10, 0),)


def test_an_empty_project_has_an_empty_table() -> None:
    assert cash_flow(Project()).years == ()
    assert cash_flow(Project()).lowest_year is None


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**7), min_size=1, max_size=9).filter(any))
def test_parts_add_up_and_differ_from_the_exact_share_by_less_than_a_euro(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    assert all(
        abs(part * sum(weights) - total * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    )


def test_the_mix_names_each_source_by_state_and_the_gap_last() -> None:
    made = mix(
        project(
            line(1, Source.OWN, 300_000, instrument=Instrument.OWN, state=FundingState.SECURED),
            line(2, Source.I3, 700_000),
            line(3, Source.I3, 500_000, state=FundingState.APPLIED),
            line(4, Source.LIFE, 400_000, state=FundingState.REJECTED),
        )
    )

    assert made.shares == (
        Share(Source.I3, FundingState.APPLIED, 500_000, 2500),
        Share(Source.I3, FundingState.PLANNED, 700_000, 3500),
        Share(Source.OWN, FundingState.SECURED, 300_000, 1500),
        Share(None, None, 500_000, 2500),
    )
    assert (made.budget, made.found, made.secured, made.gap) == (2_000_000, 1_500_000, 300_000, 500_000)


def test_with_more_money_than_costs_the_bar_is_as_long_as_the_money() -> None:
    made = mix(project(line(1, Source.OWN, 4_000_000)))

    assert [share.part for share in made.shares] == [10_000]
    assert made.gap == -2_000_000
