"""The public page of a survey: what was opened to everybody, by three at least; nobody is named against their will."""

import pytest

from app.surveys import queries
from app.surveys.models import SurveyAnswer
from tests.factories.surveys import answered, need, offer

PAGE = "/partnerships/textiles/surveys/mapping-2027/public"


@pytest.fixture
def said(field, session, clock):
    """Three offers that are public in AT22, one in ES51, two public needs; the first of all wants to be named."""
    rows = [
        answered(session, clock, field.campaign, nuts, offers=[offer("testing", f"Coating {n}", contact="Carla")],
                 visibility="public", name=f"House {n}")
        for n, nuts in enumerate(("AT22", "AT22", "AT22", "ES51"))
    ]  # fmt: skip
    for number in (5, 6):
        answered(session, clock, field.campaign, "PT11", needs=[need("testing", f"Need {number}")], visibility="public")
    answered(session, clock, field.campaign, "PT11", offers=[offer("design", "Secret weave")], name="Quiet House")
    for part in session.query(SurveyAnswer).filter_by(block="respondent"):
        part.content = dict(part.content) | {"named": part.response_id == rows[0].id}
    field.campaign.state = "report_published"
    session.commit()
    return rows


def test_everybody_sees_what_was_opened_to_everybody(said, client):
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Opened by 4 respondents." in page.text
    assert "Coating 3" in page.text
    assert "What the mapping found" in client.get("/partnerships/textiles/").text


def test_nobody_is_named_against_their_will_nor_by_the_region(said, client):
    text = client.get(PAGE).text
    assert "House 0" in text
    assert "House 1" not in text
    assert "Carla" not in text
    assert "Steiermark" in text, "three of Styria opened the part"
    assert "Cataluña" not in text
    assert "ES51" not in text


def test_parts_of_fewer_than_three_and_closed_ones_are_hidden(said, client):
    text = client.get(PAGE).text
    assert "Need 5" not in text
    assert "Secret weave" not in text
    assert "Quiet House" not in text


def test_counts_of_one_or_two_are_hidden(said, client, session, clock, field):
    answered(session, clock, field.campaign, "AT22", offers=[offer("recovery", "Shredding")], visibility="public")
    text = client.get(PAGE).text
    assert "fewer than 3" in text


@pytest.mark.parametrize("state", ["design", "open", "closed", "analysed"])
def test_nothing_is_public_before_the_report_is(said, client, session, field, state):
    field.campaign.state = state
    assert client.get(PAGE).status_code == 404
    assert "What the mapping found" not in client.get("/partnerships/textiles/").text


def test_a_partnership_that_is_not_public_shows_nothing(said, client, sign_in, session, field):
    field.partnership.state = "scoping"
    assert client.get(PAGE).status_code == 302, "who is not signed in is asked to"
    assert sign_in(field.stan).get(PAGE).status_code == 404
    assert client.get(PAGE.replace("mapping-2027", "nothing")).status_code in {302, 404}
    assert queries.campaigns_of(session, field.partnership.id)
