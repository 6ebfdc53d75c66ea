"""What the pages offer is what the judge allows: random small events, every place of a meeting."""

import random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Interpreter, MeetingTable, Walk, Zone
from app.meetings.models import MeetingRequest
from app.registrations.models import Absence, Attendance
from app.timetables import engine
from app.timetables.board import Board, load_board
from app.timetables.models import Timetable
from app.timetables.obstacles import interpreter_for, obstacles
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_empty_draft, place_where_possible

CAUSES = {
    "table_twice": "table_taken",
    "double_booking": "busy",
    "away": "away",
    "over_maximum": "limit",
    "not_own_table": "own_table",
    "foreign_table": "foreign_table",
    "too_many_in_a_row": "in_a_row",
    "no_time_to_walk": "walk",
    "wrong_way": "wrong_way",
    "no_common_language": "language",
}

TIMES = {"walk", "in_a_row"}


@pytest.fixture
def hard(session: Session, cast: Cast, clock: FixedClock) -> Timetable:
    """Two halls with a way between them, a room for those online, languages, lengths, limits."""
    people = make_crowd(session, clock, cast, 4)
    halls = [
        cast.tables[0].zone,
        Zone(event_id=cast.event.id, name="Hall B"),
        Zone(event_id=cast.event.id, name="Online"),
    ]
    halls[2].is_online = True
    session.add_all(halls)
    session.flush()
    labels = ((1, "B1"), (2, "Room 1"))
    session.add_all(MeetingTable(event_id=cast.event.id, zone_id=halls[z].id, label=label) for z, label in labels)
    session.add(Walk(event_id=cast.event.id, low_id=halls[0].id, high_id=halls[1].id, minutes=10))
    session.add(Interpreter(event_id=cast.event.id, code="i01", name="Ines", languages=["fr", "en"]))
    cast.event.common_language = True
    people[2].languages, people[3].attendance, people[4].max_in_a_row = ["fr"], Attendance.ONLINE, 1
    people[5].max_meetings, cast.tables[1].serves_both = 2, True
    people[0].own_table_id = cast.tables[0].id
    session.add(Absence(participant_id=people[1].id, slot_id=cast.slots[1].id))
    for n, row in enumerate(session.scalars(select(MeetingRequest))):
        row.length = 2 if n % 4 == 0 else None
    return make_empty_draft(session, clock, cast.event)


@pytest.mark.parametrize("seed", range(3))
def test_obstacles_and_judge_agree(session: Session, cast: Cast, clock: FixedClock, hard: Timetable, seed: int) -> None:
    chance = random.Random(seed)
    requests = list(session.scalars(select(MeetingRequest)))
    chance.shuffle(requests)
    for request in requests[:5]:
        place_where_possible(session, clock, hard, request, cast, chance)
    board = load_board(session, cast.event, hard)
    seen: set[str] = set()
    for code in board.requests:
        team = next(board.teams(code))
        for slot in board.slots:
            for table in board.tables:
                said = {found.code for found in obstacles(board, code, team, slot, table)}
                seen |= said
                if "too_long" in said:
                    assert board.span(code, slot) is None
                    continue
                expected = judged(board, code, team, slot, table)
                if "busy" in said:  # who is in two places at once walks nowhere, and what is a row then?
                    said, expected = said - TIMES, expected - TIMES
                assert said == expected, (code, slot, table)
    assert {"table_taken", "busy", "wrong_way", "too_long"} <= seen


def judged(board: Board, code: str, team: tuple[str, ...], slot: str, table: str) -> set[str]:
    """What the judge says when the meeting is there and all others stay, in the words of the pages."""
    with board.without(code):
        meetings = [meeting(h.request, h.people, h.slot, h.table, h.interpreter) for h in board.held.values()]
        helper = interpreter_for(board, team, board.span(code, slot) or ())
    meetings.append(meeting(code, team, slot, table, helper))
    placed = {row["request"] for row in meetings}
    rest = [{"request": r, "reason": "outranked"} for r in board.requests if r not in placed]
    found = engine.judge(board.problem, {"meetings": meetings, "unplaced": rest}).findings
    return {CAUSES[finding.code] for finding in found}


def meeting(code: str, team: tuple[str, ...], slot: str, table: str, helper: str | None) -> dict[str, Any]:
    row = {"request": code, "participants": list(team), "slot": slot, "table": table}
    return row if helper is None else {**row, "interpreter": helper}
