"""A small application behind the real server: shows what the process does to any application.

Run as `python served_app.py [WORKER COMMAND...]`; it prints its address like the product does. The tests import it too,
unpatched, for what it sends.
"""

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

import gc
import logging
import os
import socket
import sys
from typing import Any

import gevent
from flask import Flask, request
from flask_socketio import SocketIO, emit
from gevent.event import Event

FLOOD = 400
FLOOD_BYTES = 20_000


def create_app() -> Flask:
    """The application; also what gunicorn loads."""
    app = Flask(__name__)
    running = Event()
    socketio = SocketIO(app, async_mode="gevent", ping_interval=300)

    @app.get("/collector")
    def collector() -> dict[str, Any]:
        return {"thresholds": gc.get_threshold(), "frozen": gc.get_freeze_count()}

    @app.get("/no-delay")
    def no_delay() -> dict[str, bool]:
        return {"no_delay": has_no_delay((request.environ["REMOTE_ADDR"], int(request.environ["REMOTE_PORT"])))}

    @app.get("/slow")
    def slow() -> str:
        running.set()
        gevent.sleep(1.0)
        return "slow"

    @app.get("/until-slow-runs")
    def until_slow_runs() -> str:
        running.wait()
        return "it runs"

    @app.get("/")
    def quick() -> str:
        return "quick"

    @socketio.on("flood")
    def flood() -> None:
        for number in range(FLOOD):
            emit("drop", {"number": number, "filling": filling(number)})

    return app


def filling(number: int) -> str:
    """Text that tells which event it belongs to at every position."""
    return (f"{number:05d}" * (FLOOD_BYTES // 5))[:FLOOD_BYTES]


def has_no_delay(peer: tuple[str, int]) -> bool:
    """Whether the accepted socket whose other end is `peer` sends small writes at once."""
    for name in os.listdir("/proc/self/fd"):
        try:
            found = socket.socket(fileno=os.dup(int(name)))
        except OSError:
            continue
        with found:
            try:
                if found.getpeername() == peer:
                    return bool(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            except OSError:
                continue
    raise LookupError(peer)


if __name__ == "__main__":
    from app.core.server import serve

    logging.basicConfig(level=logging.INFO)
    serve(create_app(), "127.0.0.1", 0, sys.argv[1:] or None)
