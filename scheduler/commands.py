"""The command line: results on standard output, progress on standard error, exit codes that mean something.

0: done (``audit``: legal) · 1: ``audit`` found a broken rule, or no schedule was found in time · 2: the
input is malformed or impossible, said in one line that names the place.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from scheduler import (
    ImpossibleError,
    Options,
    Problem,
    ProblemError,
    Progress,
    SchedulerError,
    audit,
    read_b2b,
    read_problem,
    read_schedule,
    solve,
    write_schedule,
)


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
    solving.add_argument("--time-limit", type=_seconds, default=Options().time_limit, metavar="S")
    solving.add_argument("--workers", type=_count, default=Options().workers, metavar="N")
    solving.add_argument("--seed", type=int, default=0, metavar="K")
    solving.add_argument("--work-limit", type=_count, metavar="N", help="steps instead of seconds: repeatable")
    solving.set_defaults(run=_solve)
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


def _solve(chosen: argparse.Namespace) -> int:
    problem = _read(chosen.problem)
    _check_target(chosen.output)
    options = Options(chosen.time_limit, chosen.workers, chosen.seed, chosen.work_limit)
    result = solve(problem, options, _tell)
    if chosen.output is not None:
        _write(lambda: write_schedule(result.schedule, chosen.output), chosen.output)
    print(json.dumps(result.summary()))
    return 0


def _read(path: Path) -> Problem:
    return read_b2b(path) if path.suffix == ".dzn" else read_problem(path)


def _check_target(target: Path | None) -> None:
    """Refuse before the work, not after it."""
    if target is not None and not target.absolute().parent.is_dir():
        raise ProblemError("unwritable", str(target), "its folder does not exist")


def _write(write: object, target: Path) -> None:
    try:
        assert callable(write)
        write()
    except OSError as error:
        raise ProblemError("unwritable", str(target), error.strerror or "cannot be written") from None


def _tell(progress: Progress) -> None:
    print(
        f"{progress.seconds:8.2f} s  {progress.stage:<9} value {progress.value}  bound {progress.bound}"
        f"  gap {100 * progress.gap:.3f} %  placed {progress.placed}  breaks {progress.breaks}"
        f"  idle {progress.idle_slots}",
        file=sys.stderr,
        flush=True,
    )


def _audit(chosen: argparse.Namespace) -> int:
    judgement = audit(_read(chosen.problem), read_schedule(chosen.schedule))
    print(json.dumps(judgement.to_json()))
    return 0 if judgement.legal else 1
