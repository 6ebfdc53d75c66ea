"""Meetwright's scheduling engine: from wished meetings to a legal, valuable, compact timetable.

    problem = read_problem("event.json")            # or problem_from_json(data)
    result = solve(problem, Options(time_limit=20), progress=print)
    write_schedule(result.schedule, "schedule.json")
    audit(problem, result.schedule).legal           # the independent judge

The package knows no web framework and no database. Importing it loads no solver; ``solve`` does that when
called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from scheduler.audit import Broken, Judgement, Measures, audit
from scheduler.b2b import read_b2b
from scheduler.errors import ImpossibleError, ProblemError, SchedulerError
from scheduler.goals import Goal
from scheduler.options import VERSION, Options, Progress, Result
from scheduler.problem import Interpreter, Participant, Pin, Problem, Request, Slot, Table, Walk
from scheduler.reading import problem_from_json, read_problem
from scheduler.schedule import (
    Meeting,
    Schedule,
    Unplaced,
    read_schedule,
    schedule_from_json,
    schedule_to_json,
    write_schedule,
)
from scheduler.writing import problem_to_json

if TYPE_CHECKING:
    from scheduler.relief import Relief
    from scheduler.replanning import Replan

__version__ = VERSION

__all__ = [
    "Broken",
    "Goal",
    "ImpossibleError",
    "Interpreter",
    "Judgement",
    "Measures",
    "Meeting",
    "Options",
    "Participant",
    "Pin",
    "Problem",
    "ProblemError",
    "Progress",
    "Request",
    "Result",
    "Schedule",
    "SchedulerError",
    "Slot",
    "Table",
    "Unplaced",
    "Walk",
    "audit",
    "problem_from_json",
    "problem_to_json",
    "read_b2b",
    "read_problem",
    "read_schedule",
    "replan",
    "schedule_from_json",
    "schedule_to_json",
    "solve",
    "what_would_help",
    "write_schedule",
]


def solve(
    problem: Problem,
    options: Options | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    baseline: Schedule | None = None,
) -> Result:
    """Schedule a problem. The result is legal (audited) and its bound proven.

    The goals of the options are served in their order; ``baseline`` is the schedule that the goal of stability means.

    ``progress`` is called in the calling thread whenever there is something better; ``stop`` is asked
    often, also from another thread, and once it answers True the best schedule so far is returned. Raises
    ``ImpossibleError`` when no legal schedule exists and ``SchedulerError`` with code ``out_of_time`` when
    none was found in time.
    Meant for a background process: it keeps a core busy for up to ``options.time_limit`` seconds.
    """
    options = options or Options()
    if options.problem == "b2b":
        from scheduler.benchmark import solve_b2b

        return solve_b2b(problem, options, progress, stop)
    from scheduler.engine import solve as run

    return run(problem, options, progress, stop, baseline)


def replan(
    problem: Problem,
    published: Schedule,
    options: Options | None = None,
    *,
    now: str | None = None,
    max_moves: int | None = None,
    prices: Mapping[str, float] | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Replan:
    """Fit a published schedule to a changed problem, moving as few meetings as possible.

    Meetings in slots before ``now`` (a slot id) stay as they are, pinned ones too; no meeting that still holds is
    cancelled. At most ``max_moves`` meetings move, by default three per meeting lost or request added; 0 only fills
    free places. ``prices`` of an earlier ``Result`` give a proven bound without solving the linear program again.
    If must-meetings do not fit that way, everything is scheduled anew. Errors as for ``solve``.
    """
    from scheduler.replanning import replan as run

    return run(problem, published, options or Options(), now, max_moves, prices, progress, stop)


def what_would_help(problem: Problem, schedule: Schedule, request: str) -> tuple[Relief, ...]:
    """Single changes with which an unplaced request fits, each checked by placing it with all others kept:
    a participant there in one slot more, a raised maximum, one more table, one more slot."""
    from scheduler.relief import what_would_help as find

    return find(problem, schedule, request)
