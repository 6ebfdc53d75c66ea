"""The problem that is built from an event."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import scheduler
from app.events.models import EventSession, MeetingTable, TableClosure, Zone
from app.matching.models import Recommendation
from app.meetings.models import AllowedSlot, MeetingRequest, Precedence, Priority, RequestPin, RequestState, Veto
from app.registrations.models import Absence, Attendance, RegistrationState, SessionSignUp
from app.timetables.problem import ProblemOptions, build_problem
from app.timetables.queries import meetings_in
from app.timetables.services import cancel_meeting
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_participant, make_published, make_request


def by_id(problem: dict[str, Any], part: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in problem[part]}


def test_an_event_becomes_a_problem_the_engine_reads(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_request(session, clock, cast.pia_participant, cast.piotr_participant, priority=Priority.HIGH)
    problem = build_problem(session, cast.event)
    assert problem == {
        "format": "matchmaking-problem/1",
        "name": "spring",
        "slots": [
            {"id": "d1-01", "day": "2027-03-16", "start": "2027-03-16T10:00", "minutes": 25},
            {"id": "d1-02", "day": "2027-03-16", "start": "2027-03-16T10:30", "minutes": 25},
            {"id": "d1-03", "day": "2027-03-16", "start": "2027-03-16T11:00", "minutes": 25},
            {"id": "d1-04", "day": "2027-03-16", "start": "2027-03-16T11:30", "minutes": 25},
        ],
        "tables": [{"id": "A1", "zone": "Hall A"}, {"id": "A2", "zone": "Hall A"}],
        "participants": [
            {"id": "pia", "organisation": f"o{cast.pia_participant.organisation_id:05d}", "away": [],
             "min_meetings": 0, "max_meetings": None, "table": None},
            {"id": "piotr", "organisation": f"o{cast.piotr_participant.organisation_id:05d}", "away": [],
             "min_meetings": 0, "max_meetings": None, "table": None},
        ],
        "requests": [
            {"id": "r-pia-piotr", "sides": [["pia"], ["piotr"]], "value": 35, "must": False, "slots": None,
             "pinned": None, "after": []},
        ],
    }  # fmt: skip
    assert scheduler.problem_from_json(problem).name == "spring"


def test_closed_slots_and_tables_are_left_out(session: Session, cast: Cast) -> None:
    cast.slots[0].is_open = False
    cast.tables[0].is_open = False
    session.add(TableClosure(table_id=cast.tables[1].id, slot_id=cast.slots[2].id))
    session.flush()
    problem = build_problem(session, cast.event)
    assert [slot["id"] for slot in problem["slots"]] == ["d1-02", "d1-03", "d1-04"]
    assert problem["tables"] == [{"id": "A2", "zone": "Hall A", "slots": ["d1-02", "d1-04"]}]


def test_absences_and_overlapping_sessions_make_people_away(session: Session, cast: Cast, clock: FixedClock) -> None:
    session.add(Absence(participant_id=cast.pia_participant.id, slot_id=cast.slots[3].id))
    first = cast.slots[0]
    talk = EventSession(
        event_id=cast.event.id, title="Talk", starts_at=first.starts_at, ends_at=first.ends_at + timedelta(minutes=10)
    )
    touching = EventSession(
        event_id=cast.event.id, title="Next", starts_at=cast.slots[2].ends_at, ends_at=cast.slots[3].starts_at
    )
    session.add_all([talk, touching])
    session.flush()
    for item in (talk, touching):
        session.add(SessionSignUp(session_id=item.id, participant_id=cast.pia_participant.id, created_at=clock()))
    session.flush()
    people = by_id(build_problem(session, cast.event), "participants")
    assert people["pia"]["away"] == ["d1-01", "d1-02", "d1-04"]
    assert people["piotr"]["away"] == []


def test_the_nearest_limit_counts(session: Session, cast: Cast) -> None:
    cast.event.max_meetings, cast.event.min_meetings = 9, 2
    cast.piotr_participant.type.max_meetings = 5
    cast.pia_participant.max_meetings, cast.pia_participant.min_meetings = 0, 0
    session.flush()
    people = by_id(build_problem(session, cast.event), "participants")
    assert (people["pia"]["max_meetings"], people["pia"]["min_meetings"]) == (0, 0)
    assert (people["piotr"]["max_meetings"], people["piotr"]["min_meetings"]) == (5, 2)


def test_who_is_not_approved_or_not_agreed_does_not_meet(session: Session, cast: Cast, clock: FixedClock) -> None:
    people = make_crowd(session, clock, cast, 2)
    people[2].state = RegistrationState.CANCELLED
    late = make_participant(session, clock, cast, "Late")
    make_request(session, clock, people[3], late, state=RequestState.OPEN)
    session.add(Veto(participant_id=people[1].id, other_id=people[0].id, created_at=clock()))
    session.flush()
    problem = build_problem(session, cast.event)
    assert [row["id"] for row in problem["requests"]] == ["r-pia-guest2", "r-piotr-guest2"]
    assert "guest1" not in by_id(problem, "participants")


def test_any_colleague_may_take_the_meeting_except_one_who_is_avoided(
    session: Session, cast: Cast, clock: FixedClock
) -> None:
    employer = cast.piotr_participant.organisation
    paula = make_participant(session, clock, cast, "Paula", organisation=employer)
    paul = make_participant(session, clock, cast, "Paul", organisation=employer)
    make_request(session, clock, cast.pia_participant, cast.piotr_participant, any_colleague=True)
    session.add(Veto(participant_id=cast.pia_participant.id, other_id=paul.id, created_at=clock()))
    session.flush()
    [row] = build_problem(session, cast.event)["requests"]
    assert row["sides"] == [["pia"], ["piotr", paula.code]]


def test_value_rises_with_priority_score_and_mutual_interest(session: Session, cast: Cast, clock: FixedClock) -> None:
    request = make_request(session, clock, cast.pia_participant, cast.piotr_participant)

    def value() -> int:
        session.flush()
        return int(build_problem(session, cast.event)["requests"][0]["value"])

    values = [value()]
    request.recipient_priority = Priority.HIGH
    values.append(value())
    session.add(
        Recommendation(
            participant_id=cast.pia_participant.id, other_id=cast.piotr_participant.id,
            score=0.5, gain=0.5, give=0.5, reasons=[], computed_at=clock(),
        )
    )  # fmt: skip
    values.append(value())
    request.mutual = True
    values.append(value())
    assert values == sorted(set(values))
    assert values[0] >= 1


def test_pins_allowed_slots_and_order_are_kept(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_crowd(session, clock, cast, 1)
    requests = {row.code: row for row in session.scalars(select(MeetingRequest))}
    first, second, third = (requests[c] for c in ("r-pia-piotr", "r-pia-guest1", "r-piotr-guest1"))
    first.must_place = True
    session.add_all(
        [
            RequestPin(request_id=first.id, slot_id=cast.slots[1].id, table_id=cast.tables[1].id),
            RequestPin(request_id=second.id, slot_id=cast.slots[2].id),
            AllowedSlot(request_id=third.id, slot_id=cast.slots[3].id),
            Precedence(earlier_id=first.id, later_id=third.id),
        ]
    )
    session.flush()
    rows = by_id(build_problem(session, cast.event), "requests")
    assert rows["r-pia-piotr"]["must"] is True
    assert rows["r-pia-piotr"]["pinned"] == {"slot": "d1-02", "table": "A2"}
    assert rows["r-pia-guest1"]["pinned"] == {"slot": "d1-03", "table": None}
    assert (rows["r-piotr-guest1"]["slots"], rows["r-piotr-guest1"]["after"]) == (["d1-04"], ["r-pia-piotr"])


def test_a_pin_to_a_closed_slot_leaves_no_slot(session: Session, cast: Cast, clock: FixedClock) -> None:
    request = make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    session.add(RequestPin(request_id=request.id, slot_id=cast.slots[0].id))
    cast.slots[0].is_open = False
    session.flush()
    [row] = build_problem(session, cast.event)["requests"]
    assert (row["pinned"], row["slots"]) == (None, [])


@pytest.fixture
def rooms(session: Session, cast: Cast) -> list[MeetingTable]:
    zone = Zone(event_id=cast.event.id, name="Online", position=9, is_online=True)
    session.add(zone)
    session.flush()
    made = [MeetingTable(event_id=cast.event.id, zone_id=zone.id, label=f"Room {n}", position=n) for n in (1, 2, 3)]
    session.add_all(made)
    session.flush()
    return made


def test_tables_say_whom_they_serve_and_people_how_they_attend(
    session: Session, cast: Cast, clock: FixedClock, rooms: list[MeetingTable]
) -> None:
    make_participant(session, clock, cast, "Remi", attendance=Attendance.ONLINE)
    cast.tables[1].serves_both = rooms[2].serves_both = True
    session.flush()
    problem = build_problem(session, cast.event)
    served = {label: row.get("serves") for label, row in by_id(problem, "tables").items()}
    both = ["onsite", "online"]
    assert served == {"A1": None, "A2": both, "Room 1": ["online"], "Room 2": ["online"], "Room 3": both}
    assert {code: row.get("attends") for code, row in by_id(problem, "participants").items()} == {
        "pia": None,
        "piotr": None,
        "remi": ["online"],
    }


def test_at_an_event_that_is_all_online_everybody_is(session: Session, cast: Cast, clock: FixedClock) -> None:
    cast.tables[0].zone.is_online = True
    make_participant(session, clock, cast, "Remi", attendance=Attendance.ONLINE)
    people = by_id(build_problem(session, cast.event), "participants")
    assert [row["attends"] for row in people.values()] == [["online"]] * 3


def test_cancelled_meetings_can_be_left_out(session: Session, cast: Cast, clock: FixedClock) -> None:
    make_crowd(session, clock, cast, 2)
    gone = meetings_in(session, make_published(session, clock, cast).id)[0]
    cancel_meeting(session, gone, "Ill", cast.olga, clock)
    everything = by_id(build_problem(session, cast.event), "requests")
    without = by_id(build_problem(session, cast.event, ProblemOptions(with_cancelled=False)), "requests")
    assert set(everything) - set(without) == {gone.request.code}
