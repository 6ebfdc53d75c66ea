"""Live: everybody in the room sees what is added, catches up, and strangers hear nothing."""

import pytest

from app.workshops import queries, services
from app.workshops.models import WorkshopAttendance, WorkshopEntry, WorkshopFacilitator
from app.workshops.services import GroupLine

TOKEN = "0123456789abcdef"


def ask(socket, event, room, **values):
    number = room.workshop.session_id
    room.session.commit()  # SQLite has one writer at a time
    return socket.emit(event, {"slug": "spring", "number": number, **values}, callback=True)


@pytest.mark.parametrize(
    ("person", "reads", "adds"),
    [
        ("olga", None, None), ("dana", None, None), ("ada", None, None), ("pia", None, None),
        ("lena", None, "forbidden"), ("piotr", "forbidden", "forbidden"), ("omar", "forbidden", "forbidden"),
        ("nobody", "sign_in_needed", "sign_in_needed"),
    ],
)  # fmt: skip
def test_who_may_join_and_who_may_add(room, socket, session, person, reads, adds) -> None:
    user = {"lena": room.lena, "nobody": None}.get(person) or getattr(room.cast, person, None)
    line = socket(user)
    assert ask(line, "join_workshop", room, since=0).get("error", {}).get("code") == reads
    answer = ask(line, "workshop_add", room, kind="idea", text="A sorting line", token=TOKEN)
    assert answer.get("error", {}).get("code") == adds
    assert session.query(WorkshopEntry).count() == (adds is None)
    for event, values in (("workshop_vote", {"entry": 1, "on": True}), ("workshop_group", {"group": ""})):
        if adds is not None:
            assert ask(line, event, room, **values)["error"]["code"] == adds


@pytest.mark.parametrize("number", [None, "1", 10**9, -1, [], {}, True])
def test_a_workshop_that_is_not_there_is_answered(room, socket, number) -> None:
    answer = socket(room.cast.olga).emit("join_workshop", {"slug": "spring", "number": number}, callback=True)
    assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "values",
    [{"kind": "essay"}, {"kind": None}, {"kind": []}, {"text": 5}, {"text": ["x"]}, {"token": {}},
     {"group": "x"}, {"group": True},
     {"source": -1}, {"kind": "follow_up", "owner": "Pia", "due": "tomorrow"}, {"due": 5}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(room, socket, session, values) -> None:
    sent = {"kind": "idea", "text": "A sorting line", "token": TOKEN} | values
    answer = ask(socket(room.cast.pia), "workshop_add", room, **sent)
    assert answer["error"]["code"] in {"invalid", "not_found"}
    assert session.query(WorkshopEntry).count() == 0


def test_the_room_hears_it_once_and_a_stranger_nothing(room, socket, relayed, session) -> None:
    olga, pia, piotr = socket(room.cast.olga), socket(room.cast.pia), socket(room.cast.piotr)
    ask(olga, "join_workshop", room, since=0)
    ask(pia, "join_workshop", room, since=0)
    ask(piotr, "join_workshop", room, since=0)
    relayed()
    for line in (olga, pia, piotr):
        line.get_received()
    ask(pia, "workshop_add", room, kind="idea", text="A sorting line", token=TOKEN)
    ask(pia, "workshop_add", room, kind="idea", text="A sorting line", token=TOKEN)
    relayed()
    (heard,) = [m["args"][0] for m in olga.get_received()]
    assert (heard["version"], [e["text"] for e in heard["entries"]]) == (2, ["A sorting line"])
    assert [m["args"][0]["version"] for m in pia.get_received()] == [2]
    assert piotr.get_received() == []


def test_who_comes_is_there_and_what_was_missed_comes_in_order(room, socket, session) -> None:
    pia, olga = socket(room.cast.pia), socket(room.cast.olga)
    answer = ask(pia, "join_workshop", room, since=0)
    assert (answer["version"], answer["missed"][0]["people"][0]["here"]) == (1, True)
    assert session.query(WorkshopAttendance).one().participant_id == room.cast.pia_participant.id
    ask(pia, "workshop_add", room, kind="idea", text="A sorting line", token=TOKEN)
    ask(pia, "workshop_add", room, kind="decision", text="We build it", token=TOKEN[::-1])
    missed = ask(olga, "join_workshop", room, since=1)["missed"]
    assert [(m["event"], m["version"], m["entries"][0]["kind"]) for m in missed] == [
        ("workshop", 2, "idea"), ("workshop", 3, "decision"),
    ]  # fmt: skip
    assert ask(pia, "join_workshop", room, since=3)["missed"] == []


def test_nobody_is_noted_before_it_opens(room, socket, session) -> None:
    room.workshop.state = "planned"
    assert ask(socket(room.cast.pia), "join_workshop", room, since=0)["missed"] == []
    assert session.query(WorkshopAttendance).count() == 0


def test_a_facilitator_agrees(room, socket, session) -> None:
    number = ask(socket(room.cast.pia), "workshop_add", room, kind="decision", text="We build it", token=TOKEN)["entry"]
    refused = ask(socket(room.cast.pia), "workshop_set", room, entry=number, state="agreed")
    assert refused["error"]["code"] == "forbidden"
    session.add(WorkshopFacilitator(workshop_id=room.workshop.id, user_id=room.cast.piotr.id))
    assert ask(socket(room.cast.piotr), "workshop_set", room, entry=number, state="agreed") == {"entry": number}
    session.expire_all()
    assert session.query(WorkshopEntry).one().state.value == "agreed"
    assert ask(socket(room.cast.olga), "workshop_set", room, entry=number, state="best")["error"]["code"] == "invalid"
    assert ask(socket(room.cast.olga), "workshop_set", room, entry=99, state="open")["error"]["code"] == "not_found"


def test_a_group_is_chosen_and_the_room_sees_it(room, socket, relayed, session, clock) -> None:
    services.save_groups(session, clock, room.cast.olga, room.workshop, [GroupLine("Sorting")])
    number = queries.groups_of(session, room.workshop.id)[0].id
    olga = socket(room.cast.olga)
    ask(olga, "join_workshop", room, since=0)
    assert ask(socket(room.cast.pia), "workshop_group", room, group=str(number)) == {}
    relayed()
    assert olga.get_received()[-1]["args"][0]["people"][0]["group"] == number
    assert ask(socket(room.cast.pia), "workshop_group", room, group="99")["error"]["code"] == "invalid"
    assert ask(olga, "workshop_group", room, group="")["error"]["code"] == "forbidden"
