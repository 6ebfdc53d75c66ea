"""Meetings of several slots and with an interpreter: nothing they take is taken twice, and every reader sees them."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.agenda.queries import agenda_of
from app.core.errors import Conflict
from app.events.models import Interpreter, InterpreterAbsence
from app.meetings.models import MeetingRequest
from app.timetables import engine
from app.timetables.board import Board, load_board
from app.timetables.choices import choices_for
from app.timetables.exchange import schedule_of
from app.timetables.models import InterpreterBooking, Meeting, Seat, TableBooking, Timetable
from app.timetables.obstacles import obstacles
from app.timetables.problem import build_problem
from app.timetables.queries import draft_timetable, published_timetable
from app.timetables.services import (
    cancel_meeting,
    draft_from_run,
    move_meeting,
    place_request,
    publish,
    runs,
    swap_meetings,
)
from app.timetables.services.publishing import PublishRefused, findings_in
from app.timetables.services.upkeep import need_unused
from app.timetables.tables import HEADER, export_meetings
from tests.cast import Cast, FixedClock
from tests.factories.timetables import QUICK, make_crowd, make_empty_draft

Requests = dict[str, MeetingRequest]


@pytest.fixture
def requests(session: Session, cast: Cast, clock: FixedClock) -> Requests:
    """Everybody of four wants to meet everybody; Pia and Piotr for two slots."""
    make_crowd(session, clock, cast, 2)
    found = {row.code: row for row in session.scalars(select(MeetingRequest))}
    found["r-pia-piotr"].length = 2
    session.flush()
    return found


@pytest.fixture
def draft(session: Session, cast: Cast, clock: FixedClock) -> Timetable:
    return make_empty_draft(session, clock, cast.event)


def codes(board: Board, cast: Cast, request: str, slot: int, table: int = 1) -> set[str]:
    team = next(board.teams(request))
    found = obstacles(board, request, team, cast.slots[slot].key, cast.tables[table].label)
    return {obstacle.code for obstacle in found}


def test_a_long_meeting_takes_people_and_table_in_every_slot(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, draft: Timetable
) -> None:
    meeting = place_request(session, draft, requests["r-pia-piotr"], cast.slots[1], cast.tables[0], None, clock)
    slots = {cast.slots[1].id, cast.slots[2].id}
    assert (meeting.slot_id, meeting.last_slot_id) == (cast.slots[1].id, cast.slots[2].id)
    assert set(session.scalars(select(TableBooking.slot_id))) == slots
    seats = {(row.participant_id, row.slot_id) for row in session.scalars(select(Seat))}
    people = (cast.pia_participant.id, cast.piotr_participant.id)
    assert seats == {(person, slot) for person in people for slot in slots}
    assert [seat.participant_id for seat in meeting.seats] == list(people)
    board = load_board(session, cast.event, draft)
    assert codes(board, cast, "r-pia-guest1", 2) == {"busy"}
    assert codes(board, cast, "r-guest1-guest2", 2, 0) == {"table_taken"}
    assert codes(board, cast, "r-pia-guest1", 3) == set()
    with pytest.raises(Conflict, match="meetings here"):
        need_unused(session, cast.event, slot_ids=[cast.slots[2].id], table_ids=None)
    move_meeting(session, meeting, cast.slots[2], cast.tables[0], None, clock)
    assert set(session.scalars(select(Seat.slot_id))) == {cast.slots[2].id, cast.slots[3].id}
    cancel_meeting(session, meeting, "Not this year", None, clock)
    assert [session.scalars(select(kind)).all() for kind in (Seat, TableBooking, Meeting)] == [[], [], []]


def test_the_database_refuses_the_second_half_of_a_long_meeting_to_others(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, draft: Timetable
) -> None:
    place_request(session, draft, requests["r-pia-piotr"], cast.slots[1], cast.tables[0], None, clock)
    other = place_request(session, draft, requests["r-guest1-guest2"], cast.slots[3], cast.tables[0], None, clock)
    rows = [
        (TableBooking, {"table_id": cast.tables[0].id}),
        (Seat, {"participant_id": cast.pia_participant.id, "part": 1}),
    ]
    for kind, taken in rows:
        row = {"meeting_id": other.id, "timetable_id": draft.id, "slot_id": cast.slots[2].id, **taken}
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(kind), [row])


def test_it_runs_on_neither_over_a_closed_slot_nor_past_the_end(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, draft: Timetable
) -> None:
    assert codes(load_board(session, cast.event, draft), cast, "r-pia-piotr", 3) == {"too_long"}
    cast.slots[2].is_open = False
    session.flush()
    problem = build_problem(session, cast.event)
    [row] = [row for row in problem["requests"] if row["id"] == "r-pia-piotr"]
    assert (row["length"], row["slots"]) == (2, ["d1-01"])  # d1-02 is followed by a closed slot
    assert codes(load_board(session, cast.event, draft), cast, "r-pia-piotr", 1) == {"too_long"}


def test_how_long_a_meeting_lasts(session: Session, cast: Cast, requests: Requests) -> None:
    def length() -> int:
        session.flush()
        rows = build_problem(session, cast.event)["requests"]
        return next(row.get("length", 1) for row in rows if row["id"] == "r-pia-piotr")

    assert length() == 2
    requests["r-pia-piotr"].length = None
    assert length() == 1
    cast.event.meeting_length = 3
    assert length() == 3
    cast.pia_participant.type.meeting_length, cast.piotr_participant.type.meeting_length = 1, 2
    assert length() == 2


def test_a_run_with_long_meetings_is_published_and_stands_in_agendas_and_files(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests
) -> None:
    run = runs.new_run(session, cast.event, QUICK, cast.olga, clock)
    schedule = {
        "meetings": [
            {"request": "r-pia-piotr", "participants": ["pia", "piotr"], "slot": "d1-02", "table": "A1"},
            {"request": "r-guest1-guest2", "participants": ["guest1", "guest2"], "slot": "d1-03", "table": "A2"},
        ],
        "unplaced": [],
        "bound": None,
    }
    run.schedule = json.dumps(schedule)
    draft_from_run(session, run, cast.olga, clock)
    published = publish(session, cast.event, cast.olga, clock)
    problem = build_problem(session, cast.event)
    told = schedule_of(session, cast.event, published, problem)
    assert told["meetings"] == schedule["meetings"]
    assert engine.judge(problem, told).findings == []
    agenda = agenda_of(session, cast.event, cast.pia_participant.id)
    [item] = agenda.meetings
    assert (item.starts_at, item.ends_at) == (cast.slots[1].starts_at, cast.slots[2].ends_at)
    free = [i.starts_at for i in agenda.items if i.id.startswith("slot-")]
    assert free == [cast.slots[0].starts_at, cast.slots[3].starts_at]


def test_calendar_file_export_and_grid_show_the_whole_meeting(
    session: Session,
    cast: Cast,
    clock: FixedClock,
    requests: Requests,
    draft: Timetable,
    interpreter: Interpreter,
    sign_in: Callable[[User], FlaskClient],
) -> None:
    place_request(session, draft, requests["r-pia-piotr"], cast.slots[1], cast.tables[0], None, clock)
    publish(session, cast.event, cast.olga, clock)
    session.commit()
    calendar = Calendar.from_ical(sign_in(cast.pia).get("/events/spring/agenda.ics").text)
    [entry] = [part for part in calendar.walk("VEVENT") if "Piotr" in str(part["summary"])]
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (cast.slots[1].starts_at, cast.slots[2].ends_at)
    assert "Interpreter: Ines Example" in str(entry["description"])
    assert "Interpreter: Ines Example" in sign_in(cast.piotr).get("/events/spring/agenda").text
    olga = sign_in(cast.olga)
    grid = olga.get("/events/spring/organise/timetable?which=published").text
    assert grid.count("Interpreter: Ines Example") == 2  # one cell for each of its slots
    assert grid.count("↳") == 1
    plan = olga.get("/events/spring/organise/timetable/interpreters").text
    assert "Ines Example" in plan
    assert "10:30–11:25" in plan
    assert "Interpreters’ plan" in grid
    listed = olga.get(f"/events/spring/organise/timetable?which=published&view=list&slot={cast.slots[1].id}").text
    assert "until 11:25" in listed
    [row] = export_meetings(session, cast.event).rows
    told = dict(zip(HEADER, row, strict=True))
    assert (told["ends_at"].strftime("%H:%M"), told["interpreter"]) == ("11:25", "Ines Example")


def test_a_meeting_that_lasts_otherwise_than_it_was_placed_is_not_published(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, draft: Timetable
) -> None:
    place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    assert findings_in(session, cast.event, draft) == []
    requests["r-pia-piotr"].length = 1
    session.flush()
    with pytest.raises(PublishRefused, match="placed for 2 slots"):
        publish(session, cast.event, cast.olga, clock)


def test_a_long_and_a_short_meeting_change_places(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, draft: Timetable
) -> None:
    long = place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    short = place_request(session, draft, requests["r-guest1-guest2"], cast.slots[2], cast.tables[1], None, clock)
    last = place_request(session, draft, requests["r-piotr-guest2"], cast.slots[3], cast.tables[0], None, clock)
    with pytest.raises(Conflict, match="meets Guest2"):  # the long one would run into Piotr's next
        swap_meetings(session, long, short, None, clock)
    assert choices_for(load_board(session, cast.event, draft), "r-guest1-guest2", cast.slots[0]).tables[0].swap is None
    cancel_meeting(session, last, "Out of the way", None, clock)
    swap_meetings(session, long, short, None, clock)
    assert (long.slot_id, long.last_slot_id) == (cast.slots[2].id, cast.slots[3].id)
    assert (short.slot_id, short.last_slot_id) == (cast.slots[0].id, cast.slots[0].id)
    assert findings_in(session, cast.event, draft) == []


@pytest.fixture
def interpreter(session: Session, cast: Cast) -> Interpreter:
    """Ines speaks French and Polish; Pia only the one, Piotr only the other."""
    cast.event.common_language = True
    cast.pia_participant.languages, cast.piotr_participant.languages = ["fr"], ["pl"]
    ines = Interpreter(event_id=cast.event.id, code="i01", name="Ines Example", languages=["fr", "pl"])
    session.add(ines)
    session.flush()
    return ines


def test_an_interpreter_is_found_booked_and_told(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, draft: Timetable, interpreter: Interpreter
) -> None:
    session.add(InterpreterAbsence(interpreter_id=interpreter.id, slot_id=cast.slots[1].id))
    session.flush()
    board = load_board(session, cast.event, draft)
    assert codes(board, cast, "r-pia-piotr", 0) == codes(board, cast, "r-pia-piotr", 1) == {"language"}
    assert codes(board, cast, "r-pia-guest1", 0) == {"language"}  # English is not hers
    meeting = place_request(session, draft, requests["r-pia-piotr"], cast.slots[2], cast.tables[0], None, clock)
    assert meeting.interpreter_id == interpreter.id
    assert set(session.scalars(select(InterpreterBooking.slot_id))) == {cast.slots[2].id, cast.slots[3].id}
    publish(session, cast.event, cast.olga, clock)
    [item] = agenda_of(session, cast.event, cast.pia_participant.id).meetings
    assert item.interpreter == "Ines Example"
    published = published_timetable(session, cast.event.id)
    assert published is not None
    told = schedule_of(session, cast.event, published, build_problem(session, cast.event))
    assert told["meetings"][0]["interpreter"] == "i01"


def test_an_interpreter_helps_in_one_meeting_at_a_time(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, draft: Timetable, interpreter: Interpreter
) -> None:
    for code in ("r-pia-piotr", "r-guest1-guest2"):
        requests[code].length = 1
    requests["r-guest1-guest2"].requester.languages = ["fr"]
    requests["r-guest1-guest2"].recipient.languages = ["pl"]
    session.flush()
    place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    board = load_board(session, cast.event, draft)
    assert codes(board, cast, "r-guest1-guest2", 0) == {"language"}
    assert codes(board, cast, "r-guest1-guest2", 1) == set()
    interpreter.max_meetings = 1
    session.flush()
    assert codes(load_board(session, cast.event, draft), cast, "r-guest1-guest2", 1) == {"language"}


def test_a_draft_remembers_the_interpreter_of_its_run(
    session: Session, cast: Cast, clock: FixedClock, requests: Requests, interpreter: Interpreter
) -> None:
    run = runs.new_run(session, cast.event, QUICK, cast.olga, clock)
    meeting = {"request": "r-pia-piotr", "participants": ["pia", "piotr"], "slot": "d1-01", "table": "A1"}
    run.schedule = json.dumps({"meetings": [{**meeting, "interpreter": "i01"}], "unplaced": [], "bound": None})
    draft_from_run(session, run, cast.olga, clock)
    draft = draft_timetable(session, cast.event.id)
    assert draft is not None
    assert session.scalars(select(Meeting)).one().interpreter_id == interpreter.id
    assert findings_in(session, cast.event, draft) == []
    other = place_request(session, draft, requests["r-guest1-guest2"], cast.slots[3], cast.tables[0], None, clock)
    taken = {"timetable_id": draft.id, "interpreter_id": interpreter.id, "slot_id": cast.slots[0].id}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(InterpreterBooking), [{"meeting_id": other.id, **taken}])
