"""VTIMEZONE of an IANA zone (RFC 5545, 3.6.5), computed from the zone itself.

The library can make one too, but sets the spring onset an hour late: an onset is written on the wall clock of
TZOFFSETFROM, the offset that ends, not of the one that begins.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard


def timezone_component(zone: str, first: datetime, last: datetime) -> Timezone:
    """A VTIMEZONE that is right for every moment from the year of `first` to the year of `last`."""
    info = ZoneInfo(zone)
    begin = datetime(first.astimezone(UTC).year - 1, 12, 31, tzinfo=UTC)
    end = datetime(last.astimezone(UTC).year + 1, 1, 2, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", zone)
    component.add_component(_observance(info, begin, begin, onset=begin.replace(tzinfo=None)))
    for before, after in onsets(info, begin, end):
        component.add_component(_observance(info, before, after))
    return component


def onsets(info: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each change of the offset between two moments: the last second before it, and its first second, in UTC."""
    day = begin
    while day < end:
        following = day + timedelta(days=1)
        if _offset(info, day) != _offset(info, following):
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                if _offset(info, middle) == _offset(info, day):
                    low = middle
                else:
                    high = middle
            yield low, high
        day = following


def _observance(
    info: ZoneInfo, before: datetime, after: datetime, onset: datetime | None = None
) -> TimezoneDaylight | TimezoneStandard:
    there = after.astimezone(info)
    observance = TimezoneDaylight() if there.dst() else TimezoneStandard()
    onset = onset or (after + _offset(info, before)).replace(tzinfo=None)
    observance.add("dtstart", onset)
    observance.add("tzoffsetfrom", _offset(info, before))
    observance.add("tzoffsetto", _offset(info, after))
    observance.add("tzname", there.tzname() or info.key)
    return observance


def _offset(info: ZoneInfo, moment: datetime) -> timedelta:
    found = moment.astimezone(info).utcoffset()
    assert found is not None
    return found
