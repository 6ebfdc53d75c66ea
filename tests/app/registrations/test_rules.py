"""Pure decisions about registrations."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.events.models import Phase
from app.registrations.models import RegistrationState
from app.registrations.rules import (
    Door,
    ProfileCheck,
    completeness,
    door,
    first_overlap,
    may_become,
    overlap,
    seats_of,
    taken_slots,
    trl_fault,
)

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Time:
    id: int
    starts_at: datetime
    ends_at: datetime


def time(number: int, start: int, end: int) -> Time:
    return Time(number, NOON + timedelta(minutes=start), NOON + timedelta(minutes=end))


@pytest.mark.parametrize("phase", [Phase.REGISTRATION, Phase.BOOKING, Phase.SCHEDULING, Phase.LIVE])
def test_the_door_is_open_from_its_phase_until_the_deadline(phase):
    assert door(phase, None, NOON) is Door.OPEN
    assert door(phase, NOON + timedelta(seconds=1), NOON) is Door.OPEN
    assert door(phase, NOON, NOON) is Door.DEADLINE_PASSED


def test_the_door_is_shut_before_and_after():
    assert door(Phase.DRAFT, None, NOON) is Door.NOT_YET
    assert door(Phase.CLOSED, NOON + timedelta(days=1), NOON) is Door.EVENT_OVER


def test_a_registration_changes_only_in_ways_that_make_sense():
    state = RegistrationState
    assert may_become(state.PENDING, state.APPROVED)
    assert may_become(state.REJECTED, state.APPROVED)
    assert not may_become(state.REJECTED, state.CANCELLED)
    assert not may_become(state.CANCELLED, state.REJECTED)
    assert not any(may_become(one, one) for one in state)


def test_times_that_touch_do_not_overlap():
    assert not overlap(time(1, 0, 30), time(2, 30, 60))
    assert overlap(time(1, 0, 31), time(2, 30, 60))
    assert overlap(time(1, 0, 90), time(2, 30, 60))


def test_sessions_take_the_slots_they_overlap():
    slots = [time(n, 30 * n, 30 * n + 25) for n in range(4)]
    session = time(9, 40, 70)
    assert taken_slots(slots, [session]) == {1: session, 2: session}
    assert first_overlap(session, slots) == slots[1]


def test_a_session_without_a_number_of_its_own_has_the_seats_of_its_room():
    assert seats_of(None, 40) == 40
    assert seats_of(0, 40) == 0
    assert seats_of(None, None) is None


def check(done: bool, weight: int = 1) -> ProfileCheck:
    return ProfileCheck("", "", done, "", weight)


def test_a_profile_is_complete_only_when_nothing_is_missing():
    assert completeness([]) == 100
    assert completeness([check(True), check(True)]) == 100
    assert completeness([check(True, 2), check(False)]) == 66
    assert completeness([check(True, 199), check(False)]) == 99


@pytest.mark.parametrize(
    ("low", "high", "fault"),
    [(1, 9, None), (4, 4, None), (None, 3, None), (0, 3, "range"), (3, 10, "range"), (5, 4, "order")],
)
def test_readiness_levels_are_a_range_from_1_to_9(low, high, fault):
    assert trl_fault(low, high) == fault
