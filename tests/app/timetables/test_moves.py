"""Manual changes, and what stands in their way."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.errors import Conflict, Invalid
from app.meetings.models import MeetingRequest, RequestPin, RequestState
from app.registrations.models import Absence, RegistrationState
from app.timetables.board import load_board
from app.timetables.models import Meeting, MeetingState, Seat, TimetableChange, Unplaced
from app.timetables.obstacles import obstacles
from app.timetables.queries import draft_timetable
from app.timetables.services import (
    cancel_meeting,
    move_meeting,
    pin_meeting,
    place_request,
    swap_meetings,
    unpin_meeting,
    upkeep,
)
from app.timetables.services.seating import Spot, named_conflicts
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_draft, make_empty_draft, make_published


@pytest.fixture
def requests(session: Session, cast: Cast, clock: FixedClock) -> dict[str, MeetingRequest]:
    """Everybody of four wants to meet everybody; nothing is placed yet."""
    make_crowd(session, clock, cast, 2)
    return {row.code: row for row in session.scalars(select(MeetingRequest))}


def seats(session: Session, meeting: Meeting) -> set[tuple[int, int]]:
    rows = session.scalars(select(Seat).where(Seat.meeting_id == meeting.id))
    return {(seat.participant_id, seat.slot_id) for seat in rows}


def test_place_move_and_cancel_in_a_draft(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    draft = make_empty_draft(session, clock, cast.event)
    request = requests["r-pia-piotr"]
    session.add(Unplaced(timetable_id=draft.id, request_id=request.id, reason="outranked", detail={}))
    meeting = place_request(session, draft, request, cast.slots[0], cast.tables[0], cast.olga, clock)
    assert seats(session, meeting) == {(p.id, cast.slots[0].id) for p in (cast.pia_participant, cast.piotr_participant)}
    assert session.scalars(select(Unplaced)).all() == []
    move_meeting(session, meeting, cast.slots[2], cast.tables[1], cast.olga, clock)
    assert (meeting.slot_id, meeting.table_id) == (cast.slots[2].id, cast.tables[1].id)
    assert seats(session, meeting) == {(p.id, cast.slots[2].id) for p in (cast.pia_participant, cast.piotr_participant)}
    cancel_meeting(session, meeting, "Not this year", cast.olga, clock)
    assert session.scalars(select(Meeting)).all() == []
    [left] = session.scalars(select(Unplaced)).all()
    assert (left.reason, left.detail["words"]) == ("taken_out", "Not this year")
    assert session.scalars(select(TimetableChange)).all() == []


def test_every_obstacle_is_named(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    draft = make_empty_draft(session, clock, cast.event)
    place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    meeting = place_request(session, draft, requests["r-piotr-guest1"], cast.slots[1], cast.tables[0], None, clock)
    session.add(Absence(participant_id=meeting.seats[1].participant_id, slot_id=cast.slots[0].id))
    session.flush()
    with pytest.raises(Conflict) as conflict:
        move_meeting(session, meeting, cast.slots[0], cast.tables[0], cast.olga, clock)
    words = conflict.value.message
    assert "Piotr Example (Poznan Process Institute) meets Pia Example (Piave Polymers)" in words
    assert "Guest1 Example (Guest1 Works) is away" in words
    assert "A1 is taken by Pia Example" in words
    assert meeting.slot_id == cast.slots[1].id


def test_limits_own_tables_and_closed_places_are_named(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    draft = make_empty_draft(session, clock, cast.event)
    cast.pia_participant.max_meetings = 1
    cast.piotr_participant.own_table_id = cast.tables[1].id
    cast.slots[3].is_open = False
    session.flush()
    place_request(session, draft, requests["r-pia-guest1"], cast.slots[0], cast.tables[0], None, clock)
    board = load_board(session, cast.event, draft)

    def codes(request: str, slot: int, table: int) -> set[str]:
        team = next(board.teams(request))
        found = obstacles(board, request, team, cast.slots[slot].key, cast.tables[table].label)
        return {obstacle.code for obstacle in found}

    assert codes("r-pia-guest2", 1, 0) == {"limit"}
    assert codes("r-piotr-guest2", 1, 0) == {"own_table"}
    assert codes("r-guest1-guest2", 1, 1) == {"foreign_table"}
    assert codes("r-piotr-guest2", 3, 1) == {"slot_closed"}
    assert codes("r-piotr-guest2", 1, 1) == set()


def test_a_pinned_meeting_stays_until_it_is_unpinned(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    draft = make_empty_draft(session, clock, cast.event)
    request = requests["r-pia-piotr"]
    meeting = place_request(session, draft, request, cast.slots[0], cast.tables[0], None, clock)
    pin_meeting(session, meeting, cast.olga, clock)
    pin = session.get_one(RequestPin, request.id)
    assert (pin.slot_id, pin.table_id, meeting.pinned) == (cast.slots[0].id, cast.tables[0].id, True)
    with pytest.raises(Conflict, match="pinned"):
        move_meeting(session, meeting, cast.slots[1], cast.tables[0], cast.olga, clock)
    unpin_meeting(session, meeting, cast.olga, clock)
    session.expire_all()
    move_meeting(session, meeting, cast.slots[1], cast.tables[0], cast.olga, clock)
    assert session.get(RequestPin, request.id) is None


def test_two_meetings_change_places(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    draft = make_empty_draft(session, clock, cast.event)
    one = place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    other = place_request(session, draft, requests["r-pia-guest1"], cast.slots[1], cast.tables[1], None, clock)
    swap_meetings(session, one, other, cast.olga, clock)
    assert (one.slot_id, one.table_id) == (cast.slots[1].id, cast.tables[1].id)
    assert (other.slot_id, other.table_id) == (cast.slots[0].id, cast.tables[0].id)
    assert {slot for _person, slot in seats(session, one)} == {cast.slots[1].id}
    session.add(Absence(participant_id=cast.piotr_participant.id, slot_id=cast.slots[0].id))
    session.flush()
    with pytest.raises(Conflict, match=r"Piotr Example .* is away"):
        swap_meetings(session, one, other, cast.olga, clock)


def test_a_slot_that_is_over_is_no_place(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    draft = make_empty_draft(session, clock, cast.event)
    clock.now = cast.slots[0].ends_at + timedelta(minutes=1)
    with pytest.raises(Invalid, match="over"):
        place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)


def test_a_reason_is_needed_to_cancel(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    draft = make_empty_draft(session, clock, cast.event)
    meeting = place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    with pytest.raises(Invalid, match="why"):
        cancel_meeting(session, meeting, "   ", cast.olga, clock)


def test_a_replaced_timetable_is_not_changed_any_more(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    old = make_published(session, clock, cast)
    meeting = session.scalars(select(Meeting).where(Meeting.timetable_id == old.id)).first()
    assert meeting is not None
    make_published(session, clock, cast)
    with pytest.raises(Conflict, match="newer timetable"):
        cancel_meeting(session, meeting, "Late", cast.olga, clock)


def test_a_cancelled_meeting_can_be_placed_again(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    published = make_published(session, clock, cast)
    meeting = session.scalars(select(Meeting).where(Meeting.timetable_id == published.id)).first()
    assert meeting is not None
    slot, table, request = meeting.slot, meeting.table, meeting.request
    cancel_meeting(session, meeting, "Mistake", cast.olga, clock)
    again = place_request(session, published, request, slot, table, cast.olga, clock)
    assert (again.id, again.state, again.cancel_reason) == (meeting.id, MeetingState.SCHEDULED, "")
    with pytest.raises(Conflict, match="has a meeting already"):
        place_request(session, published, request, slot, table, cast.olga, clock)


def test_the_unique_constraints_are_the_last_word(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    """Rows that slip past every check are still refused, and the answer names who sits there."""
    draft = make_empty_draft(session, clock, cast.event)
    place_request(session, draft, requests["r-pia-piotr"], cast.slots[0], cast.tables[0], None, clock)
    second = {
        "timetable_id": draft.id,
        "request_id": requests["r-guest1-guest2"].id,
        "slot_id": cast.slots[0].id,
        "last_slot_id": cast.slots[0].id,
        "table_id": cast.tables[0].id,
        "state": MeetingState.SCHEDULED,
        "pinned": False,
        "cancel_reason": "",
    }
    with (
        pytest.raises(Conflict, match="just taken by Pia Example"),
        named_conflicts(session, draft, Spot((cast.slots[0].id,), cast.tables[0].id, ())),
    ):
        session.execute(insert(Meeting), [second])
    other = {**second, "table_id": cast.tables[1].id, "request_id": requests["r-pia-guest1"].id}
    made = session.scalars(insert(Meeting).returning(Meeting.id), [other]).one()
    seat = {"meeting_id": made, "timetable_id": draft.id, "participant_id": cast.pia_participant.id}
    with (
        pytest.raises(Conflict, match="booked elsewhere"),
        named_conflicts(session, draft, Spot((cast.slots[0].id,), cast.tables[1].id, (cast.pia_participant.id,))),
    ):
        session.execute(insert(Seat), [{**seat, "slot_id": cast.slots[0].id}])
    assert len(session.scalars(select(Seat)).all()) == 2


def test_what_is_taken_back_leaves_draft_and_published_timetable(
    session: Session, cast: Cast, clock: FixedClock, requests: dict[str, MeetingRequest]
) -> None:
    published = make_published(session, clock, cast)
    draft = make_draft(session, clock, cast) and draft_timetable(session, cast.event.id)
    assert draft is not None
    request = requests["r-pia-piotr"]
    request.state = RequestState.WITHDRAWN
    session.flush()
    upkeep.drop_request(session, request, cast.pia, clock)
    left = {m.timetable_id: m.state for m in session.scalars(select(Meeting).where(Meeting.request_id == request.id))}
    assert left == {published.id: MeetingState.CANCELLED}
    guest = requests["r-guest1-guest2"].recipient
    guest.state = RegistrationState.CANCELLED
    session.flush()
    upkeep.drop_participant(session, guest, cast.olga, clock)
    assert session.scalars(select(Seat).where(Seat.participant_id == guest.id)).all() == []
