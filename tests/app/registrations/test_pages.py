"""Pages of registration and profile, seen by whom they are for and by the outsider."""

import re

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.core.models import Mail
from app.events.models import Approval, EventFormat, Phase
from app.organisations.models import Organisation
from app.registrations import queries
from app.registrations.models import Participant, RegistrationState
from tests.factories.registrations import make_participant, make_session

PASSWORD = "seven quiet otters swim"


def answers(cast, **changes):
    """The registration form as Omar fills it in."""
    return {
        "country": "FI",
        "organisation": "Aurinko Materials",
        "kind": "company",
        "size": "small",
        "nuts": "FI19",
        "nace": "22",
        "website": "aurinko.example.org",
        "type": cast.pia_participant.type_id,
        "job_title": "Head of development",
        "about": "We make cellulose dispersions and look for coaters.",
        "language_1": "en",
        "language_2": "fi",
        "trl_min": "4",
        "trl_max": "7",
        "value_chain_position": "inputs",
        "consent": "y",
    } | changes


def me(session, cast):
    session.expire_all()
    return queries.participant_of(session, cast.event.id, cast.omar.id)


def test_registering_leads_on_to_needs_and_offers(cast, sign_in, session):
    browser = sign_in(cast.omar)
    assert browser.get("/events/spring/register").status_code == 200
    answer = browser.post("/events/spring/register", data=answers(cast))
    assert (answer.status_code, answer.location) == (302, "/events/spring/me/entries?journey=1")
    made = me(session, cast)
    assert made.state is RegistrationState.PENDING
    assert (made.organisation.name, made.organisation.nuts) == ("Aurinko Materials", "FI19")
    assert made.organisation.website == "https://aurinko.example.org"
    assert (made.languages, made.trl_min, made.trl_max) == (["en", "fi"], 4, 7)
    for page in ("entries", "availability", "sessions"):
        assert browser.get(f"/events/spring/me/{page}?journey=1").status_code == 200
    assert "Waiting for approval" in browser.get("/events/spring/me").text


def test_colleagues_share_an_organisation_whatever_the_spelling(cast, sign_in, session):
    form = answers(cast, country="IT", organisation=" PIAVE  polymers", kind="", nuts="", nace="", website="")
    assert sign_in(cast.omar).post("/events/spring/register", data=form).status_code == 302
    assert me(session, cast).organisation_id == cast.pia_participant.organisation_id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": ""}, "Say what kind of organisation it is."),
        ({"consent": ""}, "registration needs it"),
        ({"website": "not an address"}, "such as https://example.org"),
        ({"trl_min": "8"}, "The range ends below its beginning."),
        ({"nuts": "ITC4"}, "ITC4 is not a region of Finland."),
        ({"type": "77777"}, "Not a valid choice"),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_is_saved(cast, sign_in, session, changes, sentence):
    answer = sign_in(cast.omar).post("/events/spring/register", data=answers(cast, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Head of development" in answer.text
    assert me(session, cast) is None
    assert session.scalars(select(Organisation).where(Organisation.name == "Aurinko Materials")).first() is None


def test_somebody_new_makes_an_account_on_the_way(cast, client, session):
    assert "Your name" in client.get("/events/spring/register").text
    data = {"name": "Nina Neu", "email": "Nina@Example.org", "password": PASSWORD}
    answer = client.post("/events/spring/register", data=data)
    assert (answer.status_code, answer.location) == (302, "/events/spring/register")
    assert "nina@example.org" in client.get("/events/spring/register").text
    answer = client.post("/events/spring/register", data=answers(cast))
    assert answer.status_code == 302
    user = session.scalars(select(User).where(User.email == "nina@example.org")).one()
    assert queries.participant_of(session, cast.event.id, user.id).code == "p0001"


def test_without_a_password_a_link_is_mailed_that_leads_back(cast, client, session):
    answer = client.post("/events/spring/register", data={"name": "Nina Neu", "email": "nina@example.org"})
    assert answer.status_code == 200
    body = session.scalars(select(Mail.body).where(Mail.recipient == "nina@example.org")).one()
    path = re.search(r"http://localhost(/link/\S+)", body)[1]
    answer = client.post(path)
    assert answer.location == "/events/spring/register"
    assert client.get(answer.location).status_code == 200


def test_an_address_with_an_account_is_never_taken_over(cast, client, session):
    data = {"name": "Mallory", "email": "pia@example.org", "password": PASSWORD}
    answer = client.post("/events/spring/register", data=data)
    assert answer.status_code == 200
    session.expire_all()
    assert session.get(User, cast.pia.id).password_hash is None
    assert session.get(User, cast.pia.id).name == "Pia Example"
    assert session.scalars(select(Mail.recipient)).all() == ["pia@example.org"]
    assert client.get("/events/spring/me").status_code == 302


def test_a_weak_password_is_refused_with_the_way_to_mend_it(cast, client):
    data = {"name": "Nina", "email": "nina@example.org", "password": "short"}
    answer = client.post("/events/spring/register", data=data)
    assert answer.status_code == 422
    assert "at least 12 characters" in answer.text


@pytest.mark.parametrize(("phase", "sentence"), [(Phase.CLOSED, "This event is over"), (Phase.DRAFT, None)])
def test_a_closed_door_says_why(cast, sign_in, session, phase, sentence):
    cast.event.phase = phase
    browser = sign_in(cast.omar)
    page = browser.get("/events/spring/register")
    if sentence is None:
        assert page.status_code == 404
    else:
        assert sentence in page.text
        assert browser.post("/events/spring/register", data=answers(cast)).status_code == 403
    assert me(session, cast) is None


def test_who_is_registered_is_led_to_the_profile(cast, sign_in):
    assert sign_in(cast.pia).get("/events/spring/register").location == "/events/spring/me"


def test_attendance_is_asked_at_mixed_events_only(cast, sign_in):
    browser = sign_in(cast.omar)
    assert 'name="attendance"' not in browser.get("/events/spring/register").text
    cast.event.format = EventFormat.MIXED
    assert 'name="attendance"' in browser.get("/events/spring/register").text
    answer = browser.post("/events/spring/register", data=answers(cast, attendance="online"))
    assert answer.status_code == 302


def test_the_profile_says_what_is_missing_and_why(cast, sign_in):
    page = sign_in(cast.pia).get("/events/spring/me").text
    assert "11 %" in page
    assert "At least one need" in page
    assert "Recommendations rest on what you need" in page


def test_times_are_saved_by_day_and_tile(cast, sign_in, session):
    browser = sign_in(cast.pia)
    first, second, third, fourth = (slot.id for slot in cast.slots)
    browser.post("/events/spring/me/availability", data={"free": [str(second), str(third)]})
    assert queries.absences_of(session, cast.pia_participant.id) == {first, fourth}
    session.commit()
    browser.post("/events/spring/me/availability", data={"whole": "2027-03-16|away"})
    assert queries.absences_of(session, cast.pia_participant.id) == {first, second, third, fourth}
    session.commit()
    browser.post("/events/spring/me/availability", data={"whole": "2027-03-16|free"})
    assert queries.absences_of(session, cast.pia_participant.id) == set()


def test_sessions_are_joined_and_left(cast, sign_in, session):
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at, capacity=1)
    browser, address = sign_in(cast.pia), f"/events/spring/me/sessions/{talk.id}"
    assert "0 of 1 seats taken" in browser.get("/events/spring/me/sessions").text
    assert browser.post(f"{address}/join").status_code == 302
    assert "You attend" in browser.get("/events/spring/me/sessions").text
    assert "Talk" in browser.get("/events/spring/me/availability").text
    full = sign_in(cast.piotr).post(f"{address}/join")
    assert full.status_code == 409
    assert "All 1 places" in full.text
    assert browser.post(f"{address}/leave").status_code == 302
    assert browser.post("/events/spring/me/sessions/999/join").status_code == 404


def test_leaving_says_first_what_happens(cast, sign_in, session):
    browser = sign_in(cast.pia)
    assert "Other participants no longer see you." in browser.get("/events/spring/me/leave").text
    assert browser.post("/events/spring/me/leave", data={"reason": "Ill"}).status_code == 302
    session.expire_all()
    assert session.get(Participant, cast.pia_participant.id).state is RegistrationState.CANCELLED
    assert "Register again" in browser.get("/events/spring/me").text
    assert browser.get("/events/spring/me/leave").status_code == 409


def test_an_organisation_is_corrected_by_its_only_member(cast, sign_in, session):
    browser = sign_in(cast.pia)
    assert browser.get("/events/spring/me/organisation").status_code == 200
    form = {"change": "correct", "country": "IT", "organisation": "Piave Polymers Spa", "kind": "company", "nuts": ""}
    assert browser.post("/events/spring/me/organisation", data=form).status_code == 302
    session.expire_all()
    assert cast.pia_participant.organisation.name == "Piave Polymers Spa"


def test_an_organisation_that_is_shared_is_corrected_by_the_organiser_only(cast, sign_in, session, clock):
    make_participant(session, clock, cast.event, organisation=cast.pia_participant.organisation)
    form = {"change": "correct", "country": "IT", "organisation": "Mine now", "kind": "company", "nuts": ""}
    answer = sign_in(cast.pia).post("/events/spring/me/organisation", data=form)
    assert answer.status_code == 422
    assert "ask the organisers" in answer.text
    assert (
        sign_in(cast.olga).post("/events/spring/organise/participants/pia/organisation", data=form).status_code == 302
    )
    session.expire_all()
    assert cast.pia_participant.organisation.name == "Mine now"


def test_moving_to_another_organisation_leaves_the_first_as_it_was(cast, sign_in, session):
    form = {"change": "other", "country": "PL", "organisation": "poznan process institute", "kind": "", "nuts": ""}
    assert sign_in(cast.pia).post("/events/spring/me/organisation", data=form).status_code == 302
    session.expire_all()
    assert cast.pia_participant.organisation_id == cast.piotr_participant.organisation_id


def test_suggestions_are_of_the_country_chosen(cast, sign_in, client):
    browser = sign_in(cast.omar)
    page = browser.get("/organisations/suggestions?country=IT&organisation=pia").text
    assert "Piave Polymers" in page
    assert "Poznan" not in page
    assert "is on the list" in browser.get("/organisations/suggestions?country=IT&organisation=piave polymers").text
    assert "Piave" not in browser.get("/organisations/suggestions?country=PL&organisation=pia").text
    assert client.get("/organisations/suggestions?country=IT&organisation=pia").status_code == 302
    assert "AT12" in client.get("/organisations/regions?country=AT").text


def test_approval_can_be_automatic(cast, sign_in, session):
    cast.event.approval = Approval.AUTOMATIC
    sign_in(cast.omar).post("/events/spring/register", data=answers(cast))
    assert me(session, cast).state is RegistrationState.APPROVED
