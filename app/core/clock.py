"""Time is passed in: services take a `Clock`, tests pass a fixed one."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def is_time_zone(name: str) -> bool:
    """True for an IANA zone name such as 'Europe/Brussels'."""
    return name in available_timezones()


def to_utc(local: datetime, zone: str) -> datetime:
    """A naive wall-clock time in `zone` as aware UTC."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def in_zone(moment: datetime, zone: str) -> datetime:
    """An aware moment on the wall clock of `zone`."""
    return moment.astimezone(ZoneInfo(zone))
