"""Pure decisions on an agenda: its items, its changes, what is now and next, and how a day reads.

An agenda is a set of items, each with a stable id. A change carries whole items and the ids that are gone, and is made
from the state that the changes before it led to: old agenda + change = agenda fetched afresh, whatever happened in
between. The page applies changes by the same rule (`apply` in static/js/agenda.js).
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from app.core.clock import in_zone

FRESH = timedelta(hours=24)
"""How long a moved or cancelled meeting is pointed out."""


NOTHING: Mapping[str, Any] = {"version": 0, "published": False, "items": {}}
"""The state before the first change."""


class Kind(enum.Enum):
    MEETING = "meeting"
    SESSION = "session"
    BREAK = "break"
    FREE = "free"
    AWAY = "away"


ENGAGED = (Kind.MEETING, Kind.SESSION)


@dataclass(frozen=True)
class Place:
    """Where a meeting is: a table's label, its zone, and whether that is online."""

    table: str
    zone: str
    online: bool = False

    @property
    def name(self) -> str:
        """What one looks for in the hall, e.g. 'Table 12'."""
        if self.online or " " in self.table:
            return self.table
        return str(_("Table %(label)s", label=self.table))


@dataclass(frozen=True)
class Item:
    """One thing in an agenda. `code` is the request's code or the session's id; `why` says why the two meet."""

    id: str
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    organisation: str = ""
    country: str = ""
    place: str = ""
    place_note: str = ""
    link: str | None = None
    why: str = ""
    interpreter: str = ""
    """Who interprets, where the two share no language."""
    code: str = ""
    mine: bool = True
    """False for sessions open to everybody without sign-up."""
    cancelled: bool = False
    reason: str = ""
    """Why it was cancelled or moved."""
    was_at: datetime | None = None
    """Where it was before its latest move: time and table."""
    was_place: str = ""
    was_until: datetime | None = None
    """When it ended before, where only that has changed."""
    changed_at: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """True while a move or cancellation deserves to be pointed out."""
        return self.changed_at is not None and now - self.changed_at < FRESH

    def is_shown(self, now: datetime) -> bool:
        """Cancelled meetings stay for a day, so that nobody wonders where they went."""
        return not self.cancelled or self.is_fresh(now)


@dataclass(frozen=True)
class Agenda:
    """All of one participant's items in time order. `version` counts its changes since the first publication."""

    participant_id: int
    version: int
    published: bool
    items: tuple[Item, ...]

    @property
    def meetings(self) -> list[Item]:
        """Scheduled meetings."""
        return [item for item in self.items if item.kind is Kind.MEETING and not item.cancelled]


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items by start; where two start together, by id."""
    return tuple(sorted(items, key=lambda item: (item.starts_at, item.id)))


def as_data(item: Item) -> dict[str, Any]:
    """An item as JSON holds it; what is empty is left out."""
    values: dict[str, Any] = {}
    for name, value in vars(item).items():
        if name == "mine" and value:
            continue
        if isinstance(value, datetime):
            values[name] = value.isoformat()
        elif isinstance(value, Kind):
            values[name] = value.value
        elif value:
            values[name] = value
        elif name == "mine":
            values[name] = False
    return values


def fresh_start(agenda: Agenda) -> dict[str, Any]:
    """The change that brings any page to this agenda, whatever it shows."""
    changed = [as_data(item) for item in agenda.items]
    return {
        "version": agenda.version,
        "published": agenda.published,
        "replace": True,
        "changed": changed,
        "removed": [],
    }


def change_from(state: Mapping[str, Any], agenda: Agenda) -> dict[str, Any] | None:
    """The next change: what leads from a state {version, published, items by id} to this agenda, or None."""
    items: Mapping[str, Any] = state["items"]
    present = {item.id: as_data(item) for item in agenda.items}
    changed = [data for item_id, data in present.items() if items.get(item_id) != data]
    removed = sorted(items.keys() - present.keys())
    if not changed and not removed and state["published"] == agenda.published:
        return None
    return {
        "version": state["version"] + 1,
        "published": agenda.published,
        "replace": False,
        "changed": changed,
        "removed": removed,
    }


def apply(state: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The page's rule: the state {version, published, items by id} after a change; older changes do nothing."""
    if change["version"] <= state["version"]:
        return dict(state)
    items = {} if change["replace"] else dict(state["items"])
    for gone in change["removed"]:
        items.pop(gone, None)
    items.update({item["id"]: item for item in change["changed"]})
    return {"version": change["version"], "published": change["published"], "items": items}


def now_and_next(items: Sequence[Item], now: datetime) -> tuple[Item | None, Item | None]:
    """What runs now (a meeting before a session) and what comes after it."""
    engaged = [item for item in items if item.kind in ENGAGED and not item.cancelled]
    running = [item for item in engaged if item.starts_at <= now < item.ends_at]
    running.sort(key=lambda item: (item.kind is not Kind.MEETING, not item.mine, item.starts_at))
    coming = [item for item in engaged if item.starts_at > now]
    return (running[0] if running else None), (coming[0] if coming else None)


def days(items: Sequence[Item], zone: str, now: datetime) -> dict[date, list[Item]]:
    """Items by local date; neighbouring free slots become one stretch, cancelled meetings of old are left out."""
    found: dict[date, list[Item]] = {}
    for item in items:
        if not item.is_shown(now):
            continue
        rows = found.setdefault(in_zone(item.starts_at, zone).date(), [])
        if rows and item.kind is rows[-1].kind is Kind.FREE:
            rows[-1] = replace(rows[-1], ends_at=item.ends_at)
        else:
            rows.append(item)
    return found
