"""The web server of the embedded default: one gevent process for pages and sockets, one worker child.

The process must be patched by gevent before anything else is imported; `serve.py` does that. `prepare` is what every
serving process needs, also under another process manager (docs/operations.md).

Four defaults would each cost a factor between three and a hundred, or the data itself. Tests hold them closed:

* The collector's thresholds are raised: at the stock values, thousands of connected sockets are walked again and again.
* Accepted sockets get TCP_NODELAY: without it a kept-alive connection waits 40 ms for every answer.
* WebSocket compression is declined: it costs more memory per participant than everything else together.
* gevent-websocket carries the sockets: it survives a peer that reads slowly, which not every driver does.
"""

import errno
import gc
import logging
import re
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

import gevent
from flask import Flask
from gevent.pool import Pool
from gevent.pywsgi import LoggingLogAdapter, WSGIServer
from geventwebsocket.handler import WebSocketHandler

from app.core import live
from app.core.clock import system_clock
from app.core.database import Database
from app.core.supervisor import Supervisor
from config import ROOT

log = logging.getLogger(__name__)
access_log = logging.getLogger("meetwright.access")

BACKLOG = 4096
COLLECTOR_THRESHOLDS = (100_000, 50, 100)
OPEN_FILES_WANTED = 65_536
OPEN_FILES_NEEDED = 4_096
STOP_SECONDS = 5.0
GOING_AWAY = 1001
# One-time links carry their token in the path; it must not be readable in a log.
SECRET_SEGMENT = re.compile(r"[\w.~-]{32,}")


class Handler(WebSocketHandler):  # type: ignore[misc]
    """Answers the requests of one connection; knows whether it waits for one, and how to part."""

    def handle(self) -> None:
        """Answer requests until the connection ends."""
        self.is_idle = True
        self.server.handlers.add(self)
        try:
            super().handle()
        finally:
            self.server.handlers.discard(self)

    def read_requestline(self) -> Any:
        """Wait for the next request and return its first line."""
        self.is_idle = True
        try:
            return super().read_requestline()
        finally:
            self.is_idle = False

    def part(self) -> None:
        """End a connection that waits for a request, or a WebSocket; a request being answered is left alone."""
        upgraded = getattr(self, "websocket", None)
        if upgraded is not None and not upgraded.closed:
            # Its own `close` would send the reason without the code, which is not a legal frame.
            upgraded.send_frame(GOING_AWAY.to_bytes(2, "big"), upgraded.OPCODE_CLOSE)
        if upgraded is not None or self.is_idle:
            self.socket.shutdown(socket.SHUT_RDWR)

    def log_request(self) -> None:
        """One line per request: who, what, status, bytes, seconds; neither the query nor a token."""
        status = (self._orig_status or self.status or "000").split()[0]
        seconds = (self.time_finish or self.time_start) - self.time_start
        address = self.client_address[0] if self.client_address else "-"
        path = loggable(self.path or "-")
        access_log.info("%s %s %s %s %s %.3f", address, self.command, path, status, self.response_length, seconds)


class Server(WSGIServer):  # type: ignore[misc]
    """A pywsgi server with the settings that live updates need and an end without cut-off answers."""

    stop_timeout = STOP_SECONDS

    def __init__(self, host: str, port: int, app: Flask) -> None:
        errors = LoggingLogAdapter(log, level=logging.ERROR)
        super().__init__(
            (host, port), app, backlog=BACKLOG, spawn=Pool(), handler_class=Handler, log=None, error_log=errors
        )
        self.handlers: set[Handler] = set()

    def handle(self, client_socket: Any, address: Any) -> None:
        """Answer the requests of one accepted connection."""
        client_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle(client_socket, address)

    def stop(self, timeout: float | None = None) -> None:
        """Accept nothing more, part from who waits, let running requests finish, cut the rest off."""
        self.close()
        farewells = [gevent.spawn(handler.part) for handler in list(self.handlers)]
        gevent.joinall(farewells, timeout=1.0)
        super().stop(timeout)


def loggable(path: str) -> str:
    """The path of a request target without its query and without anything that looks like a token."""
    return SECRET_SEGMENT.sub("[…]", path.partition("?")[0])


def serve(app: Flask, host: str, port: int, worker: Sequence[str] | None = None) -> None:
    """Serve `app` until SIGTERM or SIGINT; port 0 takes a free one. `worker` is the command of the worker child.

    Prints one line with the address once connections are accepted. Exits with a sentence when the address cannot
    be had.
    """
    raise_open_file_limit()
    prepare(app)
    server = Server(host, port, app)
    try:
        server.start()
    except OSError as error:
        sys.exit(f"error: cannot listen on {host}:{port}: {explain(error)}")
    child = Supervisor(worker, ROOT) if worker else None
    if child:
        child.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, server.stop)
    shown = f"[{host}]" if ":" in host else host
    print(f"Meetwright listens on http://{shown}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    finally:
        if child:
            child.stop()


def prepare(app: Flask) -> None:
    """Set up this process to serve `app`, before its first request."""
    app.teardown_request(give_way)
    tune_collector()


def start_relay(app: Flask) -> None:
    """Emit, from now on and from a greenlet, the live updates that other processes wrote."""
    database: Database = app.extensions["database"]
    if app.extensions["settings"].redis_url is None:
        # This is the only web process and nobody is connected yet.
        with database.open() as session:
            live.mark_all_sent(session, system_clock)
            session.commit()
    live.start_relay(app)


def give_way(_error: BaseException | None = None) -> None:
    """Let other connections have their turn; SQLite never yields, so one busy client could starve all others."""
    gevent.sleep(0)


def tune_collector() -> None:
    """Collect rarely, and never walk again what start-up created."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def raise_open_file_limit() -> int:
    """Raise the limit of open files as far as allowed, warn when it bounds the audience, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES_NEEDED:
        log.warning("only %s files may be open at once, which bounds the open pages; raise 'ulimit -n'", soft)
    return soft


def explain(error: OSError) -> str:
    """Why an address cannot be had, and what to do about it."""
    if error.errno == errno.EADDRINUSE:
        return "the port is in use; stop the other program or choose another port, e.g. PORT=5001"
    if error.errno == errno.EACCES:
        return "ports below 1024 need special rights; choose a higher one"
    return error.strerror or str(error)
