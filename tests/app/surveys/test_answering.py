"""Answering by the personal link: save, resume, submit, change, withdraw; on behalf, validation, reminders, waves."""

from datetime import date, timedelta

import pytest

from app.core.errors import Conflict, Forbidden, Invalid
from app.core.models import AuditEntry, Job, Mail
from app.core.transitions import Act
from app.surveys import jobs, links, queries, services
from app.surveys.models import SurveyAnswer, SurveyResponse
from tests.factories.surveys import COORDINATOR, answered, invite, need

WHO = {"organisation": "Grazer Garne", "type": "small", "nuts": "AT221", "person": "Gerda", "consent": "yes"}


@pytest.fixture
def asked(app, field, session, clock):
    """An open survey in which Grazer Garne (AT22) is invited; its personal link as a path."""
    with app.app_context():
        invite(session, clock, field.campaign, field.lena, "gerda@example.org", "AT22", organisation="Grazer Garne")
        services.move(session, clock, field.campaign, "open", Act(field.lena.id, COORDINATOR))
        session.commit()
        response = session.query(SurveyResponse).one()
        return response, f"/answer/{links.token_of(response)}"


def contents(session, response):
    session.expire_all()
    return queries.contents_of(session, response.id)


def test_opening_mails_everybody_their_link_once(asked, session):
    _response, link = asked
    (mail,) = session.query(Mail).filter(Mail.subject.contains("Your answers")).all()
    assert mail.recipient == "gerda@example.org"
    assert f"http://localhost{link}/" in mail.body


def test_save_resume_submit(asked, session, client):
    response, link = asked
    assert client.post(f"{link}/respondent", data=WHO | {"then": "next", "visibility": "public"}).status_code == 302
    session.refresh(response)
    assert (response.state, response.organisation_name, response.respondent_type) == (
        "in_progress",
        "Grazer Garne",
        "small",
    )
    page = client.get(f"{link}/").text
    assert "Still to do before you can submit" in page
    client.post(
        f"{link}/positions", data={"inputs-active": "yes", "inputs-role": "supplier", "visibility": "partnership"}
    )
    client.post(f"{link}/needs/new", data={"need": "A pilot line", "segment": "testing", "urgency": "4"})
    saved = contents(session, response)
    assert saved["positions"] == {"inputs": {"active": True, "role": "supplier"}}
    assert [item["need"] for item in saved["needs"]["items"]] == ["A pilot line"]
    assert "Submit the answers" in client.get(f"{link}/").text
    assert client.post(f"{link}/act/submit").status_code == 302
    session.refresh(response)
    assert response.state == "submitted"
    assert response.organisation.name == "Grazer Garne"
    assert (response.organisation.kind, response.organisation.size, response.organisation.country) == (
        "company",
        "small",
        "AT",
    )
    assert session.query(Mail).filter(Mail.subject.contains("Received")).count() == 1


def test_submitted_answers_stand_until_they_are_taken_up_again(asked, session, client):
    response, link = asked
    client.post(f"{link}/respondent", data=WHO)
    client.post(f"{link}/needs/new", data={"need": "A pilot line", "segment": "testing", "urgency": "4"})
    client.post(f"{link}/act/submit")
    refused = client.post(
        f"{link}/respondent", data=WHO | {"organisation": "Other"}, headers={"Accept": "application/json"}
    )
    assert (refused.status_code, refused.json["code"]) == (409, "answer_submitted")
    client.post(f"{link}/act/change")
    assert client.post(f"{link}/respondent", data=WHO | {"organisation": "Other"}).status_code == 302
    assert contents(session, response)["respondent"]["organisation"] == "Other"


def test_a_wrong_answer_is_said_at_its_field_and_nothing_is_written(asked, session, client):
    response, link = asked
    answer = client.post(f"{link}/respondent", data=WHO | {"website": "nonsense", "organisation": "Kept in the form"})
    assert answer.status_code == 422
    assert "https://example.org" in answer.text
    assert "Kept in the form" in answer.text
    session.refresh(response)
    assert response.state == "invited"
    assert contents(session, response) == {}
    wrong = client.post(f"{link}/positions", data={"inputs-active": "yes", "inputs-role": "king"})
    assert wrong.status_code == 422
    assert 'href="#inputs-role"' in wrong.text


def test_an_answer_counts_for_the_region_that_was_asked(asked, client):
    _response, link = asked
    answer = client.post(f"{link}/respondent", data=WHO | {"nuts": "ES511"})
    assert answer.status_code == 422
    assert "outside" in answer.text


def test_two_open_pages_do_not_overwrite_each_other(asked, session, client):
    response, link = asked
    client.post(f"{link}/respondent", data=WHO | {"revision": "0"})
    assert client.post(f"{link}/respondent", data=WHO | {"revision": "1"}).status_code == 302
    late = client.post(f"{link}/respondent", data=WHO | {"revision": "1", "person": "Gerald"})
    assert late.status_code == 422
    assert "Saved in another window meanwhile" in late.text
    assert '<dd class="pre-line">Gerda</dd>' in late.text
    assert 'value="Gerald"' in late.text, "nothing of one's own is lost"
    assert contents(session, response)["respondent"]["person"] == "Gerda"
    mine = WHO | {"revision": "2", "person": "Gerald"}
    assert 'name="revision" value="2"' in late.text
    assert client.post(f"{link}/respondent", data=mine).status_code == 302
    assert contents(session, response)["respondent"]["person"] == "Gerald"


def test_a_part_saves_itself_while_one_types(asked, session, client):
    response, link = asked
    first = client.post(f"{link}/respondent", data=WHO | {"revision": "0", "auto": "1"})
    assert (first.status_code, first.json) == (200, {"revision": 1, "address": ""})
    wrong = client.post(f"{link}/respondent", data=WHO | {"revision": "1", "nuts": "FI1C1", "auto": "1"})
    assert (wrong.status_code, wrong.json["faults"][0]["name"]) == (200, "nuts")
    assert contents(session, response)["respondent"]["nuts"] == "AT221"
    half = {"organisation": "Grazer Garne", "revision": "1", "auto": "1"}
    assert client.post(f"{link}/respondent", data=half).json["revision"] == 2, "half a form is kept, too"


def test_two_windows_that_save_themselves_do_not_overwrite_each_other(asked, session, client):
    response, link = asked
    start = WHO | {"revision": "0", "auto": "1", "visibility": "analysts"}
    assert client.post(f"{link}/respondent", data=start).status_code == 200
    late = client.post(f"{link}/respondent", data=start | {"person": "Gerald", "visibility": "public"})
    assert late.status_code == 409
    assert late.json["revision"] == 1
    assert [line["value"] for line in late.json["theirs"]] == ["Gerda", "The analysts of this survey"]
    assert contents(session, response)["respondent"]["person"] == "Gerda"
    same = client.post(f"{link}/respondent", data=start)
    assert (same.status_code, same.json["revision"]) == (200, 1), "who wrote the same has no conflict"


def test_an_entry_saves_itself_once_it_is_complete_and_then_changes_that_one(asked, session, client):
    response, link = asked
    form = {"need": "A pilot line", "segment": "testing", "auto": "1", "was": ""}
    assert [f["name"] for f in client.post(f"{link}/needs/new", data=form).json["faults"]] == ["urgency"]
    assert "needs" not in contents(session, response)
    made = client.post(f"{link}/needs/new", data=form | {"urgency": "4"})
    assert made.status_code == 200
    address, was = made.json["address"], made.json["revision"]
    assert address.startswith(f"{link}/needs/")
    mine = form | {"urgency": "5", "was": was}
    again = client.post(address, data=mine)
    assert again.status_code == 200
    other = client.post(address, data=form | {"urgency": "4", "need": "Another", "was": was})
    assert other.status_code == 409
    assert {line["value"] for line in other.json["theirs"]} >= {"A pilot line"}
    (item,) = contents(session, response)["needs"]["items"]
    assert (item["need"], item["urgency"]) == ("A pilot line", "5")
    page = client.post(address, data={"need": "Another", "segment": "testing", "urgency": "4", "was": was})
    assert page.status_code == 422
    assert 'value="Another"' in page.text or ">Another<" in page.text


def test_nothing_saves_itself_when_the_survey_is_over(asked, field, client):
    _response, link = asked
    field.campaign.state = "closed"
    late = client.post(
        f"{link}/respondent", data=WHO | {"revision": "0", "auto": "1"}, headers={"Accept": "application/json"}
    )
    assert (late.status_code, late.json["code"]) == (409, "survey_closed")
    assert client.post("/answer/forged/respondent", data=WHO | {"auto": "1"}).status_code in {403, 404, 410}


def test_entries_are_changed_and_removed_by_their_key(asked, session, client):
    response, link = asked
    for text in ("One", "Two"):
        client.post(
            f"{link}/capabilities/new", data={"capability": text, "segment": "inputs", "technologies": ["coating"]}
        )
    one, two = (item["key"] for item in contents(session, response)["capabilities"]["items"])
    client.post(f"{link}/capabilities/{one}", data={"capability": "Uno", "segment": "inputs"})
    client.post(f"{link}/capabilities/{two}/remove")
    assert contents(session, response)["capabilities"]["items"] == [
        {"key": one, "capability": "Uno", "segment": "inputs"}
    ]
    assert client.get(f"{link}/capabilities/{two}").status_code == 404
    assert client.post(f"{link}/capabilities/{two}/remove").status_code == 409


def test_only_authorities_are_asked_as_authorities(asked, client):
    _response, link = asked
    assert "Regional authority" not in client.get(f"{link}/").text
    client.post(f"{link}/respondent", data=WHO | {"type": "public"})
    assert "Regional authority" in client.get(f"{link}/").text


def test_who_withdraws_gets_no_more_mail_and_the_link_ends(asked, session, client):
    response, link = asked
    assert client.post(f"{link}/act/withdraw").status_code == 200
    session.refresh(response)
    assert (response.state, response.link_nonce) == ("withdrawn", None)
    assert client.get(f"{link}/").status_code == 410


def test_a_closed_survey_takes_nothing(asked, field, session, client):
    response, link = asked
    field.campaign.state = "closed"
    session.commit()
    assert client.get(f"{link}/needs").status_code == 200
    for page, data in (("respondent", WHO), ("needs/new", {"need": "x", "segment": "inputs", "urgency": "1"})):
        assert client.post(f"{link}/{page}", data=data).status_code == 409
    assert client.post(f"{link}/act/submit").status_code == 409
    assert contents(session, response) == {}


def test_locked_answers_are_deleted_on_request_only_and_for_good(asked, field, session, client, sign_in):
    response, link = asked
    client.post(f"{link}/respondent", data=WHO)
    response.state, field.campaign.state = "locked", "analysed"
    session.commit()
    assert client.post(f"{link}/act/withdraw").status_code == 409
    assert client.post(f"{link}/act/delete", data={"reason": "We closed down"}).status_code == 302
    assert client.post(f"{link}/act/delete").status_code == 409
    base = f"/partnerships/textiles/surveys/mapping-2027/responses/{response.code}"
    page = sign_in(field.lena).get(f"{base}/").text
    assert "We closed down" in page
    assert sign_in(field.carl).post(f"{base}/step/erase", data={"comment": "x"}).status_code == 403
    assert sign_in(field.lena).post(f"{base}/step/erase", data={"comment": ""}).status_code == 422
    assert sign_in(field.lena).post(f"{base}/step/erase", data={"comment": "Asked for"}).status_code == 302
    session.expire_all()
    assert (response.state, response.email, response.organisation_name) == ("erased", None, "")
    assert session.query(SurveyAnswer).filter_by(response_id=response.id).count() == 0
    assert client.get(f"{link}/").status_code == 410


def test_the_contact_answers_on_behalf_and_the_trail_says_so(asked, field, session, sign_in):
    response, _link = asked
    base = f"/partnerships/textiles/surveys/mapping-2027/responses/{response.code}"
    carl = sign_in(field.carl)
    assert "on behalf" in carl.get(f"{base}/answer/").text
    carl.post(f"{base}/answer/respondent", data=WHO)
    carl.post(f"{base}/answer/needs/new", data={"need": "x", "segment": "inputs", "urgency": "1"})
    assert carl.post(f"{base}/answer/act/submit").status_code == 302
    session.expire_all()
    assert (response.state, response.submitted_by_id) == ("submitted", field.carl.id)
    (entry,) = session.query(AuditEntry).filter_by(action="survey_response.submit").all()
    assert (entry.actor_id, entry.detail["role"]) == (field.carl.id, "contact")


def test_a_private_part_is_closed_to_coordinators(asked, field, session, client, sign_in):
    response, link = asked
    client.post(f"{link}/respondent", data=WHO | {"visibility": "private"})
    base = f"/partnerships/textiles/surveys/mapping-2027/responses/{response.code}"
    assert "Gerda" in sign_in(field.carl).get(f"{base}/").text
    assert "AT221" not in sign_in(field.lena).get(f"{base}/").text
    assert sign_in(field.lena).get(f"{base}/answer/respondent").status_code == 403
    assert sign_in(field.carl).get(f"{base}/answer/respondent").status_code == 200


def test_validation_and_return(asked, field, session, client, sign_in):
    response, link = asked
    client.post(f"{link}/respondent", data=WHO)
    client.post(f"{link}/needs/new", data={"need": "x", "segment": "inputs", "urgency": "1"})
    client.post(f"{link}/act/submit")
    base = f"/partnerships/textiles/surveys/mapping-2027/responses/{response.code}"
    carl = sign_in(field.carl)
    assert carl.post(f"{base}/step/return", data={"comment": ""}).status_code == 422
    assert carl.post(f"{base}/step/return", data={"comment": "Say more on coating"}).status_code == 302
    session.expire_all()
    assert response.state == "returned"
    assert "Say more on coating" in client.get(f"{link}/").text
    assert session.query(Mail).filter(Mail.body.contains("Say more on coating")).count() == 1
    client.post(f"{link}/act/submit")
    assert carl.post(f"{base}/step/validate").status_code == 302
    session.expire_all()
    assert (response.state, response.validated_by_id) == ("validated", field.carl.id)


def test_a_new_link_ends_the_old_one(app, asked, field, session, client, sign_in):
    response, link = asked
    base = f"/partnerships/textiles/surveys/mapping-2027/responses/{response.code}"
    assert sign_in(field.carl).post(f"{base}/link/renew").status_code == 302
    assert client.get(f"{link}/").status_code == 410
    session.expire_all()
    with app.app_context():
        new = links.token_of(response)
    assert client.get(f"/answer/{new}/").status_code == 200
    assert session.query(Mail).filter(Mail.body.contains(new)).count() == 1
    sign_in(field.carl).post(f"{base}/link/revoke")
    assert client.get(f"/answer/{new}/").status_code == 410


def test_reminders_come_after_days_three_at_most_and_only_to_the_unfinished(app, asked, field, session, clock):
    _response, _link = asked
    with app.app_context():
        answered(session, clock, field.campaign, "ES51")

        def due():
            number = services.remind_due(session, clock)
            session.flush()
            return number

        assert due() == 0
        found = []
        for _step in range(5):
            clock.advance(timedelta(days=7))
            found += [due(), due()]
        assert found == [1, 0, 1, 0, 1, 0, 0, 0, 0, 0]
        session.commit()
    assert session.query(Mail).filter(Mail.subject.contains("Reminder")).count() == 3


def test_the_job_closes_what_is_over_and_comes_back_while_something_is_open(app, asked, field, session, clock):
    field.campaign.last_day = date(2027, 3, 10)
    session.commit()
    with app.app_context():
        jobs.keep_up(None)
        session.expire_all()
        assert field.campaign.state == "open"
        waiting = session.query(Job).filter_by(kind="surveys.upkeep").one()
        session.delete(waiting)
        session.commit()
        clock.advance(timedelta(days=10))
        jobs.keep_up(None)
        session.expire_all()
        assert field.campaign.state == "closed"
        assert session.query(Job).filter_by(kind="surveys.upkeep").count() == 0


def test_an_invitation_needs_a_member_region_a_good_address_and_is_sent_once(app, field, session, clock):
    with app.app_context():
        invite(session, clock, field.campaign, field.lena, "a@example.org", "AT22")
        with pytest.raises(Conflict, match="asked already"):
            invite(session, clock, field.campaign, field.lena, "A@Example.org", "ES51")
        with pytest.raises(Invalid, match="no member region"):
            invite(session, clock, field.campaign, field.lena, "b@example.org", "DE21")
        with pytest.raises(Invalid, match="not an e-mail address"):
            invite(session, clock, field.campaign, field.lena, "b at example", "AT22")
        act = Act(field.lena.id, COORDINATOR)
        lines = "c@example.org; C; Cora\n\nnonsense"
        with pytest.raises(Invalid, match="Line 3"), session.begin_nested():
            services.invite_lines(session, clock, act, field.campaign, nuts="AT22", lines=lines)
        assert session.query(SurveyResponse).count() == 1


def test_a_new_wave_asks_again_and_starts_from_what_was_said(app, field, session, clock):
    with app.app_context():
        former = answered(session, clock, field.campaign, "AT22", needs=[need("testing")], state="locked")
        answered(session, clock, field.campaign, "AT22", state="withdrawn")
        field.campaign.state = "analysed"
        session.flush()
        with pytest.raises(Forbidden):
            services.move(session, clock, field.campaign, "new_wave", Act(field.ana.id, frozenset({"analyst"}), "x"))
        with pytest.raises(Invalid):
            services.move(session, clock, field.campaign, "new_wave", Act(field.lena.id, COORDINATOR))
        services.move(session, clock, field.campaign, "new_wave", Act(field.lena.id, COORDINATOR, "Two years later"))
        (again,) = session.query(SurveyResponse).filter_by(wave=2).all()
        assert (field.campaign.state, field.campaign.version) == ("design", 2)
        assert (again.previous_id, again.state, again.email, again.code) == (
            former.id,
            "invited",
            former.email,
            "r0003",
        )
        assert queries.contents_of(session, again.id)["needs"] == queries.contents_of(session, former.id)["needs"]
