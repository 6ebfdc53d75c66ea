"""Re-planning from the published timetable: few moves, no moves, and a meeting that runs over."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.agenda.queries import agenda_of
from app.core.errors import Conflict, Invalid
from app.events.models import Phase
from app.meetings.models import MeetingRequest, RequestPin
from app.registrations.models import Absence
from app.timetables.material import places_of
from app.timetables.models import CalendarSequence, Meeting, SchedulingRun, Timetable
from app.timetables.options import Mode, RunOptions
from app.timetables.queries import draft_timetable, meetings_in, published_timetable
from app.timetables.rules import differences
from app.timetables.services import extend_meeting, place_request, publish, runs, solve_now
from app.timetables.services.publishing import findings_in
from tests.cast import Cast, FixedClock
from tests.factories.timetables import (
    make_crowd,
    make_draft,
    make_empty_draft,
    make_participant,
    make_published,
    make_request,
)

REPLAN = RunOptions(time_limit=5, workers=1, mode=Mode.REPLAN)
FILL = RunOptions(time_limit=5, workers=1, mode=Mode.FILL)


def draft_of(session: Session, cast: Cast) -> Timetable:
    draft = draft_timetable(session, cast.event.id)
    assert draft is not None
    return draft


def test_without_a_published_timetable_there_is_nothing_to_start_from(
    session: Session, cast: Cast, clock: FixedClock
) -> None:
    make_crowd(session, clock, cast, 1)
    with pytest.raises(Invalid, match="no published timetable"):
        solve_now(session, cast.event, REPLAN, clock=clock)


def test_only_what_must_move_does(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_crowd(session, clock, cast, 2)
    published = make_published(session, clock, cast)
    touched = meetings_in(session, published.id)[0]
    session.add(Absence(participant_id=touched.seats[0].participant_id, slot_id=touched.slot_id))
    session.flush()
    run = solve_now(session, cast.event, REPLAN, clock=clock)
    draft = draft_of(session, cast)
    assert findings_in(session, cast.event, draft) == []
    found = differences(places_of(session, published.id), places_of(session, draft.id))
    assert {difference.request_id for difference in found} >= {touched.request_id}
    assert len(found) <= 4
    changes = run.measures["changes"]
    assert changes["lost"] == 1
    assert changes["moved"] + changes["reseated"] + changes["cancelled"] == len(found)
    assert run.measures["moved"] == len(found)
    assert json.loads(run.baseline or "")["meetings"]


def test_filling_moves_nothing(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_crowd(session, clock, cast, 1)
    published = make_published(session, clock, cast)
    late = make_participant(session, clock, cast, "Late")
    asked = make_request(session, clock, late, cast.pia_participant)
    run = solve_now(session, cast.event, FILL, clock=clock)
    found = differences(places_of(session, published.id), places_of(session, draft_of(session, cast).id))
    assert [(d.request_id, d.kind.value) for d in found] == [(asked.id, "added")]
    assert (run.measures["moved"], run.measures["changes"]["added"]) == (0, 1)


@pytest.mark.parametrize("mode", [Mode.REPLAN, Mode.FRESH])
def test_what_has_begun_stays_whatever_the_run(session: Session, cast: Cast, clock: FixedClock, mode: Mode) -> None:
    make_crowd(session, clock, cast, 2)
    published = make_published(session, clock, cast)
    begun = {m.request_id for m in meetings_in(session, published.id) if m.slot_id == cast.slots[0].id}
    clock.now = cast.slots[0].starts_at + timedelta(minutes=1)
    touched = next(m for m in meetings_in(session, published.id) if m.slot_id == cast.slots[1].id)
    session.add(Absence(participant_id=touched.seats[0].participant_id, slot_id=touched.slot_id))
    session.flush()
    run = solve_now(session, cast.event, RunOptions(time_limit=3, workers=1, mode=mode), clock=clock)
    before, after = places_of(session, published.id), places_of(session, draft_of(session, cast).id)
    assert begun
    assert {request: before[request] for request in begun} == {
        request: place for request, place in after.items() if place.slot_id == cast.slots[0].id
    }
    assert run.options["first_slot"] == ("d1-02" if mode is Mode.REPLAN else None)


def test_after_the_last_slot_nothing_is_left_to_plan(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_crowd(session, clock, cast, 1)
    make_published(session, clock, cast)
    clock.now = cast.slots[-1].starts_at
    with pytest.raises(Invalid, match="nothing left to plan"):
        runs.new_run(session, cast.event, REPLAN, None, clock)


@pytest.fixture
def under_way(session: Session, cast: Cast, clock: FixedClock) -> Meeting:
    """Pia and Piotr are meeting; right after them the table and Piotr are taken by the next."""
    make_crowd(session, clock, cast, 2)
    requests = {row.code: row for row in session.scalars(select(MeetingRequest))}
    for code in set(requests) - {"r-pia-piotr", "r-piotr-guest1"}:
        session.delete(requests[code])
    draft = make_empty_draft(session, clock, cast.event)
    meeting = place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    place_request(session, draft, requests["r-piotr-guest1"], cast.slots[1], cast.tables[0], None, clock)
    publish(session, cast.event, cast.olga, clock)
    clock.now = cast.slots[0].starts_at + timedelta(minutes=20)
    return meeting


def test_a_meeting_runs_over_where_nobody_is_in_the_way(
    session: Session, cast: Cast, clock: FixedClock, under_way: Meeting
) -> None:
    follower = next(m for m in meetings_in(session, under_way.timetable_id) if m.id != under_way.id)
    assert extend_meeting(session, follower, cast.dana, clock) is None
    assert (follower.slot_id, follower.last_slot_id) == (cast.slots[1].id, cast.slots[2].id)
    [item] = [i for i in agenda_of(session, cast.event, cast.piotr_participant.id).meetings if i.was_until]
    assert (item.ends_at, item.was_until, item.was_at) == (cast.slots[2].ends_at, cast.slots[1].ends_at, None)
    assert session.get_one(CalendarSequence, follower.request_id).sequence == 1
    published = published_timetable(session, cast.event.id)
    assert published is not None
    assert findings_in(session, cast.event, published) == []


def test_who_is_in_the_way_is_named_and_nothing_changes(
    session: Session, cast: Cast, clock: FixedClock, under_way: Meeting
) -> None:
    with pytest.raises(Conflict, match=r"Piotr Example .* meets Guest1 Example"), session.begin_nested():
        extend_meeting(session, under_way, cast.dana, clock)
    session.expire_all()
    assert under_way.request.length is None
    assert under_way.last_slot_id == cast.slots[0].id


def test_the_others_are_moved_out_of_the_way_on_demand(
    session: Session, cast: Cast, clock: FixedClock, under_way: Meeting
) -> None:
    published = published_timetable(session, cast.event.id)
    assert published is not None
    run = extend_meeting(session, under_way, cast.olga, clock, replan=True)
    assert run is not None
    runs.begin(session, run, clock)
    runs.finish(session, run, runs.work(run), clock)
    draft = draft_of(session, cast)
    places = {row.request.code: (row.slot.key, row.last_slot.key) for row in meetings_in(session, draft.id)}
    assert places["r-pia-piotr"] == ("d1-01", "d1-02")
    assert places["r-piotr-guest1"][0] in {"d1-03", "d1-04"}
    assert run.measures["changes"]["lost"] == 1
    publish(session, cast.event, cast.olga, clock)


def test_the_page_extends_names_what_is_in_the_way_and_replans_for_organisers(
    session: Session, cast: Cast, clock: FixedClock, under_way: Meeting, sign_in: Callable[[User], FlaskClient]
) -> None:
    cast.event.phase = Phase.LIVE
    session.commit()
    address = f"/events/spring/organise/timetable/meetings/{under_way.id}"
    desk, olga = sign_in(cast.dana), sign_in(cast.olga)
    assert "Runs over: one slot more" in olga.get(address).text
    refused = desk.post(f"{address}/extend", data={"replan": "yes"})
    assert refused.status_code == 409
    assert "meets Guest1 Example" in refused.text
    assert "re-plan the others" not in refused.text  # runs are the organisers'
    assert "re-plan the others" in olga.post(f"{address}/extend").text
    assert session.scalars(select(SchedulingRun)).all() == []
    answer = olga.post(f"{address}/extend", data={"replan": "yes"})
    run = session.scalars(select(SchedulingRun)).one()
    assert (answer.status_code, answer.location) == (302, f"/events/spring/organise/runs/{run.id}")
    assert (run.options["mode"], run.options["first_slot"]) == ("replan", "d1-02")
    follower = next(m for m in meetings_in(session, under_way.timetable_id) if m.id != under_way.id)
    assert desk.post(address.replace(str(under_way.id), str(follower.id)) + "/extend").status_code == 302
    session.expire_all()
    assert follower.last_slot_id == cast.slots[2].id


def test_a_meeting_that_is_over_or_in_a_draft_does_not_run_over(
    session: Session, cast: Cast, clock: FixedClock, under_way: Meeting
) -> None:
    clock.now = cast.slots[0].ends_at
    with pytest.raises(Conflict, match="is over"):
        extend_meeting(session, under_way, None, clock)
    clock.now = cast.slots[0].starts_at - timedelta(hours=1)
    draft = make_draft(session, clock, cast)
    with pytest.raises(Conflict, match="Only a published"):
        extend_meeting(session, meetings_in(session, draft.id)[0], None, clock)


def test_a_pinned_meeting_runs_over_too(session: Session, cast: Cast, clock: FixedClock, under_way: Meeting) -> None:
    follower = next(m for m in meetings_in(session, under_way.timetable_id) if m.id != under_way.id)
    session.add(RequestPin(request_id=follower.request_id, slot_id=follower.slot_id, table_id=follower.table_id))
    session.flush()
    assert extend_meeting(session, follower, cast.olga, clock) is None
    assert follower.last_slot_id == cast.slots[2].id
