"""One run's clock and voice: when to stop, and what to report."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from scheduler.goals import fairness, fairness_may_cost_value
from scheduler.goals.compactness import compactness
from scheduler.options import Options, Progress
from scheduler.plan import Plan


class Stoppable(Protocol):
    """A solver that another thread may stop."""

    def stop_search(self) -> None: ...


class Run:
    """Shared by the stages. With a work limit the clock never decides anything but the caller's own stop
    does."""

    def __init__(
        self, options: Options, progress: Callable[[Progress], None] | None, stop: Callable[[], bool] | None
    ) -> None:
        self.options = options
        self.started = time.monotonic()
        self.tell = progress
        self._stop = stop
        self.bound = 0
        self.breaks_bound: int | None = None  # proven, where breaks are minimised
        self.first: float | None = None
        self.best: float | None = None
        self._best_so_far = (-1, 0)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds until the time limit; a day when work is limited instead."""
        return 86400.0 if self.options.work_limit is not None else self.options.time_limit - self.seconds

    def stopped(self) -> bool:
        """Whether the caller has asked to stop or the time is up."""
        return self.left <= 0 or (self._stop is not None and self._stop())

    def asked(self) -> bool:
        """Whether the caller wants it to end; for the first plan, which no time limit may cut short."""
        return self._stop is not None and self._stop()

    def within(self, share: float) -> Callable[[], bool]:
        """A stop test for a stage that may take this share of the time that is left."""
        end = self.seconds + self.left * share
        return lambda: self.stopped() or (self.options.work_limit is None and self.seconds >= end)

    def promising(self, plan: Plan) -> bool:
        """Whether value, or fairness where it may cost value, could still rise."""
        if plan.value < self.bound:
            return True
        return fairness_may_cost_value(self.options.goals) and fairness.cost(plan) > 0

    def report(self, stage: str, plan: Plan, breaks: int | None = None) -> None:
        """Tell the caller about a plan in which all must-meetings are placed; ``breaks`` if they are counted in a way
        of their own."""
        if self.first is None:
            self.first = self.seconds
        usual, idle = compactness(plan)
        breaks = usual if breaks is None else breaks
        if (plan.value, -breaks - idle) > self._best_so_far:
            self._best_so_far, self.best = (plan.value, -breaks - idle), self.seconds
        if self.tell is None:
            return
        gap = 1 - plan.value / self.bound if self.bound else 0.0
        placed = plan.placed()
        told = Progress(self.seconds, stage, plan.value, self.bound, gap, breaks, idle, placed, self.breaks_bound)
        self.tell(told)

    @contextmanager
    def watching(self, solver: Stoppable) -> Iterator[None]:
        """While inside, the solver is stopped as soon as this run is."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.1):
                if self.stopped():
                    solver.stop_search()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
