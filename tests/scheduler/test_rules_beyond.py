"""The rules beyond the format, each once where it bites and once where it does not, confirmed by the judge."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler import Goal, Meeting, Options, Schedule, audit, problem_from_json, solve
from tests.scheduler.small import ask, data, people
from tests.scheduler.test_rules import ids, placed, reasons

BOOTHS = [*people("a"), {"id": "b", "table": "t0"}, {"id": "c", "table": "t1"}]  # t0 in zone A, t1 in zone B
VISITS = [ask("r1", "a", "b"), ask("r2", "a", "c")]


def walk(price: int | None, **fields: Any) -> dict[str, Any]:
    return {"walking": {"price": price, "between": [{"zones": ["A", "B"], "minutes": 10}]}, **fields}


def codes(raw: dict[str, Any], *meetings: Meeting) -> set[str]:
    """What the judge finds wrong with these meetings, bookkeeping aside."""
    broken = audit(problem_from_json(raw), Schedule(meetings, ())).broken
    return {rule.code for rule in broken} - {"unaccounted"}


def test_no_two_meetings_in_far_zones_back_to_back():
    tight = placed(problem_from_json(data(BOOTHS, VISITS, slots=2, **walk(None))))
    assert len(ids(tight)) == 1
    assert set(reasons(tight).values()) == {"no_time_to_walk"}
    assert len(ids(placed(problem_from_json(data(BOOTHS, VISITS, slots=3, **walk(None)))))) == 2
    assert len(ids(placed(problem_from_json(data(BOOTHS, VISITS, slots=2, days=2, **walk(None)))))) == 2
    assert len(ids(placed(problem_from_json(data(BOOTHS, VISITS, slots=2))))) == 2


def test_a_break_between_slots_is_time_to_walk():
    raw = data(BOOTHS, VISITS, slots=2, **walk(None))
    for slot, start in zip(raw["slots"], ("10:00", "10:30"), strict=True):
        slot |= {"start": f"2027-03-02T{start}", "minutes": 20}
    assert len(ids(placed(problem_from_json(raw)))) == 2
    raw["slots"][0]["minutes"] = 21
    assert len(ids(placed(problem_from_json(raw)))) == 1


def test_a_price_on_walking_places_both_and_avoids_the_hurry_where_it_can():
    forced = placed(problem_from_json(data(BOOTHS, VISITS, slots=2, **walk(7))))
    assert (len(ids(forced)), forced.measures.rushed) == (2, 1)
    roomy = problem_from_json(data(BOOTHS, VISITS, slots=3, **walk(7)))
    assert placed(roomy).measures.rushed == 1  # compactness stands before moves
    calm = solve(roomy, Options(work_limit=400, goals=(Goal("value"), Goal("moves"))))
    assert calm.measures.rushed == 0


def test_pool_tables_are_chosen_near_enough():
    crowd = [*people("a", "c"), {"id": "b", "table": "t0"}]
    raw = data(
        crowd, [ask("r1", "a", "b", slots=["s0"]), ask("r2", "a", "c", slots=["s1"])], slots=2, tables=4, **walk(None)
    )
    result = placed(problem_from_json(raw))
    assert {m.request: m.table for m in result.schedule.meetings} == {"r1": "t0", "r2": "t2"}
    raw["tables"][2]["slots"] = ["s0"]
    assert reasons(placed(problem_from_json(raw))) in ({"r2": "no_time_to_walk"}, {"r1": "no_time_to_walk"})


def test_the_judge_sees_a_hurry():
    raw = data(BOOTHS, VISITS, slots=3, **walk(None))
    first = Meeting("r1", ("a", "b"), "s0", "t0")
    assert codes(raw, first, Meeting("r2", ("a", "c"), "s1", "t1")) == {"no_time_to_walk"}
    assert codes(raw, first, Meeting("r2", ("a", "c"), "s2", "t1")) == set()


def test_meetings_of_several_slots():
    requests = [ask("r1", "a", "b", length=2), ask("r2", "a", "c")]
    result = placed(problem_from_json(data(people("a", "b", "c"), requests, slots=3)))
    assert ids(result) == {"r1", "r2"}
    assert len(ids(placed(problem_from_json(data(people("a", "b", "c"), requests, slots=2))))) == 1
    split = data(people("a", "b"), requests[:1], slots=2, days=2)
    assert reasons(placed(problem_from_json(split))) == {"r1": "no_common_slot"}


def test_a_long_meeting_holds_its_table():
    requests = [ask("r1", "a", "b", length=2), ask("r2", "c", "d", slots=["s1"])]
    one = placed(problem_from_json(data(people("a", "b", "c", "d"), requests, slots=2, tables=1)))
    assert len(ids(one)) == 1
    two = placed(problem_from_json(data(people("a", "b", "c", "d"), requests, slots=2, tables=2)))
    assert len({m.table for m in two.schedule.meetings}) == 2


def test_tables_that_open_in_turn_seat_no_long_meeting():
    raw = data(people("a", "b"), [ask("r1", "a", "b", length=2)], slots=2, tables=2)
    raw["tables"][0]["slots"], raw["tables"][1]["slots"] = ["s0"], ["s1"]
    assert reasons(placed(problem_from_json(raw))) == {"r1": "no_table"}
    raw["tables"][1]["slots"] = ["s0", "s1"]
    assert placed(problem_from_json(raw)).schedule.meetings[0].table == "t1"


def test_what_lies_after_a_long_meeting_waits_for_its_end():
    requests = [ask("r1", "a", "b", length=2), ask("r2", "c", "d", after=["r1"])]
    result = placed(problem_from_json(data(people("a", "b", "c", "d"), requests, slots=3)))
    assert {m.request: m.slot for m in result.schedule.meetings} == {"r1": "s0", "r2": "s2"}


def test_the_judge_sees_what_is_wrong_with_long_meetings():
    requests = [ask("r1", "a", "b", length=2), ask("r2", "c", "b", after=["r1"]), ask("r3", "d", "e")]
    raw = data([*people("a", "b", "c", "d", "e")], requests, slots=4, days=2)
    long = Meeting("r1", ("a", "b"), "s0", "t0")
    assert codes(raw, long, Meeting("r2", ("c", "b"), "s1", "t1")) == {"double_booking", "order"}
    assert codes(raw, long, Meeting("r3", ("d", "e"), "s1", "t0")) == {"table_twice"}
    assert codes(raw, Meeting("r1", ("a", "b"), "s1", "t0")) == {"too_long"}
    raw["participants"][1]["away"] = ["s1"]
    assert codes(raw, long) == {"away"}
    raw["participants"][1] |= {"away": [], "max_in_a_row": 1}
    assert codes(raw, long) == {"too_many_in_a_row"}
    assert codes(raw, Meeting("r1", ("a", "b"), "s2", "t0"), Meeting("r2", ("c", "b"), "s0", "t0")) >= {"order"}


def test_on_site_and_online_in_one_plan():
    crowd = [*people("a", "b"), *people("x", "y", attends=["online"]), *people("z", attends=["onsite", "online"])]
    requests = [ask("r1", "a", "b"), ask("r2", "x", "y"), ask("r3", "a", "x"), ask("r4", "z", "x"), ask("r5", "z", "a")]
    raw = data(crowd, requests, slots=4, tables=2)
    raw["tables"][1]["serves"] = ["online"]
    result = placed(problem_from_json(raw))
    assert {m.request: m.table for m in result.schedule.meetings} == {"r1": "t0", "r2": "t1", "r4": "t1", "r5": "t0"}
    assert reasons(result) == {"r3": "no_suitable_place"}
    raw["tables"][0]["serves"] = ["onsite", "online"]
    assert len(ids(placed(problem_from_json(raw)))) == 5


def test_the_judge_sees_somebody_online_at_a_table_in_the_hall():
    raw = data([*people("a"), *people("x", attends=["online"])], [ask("r1", "a", "x")], tables=1)
    assert codes(raw, Meeting("r1", ("a", "x"), "s0", "t0")) == {"wrong_way"}
    raw["tables"][0]["serves"] = ["online", "onsite"]
    assert codes(raw, Meeting("r1", ("a", "x"), "s0", "t0")) == set()


FRENCH, POLISH, ITALIAN = (
    people(name, languages=[tongue])[0] for name, tongue in (("f", "fr"), ("p", "pl"), ("i", "it"))
)
TALKS = [ask("r1", "f", "p"), ask("r2", "i", "p2")]
HELPER = {"id": "h", "languages": ["fr", "pl", "it"]}


def talks(*helpers: dict[str, Any], slots: int = 1) -> dict[str, Any]:
    crowd = [FRENCH, POLISH, ITALIAN, *people("p2", languages=["pl"])]
    return data(crowd, TALKS, slots=slots, interpreters=list(helpers))


def test_interpreters_are_scarce():
    one = placed(problem_from_json(talks(HELPER)))
    assert len(ids(one)) == 1
    assert set(reasons(one).values()) == {"interpreters_busy"}
    assert {m.interpreter for m in one.schedule.meetings} == {"h"}
    assert len(ids(placed(problem_from_json(talks(HELPER, slots=2))))) == 2
    assert len(ids(placed(problem_from_json(talks(HELPER, {**HELPER, "id": "g"}))))) == 2
    assert len(ids(placed(problem_from_json(talks({**HELPER, "max_meetings": 1}, slots=2))))) == 1
    assert len(ids(placed(problem_from_json(talks({**HELPER, "away": ["s0"]}, slots=2))))) == 1


def test_without_a_common_language_and_an_interpreter_nobody_meets():
    assert set(reasons(placed(problem_from_json(talks({"id": "h", "languages": ["fr"]})))).values()) == {
        "no_interpreter"
    }
    assert set(reasons(placed(problem_from_json(talks()))).values()) == {"no_interpreter"}
    raw = talks()
    del raw["interpreters"]
    assert len(ids(placed(problem_from_json(raw)))) == 2


@pytest.mark.parametrize("languages", [["pl", "de"], [], ["pl", "fr"]])
def test_a_common_language_or_an_unknown_one_needs_no_interpreter(languages):
    raw = data(
        [*people("a", languages=languages), *people("b", languages=["pl"])], [ask("r1", "a", "b")], interpreters=[]
    )
    assert [m.interpreter for m in placed(problem_from_json(raw)).schedule.meetings] == [None]


def test_the_judge_sees_interpreters():
    first, second = Meeting("r1", ("f", "p"), "s0", "t0", "h"), Meeting("r2", ("i", "p2"), "s0", "t1", "h")
    assert codes(talks(HELPER), first, second) == {"double_booking"}
    assert codes(talks(HELPER), Meeting("r1", ("f", "p"), "s0", "t0")) == {"no_common_language"}
    assert codes(talks({**HELPER, "languages": ["fr"]}), first) == {"no_common_language"}
    assert codes(talks({**HELPER, "away": ["s0"]}), first) == {"away"}
    assert codes(talks({**HELPER, "max_meetings": 0}), first) == {"over_maximum"}
    assert codes(talks(HELPER), Meeting("r1", ("f", "p"), "s0", "t0", "nobody")) == {"unknown_id"}
    assert codes(talks(HELPER), first) == set()
