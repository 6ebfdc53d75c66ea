"""Pure decisions about registrations: is the door open, what does a profile lack, what overlaps what."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from app.events.models import Phase
from app.registrations.models import RegistrationState


class Door(enum.Enum):
    """Whether people can register."""

    OPEN = "open"
    NOT_YET = "not_yet"
    DEADLINE_PASSED = "deadline_passed"
    EVENT_OVER = "event_over"


def door(phase: Phase, closes_at: datetime | None, now: datetime) -> Door:
    """Registration is open from its phase on, until its deadline where there is one, else until the event closes."""
    if phase is Phase.DRAFT:
        return Door.NOT_YET
    if phase is Phase.CLOSED:
        return Door.EVENT_OVER
    if closes_at is not None and now >= closes_at:
        return Door.DEADLINE_PASSED
    return Door.OPEN


TRANSITIONS: dict[RegistrationState, frozenset[RegistrationState]] = {
    RegistrationState.PENDING: frozenset(
        {RegistrationState.APPROVED, RegistrationState.REJECTED, RegistrationState.CANCELLED}
    ),
    RegistrationState.APPROVED: frozenset({RegistrationState.REJECTED, RegistrationState.CANCELLED}),
    RegistrationState.REJECTED: frozenset({RegistrationState.APPROVED}),
    RegistrationState.CANCELLED: frozenset({RegistrationState.APPROVED, RegistrationState.PENDING}),
}


def may_become(now: RegistrationState, then: RegistrationState) -> bool:
    """True when a registration in one state may change to the other."""
    return then in TRANSITIONS[now]


class Timed(Protocol):
    """Anything with a beginning and an end."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


T = TypeVar("T", bound=Timed)


def overlap(one: Timed, other: Timed) -> bool:
    """True when the two share some time; one that starts as the other ends does not."""
    return bool(one.starts_at < other.ends_at and other.starts_at < one.ends_at)


def first_overlap(wanted: Timed, others: Iterable[T]) -> T | None:
    """The first of `others` that overlaps."""
    return next((other for other in others if overlap(wanted, other)), None)


def taken_slots(slots: Iterable[Any], sessions: Sequence[T]) -> dict[int, T]:
    """Slot id -> the session that takes it."""
    found = ((slot.id, first_overlap(slot, sessions)) for slot in slots)
    return {slot_id: session for slot_id, session in found if session is not None}


def seats_of(capacity: int | None, room_capacity: int | None) -> int | None:
    """How many may sign up: the session's own number, else the room's; None for no limit."""
    return room_capacity if capacity is None else capacity


@dataclass(frozen=True)
class ProfileCheck:
    """One thing a good profile has. `why` says what the person gains; `endpoint` is where to mend it."""

    label: str
    why: str
    done: bool
    endpoint: str
    weight: int = 1


def completeness(checks: Sequence[ProfileCheck]) -> int:
    """Share of the weights that is done, in whole percent, rounded down; 100 only when nothing is missing."""
    total = sum(check.weight for check in checks)
    return 100 * sum(check.weight for check in checks if check.done) // total if total else 100


def trl_fault(trl_min: int | None, trl_max: int | None) -> str | None:
    """'range' for a level outside 1 to 9, 'order' for a range that ends before it begins, else None."""
    if any(level is not None and not 1 <= level <= 9 for level in (trl_min, trl_max)):
        return "range"
    if trl_min is not None and trl_max is not None and trl_min > trl_max:
        return "order"
    return None
