"""The only door to the engine: problems and schedules go in and out as the exchange format's JSON."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import scheduler
from app.core.errors import Conflict

Row = dict[str, Any]
VERSION: str = scheduler.__version__


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


@dataclass(frozen=True)
class Outcome:
    """The schedule of a run with the judge's measures; `optimal`: no legal schedule is worth more."""

    schedule: Row
    value: int
    bound: int
    placed: int
    optimal: bool
    measures: Row


@dataclass(frozen=True)
class Finding:
    """A broken rule: the judge's code, its sentence, and the stable names it is about."""

    code: str
    sentence: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the judge says: no findings means legal."""

    findings: list[Finding]
    measures: Row


class Impossible(Conflict):
    """The engine has proved that no legal schedule exists, or has found none in time."""

    code = "impossible_problem"


def solve(
    problem: Row,
    *,
    time_limit: float,
    workers: int,
    seed: int,
    progress: Callable[[Point], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Outcome:
    """Schedule a problem in the calling thread; blocks for up to `time_limit` seconds, so never in a request.

    Stopping early gives the best schedule so far. Raises Impossible with the engine's sentence.
    """

    def tell(step: scheduler.Progress) -> None:
        if progress is not None:
            progress(Point(step.seconds, step.value, step.bound, step.breaks, step.placed, step.stage))

    try:
        result = scheduler.solve(
            scheduler.problem_from_json(problem),
            scheduler.Options(time_limit=time_limit, workers=workers, seed=seed),
            tell,
            should_stop,
        )
    except scheduler.SchedulerError as error:
        raise Impossible(str(error)) from error
    return Outcome(
        schedule=scheduler.schedule_to_json(result.schedule),
        value=result.value,
        bound=result.bound,
        placed=result.placed,
        optimal=result.status == "optimal",
        measures=asdict(result.measures),
    )


def judge(problem: Row, schedule: Row) -> Verdict:
    """Judge a schedule. The judge shares no code with the solver and loads none."""
    judgement = scheduler.audit(scheduler.problem_from_json(problem), scheduler.schedule_from_json(schedule))
    findings = [Finding(rule.code, rule.sentence, tuple(rule.ids)) for rule in judgement.broken]
    return Verdict(findings, asdict(judgement.measures))
