"""Every page of a survey, asked for by everybody."""

import pytest

from app.core.transitions import Act
from app.partnerships.models import PartnershipRole, Role
from app.surveys import links, services
from app.surveys.matching import Parameters
from app.surveys.models import Curation
from app.surveys.queries import findings_of
from tests.factories.surveys import answered, need, offer

BASE = "/partnerships/textiles/surveys"
HERE = f"{BASE}/mapping-2027"
COORDINATOR_PAGES = ["settings", "chain", "questions", "people"]
ANALYST_PAGES = ["exchange", "exchange/template-all.xlsx", "exchange/answers-needs.csv", "exchange/answers-all.xlsx"]
RUN_PAGES = ["", "complementarity", "critical_mass", "challenge", "white_spot", "network", "about", "export-all.xlsx"]


def status(browser, page, method="GET", **more):
    return browser.open(page, method=method, headers={"Accept": "application/json"}, **more).status_code


@pytest.fixture
def run(field, session, clock):
    """A run on three answers in each of two regions: AT22 needs what FI1C offers."""
    for _n in range(3):
        answered(session, clock, field.campaign, "AT22", needs=[need("testing")], offers=[offer("inputs", trl=9)])
        answered(session, clock, field.campaign, "FI1C", offers=[offer("testing", trl=9), offer("inputs", trl=9)])
    field.campaign.state = "closed"
    act = Act(field.ana.id, frozenset({"analyst"}))
    made = services.compute_run(session, clock, field.ana, field.campaign, Parameters(), act)
    session.commit()
    return made


def test_the_list_is_for_those_who_take_part(field, sign_in, client):
    for insider in (field.lena, field.rui, field.mona):
        assert status(sign_in(insider), f"{BASE}/") == 200
    assert status(sign_in(field.stan), f"{BASE}/") == 403
    assert status(client, f"{BASE}/") == 401


def test_the_progress_page_is_for_those_who_take_part_and_who_work_on_it(field, sign_in, client):
    for insider in (field.lena, field.rui, field.mona, field.ana, field.carl):
        assert status(sign_in(insider), f"{HERE}/") == 200
        assert status(sign_in(insider), f"{HERE}/runs") == 200
    assert status(sign_in(field.stan), f"{HERE}/") == 403
    assert status(client, f"{HERE}/") == 401
    assert status(sign_in(field.lena), f"{BASE}/nothing/") == 404


@pytest.mark.parametrize("page", COORDINATOR_PAGES)
def test_the_design_is_for_coordinators(page, field, sign_in, client):
    assert status(sign_in(field.lena), f"{HERE}/{page}") == 200
    for other in (field.rui, field.ana, field.carl, field.stan):
        assert status(sign_in(other), f"{HERE}/{page}") == 403
        assert status(sign_in(other), f"{HERE}/{page}", "POST") == 403
    assert status(client, f"{HERE}/{page}") == 401


@pytest.mark.parametrize("page", ANALYST_PAGES)
def test_answers_leave_only_by_analysts_and_coordinators(page, field, sign_in, client):
    for insider in (field.lena, field.ana):
        assert status(sign_in(insider), f"{HERE}/{page}") == 200
    for other in (field.rui, field.carl, field.stan):
        assert status(sign_in(other), f"{HERE}/{page}") == 403
    assert status(client, f"{HERE}/{page}") == 401


def test_a_contact_sees_the_answers_of_the_own_region_alone(field, session, clock, sign_in, client):
    mine = answered(session, clock, field.campaign, "AT22", name="Grazer Garne")
    other = answered(session, clock, field.campaign, "ES51", name="Teixits Terrassa")
    session.commit()
    page = sign_in(field.carl).get(f"{HERE}/responses").text
    assert "Grazer Garne" in page
    assert "Teixits" not in page
    assert status(sign_in(field.carl), f"{HERE}/responses/{mine.code}/") == 200
    assert status(sign_in(field.carl), f"{HERE}/responses/{other.code}/") == 403
    assert status(sign_in(field.carl), f"{HERE}/responses/{other.code}/step/validate", "POST") == 403
    assert status(sign_in(field.carl), f"{HERE}/responses/{other.code}/answer/needs") == 403
    assert status(sign_in(field.rui), f"{HERE}/responses/{other.code}/") == 200
    assert status(sign_in(field.ana), f"{HERE}/responses/{mine.code}/") == 403
    assert status(sign_in(field.mona), f"{HERE}/responses/{mine.code}/") == 403
    assert status(sign_in(field.stan), f"{HERE}/responses/{mine.code}/") == 403
    assert status(client, f"{HERE}/responses/{mine.code}/") == 401


def test_the_personal_link_opens_one_answer_without_an_account(app, field, session, clock, client):
    field.campaign.state = "open"
    mine = answered(session, clock, field.campaign, "AT22", state="in_progress")
    session.commit()
    with app.app_context():
        token = links.token_of(mine)
    for page in ("", "respondent", "positions", "capabilities", "capabilities/new", "needs", "cooperation"):
        assert client.get(f"/answer/{token}/{page}").status_code == 200
    assert client.get(f"/answer/{token}/authority").status_code == 200
    assert client.get(f"/answer/{token}/nonsense").status_code == 404
    assert client.get(f"/answer/{token[:-2]}xx/").status_code == 404
    assert client.get("/answer/W10.abc/").status_code == 404
    mine.link_nonce = links.new_nonce()
    session.commit()
    assert client.get(f"/answer/{token}/").status_code == 410
    mine.link_nonce = None
    session.commit()
    assert client.get(f"/answer/{token}/").status_code == 410


@pytest.mark.parametrize("page", RUN_PAGES)
def test_a_run_is_for_analysts_until_it_is_shared(page, field, run, session, sign_in, client):
    address = f"{HERE}/runs/{run.number}/{page}"
    for insider in (field.lena, field.ana):
        assert status(sign_in(insider), address) == 200
    for member in (field.rui, field.mona, field.carl):
        assert status(sign_in(member), address) == 404
    run.state = "shared"
    session.commit()
    for member in (field.rui, field.mona, field.carl):
        assert status(sign_in(member), address) == 200
    assert status(sign_in(field.stan), address) == 403
    assert status(client, address) == 401


def test_members_see_what_was_kept_and_nothing_else(field, run, session, clock, sign_in):
    finding = findings_of(session, run.id)[0]
    address = f"{HERE}/runs/1/findings/{finding.id}"
    assert status(sign_in(field.ana), address) == 200
    run.state = "shared"
    session.commit()
    assert status(sign_in(field.mona), address) == 404
    finding.curation = Curation.KEPT
    session.commit()
    assert status(sign_in(field.mona), address) == 200
    for act in ("curate", "follow-up"):
        assert status(sign_in(field.mona), f"{address}/{act}", "POST") == 403
    assert status(sign_in(field.mona), f"{HERE}/runs/1/step/unshare", "POST") == 403
    assert status(sign_in(field.rui), f"{HERE}/runs", "POST") == 403


def test_no_page_of_progress_grows_with_the_number_of_answers(field, session, clock, sign_in, queries):
    browser, counts = sign_in(field.lena), []
    for _round in range(2):
        for nuts in ("AT22", "ES51", "FI1C"):
            answered(session, clock, field.campaign, nuts)
        session.commit()
        with queries() as statements:
            assert status(browser, f"{HERE}/") == 200
            assert status(browser, f"{HERE}/responses") == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_who_does_not_work_on_the_survey_sees_no_count_of_one_or_two(field, session, clock, sign_in):
    for nuts, number in (("AT22", 2), ("ES51", 4)):
        for _n in range(number):
            answered(session, clock, field.campaign, nuts)
    session.commit()
    member, worker = sign_in(field.mona), sign_in(field.lena)
    assert "<strong>2</strong>/2" in worker.get(f"{HERE}/").text
    session.query(PartnershipRole).filter_by(user_id=field.mona.id).update({"role": Role.EXPERT, "member_id": None})
    session.commit()
    seen = member.get(f"{HERE}/").text.split('class="tilemap"')[1].split("</div>")[0]
    assert "<strong>2</strong>" not in seen
    assert "fewer than 3" in seen
    assert "<strong>4</strong>" in seen
