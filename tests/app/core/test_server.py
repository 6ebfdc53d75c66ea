"""The serving process, from outside: our own server, and gunicorn with our configuration."""

import fcntl
import json
import signal
import socket
import struct
import sys
import termios
import threading
import time
from statistics import median

import psutil
import pytest

from app.core.server import COLLECTOR_THRESHOLDS, loggable
from tests.app.core import served
from tests.app.core.served import Served
from tests.app.core.served_app import FLOOD, filling

OFFER = ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture(scope="module", params=[served.embedded, served.gunicorn], ids=["embedded", "gunicorn"])
def server(request):
    with request.param() as running:
        yield running


@pytest.fixture
def own_server():
    with served.embedded() as running:
        yield running


# The traps


def test_the_collector_runs_rarely_and_skips_what_start_up_made(server: Served) -> None:
    collector = json.loads(server.get("/collector"))
    assert tuple(collector["thresholds"]) == COLLECTOR_THRESHOLDS
    assert collector["frozen"] > 10_000


def test_accepted_sockets_send_at_once(server: Served) -> None:
    assert json.loads(server.get("/no-delay")) == {"no_delay": True}


def test_a_kept_alive_connection_is_not_slower_than_new_ones(server: Served) -> None:
    """With Nagle's algorithm each answer waits 40 ms for the client's delayed acknowledgement."""
    connection = server.connection()
    for _ in range(20):  # the kernel acknowledges the first ones at once
        server.get("/", connection)
    kept = median(_seconds(lambda: server.get("/", connection)) for _ in range(20))
    new = median(_seconds(lambda: server.get("/")) for _ in range(20))
    connection.close()
    assert kept < 5 * new


def test_compression_is_declined(server: Served) -> None:
    connected = server.socket(header=OFFER)
    assert connected.status == 101
    assert "sec-websocket-extensions" not in connected.headers
    connected.close()


def test_a_slow_reader_gets_an_uncorrupted_stream(server: Served) -> None:
    small = (socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connected = server.socket(sockopt=(small,))
    connected.send('42["flood"]')
    _until_the_sender_is_stuck(connected.sock)
    assert server.get("/") == "quick"  # others are served meanwhile
    for number in range(FLOOD):
        name, event = json.loads(connected.recv().removeprefix("42"))
        assert (name, event) == ("drop", {"number": number, "filling": filling(number)})
    connected.close()


# The end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_waits_for_running_requests_and_parts_from_sockets(own_server: Served, number: int) -> None:
    connected = own_server.socket()
    idle = own_server.connection()
    own_server.get("/", idle)
    answers: list[str] = []
    slow = threading.Thread(target=lambda: answers.append(own_server.get("/slow")))
    slow.start()
    own_server.get("/until-slow-runs")
    own_server.process.send_signal(number)
    opcode, reason = connected.recv_data()
    assert (opcode, reason[:2]) == (8, (1001).to_bytes(2, "big"))
    slow.join(served.PATIENCE_SECONDS)
    assert answers == ["slow"]
    assert own_server.process.wait(served.PATIENCE_SECONDS) == 0
    assert idle.sock.recv(1) == b""
    idle.close()
    connected.shutdown()


def test_a_port_in_use_is_named(own_server: Served) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code = "from tests.app.core import served_app; from app.core.server import serve;"
        code += f"serve(served_app.create_app(), '127.0.0.1', {port})"
        with served.serving(
            [sys.executable, "-c", code], rf"cannot listen on 127\.0\.0\.1:({port}): the port is in use"
        ) as ended:
            assert ended.process.wait(served.PATIENCE_SECONDS) == 1


# The worker child


def test_a_crashed_worker_is_started_again() -> None:
    with served.embedded(*SLEEPER) as running:
        first = _child(running.process.pid)
        first.kill()
        running.wait_for("ended with code -9; starting it again")
        second = _child(running.process.pid, other_than=first.pid)
        assert second.cmdline() == list(SLEEPER)


def test_the_worker_ends_with_the_server() -> None:
    with served.embedded(*SLEEPER) as running:
        child = _child(running.process.pid)
        running.process.terminate()
        assert running.process.wait(served.PATIENCE_SECONDS) == 0
        assert not child.is_running()


def test_the_worker_ends_even_when_the_server_is_killed() -> None:
    with served.embedded(*SLEEPER) as running:
        child = _child(running.process.pid)
        running.process.kill()
        _wait(lambda: not psutil.pid_exists(child.pid) or child.status() == psutil.STATUS_ZOMBIE)


# The log


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/agenda?token=abc", "/agenda"),
        ("/link/Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9v", "/link/[…]"),
        ("/events/spring-2027/agenda", "/events/spring-2027/agenda"),
    ],
)
def test_the_log_shows_neither_query_nor_token(target: str, shown: str) -> None:
    assert loggable(target) == shown


def test_requests_are_logged_without_their_query(own_server: Served) -> None:
    own_server.get("/?secret=hidden")
    line = own_server.wait_for("meetwright.access").string
    assert " GET / 200 " in line
    assert "hidden" not in "".join(own_server.lines)


def _seconds(action) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _until_the_sender_is_stuck(reader: socket.socket) -> None:
    """Wait until nothing more arrives, because all buffers between the two are full."""
    waiting, before = 0, -1
    while waiting != before or not waiting:
        before = waiting
        time.sleep(0.5)
        waiting = struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"0000"))[0]


def _wait(is_true) -> None:
    deadline = time.monotonic() + served.PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def _child(parent: int, other_than: int | None = None) -> psutil.Process:
    found: list[psutil.Process] = []

    def has_child() -> bool:
        found[:] = [
            child
            for child in psutil.Process(parent).children()
            if child.pid != other_than and child.cmdline() == list(SLEEPER)
        ]
        return bool(found)

    _wait(has_child)
    return found[0]
