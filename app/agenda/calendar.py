"""Calendar files (RFC 5545), feeds (RFC 7986) and invitations (RFC 5546): agendas as VEVENTs.

A meeting keeps its UID over moves and versions of the timetable, as that is made of its request; its SEQUENCE comes
from `CalendarSequence` and never falls. Times carry the event's zone with its VTIMEZONE.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import icalendar
from flask_babel import gettext as _

from app.agenda.rules import Item
from app.agenda.zones import timezone_component
from app.events.models import Event
from config import Settings

REFRESH = timedelta(minutes=15)
PRODUCT = "-//Meetwright//Agenda//EN"
CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    """One VEVENT: an agenda item with its sequence, its page's address and what else there is to say."""

    uid: str
    sequence: int
    item: Item
    url: str
    note: str = ""


@dataclass(frozen=True)
class Guest:
    """Who is invited."""

    name: str
    email: str


def calendar_text(
    event: Event,
    entries: Sequence[Entry],
    settings: Settings,
    now: datetime,
    *,
    method: str = "PUBLISH",
    guest: Guest | None = None,
    name: str = "",
) -> str:
    """A calendar with CRLF line ends and folded lines.

    `guest` makes it an invitation or its cancellation; `name` a feed that programs look at again by themselves.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", event.time_zone)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    if entries:
        first, last = min(e.item.starts_at for e in entries), max(e.item.ends_at for e in entries)
        calendar.add_component(timezone_component(event.time_zone, first, last))
    for entry in entries:
        calendar.add_component(_component(event, entry, settings, now, guest))
    return str(calendar.to_ical().decode("utf-8"))


def fingerprint(entries: Sequence[Entry]) -> str:
    """Equal exactly when calendars of these entries say the same; moments of writing do not count."""
    return hashlib.sha256(repr(entries).encode()).hexdigest()[:32]


def _component(event: Event, entry: Entry, settings: Settings, now: datetime, guest: Guest | None) -> icalendar.Event:
    item, zone = entry.item, ZoneInfo(event.time_zone)
    found = icalendar.Event()
    found.add("uid", entry.uid)
    found.add("dtstamp", now.astimezone(UTC))
    found.add("sequence", entry.sequence)
    found.add("dtstart", item.starts_at.astimezone(zone))
    found.add("dtend", item.ends_at.astimezone(zone))
    found.add("summary", summary(item))
    found.add("description", description(event, entry))
    if where := location(event, item):
        found.add("location", where)
    found.add("url", entry.url)
    found.add("status", "CANCELLED" if item.cancelled else "CONFIRMED")
    found.add("transp", "TRANSPARENT" if item.cancelled or not item.mine else "OPAQUE")
    found.add("categories", [event.name])
    found.add("organizer", _address(settings, event))
    if guest is not None:
        found.add("attendee", _guest(guest, item.cancelled))
    return found


def summary(item: Item) -> str:
    """What stands in the calendar's day view."""
    named = (
        ", ".join(part for part in (item.title, item.organisation) if part) if item.id.startswith("m") else item.title
    )
    return str(_("Cancelled: %(what)s", what=named)) if item.cancelled else named


def location(event: Event, item: Item) -> str:
    """Table and zone first, as that is what one looks for; an online meeting has its link here."""
    if item.link:
        return item.link
    return ", ".join(part for part in (item.place, item.place_note, event.place) if part)


def description(event: Event, entry: Entry) -> str:
    """Partner, table, reasons and the way to the page, in plain lines."""
    item = entry.item
    lines = [item.title]
    if item.organisation:
        lines.append(" · ".join(part for part in (item.organisation, item.country) if part))
    if item.place:
        lines.append(", ".join(part for part in (item.place, item.place_note) if part))
    if item.link:
        lines.append(item.link)
    if item.cancelled:
        lines.append(_("This meeting is cancelled. %(reason)s", reason=item.reason).strip())
    if item.interpreter:
        lines.append(_("Interpreter: %(name)s", name=item.interpreter))
    if item.why:
        lines.append(_("Why you meet: %(why)s", why=item.why))
    if entry.note:
        lines.append(entry.note)
    lines += [event.name, entry.url]
    return "\n".join(lines)


def _address(settings: Settings, event: Event) -> icalendar.vCalAddress:
    _name, mailbox = parseaddr(settings.mail_from)
    address = icalendar.vCalAddress(f"mailto:{mailbox}")
    address.params["CN"] = event.name
    return address


def _guest(guest: Guest, cancelled: bool) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{guest.email}")
    address.params["CN"] = guest.name
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["RSVP"] = "FALSE"
    if not cancelled:
        address.params["PARTSTAT"] = "ACCEPTED"
    return address
