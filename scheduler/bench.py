"""A folder of problems, each solved in a process of its own, as one Markdown table."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

COLUMNS = (
    "problem", "status", "requests", "placed", "value", "bound", "value/bound", "breaks", "idle", "table moves",
    "zone moves", "first s", "99.9 % s", "best s", "total s", "peak MiB",
)  # fmt: skip
NEAR = 0.1  # per cent below the bound that counts as 99.9 %


def bench(folder: Path, arguments: Sequence[str]) -> Iterator[str]:
    """The lines of the table, as they come. ``arguments`` go to ``solve``. All times count from the start of the
    process; a problem that ends in an error fills its row with the message."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{' --- |' * len(COLUMNS)}"
    for file in sorted((*folder.glob("*.json"), *folder.glob("*.dzn"))):
        yield _row(file, arguments)


def _row(file: Path, arguments: Sequence[str]) -> str:
    command = [sys.executable, "-m", "scheduler", "solve", str(file), *arguments]
    started = time.monotonic()
    told: list[tuple[float, str]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stderr:
            told.append((time.monotonic() - started, line))
        printed = process.stdout.read().splitlines()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    if not printed:
        message = told[-1][1].strip() if told else "no answer"
        return f"| {file.name} | {message} |" + " |" * (len(COLUMNS) - 2)
    return _cells(file.name, json.loads(printed[-1]), told, (seconds, usage.ru_maxrss / 1024))


def _cells(name: str, found: dict[str, Any], told: list[tuple[float, str]], spent: tuple[float, float]) -> str:
    value, bound, best = found.get("value"), found.get("bound"), found.get("seconds_to_best")
    seconds, memory = spent
    first = next((at for at, line in told if " gap " in line), None)
    near = next((at for at, line in told if (gap := _gap(line)) is not None and gap <= NEAR), None)
    start_up = seconds - (found.get("seconds") or seconds)
    cells = [
        name, found["status"], found.get("requests"), found.get("placed"), value, bound,
        f"{value / bound:.5f}" if value is not None and bound else None,
        found.get("breaks"), found.get("idle_slots"), found.get("table_moves"), found.get("zone_moves"),
        *(None if at is None else f"{at:.1f}" for at in (first, near, None if best is None else best + start_up)),
        f"{seconds:.1f}", f"{memory:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join('' if cell is None else str(cell) for cell in cells)} |"


def _gap(line: str) -> float | None:
    """The gap in per cent of a line of progress."""
    found = re.search(r"gap ([0-9.]+) %", line)
    return None if found is None else float(found[1])
