"""The only door to the engine: problems and schedules go in and out as the exchange format's JSON."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from typing import Any

import scheduler
from app.core.errors import Conflict

Row = dict[str, Any]
VERSION: str = scheduler.__version__
GOALS: tuple[str, ...] = tuple(goal.name for goal in scheduler.Options().goals)


@dataclass(frozen=True)
class Point:
    """One step of a run: seconds since its start, and the best schedule's measures then."""

    seconds: float
    value: int
    bound: int
    breaks: int
    placed: int
    stage: str = ""

    def to_row(self) -> list[Any]:
        """As a run stores it: [seconds, value, bound, breaks, placed]."""
        return [round(self.seconds, 2), self.value, self.bound, self.breaks, self.placed]


Tell = Callable[[Point], None]


@dataclass(frozen=True)
class Outcome:
    """The schedule of a run with the judge's measures; `optimal`: no legal schedule is worth more.

    `changes` counts what a re-planning run did to the published schedule: added, moved, reseated, cancelled, and lost
    (meetings that no longer held); empty for a fresh run.
    """

    schedule: Row
    value: int
    bound: int
    placed: int
    optimal: bool
    measures: Row
    changes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Orders:
    """How the engine is to work: seconds, threads, seed, and (goal, tolerance) in their order."""

    time_limit: float
    workers: int
    seed: int
    goals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Finding:
    """A broken rule: the judge's code, its sentence, and the stable names it is about."""

    code: str
    sentence: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Help:
    """One change that makes room for a request: the engine's kind, the stable names it is about, and how many other
    meetings move."""

    kind: str
    ids: tuple[str, ...]
    moves: int


@dataclass(frozen=True)
class Verdict:
    """What the judge says: no findings means legal."""

    findings: list[Finding]
    measures: Row


class Impossible(Conflict):
    """The engine has proved that no legal schedule exists, or has found none in time."""

    code = "impossible_problem"


def load() -> None:
    """Load the solver, which takes a second or two, before the first problem comes."""
    import_module("scheduler.replanning")


def solve(
    problem: Row,
    orders: Orders,
    progress: Tell | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    baseline: Row | None = None,
) -> Outcome:
    """Schedule a problem in the calling thread; blocks for up to its time limit, so never in a request.

    `baseline` is the published schedule that the goal of stability means. Stopping early gives the best schedule so
    far. Raises Impossible with the engine's sentence.
    """
    with _named():
        result = scheduler.solve(
            scheduler.problem_from_json(problem), _options(orders), _teller(progress), should_stop, _schedule(baseline)
        )
    return _outcome(result)


def replan(
    problem: Row,
    orders: Orders,
    progress: Tell | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    baseline: Row,
    first_slot: str | None = None,
    max_moves: int | None = None,
) -> Outcome:
    """Fit a published schedule to the problem as it is now, moving as little as possible; blocks like `solve`.

    Nothing before `first_slot` changes; 0 `max_moves` only fills free places. Raises Impossible.
    """
    from scheduler.replanning import replan as replan_schedule  # not at the start: it loads the solver

    with _named():
        found = replan_schedule(
            scheduler.problem_from_json(problem),
            scheduler.schedule_from_json(baseline),
            _options(orders),
            now=first_slot,
            max_moves=max_moves,
            progress=_teller(progress),
            stop=should_stop,
        )
    kinds = {kind: found.count(kind) for kind in ("added", "moved", "reseated", "cancelled")}
    return _outcome(found.result, {**kinds, "lost": found.lost})


def what_would_help(problem: Row, schedule: Row, request: str) -> list[Help]:
    """Single changes with which an unplaced request fits, each tried out; takes seconds at a large event."""
    with _named():
        found = scheduler.what_would_help(
            scheduler.problem_from_json(problem), scheduler.schedule_from_json(schedule), request
        )
    return [Help(relief.kind, tuple(relief.ids), relief.moves) for relief in found]


@contextmanager
def _named() -> Iterator[None]:
    """The engine's errors as ours."""
    try:
        yield
    except scheduler.SchedulerError as error:
        raise Impossible(str(error)) from error


def _options(orders: Orders) -> scheduler.Options:
    goals = tuple(scheduler.Goal(name, tolerance) for name, tolerance in orders.goals)
    return scheduler.Options(time_limit=orders.time_limit, workers=orders.workers, seed=orders.seed, goals=goals)


def _schedule(row: Row | None) -> scheduler.Schedule | None:
    return None if row is None else scheduler.schedule_from_json(row)


def _teller(progress: Tell | None) -> Callable[[scheduler.Progress], None]:
    def tell(step: scheduler.Progress) -> None:
        if progress is not None:
            progress(Point(step.seconds, step.value, step.bound, step.breaks, step.placed, step.stage))

    return tell


def _outcome(result: scheduler.Result, changes: dict[str, int] | None = None) -> Outcome:
    return Outcome(
        schedule=scheduler.schedule_to_json(result.schedule),
        value=result.value,
        bound=result.bound,
        placed=result.placed,
        optimal=result.status == "optimal",
        measures=asdict(result.measures),
        changes=changes or {},
    )


def judge(problem: Row, schedule: Row) -> Verdict:
    """Judge a schedule. The judge shares no code with the solver and loads none."""
    judgement = scheduler.audit(scheduler.problem_from_json(problem), scheduler.schedule_from_json(schedule))
    findings = [Finding(rule.code, rule.sentence, tuple(rule.ids)) for rule in judgement.broken]
    return Verdict(findings, asdict(judgement.measures))
