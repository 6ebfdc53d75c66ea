"""What the problem says beyond the plain format: walks, wishes, rows, lengths, interpreters; and what has begun."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

import scheduler
from app.events.models import Interpreter, InterpreterAbsence, MeetingTable, Walk, Zone
from app.registrations.models import SlotWish
from app.timetables.problem import ProblemOptions, build_problem
from app.timetables.queries import meetings_in
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_published


def by_id(problem: dict[str, Any], part: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in problem[part]}


def test_walks_between_zones_with_open_tables(session: Session, cast: Cast) -> None:
    zones = [
        cast.tables[0].zone,
        Zone(event_id=cast.event.id, name="Hall B"),
        Zone(event_id=cast.event.id, name="Empty"),
    ]
    session.add_all(zones)
    session.flush()
    session.add(MeetingTable(event_id=cast.event.id, zone_id=zones[1].id, label="B1"))
    session.add_all(
        Walk(event_id=cast.event.id, low_id=zones[i].id, high_id=zones[k].id, minutes=m)
        for i, k, m in ((0, 1, 8), (1, 2, 5))
    )
    session.flush()
    problem = build_problem(session, cast.event)
    assert problem["walking"] == {"price": None, "between": [{"zones": ["Hall A", "Hall B"], "minutes": 8}]}
    cast.event.walking_price = 7
    session.flush()
    assert scheduler.problem_from_json(build_problem(session, cast.event)).walking_price == 7


def test_wishes_and_rows(session: Session, cast: Cast) -> None:
    pia = cast.pia_participant
    session.add_all(
        SlotWish(participant_id=pia.id, slot_id=cast.slots[n].id, preferred=good) for n, good in ((0, True), (3, False))
    )
    cast.event.max_in_a_row, cast.piotr_participant.max_in_a_row = 3, 2
    session.flush()
    people = by_id(build_problem(session, cast.event), "participants")
    assert (people["pia"]["preferred"], people["pia"]["disliked"]) == (["d1-01"], ["d1-04"])
    assert (people["pia"]["max_in_a_row"], people["piotr"]["max_in_a_row"]) == (3, 2)
    assert "preferred" not in people["piotr"]


def test_languages_and_interpreters_only_where_they_matter(session: Session, cast: Cast) -> None:
    ines = Interpreter(event_id=cast.event.id, code="i01", name="Ines", languages=["pl", "fr"], max_meetings=4)
    session.add(ines)
    session.flush()
    session.add(InterpreterAbsence(interpreter_id=ines.id, slot_id=cast.slots[1].id))
    session.flush()
    plain = build_problem(session, cast.event)
    assert "interpreters" not in plain
    assert "languages" not in plain["participants"][0]
    cast.event.common_language = True
    session.flush()
    problem = build_problem(session, cast.event)
    row = {"id": "i01", "languages": ["fr", "pl"], "away": ["d1-02"], "max_meetings": 4}
    assert problem["interpreters"] == [row]
    assert by_id(problem, "participants")["pia"]["languages"] == ["en"]
    session.delete(ines)
    session.flush()
    assert build_problem(session, cast.event)["interpreters"] == []  # nobody helps: only a common language does


def test_on_the_day_what_has_begun_stays_and_nothing_new_is_placed_there(
    session: Session, cast: Cast, clock: FixedClock
) -> None:
    make_crowd(session, clock, cast, 2)
    published = make_published(session, clock, cast)
    begun = {m.request.code: m for m in meetings_in(session, published.id) if m.slot_id == cast.slots[0].id}
    now = cast.slots[0].starts_at + timedelta(minutes=5)
    rows = by_id(build_problem(session, cast.event, ProblemOptions(now=now)), "requests")
    assert begun
    for code, row in rows.items():
        if code in begun:
            assert row["pinned"] == {"slot": "d1-01", "table": begun[code].table.label}
            assert row["must"] is True
        else:
            assert row["slots"] == ["d1-02", "d1-03", "d1-04"]
