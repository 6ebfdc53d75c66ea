"""Python's cycle collector, out of the way while large structures without cycles are built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """While inside, no cycle collection starts: with some hundred thousand live objects each one costs more than the
    work it interrupts, and finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
