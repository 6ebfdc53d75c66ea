"""A folder of problems, each solved in a process of its own, as one Markdown table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

COLUMNS = (
    "problem", "status", "requests", "placed", "value", "bound", "value/bound", "breaks", "idle", "table moves",
    "zone moves", "first s", "best s", "total s", "peak MiB",
)  # fmt: skip


def bench(folder: Path, arguments: Sequence[str]) -> Iterator[str]:
    """The lines of the table, as they come. ``arguments`` go to ``solve``. Times are from the start of the run,
    ``total s`` from the start of the process; a problem that ends in an error fills its row with the message."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{' --- |' * len(COLUMNS)}"
    for file in sorted((*folder.glob("*.json"), *folder.glob("*.dzn"))):
        yield _row(file, arguments)


def _row(file: Path, arguments: Sequence[str]) -> str:
    command = [sys.executable, "-m", "scheduler", "solve", str(file), *arguments]
    started = os.times().elapsed
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stderr is not None
        progress = process.stderr.read()
        printed = process.stdout.read().splitlines()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = os.times().elapsed - started
    if not printed:
        message = progress.strip().splitlines()[-1:] or ["no answer"]
        return f"| {file.name} | {message[0]} |" + " |" * (len(COLUMNS) - 2)
    return _cells(file.name, json.loads(printed[-1]), seconds, usage.ru_maxrss / 1024)


def _cells(name: str, found: dict[str, Any], seconds: float, memory: float) -> str:
    value, bound = found.get("value"), found.get("bound")
    ratio = f"{value / bound:.5f}" if value is not None and bound else ""
    cells = [
        name, found["status"], found.get("requests"), found.get("placed"), value, bound, ratio,
        found.get("breaks"), found.get("idle_slots"), found.get("table_moves"), found.get("zone_moves"),
        found.get("seconds_to_first"), found.get("seconds_to_best"), f"{seconds:.1f}", f"{memory:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join('' if cell is None else str(cell) for cell in cells)} |"
