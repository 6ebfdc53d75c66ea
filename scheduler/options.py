"""What a caller may ask of a run, and what a run tells while it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scheduler import goals
from scheduler.audit import Measures
from scheduler.goals import Goal
from scheduler.schedule import Schedule

VERSION = "1.1.0"


@dataclass(frozen=True, slots=True)
class Options:
    """``time_limit`` in seconds; ``workers`` threads for the exact solver; ``seed`` of every random choice;
    ``work_limit`` in steps makes a run repeatable: same seed and work limit, same schedule, whatever the clock.
    ``problem`` "b2b" is the published benchmark's: all meetings held, fewest breaks over the whole horizon, where
    ``fairness`` limits the difference in breaks between any two participants (None: no limit).
    ``goals`` are served in their order, each with its tolerance; those not named come last, in their usual order."""

    time_limit: float = 20.0
    workers: int = 2
    seed: int = 0
    work_limit: int | None = None
    problem: Literal["event", "b2b"] = "event"
    fairness: int | None = None
    goals: tuple[Goal, ...] = goals.DEFAULT

    def __post_init__(self) -> None:
        object.__setattr__(self, "goals", goals.complete(self.goals))


@dataclass(frozen=True, slots=True)
class Progress:
    """A better schedule, or a new stage. ``gap`` is 1 - value / bound; ``breaks`` as the judge counts
    them."""

    seconds: float
    stage: str
    value: int
    bound: int
    gap: float
    breaks: int
    idle_slots: int
    placed: int
    breaks_bound: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """``status`` is "optimal" when the value equals its proven bound, else "feasible". The schedule is legal.
    ``prices`` are the bound's multipliers; ``replan`` takes them to prove a bound without solving again."""

    schedule: Schedule
    status: str
    value: int
    bound: int
    gap: float
    breaks: int
    idle_slots: int
    placed: int
    seconds_to_first: float
    seconds_to_best: float
    seconds: float
    measures: Measures
    prices: Mapping[str, float]
    breaks_bound: int | None = None
    version: str = VERSION

    def summary(self) -> dict[str, object]:
        """The line that ``solve`` prints last."""
        return {
            "status": self.status,
            "value": self.value,
            "bound": self.bound,
            "gap": round(self.gap, 6),
            "breaks": self.breaks,
            **({} if self.breaks_bound is None else {"breaks_bound": self.breaks_bound}),
            "idle_slots": self.idle_slots,
            "requests": self.measures.requests,
            "placed": self.placed,
            "seconds_to_first": round(self.seconds_to_first, 3),
            "seconds_to_best": round(self.seconds_to_best, 3),
            "table_moves": self.measures.table_moves,
            "zone_moves": self.measures.zone_moves,
            "below_minimum": self.measures.below_minimum,
            "unwelcome": self.measures.unwelcome,
            "rushed": self.measures.rushed,
            "seconds": round(self.seconds, 3),
        }
