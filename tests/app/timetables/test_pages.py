"""The pages: who may see and do what, and that they do it."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.events.models import Phase
from app.meetings.models import MeetingRequest
from app.registrations.models import Absence
from app.timetables.models import Meeting, MeetingState, SchedulingRun, Timetable
from app.timetables.queries import draft_timetable, meetings_in, published_timetable
from app.timetables.services import cancel_meeting
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_draft, make_published

SignIn = Callable[[User], FlaskClient]
BASE = "/events/spring/organise"
STAFF_PAGES = (
    *("/timetable", "/timetable?view=list", "/unplaced", "/versions", "/timetable/meetings/{meeting}"),
    "/timetable/interpreters",
)
ORGANISER_PAGES = ("/runs", "/runs/{run}", "/runs/{run}/progress", "/runs/{run}/problem.json", "/publish")
CHANGER_PAGES = ("/timetable/meetings/{meeting}/move", "/timetable/free?slot={slot}&table={table}")
ORGANISER_POSTS = ("/runs", "/runs/{run}/stop", "/runs/{run}/use", "/publish")
CHANGER_POSTS = tuple(
    f"/timetable/meetings/{{meeting}}/{verb}" for verb in ("move", "cancel", "pin", "unpin", "extend")
)


@pytest.fixture
def places(session: Session, cast: Cast, clock: FixedClock) -> dict[str, int | str]:
    """Numbers for the addresses; everything is published."""
    make_crowd(session, clock, cast, 2)
    published = make_published(session, clock, cast)
    meeting = meetings_in(session, published.id)[0]
    run = session.scalars(select(SchedulingRun.id)).first() or 0
    return {"meeting": meeting.id, "run": run, "slot": cast.slots[0].id, "table": cast.tables[0].id,
            "code": meeting.request.code}  # fmt: skip


@pytest.mark.parametrize("page", [*STAFF_PAGES, *ORGANISER_PAGES, *CHANGER_PAGES])
def test_strangers_and_participants_see_nothing(
    page: str, places: dict[str, int | str], cast: Cast, client: FlaskClient, sign_in: SignIn
) -> None:
    address = BASE + page.format(**places)
    assert client.get(address).status_code in {302, 401}
    assert sign_in(cast.omar).get(address).status_code == 403
    assert sign_in(cast.pia).get(address).status_code == 403


@pytest.mark.parametrize("page", [*ORGANISER_POSTS, *CHANGER_POSTS, "/unplaced/{code}/place"])
def test_strangers_participants_and_the_desk_change_nothing(
    page: str, places: dict[str, int | str], session: Session, cast: Cast, client: FlaskClient, sign_in: SignIn
) -> None:
    address = BASE + page.format(**places)
    before = session.scalars(select(Meeting.slot_id).order_by(Meeting.id)).all()
    assert client.post(address).status_code == 401
    for user in (cast.omar, cast.pia, cast.dana):  # the event is not live, so the desk may not either
        assert sign_in(user).post(address, data={"reason": "x", "slot": 1, "table": 1}).status_code == 403
    session.expire_all()
    assert session.scalars(select(Meeting.slot_id).order_by(Meeting.id)).all() == before
    assert len(session.scalars(select(SchedulingRun)).all()) == 1


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_the_desk_reads_along(page: str, places: dict[str, int | str], cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.dana).get(BASE + page.format(**places)).status_code == 200


@pytest.mark.parametrize("page", ORGANISER_PAGES)
def test_runs_and_publication_are_the_organisers(
    page: str, places: dict[str, int | str], cast: Cast, sign_in: SignIn
) -> None:
    assert sign_in(cast.dana).get(BASE + page.format(**places)).status_code == 403
    assert sign_in(cast.olga).get(BASE + page.format(**places)).status_code == 200


def test_the_desk_cancels_on_the_day_but_not_in_a_draft(
    session: Session, cast: Cast, clock: FixedClock, places: dict[str, int | str], sign_in: SignIn
) -> None:
    cast.event.phase = Phase.LIVE
    draft = make_draft(session, clock, cast)
    drafted = meetings_in(session, draft.id)[0].id
    desk = sign_in(cast.dana)
    form = {"reason": "Missed the train"}
    assert desk.post(f"{BASE}/timetable/meetings/{drafted}/cancel", data=form).status_code == 403
    assert desk.post(f"{BASE}/timetable/meetings/{places['meeting']}/cancel", data=form).status_code == 302
    session.expire_all()
    cancelled = session.get_one(Meeting, places["meeting"])
    assert (cancelled.state, cancelled.cancel_reason) == (MeetingState.CANCELLED, "Missed the train")


def test_the_organiser_starts_a_run(session: Session, cast: Cast, clock: FixedClock, sign_in: SignIn) -> None:
    make_crowd(session, clock, cast, 1)
    browser = sign_in(cast.olga)
    answer = browser.post(f"{BASE}/runs", data={"time_limit": "5", "workers": "1", "seed": "3"})
    run = session.scalars(select(SchedulingRun)).one()
    assert (answer.status_code, answer.location) == (302, f"{BASE}/runs/{run.id}")
    assert (run.seed, run.options["time_limit"]) == (3, 5.0)
    again = browser.post(f"{BASE}/runs", data={"time_limit": "5", "workers": "1", "seed": "3"})
    assert (again.status_code, b"still under way" in again.data) == (409, True)
    wrong = browser.post(f"{BASE}/runs", data={"time_limit": "0", "workers": "1", "seed": "3"})
    assert wrong.status_code == 422
    assert b"under way" in browser.get(f"{BASE}/").data
    assert browser.post(f"{BASE}/runs/{run.id}/stop").status_code == 302
    progress = browser.get(f"{BASE}/runs/{run.id}/progress").get_json()
    assert (progress["state"], progress["all_points"]) == ("stopped", [])


def test_the_organiser_publishes_and_sees_the_difference(
    session: Session, cast: Cast, clock: FixedClock, sign_in: SignIn
) -> None:
    make_crowd(session, clock, cast, 1)
    browser = sign_in(cast.olga)
    assert b"There is no draft" in browser.get(f"{BASE}/publish").data
    assert browser.post(f"{BASE}/publish", data={}).status_code == 409
    make_draft(session, clock, cast)
    assert b"3 new" in browser.get(f"{BASE}/publish").data
    assert browser.post(f"{BASE}/publish", data={"note": "First"}).location == f"{BASE}/versions"
    draft = make_draft(session, clock, cast)
    cancel_meeting(session, meetings_in(session, draft.id)[0], "Ill", cast.olga, clock)
    assert b"1 cancelled" in browser.get(f"{BASE}/publish").data
    browser.post(f"{BASE}/publish", data={"note": "Second"})
    page = browser.get(f"{BASE}/versions").text
    assert "From version 1 to version 2" in page
    assert "1 cancelled" in page
    assert "Second" in page
    assert browser.get(f"{BASE}/versions?from=1&to=7").status_code == 404


def test_a_draft_that_breaks_a_rule_cannot_be_published(
    session: Session, cast: Cast, clock: FixedClock, sign_in: SignIn
) -> None:
    make_crowd(session, clock, cast, 1)
    draft = make_draft(session, clock, cast)
    meeting = meetings_in(session, draft.id)[0]
    session.add(Absence(participant_id=meeting.seats[0].participant_id, slot_id=meeting.slot_id))
    browser = sign_in(cast.olga)
    assert b"cannot be published" in browser.get(f"{BASE}/publish").data
    assert b"breaks a rule" in browser.get(f"{BASE}/timetable").data
    assert browser.post(f"{BASE}/publish", data={}).status_code == 409
    session.expire_all()
    assert published_timetable(session, cast.event.id) is None
    assert draft_timetable(session, cast.event.id) is not None


def test_moving_by_hand_names_what_is_in_the_way(
    session: Session, cast: Cast, clock: FixedClock, sign_in: SignIn
) -> None:
    make_crowd(session, clock, cast, 2)
    draft = make_draft(session, clock, cast)
    first, *others = meetings_in(session, draft.id)
    busy = next(m for m in others if {s.participant_id for s in m.seats} & {s.participant_id for s in first.seats})
    address = f"{BASE}/timetable/meetings/{first.id}/move"
    browser = sign_in(cast.olga)
    page = browser.get(address).text
    assert "in this slot at" in page  # somebody is busy in the other slots, and the page says with whom
    refused = browser.post(address, data={"slot": busy.slot_id, "table": busy.table_id})
    assert (refused.status_code, "meets" in refused.text) == (409, True)
    nothing = browser.post(address, data={})
    assert (nothing.status_code, "Choose a slot." in nothing.text) == (422, True)
    strange = browser.post(address, data={"slot": 99999, "table": busy.table_id})
    assert strange.status_code == 404


def test_place_by_hand_from_the_unplaced_list(session: Session, cast: Cast, clock: FixedClock, sign_in: SignIn) -> None:
    make_crowd(session, clock, cast, 1)
    draft = make_draft(session, clock, cast)
    meeting = meetings_in(session, draft.id)[0]
    code, slot, table = meeting.request.code, meeting.slot_id, meeting.table_id
    browser = sign_in(cast.olga)
    browser.post(f"{BASE}/timetable/meetings/{meeting.id}/cancel", data={"reason": "Try later"})
    page = browser.get(f"{BASE}/unplaced").text
    assert "Try later" in page
    assert "Taken out by hand" in page
    assert "Place here" in browser.get(f"{BASE}/timetable/free?slot={slot}&table={table}&which=draft").text
    placed = browser.post(f"{BASE}/unplaced/{code}/place?which=draft", data={"slot": slot, "table": table})
    assert placed.status_code == 302
    session.expire_all()
    request = session.scalars(select(MeetingRequest).where(MeetingRequest.code == code)).one()
    again = session.scalars(select(Meeting).where(Meeting.request_id == request.id)).one()
    assert (again.slot_id, again.table_id, again.timetable_id) == (slot, table, draft.id)


def test_another_events_meeting_is_not_found(
    session: Session, cast: Cast, places: dict[str, int | str], sign_in: SignIn
) -> None:
    session.add(type(cast.event)(slug="other", name="Other", time_zone="Europe/Paris", phase=Phase.BOOKING,
                                 created_at=cast.event.created_at))  # fmt: skip
    browser = sign_in(cast.ada)
    assert browser.get(f"/events/other/organise/timetable/meetings/{places['meeting']}").status_code == 404
    assert browser.get(f"/events/other/organise/runs/{places['run']}").status_code == 404


@pytest.mark.parametrize("page", ["/timetable", "/timetable?view=list", "/unplaced", "/versions"])
def test_queries_do_not_grow_with_the_event(
    page: str, session: Session, cast: Cast, clock: FixedClock, sign_in: SignIn, queries: Callable[[], object]
) -> None:
    """The same number of statements for 1 meeting as for 6."""
    counts = []
    browser = sign_in(cast.olga)
    for size in (0, 2):
        session.query(Timetable).delete()
        session.query(MeetingRequest).delete()
        session.expire_all()
        if size == 0:
            make_crowd(session, clock, cast, 0)
        else:
            make_crowd(session, clock, cast, size)
        make_published(session, clock, cast)
        session.expire_all()
        with queries() as statements:  # type: ignore[attr-defined]
            assert browser.get(BASE + page).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_run_can_be_downloaded_for_replay(
    session: Session, places: dict[str, int | str], cast: Cast, sign_in: SignIn
) -> None:
    browser = sign_in(cast.olga)
    answer = browser.get(f"{BASE}/runs/{places['run']}/schedule.json")
    run = session.get_one(SchedulingRun, places["run"])
    assert answer.get_json() == json.loads(run.schedule or "")
    assert browser.get(f"{BASE}/runs/{places['run']}/other.json").status_code == 404
