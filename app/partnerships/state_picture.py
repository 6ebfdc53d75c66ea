"""A machine drawn: its states in rows by how many steps they are away from the beginning, its steps as arrows."""

import textwrap
from dataclasses import dataclass

from app.core.machines import Machine, State

WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 132, 46, 28, 54, 24
LETTERS = 19


@dataclass(frozen=True)
class Box:
    """A state, its upper left corner and its name in lines; lengths are in SVG units."""

    state: State
    x: int
    y: int
    words: list[str]


@dataclass(frozen=True)
class Arrow:
    """A step from one state to another as a path of SVG, and its name; `back` leads up or stays in its row."""

    path: str
    name: str
    back: bool


@dataclass(frozen=True)
class Picture:
    """All of it, with its size."""

    boxes: list[Box]
    arrows: list[Arrow]
    width: int
    height: int


def draw(machine: Machine) -> Picture:
    """The picture of a machine."""
    rows = _rows(machine)
    widest = max(len(row) for row in rows)
    whole = widest * WIDTH + (widest - 1) * ACROSS + 2 * MARGIN
    boxes: dict[str, Box] = {}
    for down, row in enumerate(rows):
        left = (whole - len(row) * WIDTH - (len(row) - 1) * ACROSS) // 2
        for across, state in enumerate(row):
            x, y = left + across * (WIDTH + ACROSS), MARGIN + down * (HEIGHT + DOWN)
            boxes[state.key] = Box(state, x, y, textwrap.wrap(state.name, LETTERS, max_lines=2, placeholder="…"))
    arrows = [
        _arrow(boxes[source], boxes[step.target], step.name)
        for step in machine.transitions
        for source in step.source
        if source != step.target
    ]
    return Picture(list(boxes.values()), arrows, whole, len(rows) * (HEIGHT + DOWN) - DOWN + 2 * MARGIN)


def _rows(machine: Machine) -> list[list[State]]:
    """The states by their shortest way from the beginning, in the template's order."""
    rows: list[list[State]] = []
    seen: set[str] = set()
    now = {step.target for step in machine.creating}
    while now:
        rows.append([state for state in machine.states if state.key in now])
        seen |= now
        now = {step.target for step in machine.transitions if set(step.source) & now} - seen
    return rows


def _arrow(start: Box, end: Box, name: str) -> Arrow:
    if end.y > start.y:
        x1, y1, x2, y2 = start.x + WIDTH // 2, start.y + HEIGHT, end.x + WIDTH // 2, end.y
        half = (y2 - y1) // 2
        return Arrow(f"M{x1} {y1}C{x1} {y1 + half} {x2} {y2 - half} {x2} {y2}", name, False)
    y1, y2 = start.y + HEIGHT // 2, end.y + HEIGHT // 2
    if end.y == start.y:
        x1, x2 = (start.x + WIDTH, end.x) if end.x > start.x else (start.x, end.x + WIDTH)
        return Arrow(f"M{x1} {y1}L{x2} {y2}", name, True)
    side = WIDTH if end.x >= start.x else 0
    x1, x2, bend = start.x + side, end.x + side, 18 if side else -18
    return Arrow(f"M{x1} {y1}C{x1 + bend} {y1} {x2 + bend} {y2} {x2} {y2}", name, True)
