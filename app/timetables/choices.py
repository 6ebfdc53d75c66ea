"""Where a meeting could go: every slot, and in one slot every table, each with what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.events.models import MeetingTable, Slot
from app.timetables.board import Board
from app.timetables.obstacles import Obstacle, at_table, in_slot, obstacles


@dataclass(frozen=True)
class SlotChoice:
    """A slot for a meeting; `free` counts the tables it could sit at, 0 when `obstacles` says why not."""

    slot: Slot
    free: int
    obstacles: list[Obstacle]
    current: bool


@dataclass(frozen=True)
class TableChoice:
    """A table in a chosen slot; `swap` is the request code of a meeting that could change places with ours."""

    table: MeetingTable
    obstacles: list[Obstacle]
    current: bool
    swap: str | None = None


@dataclass(frozen=True)
class Choices:
    """All slots, and the tables of the chosen one."""

    slots: list[SlotChoice]
    chosen: Slot | None = None
    tables: list[TableChoice] = field(default_factory=list)
    people_obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def free_tables(self) -> list[TableChoice]:
        return [choice for choice in self.tables if not choice.obstacles and not choice.current]

    @property
    def other_tables(self) -> list[TableChoice]:
        return [choice for choice in self.tables if choice.obstacles]


def choices_for(board: Board, request: str, chosen: Slot | None) -> Choices:
    """The choices of a request's meeting, placed or not."""
    held = board.held.get(request)
    teams = [held.people] if held else list(board.teams(request))
    slots = [_slot(board, request, teams, slot) for slot in board.material.slots]
    if chosen is None or chosen.key not in board.slots:
        return Choices(slots)
    team, against = _best_team(board, request, teams, chosen.key)
    return Choices(slots, chosen, _tables(board, request, team, chosen.key), against)


def _best_team(
    board: Board, request: str, teams: Sequence[tuple[str, ...]], slot: str
) -> tuple[tuple[str, ...], list[Obstacle]]:
    """The first choice of people who are free, else the people asked for and what stops them."""
    found = [(team, in_slot(board, request, team, slot)) for team in teams]
    return next((entry for entry in found if not entry[1]), found[0] if found else ((), []))


def _slot(board: Board, request: str, teams: Sequence[tuple[str, ...]], slot: Slot) -> SlotChoice:
    team, against = _best_team(board, request, teams, slot.key)
    held = board.held.get(request)
    current = held is not None and held.slot == slot.key
    free = 0 if against else sum(not at_table(board, request, team, slot.key, table) for table in board.tables)
    return SlotChoice(slot, free, against, current)


def _tables(board: Board, request: str, team: tuple[str, ...], slot: str) -> list[TableChoice]:
    held = board.held.get(request)
    found = []
    for table in board.material.tables:
        if table.label not in board.tables:
            continue
        against = at_table(board, request, team, slot, table.label)
        current = held is not None and (held.slot, held.table) == (slot, table.label)
        found.append(TableChoice(table, against, current, _swap(board, request, slot, table.label) if held else None))
    return found


def _swap(board: Board, request: str, slot: str, table: str) -> str | None:
    """The meeting at a place, if it could change places with ours."""
    other = board.at_table.get((table, slot))
    if other is None or other.request == request:
        return None
    return None if swap_obstacles(board, request, other.request) else other.request


def swap_obstacles(board: Board, request: str, other: str) -> list[Obstacle]:
    """What speaks against two meetings changing places, each seen with the other where it would be then."""
    ours, theirs = board.held[request], board.held[other]
    with board.swapped(request, other) as lasts:
        if lasts:
            against = obstacles(board, request, ours.people, theirs.slot, theirs.table)
    if not lasts:
        return in_slot(board, other, theirs.people, ours.slot)
    with board.swapped(other, request) as lasts:
        if lasts:
            return against + obstacles(board, other, theirs.people, ours.slot, ours.table)
    return in_slot(board, request, ours.people, theirs.slot)
