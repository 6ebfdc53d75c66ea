"""Servers the tests start for themselves: private, on free loopback ports, gone when the tests are."""

import socket
import subprocess
import time
from collections.abc import Callable

from app.core.supervisor import dying_with_parent

PATIENCE_SECONDS = 60.0


def free_port() -> int:
    """A port of 127.0.0.1 that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(command: list[str], **options: object) -> subprocess.Popen[bytes]:
    """Start a server that ends with this process, even if this process is killed."""
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=dying_with_parent(), **options
    )


def wait_until(is_ready: Callable[[], bool], server: subprocess.Popen[bytes], name: str) -> None:
    """Return once the server is ready; RuntimeError when it ends or takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_ready():
        if server.poll() is not None:
            raise RuntimeError(f"{name} ended with exit code {server.returncode} instead of starting")
        if time.monotonic() > deadline:
            server.kill()
            raise RuntimeError(f"{name} did not start in time")
        time.sleep(0.05)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server, with force when it does not go by itself."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
