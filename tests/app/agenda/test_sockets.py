"""Who may listen to what, and what a page that was away is told."""

import pytest

from app.core import live, sockets
from app.core.guard import policy_of
from tests.factories import agenda as factory


def ask(socket, event, **values):
    return socket.emit(event, values, callback=True)


def test_every_socket_event_names_its_policy(app):
    names = sockets.event_names()
    assert {"join_agenda", "join_event", "join_organisers"} <= set(names)
    assert all(policy_of(sockets._handlers[name]) for name in names)


def test_an_event_without_a_policy_is_refused_at_import():
    with pytest.raises(RuntimeError, match="names no policy"):
        sockets.on("anything")(lambda values: {})


@pytest.mark.parametrize(
    ("person", "event", "code"),
    [
        ("pia", "join_agenda", None),
        ("omar", "join_agenda", "forbidden"),
        ("olga", "join_agenda", "forbidden"),
        ("nobody", "join_agenda", "sign_in_needed"),
        ("olga", "join_organisers", None),
        ("dana", "join_organisers", None),
        ("ada", "join_organisers", None),
        ("pia", "join_organisers", "forbidden"),
        ("omar", "join_organisers", "forbidden"),
        ("nobody", "join_organisers", "sign_in_needed"),
        ("pia", "join_event", None),
        ("omar", "join_event", None),
        ("nobody", "join_event", None),
    ],
)
def test_who_may_join(published, socket, person, event, code):
    user = None if person == "nobody" else getattr(published.cast, person)
    answer = ask(socket(user), event, slug="spring", since=0)
    if code is None:
        assert "error" not in answer
    else:
        assert answer["error"]["code"] == code
        assert answer["error"]["message"].endswith(".")


@pytest.mark.parametrize("person", ["omar", "nobody"])
def test_a_programme_that_is_not_public_is_closed_to_outsiders(published, socket, session, person):
    published.cast.event.programme_public = False
    user = None if person == "nobody" else published.cast.omar
    assert "error" in ask(socket(user), "join_event", slug="spring")
    assert "error" not in ask(socket(published.cast.pia), "join_event", slug="spring")


def test_an_unknown_event_is_answered(published, socket):
    assert ask(socket(published.cast.pia), "join_everything", slug="spring")["error"]["code"] == "unknown_event"
    answer = socket(published.cast.pia).emit("join_agenda", ["spring"], callback=True)
    assert answer["error"]["code"] == "invalid"
    assert ask(socket(published.cast.pia), "join_agenda", slug="nowhere")["error"]["code"] == "not_found"


def test_a_stranger_hears_nothing_of_an_agenda(app, published, socket, session, clock, relayed):
    relayed()
    pia, omar, petra = (socket(u) for u in (published.cast.pia, published.cast.omar, published.petra))
    ask(pia, "join_agenda", slug="spring", since=1)
    ask(omar, "join_agenda", slug="spring", since=1)
    ask(omar, "join_event", slug="spring")
    ask(petra, "join_agenda", slug="spring", since=1)
    with app.app_context():
        cast = published.cast
        factory.move(session, clock, cast.event, published.request, cast.slots[1], cast.tables[1])
        session.commit()
    relayed()
    assert [m["name"] for m in pia.get_received()] == ["agenda"]
    assert [m["name"] for m in omar.get_received()] == ["timetable"]
    assert petra.get_received() == []


def test_a_page_that_was_away_gets_the_changes_in_order(app, published, socket, session, clock):
    cast = published.cast
    with app.app_context():
        factory.move(session, clock, cast.event, published.request, cast.slots[1], cast.tables[0])
        factory.move(session, clock, cast.event, published.request, cast.slots[2], cast.tables[1])
        factory.cancel(session, clock, cast.event, published.request, "Pia is ill.")
    answer = ask(socket(cast.pia), "join_agenda", slug="spring", since=1)
    assert answer["version"] == 4
    assert [m["version"] for m in answer["missed"]] == [2, 3, 4]
    assert [m["event"] for m in answer["missed"]] == ["agenda"] * 3
    assert ask(socket(cast.pia), "join_agenda", slug="spring", since=4)["missed"] == []


@pytest.mark.parametrize("since", [None, -1, 99, "1"])
def test_a_page_with_a_version_never_given_starts_afresh(published, socket, since):
    answer = ask(socket(published.cast.pia), "join_agenda", slug="spring", since=since)
    [fresh] = answer["missed"]
    assert fresh["replace"]
    assert answer["version"] == fresh["version"] == 1


def test_signed_out_everywhere_cuts_the_socket_off(app, published, socket, session):
    pia, piotr = socket(published.cast.pia), socket(published.cast.piotr)
    assert sockets.cut_off_ended(app) == 0
    published.cast.pia.session_epoch += 1
    session.commit()
    assert sockets.cut_off_ended(app) == 1
    assert not pia.is_connected()
    assert piotr.is_connected()
    assert ask(piotr, "join_agenda", slug="spring", since=1)["version"] == 1


def test_an_ended_session_is_refused_even_before_it_is_cut_off(app, published, socket, session):
    pia = socket(published.cast.pia)
    published.cast.pia.session_epoch += 1
    session.commit()
    assert ask(pia, "join_agenda", slug="spring", since=1)["error"]["code"] == "sign_in_needed"


def test_another_origin_is_turned_away(app, client):
    address = "/socket.io/?EIO=4&transport=polling"
    assert client.get(address, headers={"Origin": "https://elsewhere.example"}).status_code == 400
    assert client.get(address, headers={"Origin": "http://localhost"}).status_code == 200


def test_a_socket_cannot_collect_rooms_without_end(app, published, socket, monkeypatch):
    monkeypatch.setattr(sockets, "ROOMS_PER_SOCKET", 2)
    pia = socket(published.cast.pia)
    assert "error" not in ask(pia, "join_agenda", slug="spring", since=1)
    assert ask(pia, "join_event", slug="spring")["error"]["code"] == "too_many_rooms"
    assert live.socketio is app.extensions["socketio"]
