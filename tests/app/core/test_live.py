"""Live updates: sent after the commit, in order, at least once; across processes through Redis."""

import os
import sys
import threading
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
import socketio as socket_client
from sqlalchemy import select

from app.core import live
from app.core.database import Database
from app.core.models import LiveEvent
from tests import cast as casting
from tests import services
from tests.conftest import SECRET, forget_settings

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))


@pytest.fixture
def emitted(app, monkeypatch):
    """What would leave for the sockets of this process."""
    sent = []
    monkeypatch.setitem(app.config, "SERVES_SOCKETS", True)
    monkeypatch.setattr(live.socketio, "emit", lambda name, payload, to: sent.append((to, name, payload["n"])))
    return sent


def announce(session, clock, *numbers):
    for number in numbers:
        live.announce(session, clock, "event:1", "news", {"n": number})
    session.commit()


def test_what_was_announced_leaves_once_and_in_order(app, session, emitted):
    announce(session, casting.FixedClock(), 1, 2, 3)
    assert live.relay(app) == 3
    assert emitted == [("event:1", "news", n) for n in (1, 2, 3)]
    assert live.relay(app) == 0


def test_more_than_one_batch_leaves_in_one_go(app, session, emitted, monkeypatch):
    monkeypatch.setattr(live, "BATCH", 4)
    announce(session, casting.FixedClock(), *range(10))
    assert live.relay(app) == 10
    assert [number for _room, _name, number in emitted] == list(range(10))


def test_what_was_rolled_back_is_never_told(app, session, emitted):
    live.announce(session, casting.FixedClock(), "event:1", "news", {"n": 1})
    session.rollback()
    assert live.relay(app) == 0


def test_a_failed_emit_is_repeated(app, session, emitted, monkeypatch):
    announce(session, casting.FixedClock(), 1)
    with monkeypatch.context() as broken:
        broken.setattr(live.socketio, "emit", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            live.relay(app)
    assert live.relay(app) == 1
    assert emitted == [("event:1", "news", 1)]


def test_a_process_without_sockets_or_redis_leaves_the_rows_to_the_one_that_serves(app, session):
    announce(session, casting.FixedClock(), 1)
    assert live.relay(app) == 0
    assert session.scalars(select(LiveEvent.sent_at)).all() == [None]


def test_young_rows_are_left_to_the_process_that_wrote_them(app, session, emitted):
    now = datetime.now(UTC)
    announce(session, casting.FixedClock(now - timedelta(seconds=5)), 1)
    announce(session, casting.FixedClock(now + timedelta(seconds=60)), 2)
    assert live.relay(app, min_age_seconds=1.0) == 1
    assert live.relay(app) == 1


def test_old_rows_are_forgotten_and_those_of_before_the_start_marked(app, session, emitted):
    clock = casting.FixedClock()
    announce(session, clock, 1, 2)
    live.mark_all_sent(session, clock)
    session.commit()
    assert live.relay(app) == 0
    clock.advance(live.KEEP + timedelta(minutes=1))
    live.forget_old(session, clock)
    assert session.scalars(select(LiveEvent.id)).all() == []


@pytest.mark.postgresql
def test_two_web_processes_tell_their_sockets_of_a_change_made_by_a_third(postgresql_url, redis_url, clock):
    """PostgreSQL and Redis: this process writes and commits, both servers' sockets hear it, once each and in order."""
    database = Database(postgresql_url.replace("postgresql://", "postgresql+psycopg://"))
    ports = [services.free_port(), services.free_port()]
    environment = settings_of(postgresql_url, redis_url, ports[0])
    migrate = [sys.executable, "-m", "flask", "--app", "app", "database", "upgrade"]
    assert services.start(migrate, env=environment, cwd=ROOT).wait(120) == 0
    with database.open() as session:
        event_id = casting.assemble(session, clock).event.id
        session.commit()
    servers, clients = [], []
    try:
        for port in ports:
            command = [sys.executable, "serve.py", "--port", str(port)]
            servers.append(services.start(command, env=environment, cwd=ROOT))
        heard = [listen(port, server, clients) for port, server in zip(ports, servers, strict=True)]
        with database.open() as session:
            for number in range(20):
                live.announce(session, clock, f"event:{event_id}", "news", {"n": number})
            session.commit()
        for numbers, complete in heard:
            assert complete.wait(120)
            assert numbers == list(range(20))
    finally:
        for client in clients:
            client.disconnect()
        for server in servers:
            services.stop(server)
        database.engine.dispose()


def settings_of(postgresql_url, redis_url, port):
    with pytest.MonkeyPatch.context() as patch:
        forget_settings(patch)
        environment = dict(os.environ)
    return environment | {
        "MEETWRIGHT_SECRET_KEY": SECRET,
        "MEETWRIGHT_DATABASE_URL": postgresql_url,
        "MEETWRIGHT_REDIS_URL": redis_url,
        "MEETWRIGHT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MEETWRIGHT_EMBEDDED_WORKER": "false",
    }


def listen(port, server, clients):
    """Join the event's public room; the numbers heard, and whether all came."""
    services.wait_until(lambda: answers(port), server, "Meetwright")
    numbers, complete = [], threading.Event()
    client = socket_client.Client()
    clients.append(client)

    def hear(message):
        numbers.append(message["n"])
        if message["n"] == 19:
            complete.set()

    client.on("news", hear)
    client.connect(f"http://127.0.0.1:{port}", transports=["websocket"], wait_timeout=60)
    assert "error" not in client.call("join_event", {"slug": "spring"}, timeout=60)
    return numbers, complete


def answers(port):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5).status == 200
    except OSError:
        return False
