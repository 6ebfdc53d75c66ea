"""Pages of projects: who gets in, who does not, and what they do."""

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.core.models import StoredFile
from app.projects import queries, services
from app.projects.kinds import CostCategory, FundingState, Source
from app.projects.models import InvestmentProject, PersonRole
from tests.app.core.test_files import PDF
from tests.factories.projects import add_cost, add_funding, make_call, make_project

PLACE = "/partnerships/textiles"
ONE = f"{PLACE}/projects/1"
READING = ["/", "/consortium", "/plan", "/budget", "/funding", "/cash-flow", "/trail", "/project.xlsx", "/project.pdf"]
WRITING = ["/edit", "/partners/new", "/plan/market", "/budget/new", "/funding/new"]


@pytest.mark.parametrize("who", ["pia", "edo", "ines", "lena", "rui", "esra", "sina"])
def test_those_who_may_read_a_project_open_every_page_of_it(pipeline, sign_in, who) -> None:
    browser = sign_in(getattr(pipeline, who))
    assert [browser.get(ONE + page).status_code for page in READING] == [200] * len(READING)


def test_an_outsider_and_somebody_who_met_at_the_event_do_not(pipeline, sign_in, client) -> None:
    for who in (pipeline.omar, pipeline.piotr):
        assert [sign_in(who).get(ONE + page).status_code for page in [*READING, *WRITING]] == [403] * 14
    assert client.get(ONE + "/").status_code == 302
    assert sign_in(pipeline.pia).get(f"{PLACE}/projects/99/").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("pia", 200), ("edo", 200), ("ines", 403), ("lena", 403), ("sina", 403)])
def test_only_lead_and_editors_write(pipeline, sign_in, who, status) -> None:
    browser = sign_in(getattr(pipeline, who))
    assert [browser.get(ONE + page).status_code for page in WRITING] == [status] * len(WRITING)


def test_the_board_shows_own_projects_to_outsiders_and_all_to_the_partnership(
    pipeline, session, clock, sign_in
) -> None:
    make_project(session, clock, pipeline.partnership, pipeline.lena, title="Dyeing without water")
    assert "Dyeing without water" in sign_in(pipeline.rui).get(f"{PLACE}/projects/").text
    assert "Dyeing without water" not in sign_in(pipeline.pia).get(f"{PLACE}/projects/").text
    assert "Fibre sorting line" in sign_in(pipeline.pia).get(f"{PLACE}/projects/").text
    assert "Fibre sorting line" not in sign_in(pipeline.piotr).get(f"{PLACE}/projects/").text
    found = sign_in(pipeline.rui).get(f"{PLACE}/projects/?q=dyeing").text
    assert ("Dyeing without water" in found, "Fibre sorting line" in found) == (True, False)


def test_out_of_a_meeting_of_ones_own_comes_a_project_that_names_it(pipeline, session, sign_in) -> None:
    address = f"{PLACE}/projects/new?origin=meeting:{pipeline.meeting.id}"
    page = sign_in(pipeline.piotr).get(address).text
    assert "Piave Polymers and Poznan Process Institute" in page
    form = {"title": "Yarn from waste", "type": "platform", "origin": f"meeting:{pipeline.meeting.id}"}
    answer = sign_in(pipeline.piotr).post(f"{PLACE}/projects/new", data=form)
    assert (answer.status_code, answer.location) == (302, f"{PLACE}/projects/2/")
    made = queries.project_by_number(session, pipeline.partnership.id, 2)
    assert [(origin.kind, origin.ref_id) for origin in made.origins] == [("meeting", pipeline.meeting.id)]
    assert queries.person_role(session, made.id, pipeline.piotr.id) is PersonRole.LEAD


def test_somebody_elses_meeting_or_a_priority_is_not_theirs_to_name(pipeline, session, sign_in) -> None:
    form = {"title": "Yarn from waste", "type": "platform", "origin": f"priority:{pipeline.priority.id}"}
    answer = sign_in(pipeline.piotr).post(f"{PLACE}/projects/new", data=form)
    assert answer.status_code == 403
    assert session.query(InvestmentProject).count() == 1
    assert sign_in(pipeline.omar).post(f"{PLACE}/projects/new", data=form).status_code == 403


def test_a_meeting_of_an_event_of_others_is_not_even_named(pipeline, session, cast, sign_in) -> None:
    services.unlink_event(session, pipeline.partnership, cast.event)
    session.commit()
    address = f"{PLACE}/projects/new?origin=meeting:{pipeline.meeting.id}"
    answer = sign_in(pipeline.lena).get(address)
    assert (answer.status_code, "Piave" in answer.text) == (403, False)


def test_a_step_that_is_open_moves_on(completed, session, sign_in) -> None:
    browser = sign_in(completed.pia)
    assert sign_in(completed.ines).post(ONE + "/steps/work_out").status_code == 403
    assert browser.post(ONE + "/steps/nonsense").status_code == 404
    assert browser.post(ONE + "/steps/work_out").status_code == 302
    session.expire_all()
    assert completed.project.state == "concept"
    assert "Concept is written" in browser.get(ONE + "/trail").text


def test_a_step_whose_guard_is_shut_is_an_error_that_says_why(pipeline, session, sign_in) -> None:
    browser = sign_in(pipeline.pia)
    assert "Describe the problem." in browser.get(ONE + "/").text
    answer = browser.post(ONE + "/steps/work_out")
    assert (answer.status_code, "Describe the problem." in answer.text) == (422, True)
    session.expire_all()
    assert pipeline.project.state == "idea"


def test_a_rate_cap_that_is_hit_is_explained_on_the_page(pipeline, session, clock, sign_in) -> None:
    browser = sign_in(pipeline.pia)
    add_cost(session, clock, pipeline.project, pipeline.pia, "Line", 2_000_000)
    call = make_call(session, clock)
    form = {
        "name": "I3", "source": "i3", "instrument": "grant", "euros": "1 500 000", "state": "planned",
        "call_id": str(call.id), "state_aid": "open", "paid_2027": "1,500,000",
    }  # fmt: skip
    session.commit()
    assert browser.post(ONE + "/funding/new", data=form).status_code == 302
    page = browser.get(ONE + "/funding").text
    assert (
        "I3-2027-INV1 pays at most 70% of the costs it covers: €1,400,000 of €2,000,000. You ask for €1,500,000 (75%),"
        " €100,000 too much. Lower the line to €1,400,000 and find €100,000 elsewhere, or let it cover at least"
        " €2,142,858 of costs." in page
    )
    assert "2 checks stop it" in browser.get(f"{PLACE}/projects/").text
    (line,) = queries.project_by_number(session, pipeline.partnership.id, 1).funding_lines
    assert [(payment.year, payment.euros) for payment in line.payments] == [(2027, 1_500_000)]


@pytest.mark.parametrize("typed", ["12.5", "a lot", "-3", "1 23 456"])
def test_amounts_that_cannot_be_read_are_refused_with_how_to_write_them(pipeline, session, sign_in, typed) -> None:
    form = {"label": "Line", "category": "equipment", "euros": typed, "year": "2027", "partner_id": ""}
    answer = sign_in(pipeline.pia).post(ONE + "/budget/new", data=form)
    assert answer.status_code == 422
    assert "whole euros" in answer.text
    assert queries.project_by_number(session, pipeline.partnership.id, 1).budget_lines == []


def test_a_line_with_a_history_stays_and_a_planned_one_goes(pipeline, session, clock, sign_in) -> None:
    browser = sign_in(pipeline.pia)
    planned = add_funding(session, clock, pipeline.project, pipeline.pia, Source.OWN, 10)
    secured = add_funding(
        session, clock, pipeline.project, pipeline.pia, Source.LIFE, 10,
        state=FundingState.SECURED, decided_on=date(2027, 2, 1),
    )  # fmt: skip
    numbers = planned.id, secured.id
    session.commit()
    assert browser.post(f"{ONE}/funding/{numbers[1]}/remove").status_code == 409
    assert browser.post(f"{ONE}/funding/{numbers[0]}/remove").status_code == 302
    project = queries.project_by_number(session, pipeline.partnership.id, 1)
    assert [line.id for line in project.funding_lines] == [numbers[1]]


def test_a_letter_is_kept_read_by_insiders_and_by_nobody_else(pipeline, session, clock, sign_in) -> None:
    browser = sign_in(pipeline.pia)
    form = {"name": "Porto Fibres", "role": "coordinator", "kind": "small_enterprise", "country": "PT", "nuts": "PT11"}
    assert browser.post(ONE + "/partners/new", data=form | {"category": ""}).status_code == 302
    (partner,) = queries.project_by_number(session, pipeline.partnership.id, 1).partners
    letter = {"signed_on": "2027-02-01", "signatory": "Director", "file": (io.BytesIO(PDF), "letter.pdf")}
    assert browser.post(f"{ONE}/partners/{partner.id}/letter", data=letter).status_code == 302
    stored = session.query(StoredFile).one()
    for who, status in (("pia", 200), ("ines", 200), ("lena", 200), ("omar", 403), ("piotr", 403)):
        assert sign_in(getattr(pipeline, who)).get(f"/documents/{stored.id}").status_code == status
    assert "letter.pdf" in browser.get(ONE + "/consortium").text


def test_a_wrong_file_is_refused_on_its_field_and_leaves_nothing(pipeline, session, clock, sign_in) -> None:
    answer = sign_in(pipeline.pia).post(ONE + "/documents", data={"file": (io.BytesIO(b"MZ program"), "plan.pdf")})
    assert answer.status_code == 422
    assert "not really a PDF" in answer.text
    assert session.query(StoredFile).count() == 0


def test_a_region_outside_the_country_of_the_partner_is_refused(pipeline, sign_in) -> None:
    form = {"name": "Porto Fibres", "role": "partner", "kind": "other", "country": "PT", "nuts": "ES51", "category": ""}
    answer = sign_in(pipeline.pia).post(ONE + "/partners/new", data=form)
    assert "not in this country" in answer.text


def test_a_plan_section_changed_by_somebody_else_is_not_overwritten(pipeline, session, clock, sign_in) -> None:
    form = {"text": "Mine", "answered": ["0"], "based_on": "0"}
    assert sign_in(pipeline.pia).post(ONE + "/plan/market", data=form).status_code == 302
    answer = sign_in(pipeline.edo).post(ONE + "/plan/market", data=form | {"text": "Theirs"})
    assert answer.status_code == 422
    assert "Somebody else changed this section" in answer.text
    assert "Theirs" in answer.text
    answer = sign_in(pipeline.edo).post(ONE + "/plan/market", data=form | {"text": "Theirs", "based_on": "1"})
    assert answer.status_code == 302


def test_a_cost_that_a_line_covers_alone_stays(pipeline, session, clock, sign_in) -> None:
    cost = add_cost(session, clock, pipeline.project, pipeline.pia, "Line", 100)
    other = add_cost(session, clock, pipeline.project, pipeline.pia, "Staff", 100)
    add_funding(session, clock, pipeline.project, pipeline.pia, Source.LIFE, 50, covers=[cost])
    browser = sign_in(pipeline.pia)
    assert browser.post(f"{ONE}/budget/{cost}/remove").status_code == 409
    assert browser.post(f"{ONE}/budget/{other}/remove").status_code == 302


def test_people_get_and_lose_rights_and_one_lead_remains(pipeline, session, sign_in) -> None:
    browser = sign_in(pipeline.pia)
    form = {"email": "omar@example.org", "role": "reader"}
    assert sign_in(pipeline.edo).post(ONE + "/people", data=form).status_code == 403
    assert browser.post(ONE + "/people", data=form).status_code == 302
    assert sign_in(pipeline.omar).get(ONE + "/").status_code == 200
    people = {person.user_id: person.id for person in queries.people_of(session, pipeline.project.id)}
    assert browser.post(f"{ONE}/people/{people[pipeline.omar.id]}/remove").status_code == 302
    assert sign_in(pipeline.omar).get(ONE + "/").status_code == 403
    assert browser.post(f"{ONE}/people/{people[pipeline.pia.id]}/remove").status_code == 409
    assert "no account with this address" in browser.post(ONE + "/people", data=form | {"email": "x@example.org"}).text


def test_the_workbook_and_the_paper_hold_the_figures(completed, session, sign_in) -> None:
    completed.project.title = "Łódź, Ćwik & Θεσσαλονίκη <sorting>"
    completed.project.problem = "=HYPERLINK(1)"
    session.commit()
    browser = sign_in(completed.pia)

    book = load_workbook(io.BytesIO(browser.get(ONE + "/project.xlsx").data))
    assert book.sheetnames == [
        "Project", "Partners", "Budget", "Funding", "Funding mix", "Cash flow", "Indicators", "Business plan", "Checks",
    ]  # fmt: skip
    assert [cell.value for cell in book["Budget"][2]] == [2027, "Equipment", "Sorting line", None, 1_000_000]
    assert [cell.value for cell in book["Cash flow"][2]] == [2027, 1_000_000, 1_000_000, 0, 0, 0, 0, 0, 0]
    problem = next(row[1] for row in book["Project"].iter_rows() if row[0].value == "Problem")
    assert (problem.value, problem.data_type) == ("=HYPERLINK(1)", "s")

    paper = browser.get(ONE + "/project.pdf").data
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    for words in ("Łódź, Ćwik & Θεσσαλονίκη <sorting>", "Porto Fibres", "€1,000,000", "Market", "Cash flow"):
        assert words in text


def test_opportunities_are_public_and_show_neither_money_nor_people(completed, session, client) -> None:
    assert "Fibre sorting line" not in client.get(f"{PLACE}/opportunities").text
    completed.project.is_public = True
    session.commit()
    page = client.get(f"{PLACE}/opportunities").text
    assert "Fibre sorting line" in page
    assert not any(word in page for word in ("Pia", "Porto Fibres", "€", "1,000,000"))


def test_calls_are_read_by_everybody_and_entered_by_the_secretariat(pipeline, session, clock, sign_in, client) -> None:
    form = {
        "code": "LIFE-2027", "title": "Circular economy", "source": "life", "rate_cap": "60", "min_trl": "5",
        "deadline": "2027-06-01T17:00", "min_partners": "3", "categories": ["transition"], "min_in_categories": "1",
    }  # fmt: skip
    assert sign_in(pipeline.pia).post("/calls/new", data=form).status_code == 403
    assert sign_in(pipeline.sina).post("/calls/new", data=form).status_code == 302
    call = queries.all_calls(session)[0]
    assert (call.rate_cap, call.deadline.isoformat()) == (6000, "2027-06-01T15:00:00+00:00")
    page = client.get("/calls/").text
    assert "LIFE-2027" in page
    assert "60%" in page
    edited = sign_in(pipeline.sina).get(f"/calls/{call.id}").text
    assert re.search(r'value="2027-06-01.17:00', edited)
    assert sign_in(pipeline.sina).post(f"/calls/{call.id}", data=form | {"rate_cap": "0"}).status_code == 422


def test_a_stopped_project_does_not_change(pipeline, session, clock, sign_in) -> None:
    pipeline.project.state = "stopped"
    session.commit()
    answer = sign_in(pipeline.pia).post(ONE + "/budget/new", data={
        "label": "Line", "category": "equipment", "euros": "5", "year": "2027", "partner_id": "",
    })  # fmt: skip
    assert answer.status_code == 422
    assert "take it up again" in answer.text


def test_the_board_asks_the_database_the_same_number_of_times_for_one_and_five_projects(
    pipeline, session, clock, sign_in, queries
) -> None:
    browser = sign_in(pipeline.rui)
    browser.get(f"{PLACE}/projects/")
    with queries() as one:
        browser.get(f"{PLACE}/projects/")
    for number in range(4):
        project = make_project(session, clock, pipeline.partnership, pipeline.pia, title=f"Project {number}")
        data = services.CostData(CostCategory.EQUIPMENT, "Line", 1000, 2027)
        services.add_cost(session, clock, pipeline.pia, project, data)
        add_funding(session, clock, project, pipeline.pia, Source.OWN, 10)
    with queries() as five:
        assert "Project 3" in browser.get(f"{PLACE}/projects/").text
    assert len(five) - len(one) <= 3  # covers, payments and calls of funding lines, once for all
