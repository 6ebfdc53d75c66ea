"""The problem: what is to be scheduled, as immutable typed records (exchange format, version 1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

PROBLEM_FORMAT = "matchmaking-problem/1"
ONSITE, ONLINE = "onsite", "online"  # the ways to attend a meeting
WAYS = frozenset({ONSITE, ONLINE})


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in which one meeting can take place; ``start`` is local to the event, ``minutes`` its length."""

    id: str
    day: str
    start: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A place that seats one meeting per slot. ``slots`` None means always open. Beyond the format: ``serves`` are the
    ways of attending it allows: a table in the hall ``onsite``, a video room ``online``, a table with a screen both."""

    id: str
    zone: str | None = None
    slots: frozenset[str] | None = None
    serves: frozenset[str] = frozenset({ONSITE})


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who meets. ``min_meetings`` is a wish, ``max_meetings`` a limit, ``table`` an own table.
    Beyond the format: ``max_in_a_row`` limits meetings in neighbouring slots of a day; meetings in ``disliked``
    slots, or outside ``preferred`` ones when there are any, are allowed but avoided; ``attends`` are the ways in which
    they can meet; ``languages`` they speak, empty when that is not known."""

    id: str
    organisation: str | None = None
    away: frozenset[str] = frozenset()
    min_meetings: int = 0
    max_meetings: int | None = None
    table: str | None = None
    max_in_a_row: int | None = None
    preferred: frozenset[str] = frozenset()
    disliked: frozenset[str] = frozenset()
    attends: frozenset[str] = frozenset({ONSITE})
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pin:
    """If the request is placed, then in this slot, and at this table when one is named."""

    slot: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A wished meeting of exactly one participant from each side, worth ``value`` (a positive integer). Beyond the
    format: it lasts ``length`` neighbouring slots of one day."""

    id: str
    sides: tuple[tuple[str, ...], ...]
    value: int
    must: bool = False
    slots: frozenset[str] | None = None
    pinned: Pin | None = None
    after: tuple[str, ...] = ()
    length: int = 1


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Somebody who helps in one meeting at a time where the participants share no language (beyond the format)."""

    id: str
    languages: frozenset[str]
    away: frozenset[str] = frozenset()
    max_meetings: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Minutes it takes from one zone to another, the same both ways (beyond the format)."""

    zones: tuple[str, str]
    minutes: int


@dataclass(frozen=True)
class Problem:
    """A whole event. Ids are unique within their list and every reference is known (see ``reading``).

    Beyond the format: ``walks`` between zones take time, which meetings must leave; or, with a ``walking_price``,
    should. ``interpreters`` None means that languages do not matter; otherwise people without a common language need
    one."""

    name: str
    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    participants: tuple[Participant, ...]
    requests: tuple[Request, ...]
    walks: tuple[Walk, ...] = ()
    walking_price: int | None = None
    interpreters: tuple[Interpreter, ...] | None = None

    @cached_property
    def slot_index(self) -> dict[str, int]:
        """Position of each slot in time order."""
        return {slot.id: i for i, slot in enumerate(self.slots)}

    @cached_property
    def table_index(self) -> dict[str, int]:
        return {table.id: i for i, table in enumerate(self.tables)}

    @cached_property
    def participant_index(self) -> dict[str, int]:
        return {participant.id: i for i, participant in enumerate(self.participants)}

    @cached_property
    def request_index(self) -> dict[str, int]:
        return {request.id: i for i, request in enumerate(self.requests)}
