"""Language and time zone of the reader, and how times are written."""

from datetime import date, datetime

from flask import Flask, current_app, has_app_context, has_request_context, request
from flask_babel import format_date, format_datetime, format_decimal, format_time, get_locale
from flask_login import current_user

from app.core.clock import in_zone


def offered_languages() -> list[str]:
    """Language codes of the settings, the default first. Without an application: English, the source's language."""
    if not has_app_context():
        return ["en"]
    codes = current_app.extensions["settings"].languages.split(",")
    return [code.strip() for code in codes if code.strip()]


def choose_language() -> str:
    """The account's language, else what the browser prefers among those on offer.

    Commands and background jobs have no reader: they speak the first language on offer.
    """
    offered = offered_languages()
    if not has_request_context():
        return offered[0]
    chosen = getattr(current_user, "language", None) if current_user else None
    if chosen in offered:
        return str(chosen)
    return request.accept_languages.best_match(offered) or offered[0]


def choose_time_zone() -> str | None:
    """Pages name the zone they use; Babel's own default stays UTC."""
    return "UTC"


def zone_time(moment: datetime, zone: str) -> str:
    """'14:05' on the wall clock of `zone`."""
    return str(format_time(in_zone(moment, zone).time(), "HH:mm"))


def zone_day(moment: datetime, zone: str, style: str = "EEEE, d MMMM") -> str:
    """'Tuesday, 2 March' in `zone`."""
    return str(format_date(in_zone(moment, zone).date(), style))


def zone_datetime(moment: datetime, zone: str) -> str:
    """'2 Mar 2027, 14:05' in `zone`."""
    return str(format_datetime(in_zone(moment, zone).replace(tzinfo=None), "d MMM y, HH:mm", rebase=False))


def day_name(day: date | str, style: str = "EEEE, d MMMM y") -> str:
    """'Tuesday, 2 March 2027' of a date, or of one written as 2027-03-02."""
    return str(format_date(date.fromisoformat(day) if isinstance(day, str) else day, style))


def plain_number(value: float) -> str:
    """A number as the reader writes it, with what it has of decimals: '4,000', '7.5'."""
    return str(format_decimal(value, format="#,##0.######"))


def init_app(app: Flask) -> None:
    """Register the template filters."""
    app.jinja_env.filters["plain_number"] = plain_number
    app.jinja_env.filters.update(zone_time=zone_time, zone_day=zone_day, zone_datetime=zone_datetime, day_name=day_name)
    app.jinja_env.globals.update(get_locale=get_locale)
