"""Processes that serve, and the two kinds of client the tests point at them."""

import http.client
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from websocket import WebSocket, create_connection

from app.core.supervisor import dying_with_parent
from tests.services import free_port

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60.0


class Served:
    """A serving process and what it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = 0
        self.lines: list[str] = []
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                self._queue.put(line)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until a printed line matches."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                line = self._queue.get(timeout=0.2)
            except queue.Empty:
                continue
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no line matches {pattern!r} in:\n{''.join(self.lines)}")

    def get(self, path: str, connection: http.client.HTTPConnection | None = None) -> str:
        """The body of the answer to a GET; on a connection of its own unless one is given."""
        if connection is None:
            with closing(self.connection()) as own:
                return self.get(path, own)
        connection.request("GET", path)
        with connection.getresponse() as response:
            assert response.status == 200
            return response.read().decode()

    def connection(self) -> http.client.HTTPConnection:
        """A kept-alive connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def socket(self, **options: Any) -> WebSocket:
        """A WebSocket past the Socket.IO handshake."""
        options.setdefault("origin", f"http://127.0.0.1:{self.port}")
        address = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        connected = create_connection(address, timeout=PATIENCE_SECONDS, **options)
        assert connected.recv().startswith("0{")
        connected.send("40")
        assert connected.recv().startswith("40{")
        return connected


@contextmanager
def serving(
    command: list[str], listens: str = r"listens on http://127\.0\.0\.1:(\d+)", **environment: str
) -> Iterator[Served]:
    """Run a command that serves, from the line with its port until the end of the block."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=dying_with_parent(),
    )
    served = Served(process)
    try:
        served.port = int(served.wait_for(listens)[1])
        yield served
    finally:
        process.kill()
        process.wait()
        served.reader.join(PATIENCE_SECONDS)


def embedded(*worker: str) -> Any:
    """The small application under our own server."""
    return serving([sys.executable, "tests/app/core/served_app.py", *worker])


def gunicorn() -> Any:
    """The small application under gunicorn, with the configuration we recommend."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "-c", "setup/gunicorn.conf.py", "-b", address]
    return serving([*command, "tests.app.core.served_app:create_app()"], r"Listening at: http://127\.0\.0\.1:(\d+)")
