"""Designing a survey: value chain, questions, settings, people; and what cannot be changed once it is open."""

from datetime import date

import pytest

from app.core.models import AuditEntry, Mail
from app.partnerships.queries import segments_of
from app.surveys import queries
from app.surveys.models import SurveyCampaign, SurveyStaff

HERE = "/partnerships/textiles/surveys"
CHAIN = {
    "position": ["20", "10", "30", "40"],
    "code_of": ["inputs", "testing", "", ""],
    "name": ["Raw materials", "Testing", "Fibre labs", ""],
    "parent": ["", "", "testing", ""],
    "nace": ["", "71.20", "", ""],
    "note": ["", "", "Laboratories", ""],
}


@pytest.fixture
def lena(field, sign_in):
    return sign_in(field.lena)


def test_a_new_survey_takes_the_value_chain_of_its_partnership(field, lena, session):
    answer = lena.post(f"{HERE}/new", data={"title": "Fibres & yarns"})
    assert answer.location == f"{HERE}/fibres-yarns/"
    made = session.query(SurveyCampaign).filter_by(code="fibres-yarns").one()
    chain = segments_of(session, field.partnership.id)
    assert [row["code"] for row in made.segments] == [segment.key for segment in chain]
    assert lena.post(f"{HERE}/new", data={"title": "Fibres & yarns"}).location == f"{HERE}/fibres-yarns-2/"
    assert lena.post(f"{HERE}/new", data={"title": " "}).status_code == 422


def test_the_chain_is_ordered_by_number_and_rises_in_version(field, lena, session):
    assert lena.post(f"{HERE}/mapping-2027/chain", data=CHAIN).status_code == 302
    session.refresh(field.campaign)
    assert [(s["code"], s["name"], s["parent"]) for s in field.campaign.segments] == [
        ("testing", "Testing", ""),
        ("inputs", "Raw materials", ""),
        ("fibre_labs", "Fibre labs", "testing"),
    ]
    assert field.campaign.chain_version == 2
    lena.post(f"{HERE}/mapping-2027/chain", data=CHAIN | {"code_of": ["inputs", "testing", "fibre_labs", ""]})
    session.refresh(field.campaign)
    assert field.campaign.chain_version == 2
    wrong = lena.post(f"{HERE}/mapping-2027/chain", data=CHAIN | {"nace": ["nonsense", "", "", ""]})
    assert wrong.status_code == 422
    assert "NONSENSE" in wrong.text
    assert "Fibre labs" in wrong.text


def test_parts_technologies_and_own_questions(field, lena, session):
    sent = {
        "blocks": ["capabilities", "needs"],
        "required": ["needs"],
        "technologies": "laser; Laser welding",
        "own-name": ["", ""],
        "own-label": ["Do you plan to invest?", ""],
        "own-kind": ["choice", "text"],
        "own-options": ["Yes\nNo", ""],
        "own-required-0": "on",
    }
    assert lena.post(f"{HERE}/mapping-2027/questions", data=sent).status_code == 302
    session.refresh(field.campaign)
    asked = queries.asked_of(session, field.campaign, "AT22")
    assert [block.key for block in asked.blocks] == ["respondent", "capabilities", "needs", "own"]
    assert asked.required == {"needs"}
    assert asked.technologies == (("laser", "Laser welding"),)
    (own,) = field.campaign.own_questions
    assert (own["name"], own["options"], own["required"]) == (
        "do_you_plan_to_invest", [["yes", "Yes"], ["no", "No"]], True,
    )  # fmt: skip
    for change in ({"blocks": []}, {"technologies": "A B; x"}, {"own-options": ["Only", ""]}):
        assert lena.post(f"{HERE}/mapping-2027/questions", data=sent | change).status_code == 422


def test_nothing_of_the_design_changes_once_the_survey_is_open(field, lena, session):
    field.campaign.state = "open"
    session.commit()
    chain = lena.post(f"{HERE}/mapping-2027/chain", data=CHAIN, headers={"Accept": "application/json"})
    assert (chain.status_code, chain.json["code"]) == (409, "survey_not_in_design")
    questions = lena.post(f"{HERE}/mapping-2027/questions", data={"blocks": ["needs"], "technologies": ""})
    assert questions.status_code == 422
    settings = {"title": "Longer", "last_day": "2027-06-01", "reminder_days": "10"}
    assert lena.post(f"{HERE}/mapping-2027/settings", data=settings).status_code == 302
    session.refresh(field.campaign)
    assert (field.campaign.title, field.campaign.last_day, field.campaign.chain_version) == (
        "Longer", date(2027, 6, 1), 1,
    )  # fmt: skip
    assert lena.post(f"{HERE}/mapping-2027/settings", data=settings | {"last_day": "2027-01-01"}).status_code == 422


def test_people_are_named_invited_and_removed(field, lena, session):
    sent = {"email": "nora@example.org", "name": "Nora", "role": "contact", "nuts": "ES51"}
    assert lena.post(f"{HERE}/mapping-2027/people", data=sent | {"nuts": ""}).status_code == 422
    assert lena.post(f"{HERE}/mapping-2027/people", data=sent).status_code == 302
    assert lena.post(f"{HERE}/mapping-2027/people", data=sent).status_code == 422
    row = session.query(SurveyStaff).filter_by(nuts="ES51").one()
    assert session.query(Mail).filter_by(recipient="nora@example.org").count() == 1
    assert lena.post(f"{HERE}/mapping-2027/people/{row.id}/remove").status_code == 302
    assert session.query(SurveyStaff).filter_by(nuts="ES51").count() == 0
    actions = {action for (action,) in session.query(AuditEntry.action)}
    assert {"survey_campaign.staff", "survey_campaign.staff_removed"} <= actions


def test_a_survey_does_not_open_without_a_last_day_that_lies_ahead(field, lena, session):
    field.campaign.last_day = date(2027, 2, 1)
    session.commit()
    refused = lena.post(f"{HERE}/mapping-2027/step/open", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (422, "guard_closed")
    assert lena.post(f"{HERE}/mapping-2027/step/nonsense").status_code == 404


def test_only_those_who_coordinate_open_it(field, sign_in, client):
    for other in (field.ana, field.carl, field.rui, field.mona, field.stan):
        assert sign_in(other).post(f"{HERE}/mapping-2027/step/open").status_code == 403
    assert client.post(f"{HERE}/mapping-2027/step/open", headers={"Accept": "application/json"}).status_code == 401
    assert sign_in(field.rui).post(f"{HERE}/new", data={"title": "Mine"}).status_code == 403
