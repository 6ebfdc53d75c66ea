"""Agenda items as the kit's macros show them, and the state the page starts from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.agenda.rules import ENGAGED, Agenda, Item, Kind, as_data, days, now_and_next
from app.core.clock import in_zone
from app.events.models import Event
from app.i18n import zone_day, zone_time

ANY = "ITEM"
"""Stands for an item's code in addresses that the page fills in."""


def address(event: Event, item: Item) -> str:
    """Where an item's own page is."""
    if item.kind is Kind.MEETING:
        return url_for("agenda.meeting", slug=event.slug, code=item.code)
    if item.kind is Kind.SESSION:
        return url_for("agenda.programme", slug=event.slug, _anchor=item.id)
    return ""


def card(event: Event, item: Item, now: datetime) -> dict[str, Any]:
    """An item as `now_card`, `next_card` and `meeting_card` read it."""
    state = ""
    if item.cancelled:
        state = "cancelled"
    elif item.was_at is not None and item.is_fresh(now):
        state = "moved"
    return {
        "id": item.id,
        "kind": item.kind.value,
        "starts_at": item.starts_at,
        "ends_at": item.ends_at,
        "title": item.title,
        "organisation": " · ".join(part for part in (item.organisation, item.country, _helper(item)) if part),
        "url": address(event, item),
        "place": item.place,
        "place_note": item.place_note,
        "why": item.why,
        "link": None if item.cancelled else item.link,
        "state": state,
        "note": note(event, item, state, fresh=item.is_fresh(now)),
        "past": item.ends_at <= now,
        "now": item.kind in ENGAGED and not item.cancelled and item.starts_at <= now < item.ends_at,
    }


def note(event: Event, item: Item, state: str, *, fresh: bool) -> str:
    """What became of a meeting: where it was or when it ended before, or why it was cancelled."""
    if state == "cancelled":
        return item.reason
    if state == "moved" and item.was_at is not None:
        return str(_("Was %(when)s, %(place)s", when=_when(event, item), place=item.was_place or "?"))
    if item.was_until is not None and fresh:
        return str(_("Until %(when)s before", when=zone_time(item.was_until, event.time_zone)))
    return ""


def _helper(item: Item) -> str:
    return str(_("Interpreter: %(name)s", name=item.interpreter)) if item.interpreter else ""


def _when(event: Event, item: Item) -> str:
    assert item.was_at is not None
    zone = event.time_zone
    if in_zone(item.was_at, zone).date() == in_zone(item.starts_at, zone).date():
        return zone_time(item.was_at, zone)
    return f"{zone_day(item.was_at, zone, 'EEEE d MMMM')}, {zone_time(item.was_at, zone)}"


def page_of(event: Event, agenda: Agenda, now: datetime) -> dict[str, Any]:
    """Everything the agenda page shows."""
    current, following = now_and_next(agenda.items, now)
    shown = agenda.items if agenda.published else [i for i in agenda.items if i.kind not in (Kind.FREE, Kind.AWAY)]
    return {
        "agenda": agenda,
        "days": {
            day: [card(event, item, now) for item in rows] for day, rows in days(shown, event.time_zone, now).items()
        },
        "now_item": card(event, current, now) if current else None,
        "next_item": card(event, following, now) if following else None,
        "state": state_of(event, agenda, now),
    }


def state_of(event: Event, agenda: Agenda, now: datetime) -> dict[str, Any]:
    """What the page's script starts from. `now` lets it run on the server's clock, whatever the device's says."""
    return {
        "slug": event.slug,
        "zone": event.time_zone,
        "now": now.isoformat(),
        "version": agenda.version,
        "published": agenda.published,
        "items": [as_data(item) for item in agenda.items],
        "days": day_names(event, agenda.items),
        "meeting_url": url_for("agenda.meeting", slug=event.slug, code=ANY),
        "session_url": url_for("agenda.programme", slug=event.slug),
        "words": _words(),
    }


def day_names(event: Event, items: Sequence[Item]) -> dict[str, str]:
    """The name of each local day of the agenda, e.g. {'2027-03-16': 'Tuesday 16 March'}."""
    names: dict[str, str] = {}
    for item in items:
        key = in_zone(item.starts_at, event.time_zone).date().isoformat()
        names.setdefault(key, zone_day(item.starts_at, event.time_zone, "EEEE d MMMM"))
    return names


def _words() -> dict[str, str]:
    return {
        "was": _("Was %(when)s, %(place)s", when="{when}", place="{place}"),
        "until": _("Until %(when)s before", when="{when}"),
        "interpreter": _("Interpreter: %(name)s", name="{name}"),
        "break": _("Break"),
        "free": _("Free"),
        "away": _("Not available"),
        "nothing_now": _("Nothing right now"),
        "all_done": _("Nothing more in your agenda"),
        "changed_one": _("Your agenda changed."),
        "new": _("New in your agenda: %(title)s", title="{title}"),
        "moved": _("Moved: %(title)s", title="{title}"),
        "cancelled": _("Cancelled: %(title)s", title="{title}"),
        "published": _("The timetable is published."),
    }
