"""Keeps one child process running for as long as this process lives, and no longer."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import gevent

log = logging.getLogger(__name__)
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
# A child that ran this long was healthy: the next crash starts the back-off from its beginning.
HEALTHY_SECONDS = 60.0
PATIENCE_SECONDS = 10.0
PR_SET_PDEATHSIG = 1


def dying_with_parent() -> Callable[[], None] | None:
    """A function for the child, run between fork and exec: when the parent dies, however, it gets SIGTERM.

    None where the system is not Linux; there an orphan is only stopped by a parent that ends in an orderly way.
    """
    if sys.platform != "linux":
        return None
    # Everything is looked up before the fork; the child only makes two system calls.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie_to_parent() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above
            os._exit(0)

    return tie_to_parent


class Supervisor:
    """Starts a command, starts it again with growing delays when it ends, and stops it at the end."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = list(command)
        self._folder = folder
        self._stopping = False
        self._child: subprocess.Popen[bytes] | None = None
        self._greenlet: gevent.Greenlet | None = None

    def start(self) -> None:
        """Start the command and watch it from a greenlet; the process must be patched by gevent."""
        self._greenlet = gevent.spawn(self._watch)

    def stop(self) -> None:
        """Ask the child to end, and kill it when it does not within ten seconds."""
        self._stopping = True
        if self._greenlet is not None:
            self._greenlet.kill()
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("process %s did not end in time and was killed", child.pid)
            child.kill()
            child.wait()

    def _watch(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while not self._stopping:
            started = time.monotonic()
            self._child = subprocess.Popen(self._command, cwd=self._folder, preexec_fn=dying_with_parent())
            code = self._child.wait()
            if time.monotonic() - started > HEALTHY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            log.error("'%s' ended with code %s; starting it again in %.1f s", " ".join(self._command), code, delay)
            gevent.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)
