"""A private Redis that keeps nothing."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests import services


@contextmanager
def running() -> Iterator[str]:
    """Start a server of its own, give its address, stop it at the end."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is not installed; 'make test' installs or names what is missing")
    port = services.free_port()
    with tempfile.TemporaryDirectory(prefix="meetwright-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        server = services.start([program, *options])
        try:
            services.wait_until(lambda: _answers(port), server, "Redis")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            services.stop(server)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
