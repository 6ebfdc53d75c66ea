"""The command line: results on standard output, progress on standard error, exit codes that mean something.

0: done (``audit``: legal) · 1: ``audit`` found a broken rule, or no schedule was found in time · 2: the
input is malformed or impossible, said in one line that names the place.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from scheduler import (
    Goal,
    ImpossibleError,
    Options,
    Problem,
    ProblemError,
    Progress,
    Schedule,
    SchedulerError,
    audit,
    read_b2b,
    read_problem,
    read_schedule,
    replan,
    solve,
    what_would_help,
    write_schedule,
)
from scheduler.bench import bench
from scheduler.goals import parse

GOALS = 'the order of the goals, each with a tolerance if you like: "value:0.01,fairness,compactness"'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never a traceback for bad input."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (ProblemError, ImpossibleError) as error:
        print(f"scheduler: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except SchedulerError as error:
        print(f"scheduler: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduler", description="Schedule the meetings of an event.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    solving = commands.add_parser("solve", help="make a schedule")
    solving.add_argument("problem", type=Path, help="a problem in the exchange format")
    solving.add_argument("-o", "--output", type=Path, help="where the schedule goes")
    solving.add_argument("--time-limit", type=_seconds, metavar="S", help="default 20, for b2b 300")
    solving.add_argument("--workers", type=_count, default=Options().workers, metavar="N")
    solving.add_argument("--seed", type=int, default=0, metavar="K")
    solving.add_argument("--work-limit", type=_count, metavar="N", help="steps instead of seconds: repeatable")
    solving.add_argument("--problem", dest="kind", choices=("event", "b2b"), help="default: b2b for .dzn files")
    solving.add_argument("--fairness", type=_natural, metavar="D", help="b2b: largest difference in breaks")
    solving.add_argument("--goals", type=_goals, default=Options().goals, metavar="LIST", help=GOALS)
    solving.add_argument("--baseline", type=Path, metavar="SCHEDULE", help="what the goal of stability keeps to")
    solving.set_defaults(run=_solve)
    again = commands.add_parser("replan", help="fit a published schedule to a changed problem")
    again.add_argument("problem", type=Path, help="the changed problem")
    again.add_argument("schedule", type=Path, help="the published schedule")
    again.add_argument("-o", "--output", type=Path, help="where the new schedule goes")
    again.add_argument("--now", metavar="SLOT", help="earlier slots are past and stay as they are")
    again.add_argument("--max-moves", type=_natural, metavar="N", help="0 only fills free places")
    again.add_argument("--time-limit", type=_seconds, default=Options().time_limit, metavar="S")
    again.set_defaults(run=_replan)
    reasons = commands.add_parser("explain", help="why requests are not placed, and what would help")
    reasons.add_argument("problem", type=Path)
    reasons.add_argument("schedule", type=Path)
    reasons.add_argument("--request", metavar="ID", help="only this one, with everything that would help")
    reasons.set_defaults(run=_explain)
    table = commands.add_parser("bench", help="solve a folder of problems, print a Markdown table")
    table.add_argument("folder", type=Path)
    table.add_argument("--time-limit", type=_seconds, metavar="S")
    table.add_argument("--workers", type=_count, default=Options().workers, metavar="N")
    table.add_argument("--seed", type=int, default=0, metavar="K")
    table.add_argument("--fairness", type=_natural, metavar="D")
    table.set_defaults(run=_bench)
    judging = commands.add_parser("audit", help="judge a schedule")
    judging.add_argument("problem", type=Path)
    judging.add_argument("schedule", type=Path)
    judging.set_defaults(run=_audit)
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError("must be more than 0 seconds")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _goals(text: str) -> tuple[Goal, ...]:
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _solve(chosen: argparse.Namespace) -> int:
    problem = _read(chosen.problem)
    _check_target(chosen.output)
    kind: Literal["event", "b2b"] = chosen.kind or ("b2b" if chosen.problem.suffix == ".dzn" else "event")
    limit = chosen.time_limit or (300.0 if kind == "b2b" else Options().time_limit)
    options = Options(limit, chosen.workers, chosen.seed, chosen.work_limit, kind, chosen.fairness, chosen.goals)
    baseline = None if chosen.baseline is None else read_schedule(chosen.baseline)
    try:
        result = solve(problem, options, _tell, baseline=baseline)
    except ImpossibleError as error:
        return _impossible(error, kind)
    if chosen.output is not None:
        _write(result.schedule, chosen.output)
    print(json.dumps(result.summary()))
    return 0


def _replan(chosen: argparse.Namespace) -> int:
    problem, published = _read(chosen.problem), read_schedule(chosen.schedule)
    _check_target(chosen.output)
    options = Options(time_limit=chosen.time_limit)
    new = replan(problem, published, options, now=chosen.now, max_moves=chosen.max_moves, progress=_tell)
    if chosen.output is not None:
        _write(new.result.schedule, chosen.output)
    for change in new.changes:
        print(json.dumps(asdict(change)))
    print(json.dumps(new.summary()))
    return 0


def _explain(chosen: argparse.Namespace) -> int:
    problem, schedule = _read(chosen.problem), read_schedule(chosen.schedule)
    if chosen.request is not None:
        for relief in what_would_help(problem, schedule, chosen.request):
            print(json.dumps(asdict(relief)))
    for entry in schedule.unplaced:
        if chosen.request in (None, entry.request):
            print(json.dumps(asdict(entry)))
    return 0


def _bench(chosen: argparse.Namespace) -> int:
    if not chosen.folder.is_dir():
        raise ProblemError("unreadable", str(chosen.folder), "is not a folder")
    given = {name: getattr(chosen, name) for name in ("time_limit", "workers", "seed", "fairness")}
    flags = [(f"--{name.replace('_', '-')}", str(value)) for name, value in given.items() if value is not None]
    for line in bench(chosen.folder, [part for flag in flags for part in flag]):
        print(line, flush=True)
    return 0


def _impossible(error: ImpossibleError, kind: str) -> int:
    """A proof of infeasibility is an answer. The benchmark asks for it; elsewhere the input is to be mended."""
    keys = ("value", "bound", "gap", "breaks", "idle_slots", "placed", "seconds_to_first", "seconds")
    print(f"scheduler: {' '.join(str(error).split())}", file=sys.stderr)
    print(json.dumps({"status": "infeasible", **dict.fromkeys(keys)}))
    return 0 if kind == "b2b" else 2


def _read(path: Path) -> Problem:
    return read_b2b(path) if path.suffix == ".dzn" else read_problem(path)


def _check_target(target: Path | None) -> None:
    """Refuse before the work, not after it."""
    if target is not None and not target.absolute().parent.is_dir():
        raise ProblemError("unwritable", str(target), "its folder does not exist")


def _write(schedule: Schedule, target: Path) -> None:
    try:
        write_schedule(schedule, target)
    except OSError as error:
        raise ProblemError("unwritable", str(target), error.strerror or "cannot be written") from None


def _tell(progress: Progress) -> None:
    least = "" if progress.breaks_bound is None else f" (at least {progress.breaks_bound})"
    print(
        f"{progress.seconds:8.2f} s  {progress.stage:<9} value {progress.value}  bound {progress.bound}"
        f"  gap {100 * progress.gap:.3f} %  placed {progress.placed}  breaks {progress.breaks}{least}"
        f"  idle {progress.idle_slots}",
        file=sys.stderr,
        flush=True,
    )


def _audit(chosen: argparse.Namespace) -> int:
    judgement = audit(_read(chosen.problem), read_schedule(chosen.schedule))
    print(json.dumps(judgement.to_json()))
    return 0 if judgement.legal else 1
