"""The judge on one legal schedule, then on every way to break it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler import Meeting, Schedule, Unplaced, audit
from tests.scheduler.small import ask, people, small

PROBLEM = small(
    [
        {"id": "a", "table": "t0"},
        {"id": "b", "away": ["s3"]},
        {"id": "c", "max_meetings": 2, "min_meetings": 3},
        *people("d"),
    ],
    [
        ask("r1", "a", "b", value=5),
        ask("r2", "b", "c|d", value=6, slots=["s2", "s3"], after=["r1"]),
        ask("r3", "c", "d", value=7, pinned={"slot": "s0", "table": "t1"}),
        ask("r4", "c", "a", value=8, must=True),
        ask("r5", "c", "d", value=9),
    ],
    slots=4,
    tables=3,
)
M1 = Meeting("r1", ("a", "b"), "s0", "t0")
M2 = Meeting("r2", ("b", "d"), "s2", "t1")
M3 = Meeting("r3", ("c", "d"), "s0", "t1")
M4 = Meeting("r4", ("c", "a"), "s3", "t0")
LEFT = (Unplaced("r5", "participant_full"),)
GOOD = Schedule((M1, M2, M3, M4), LEFT, 30)


def codes(schedule: Schedule) -> list[str]:
    return [rule.code for rule in audit(PROBLEM, schedule).broken]


def change(old: Meeting, **fields: object) -> Schedule:
    return replace(GOOD, meetings=tuple(replace(m, **fields) if m is old else m for m in GOOD.meetings))


def test_a_legal_schedule_with_its_measures():
    judgement = audit(PROBLEM, GOOD)
    assert judgement.legal
    shown = judgement.to_json()
    assert shown.pop("broken") == []
    assert shown == {
        "legal": True,
        "broken_count": 0,
        "requests": 5,
        "placed": 4,
        "value": 26,
        "breaks": 4,
        "idle_slots": 6,
        "table_moves": 2,
        "zone_moves": 2,
        "below_minimum": 1,
        "participants_with_meetings": 4,
        "fewest": 2,
        "most": 2,
        "unwelcome": 0,
        "rushed": 0,
        "bound": 30,
        "gap": 0.133333,
    }


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        (change(M1, request="zz"), "unknown_id"),
        (change(M1, slot="zz"), "unknown_id"),
        (change(M1, table="zz"), "unknown_id"),
        (change(M1, participants=("a", "zz")), "unknown_id"),
        (replace(GOOD, meetings=(*GOOD.meetings, replace(M2, slot="s3"))), "placed_twice"),
        (replace(GOOD, meetings=(*GOOD.meetings, M2)), "double_booking"),
        (change(M1, participants=("b", "a")), "wrong_participants"),
        (change(M1, participants=("a",)), "wrong_participants"),
        (change(M1, participants=("a", "a")), "wrong_participants"),
        (change(M1, slot="s3", participants=("a", "b")), "double_booking"),
        (change(M2, slot="s3"), "away"),
        (change(M2, table="t0"), "foreign_table"),
        (change(M1, table="t2"), "not_own_table"),
        (change(M2, slot="s1"), "slot_not_allowed"),
        (change(M3, slot="s1"), "not_at_pin"),
        (change(M3, table="t2"), "not_at_pin"),
        (change(M1, slot="s2"), "order"),
        (Schedule((M1, M2, M3), (*LEFT, Unplaced("r4", "x"))), "must_missing"),
        (replace(GOOD, meetings=(M1, replace(M2, slot="s2", participants=("b", "c")), M3, M4)), "over_maximum"),
        (replace(GOOD, unplaced=()), "unaccounted"),
        (replace(GOOD, unplaced=(*LEFT, Unplaced("r1", "x"))), "placed_and_unplaced"),
        (replace(GOOD, unplaced=(Unplaced("r5", ""),)), "no_reason"),
        (replace(GOOD, bound=25), "above_bound"),
    ],
)
def test_every_broken_rule_is_found(schedule, code):
    assert code in codes(schedule)


def test_a_table_seats_one_meeting():
    two = small(people("a", "b", "c", "d"), [ask("r1", "a", "b"), ask("r2", "c", "d")], tables=1)
    both = Schedule((Meeting("r1", ("a", "b"), "s0", "t0"), Meeting("r2", ("c", "d"), "s0", "t0")), ())
    assert [rule.code for rule in audit(two, both).broken] == ["table_twice"]


def test_away_slots_are_not_idle():
    absent = [{"id": "a", "away": ["s1"]}, *people("b", "c")]
    problem = small(absent, [ask("r1", "a", "b"), ask("r2", "a", "c")])
    meetings = (Meeting("r1", ("a", "b"), "s0", "t0"), Meeting("r2", ("a", "c"), "s2", "t0"))
    measures = audit(problem, Schedule(meetings, ())).measures
    assert (measures.breaks, measures.idle_slots) == (0, 0)
