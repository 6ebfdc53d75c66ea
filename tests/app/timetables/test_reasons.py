"""Why a request has no meeting: to the organiser, to both people, and what would help when it is tried out."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import system_clock
from app.core.models import Job
from app.core.worker import Worker
from app.registrations.models import Absence
from app.timetables import reasons
from app.timetables.models import Timetable, Unplaced
from app.timetables.services import place_request
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_published, make_request

SignIn = Callable[[User], FlaskClient]
UNPLACED = "/events/spring/organise/unplaced"
HELP = f"{UNPLACED}/r-pia-piotr/help"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def published(session: Session, cast: Cast, clock: FixedClock) -> Timetable:
    """Pia and Piotr agreed, and are never there at the same time."""
    make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    session.add_all(
        Absence(participant_id=person.id, slot_id=slot.id)
        for person, slots in ((cast.pia_participant, cast.slots[:2]), (cast.piotr_participant, cast.slots[2:]))
        for slot in slots
    )
    session.flush()
    return make_published(session, clock, cast)


def test_both_sides_read_the_reason_and_what_to_do(published: Timetable, cast: Cast, sign_in: SignIn) -> None:
    for me, other in ((cast.pia, cast.piotr), (cast.piotr, cast.pia)):
        page = sign_in(me).get("/events/spring/agenda").text
        assert "Agreed, but without a place" in page
        assert other.name in page
        assert "no time at which both of you are there" in page
        assert "Say more times at which you can meet" in page


def test_who_has_all_meetings_placed_reads_nothing_of_it(
    session: Session, cast: Cast, clock: FixedClock, sign_in: SignIn
) -> None:
    make_crowd(session, clock, cast, 1)
    make_published(session, clock, cast)
    assert "Agreed, but without a place" not in sign_in(cast.pia).get("/events/spring/agenda").text


@pytest.mark.parametrize("code", [*reasons.TITLES, "something_new"])
def test_nobody_reads_whom_others_meet(session: Session, cast: Cast, code: str) -> None:
    detail = {"ids": ["pia", "r-secret", "d1-01"], "sentence": "r-secret takes the place"}
    for me in ("pia", "piotr"):
        why, hint = reasons.told_to(code, detail, me, "Piotr Example")
        assert why
        assert "secret" not in why + hint


def test_full_is_told_apart(session: Session, cast: Cast) -> None:
    detail = {"ids": ["pia"]}
    assert reasons.told_to("participant_full", detail, "pia", "Piotr")[0].startswith("You already")
    assert reasons.told_to("participant_full", detail, "piotr", "Pia")[0].startswith("Pia already")


def test_what_would_help_is_tried_out_in_the_background(
    app: Flask, session: Session, cast: Cast, clock: FixedClock, published: Timetable, sign_in: SignIn
) -> None:
    clock.now = system_clock()
    olga = sign_in(cast.olga)
    assert "Try out what would help" in olga.get(UNPLACED).text
    asked = olga.post(HELP, headers=HTMX).text
    assert 'hx-trigger="load delay:1s"' in asked
    assert "Trying it out" in olga.get(UNPLACED).text
    olga.post(HELP, headers=HTMX)
    assert len(session.scalars(select(Job).where(Job.kind == "timetables.relief")).all()) == 1  # asked once
    session.commit()
    assert Worker(app, "one").run_one()
    found = olga.get(HELP, headers=HTMX).text
    assert "hx-trigger" not in found
    assert "It fits in if Pia Example (Piave Polymers) is there at Tue 16 Mar, 10:00." in found
    assert "It fits in with one more slot at the end." in found
    assert "It fits in if" in olga.get(UNPLACED).text


def test_without_scripts_one_comes_back_to_the_list(published: Timetable, cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.olga).post(HELP)
    assert answer.status_code == 302
    assert answer.location.endswith("/unplaced?which=published&q=r-pia-piotr")


def test_a_request_placed_meanwhile_needs_no_help(
    app: Flask, session: Session, cast: Cast, clock: FixedClock, published: Timetable, sign_in: SignIn
) -> None:
    clock.now = system_clock()
    olga = sign_in(cast.olga)
    olga.post(HELP, headers=HTMX)
    row = session.scalars(select(Unplaced)).one()
    session.query(Absence).delete()
    session.commit()
    clock.now = cast.slots[0].starts_at
    place_request(session, published, row.request, cast.slots[0], cast.tables[0], None, clock)
    session.commit()
    assert Worker(app, "one").run_one()
    assert session.scalars(select(Job)).all()[-1].error is None
    assert olga.get(HELP, headers=HTMX).status_code == 404


def test_only_staff_ask(published: Timetable, cast: Cast, client: FlaskClient, sign_in: SignIn) -> None:
    assert client.post(HELP).status_code in {302, 401}
    for user in (cast.omar, cast.pia):
        assert sign_in(user).post(HELP).status_code == 403
        assert sign_in(user).get(HELP, headers=HTMX).status_code == 403
    assert sign_in(cast.dana).post(HELP, headers=HTMX).status_code == 200
    assert sign_in(cast.olga).get(f"{UNPLACED}/r-nobody/help", headers=HTMX).status_code == 404
