"""Loans: what is paid back when, with which interest; in the cash flow, on the pages and in the exports."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.core.errors import Invalid
from app.projects import queries
from app.projects.kinds import Instrument, Source
from app.projects.rules.cashflow import cash_flow
from app.projects.rules.loans import LoanTerms, Service, debt_service
from tests.factories.projects import add_cost, add_funding

PROJECT = "/partnerships/textiles/projects"
LOAN = {"instrument": Instrument.LOAN, "loan_rate": 300, "loan_years": 4, "loan_grace": 1}


def test_equal_parts_after_the_grace_period_with_interest_on_what_is_owed():
    assert debt_service({2027: 900_000}, LoanTerms(rate=300, years=4, grace=1)) == {
        2027: Service(0, 0, 900_000),
        2028: Service(0, 27_000, 900_000),
        2029: Service(300_000, 27_000, 600_000),
        2030: Service(300_000, 18_000, 300_000),
        2031: Service(300_000, 9_000, 0),
    }


def test_without_grace_repayment_begins_in_the_year_after():
    found = debt_service({2027: 100}, LoanTerms(rate=0, years=3))
    assert [(year, each.repayment) for year, each in found.items()] == [(2027, 0), (2028, 34), (2029, 33), (2030, 33)]


def test_nothing_is_paid_back_before_the_last_payment():
    found = debt_service({2027: 100, 2030: 100}, LoanTerms(rate=1000, years=2))
    assert found[2029] == Service(0, 10, 100)
    assert found[2031] == Service(200, 20, 0)
    assert debt_service({}, LoanTerms(rate=1, years=1)) == {}


@given(
    st.dictionaries(st.integers(2020, 2040), st.integers(1, 10**9), min_size=1, max_size=6),
    st.integers(0, 2000), st.integers(1, 30), st.integers(0, 29),
)  # fmt: skip
def test_all_of_a_loan_is_paid_back_and_nothing_more(paid, rate, years, grace):
    found = debt_service(paid, LoanTerms(rate, years, min(grace, years - 1)))
    assert sum(each.repayment for each in found.values()) == sum(paid.values())
    assert found[max(found)].owed == 0
    assert all(each.owed >= 0 and each.interest >= 0 and each.repayment >= 0 for each in found.values())
    assert rate or not any(each.interest for each in found.values())


@pytest.mark.usefixtures("context")
def test_the_cash_flow_shows_what_loans_cost_apart_from_the_balance(session, clock, pipeline):
    add_cost(session, clock, pipeline.project, pipeline.pia, "Line", 900_000)
    add_funding(session, clock, pipeline.project, pipeline.pia, Source.EIB, 900_000, **LOAN)
    flow = cash_flow(queries.material_of(pipeline.project))
    assert [(y.year, y.balance, y.repayment, y.interest, y.after_loans) for y in flow.years] == [
        (2027, 0, 0, 0, 0), (2028, 0, 0, 27_000, -27_000), (2029, 0, 300_000, 27_000, -354_000),
        (2030, 0, 300_000, 18_000, -672_000), (2031, 0, 300_000, 9_000, -981_000),
    ]  # fmt: skip
    assert (flow.lowest, flow.unclear, flow.has_loans) == (0, (), True)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"instrument": Instrument.GRANT}, "loan_rate"),
        ({"loan_rate": None}, "loan_rate"),
        ({"loan_years": None}, "loan_years"),
        ({"loan_rate": 10_001}, "loan_rate"),
        ({"loan_years": 51}, "loan_years"),
        ({"loan_grace": 4}, "loan_grace"),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_their_field(session, clock, pipeline, values, field):
    with pytest.raises(Invalid) as refused:
        add_funding(session, clock, pipeline.project, pipeline.pia, Source.EIB, 1000, **(LOAN | values))
    assert refused.value.field == field


def test_terms_are_entered_on_the_page_and_stand_in_page_and_workbook(session, clock, pipeline, app, sign_in):
    with app.app_context():
        add_cost(session, clock, pipeline.project, pipeline.pia, "Line", 900_000)
    session.commit()
    pia, home = sign_in(pipeline.pia), f"{PROJECT}/{pipeline.project.number}"
    form = {"name": "EIB", "source": "eib", "instrument": "loan", "euros": "900000", "state": "planned",
            "state_aid": "open", "loan_rate": "3.00", "loan_years": "4", "loan_grace": "1"}  # fmt: skip
    bad = pia.post(f"{home}/funding/new", data=form | {"loan_grace": "9"})
    assert bad.status_code == 422
    assert "The grace period is shorter than the loan." in bad.text
    assert pia.post(f"{home}/funding/new", data=form).status_code == 302
    line = pipeline.project.funding_lines[0]
    assert (line.loan_rate, line.loan_years, line.loan_grace) == (300, 4, 1)
    edit = pia.get(f"{home}/funding/{line.id}").text
    assert 'value="3.00"' in edit
    page = pia.get(f"{home}/cash-flow").text
    assert "Balance after loans" in page
    assert "Loans cost" in page
    book = load_workbook(io.BytesIO(pia.get(f"{home}/project.xlsx").data))
    rows = list(book["Cash flow"].values)
    assert rows[0][6:] == ("Loans: repayment", "Loans: interest", "Balance after loans")
    assert rows[-1][6:] == (300_000, 9_000, -981_000)
