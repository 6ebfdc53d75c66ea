"""Pure decisions about reports: half-years, and what counts in one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    starts_on: date
    ends_on: date

    @property
    def first_moment(self) -> datetime:
        """Midnight UTC of the first day."""
        return datetime.combine(self.starts_on, time(), UTC)

    @property
    def end(self) -> datetime:
        """Midnight UTC after the last day; moments before it belong to the period."""
        return datetime.combine(self.ends_on + timedelta(days=1), time(), UTC)

    def holds(self, moment: datetime | None) -> bool:
        """True for a moment within the period."""
        return moment is not None and self.first_moment <= moment < self.end

    def holds_day(self, day: date | None) -> bool:
        """True for a day within the period."""
        return day is not None and self.starts_on <= day <= self.ends_on


def half_year(day: date) -> Period:
    """The half-year that holds a day: January to June, or July to December."""
    if day.month <= 6:
        return Period(date(day.year, 1, 1), date(day.year, 6, 30))
    return Period(date(day.year, 7, 1), date(day.year, 12, 31))


def before(period: Period) -> Period:
    """The half-year before a period."""
    return half_year(period.starts_on - timedelta(days=1))


def is_half_year(period: Period) -> bool:
    """True when the period is exactly one half-year."""
    return half_year(period.starts_on) == period


def shown(key: str, figures: dict[str, int], corrections: dict[str, dict[str, object]]) -> int:
    """A figure as the report gives it: corrected where somebody did, else as it was gathered."""
    correction = corrections.get(key)
    return int(str(correction["value"])) if correction else figures[key]
