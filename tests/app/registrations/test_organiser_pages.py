"""The organiser's list, decisions and the desk."""

import pytest
from sqlalchemy import select

from app.core.models import Mail
from app.registrations import queries
from app.registrations.models import Participant, RegistrationState
from tests.factories.registrations import make_organisation, make_participant

LIST = "/events/spring/organise/participants"


@pytest.fixture
def olga(cast, sign_in):
    return sign_in(cast.olga)


def test_the_list_takes_the_same_queries_for_one_row_and_for_three(cast, olga, session, clock, queries):
    def count(address):
        olga.get(address)
        with queries() as statements:
            assert olga.get(address).status_code == 200
        return len(statements)

    one = count(f"{LIST}?q=pia")
    make_participant(session, clock, cast.event, "Pia Two")
    make_participant(session, clock, cast.event, "Pia Three")
    assert count(f"{LIST}?q=pia") == one
    assert one <= 14  # the shell of the page is in it


def test_search_filters_and_sorting(cast, olga, session, clock):
    house = make_organisation(session, clock, "Zephyr Oy", "FI")
    make_participant(session, clock, cast.event, "Aino Virtanen", organisation=house)
    make_participant(session, clock, cast.event, "Åke Berg", state=RegistrationState.PENDING)

    def names(query):
        page = olga.get(f"{LIST}?{query}").text
        every = ("Aino Virtanen", "Åke Berg", "Pia Example", "Piotr Example")
        return sorted((name for name in every if name in page), key=page.index)

    assert names("q=zephyr") == ["Aino Virtanen"]
    assert names("q=aino+zephyr") == ["Aino Virtanen"]
    assert names("q=%25") == []
    assert names("state=pending") == ["Åke Berg"]
    assert names("country=FI") == ["Aino Virtanen"]
    assert names(f"organisation={house.id}") == ["Aino Virtanen"]
    assert names(f"type={cast.piotr_participant.type_id}") == ["Piotr Example"]
    assert names("sort=name&order=descending&state=approved") == ["Piotr Example", "Pia Example", "Aino Virtanen"]
    assert names("sort=nonsense&state=nonsense&page=99&type=x&country=??") == names("")


def test_pages_are_cut_and_the_last_one_answers_for_those_beyond(app, cast, session, clock):
    for number in range(5):
        make_participant(session, clock, cast.event, f"Person {number}")
    found = queries.participants_page(session, cast.event.id, queries.Filters(page=9), length=3)
    assert (found.page, found.pages, found.total, len(found.rows)) == (3, 3, 7, 1)


def test_several_are_approved_at_once(cast, olga, session, clock):
    waiting = [make_participant(session, clock, cast.event, state=RegistrationState.PENDING) for _ in range(2)]
    answer = olga.post(f"{LIST}/approve", data={"code": [p.code for p in waiting] + ["pia", "nobody"]})
    assert answer.status_code == 302
    session.expire_all()
    assert {p.state for p in waiting} == {RegistrationState.APPROVED}
    recipients = session.scalars(select(Mail.recipient)).all()
    assert sorted(recipients) == sorted(p.user.email for p in waiting)


def test_a_link_back_never_leads_elsewhere(cast, olga):
    answer = olga.post(f"{LIST}/approve", data={"code": "pia", "back": "https://evil.example"})
    assert answer.location == LIST
    answer = olga.post(f"{LIST}/approve", data={"code": "pia", "back": f"{LIST}?state=pending"})
    assert answer.location == f"{LIST}?state=pending"


def test_turning_down_from_the_page(cast, olga, session, clock):
    waiting = make_participant(session, clock, cast.event, state=RegistrationState.PENDING)
    address = f"{LIST}/{waiting.code}/decide"
    assert olga.post(address, data={"how": "reject", "reason": ""}).status_code == 422
    assert olga.post(address, data={"how": "reject", "reason": "Full."}).status_code == 302
    assert olga.post(address, data={"how": "wait"}).status_code == 422
    session.expire_all()
    assert session.get(Participant, waiting.id).state is RegistrationState.REJECTED
    assert "Full." in olga.get(f"{LIST}/{waiting.code}").text


def test_limits_are_set_and_faults_come_back(cast, olga, session):
    address = f"{LIST}/pia/limits"
    table = cast.tables[0].id
    assert olga.post(address, data={"max_meetings": "6", "min_meetings": "2", "own_table": table}).status_code == 302
    session.expire_all()
    person = session.get(Participant, cast.pia_participant.id)
    assert (person.max_meetings, person.min_meetings, person.own_table_id) == (6, 2, table)
    fault = olga.post(address, data={"max_meetings": "1", "min_meetings": "2"})
    assert fault.status_code == 422
    assert "The minimum is above the maximum." in fault.text
    taken = olga.post(f"{LIST}/piotr/limits", data={"own_table": table})
    assert taken.status_code == 422
    assert "is kept for Pia Example already" in taken.text


def test_somebody_is_added_by_hand_and_invited(cast, olga, session):
    form = {
        "name": "Nora New", "email": "nora@example.org", "country": "NO", "organisation": "Fjord", "kind": "cluster",
        "type": cast.pia_participant.type_id, "language_1": "no", "invite": "y",
    }  # fmt: skip
    assert olga.post(f"{LIST}/new", data=form).status_code == 302
    mail = session.scalars(select(Mail).where(Mail.recipient == "nora@example.org")).one()
    assert "Spring Partnering Day" in mail.subject
    again = olga.post(f"{LIST}/new", data=form)
    assert again.status_code == 422
    assert "registered for this event already" in again.text


def test_the_organiser_edits_on_behalf(cast, olga, session):
    address = f"{LIST}/pia/profile"
    assert "Piave Polymers" in olga.get(address).text
    form = {"type": cast.pia_participant.type_id, "job_title": "Chief chemist", "language_1": "it", "about": "x"}
    answer = olga.post(address, data=form)
    assert answer.location == f"{LIST}/pia"
    session.expire_all()
    person = session.get(Participant, cast.pia_participant.id)
    assert (person.job_title, person.languages) == ("Chief chemist", ["it"])
    olga.post(f"{LIST}/pia/availability", data={"free": []})
    assert len(queries.absences_of(session, person.id)) == 4


def test_the_desk_finds_checks_in_and_undoes(cast, sign_in, session):
    dana = sign_in(cast.dana)
    assert "Pia Example" in dana.get("/events/spring/organise/check-in?q=piave").text
    assert "No admitted participant matches" in dana.get("/events/spring/organise/check-in?q=olga").text
    dana.post("/events/spring/organise/check-in/pia/arrived", data={"q": "piave"})
    assert queries.checked_in_count(session, cast.event.id) == 1
    session.commit()
    assert "1 of 2 are here" in dana.get("/events/spring/organise/check-in").text
    dana.post("/events/spring/organise/check-in/pia/undo")
    assert queries.checked_in_count(session, cast.event.id) == 0


def test_the_dashboard_shows_registrations_and_entries(cast, olga, session, clock):
    make_participant(session, clock, cast.event, state=RegistrationState.PENDING)
    page = olga.get("/events/spring/organise/").text
    assert "Waiting for approval" in page
    assert "from 3 countries" in page
    assert "Profiles without needs or offers" in page
