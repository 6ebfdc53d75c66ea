"""The time and space of the demo event: days, windows, slots, zones, tables, rooms and sessions."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from app.demo.content import read
from app.demo.draws import shares
from app.demo.people import Person
from app.demo.world import Event, Room, Session, Slot, Table, Window, Zone

FULL_SIZE = 370
SLOTS_PER_WINDOW, SLOT_MINUTES, BREAK_MINUTES = 4, 20, 5
WEEKS_AHEAD = 3
TUESDAY = 1


@cache
def plan() -> dict[str, Any]:
    """The hand-written programme."""
    return read("programme.toml")


def first_day_after(today: date) -> date:
    """Return the first Tuesday at least three weeks after ``today``."""
    earliest = today + timedelta(weeks=WEEKS_AHEAD)
    return earliest + timedelta(days=(TUESDAY - earliest.weekday()) % 7)


def moment(day: date, at: time) -> datetime:
    """Return the local wall-clock time of the event as an aware UTC time."""
    return datetime.combine(day, at, ZoneInfo(plan()["event"]["time_zone"])).astimezone(UTC)


def make_event(first_day: date) -> Event:
    """The event's own data; registration ends two weeks before it, booking one."""
    row = plan()["event"]
    return Event(
        slug=row["slug"],
        name=row["name"].format(year=first_day.year),
        summary=row["summary"],
        description=row["description"].strip(),
        place=row["place"],
        time_zone=row["time_zone"],
        accent=row["accent"],
        max_meetings=9,
        min_meetings=3,
        max_open_requests=30,
        registration_closes_at=moment(first_day - timedelta(days=14), time(23, 59)),
        booking_closes_at=moment(first_day - timedelta(days=7), time(18, 0)),
    )


def make_windows(first_day: date) -> list[Window]:
    """The windows of both days, each four slots of twenty minutes with breaks of five."""
    minutes = SLOTS_PER_WINDOW * (SLOT_MINUTES + BREAK_MINUTES) - BREAK_MINUTES
    windows = []
    for number, row in enumerate(plan()["windows"], 1):
        day = first_day + timedelta(days=row["day"] - 1)
        ends = (datetime.combine(day, row["starts"]) + timedelta(minutes=minutes)).time()
        windows.append(Window(f"w{number}", day, row["starts"], ends, SLOT_MINUTES, BREAK_MINUTES))
    return windows


def make_slots(windows: Sequence[Window]) -> list[Slot]:
    """The slots of all windows in time order, numbered by day."""
    slots: list[Slot] = []
    days = sorted({window.day for window in windows})
    for window in windows:
        for step in range(SLOTS_PER_WINDOW):
            start = moment(window.day, window.starts) + timedelta(minutes=step * (SLOT_MINUTES + BREAK_MINUTES))
            number = sum(slot.day == window.day for slot in slots) + 1
            key = f"d{days.index(window.day) + 1}-{number:02}"
            slots.append(Slot(key, window.key, window.day, start, start + timedelta(minutes=SLOT_MINUTES)))
    return slots


def make_zones(size: int) -> tuple[list[Zone], list[Table]]:
    """Zones and their tables: eighty at full size, fewer for a smaller world, at least two a zone."""
    rows = plan()["zones"]
    total = max(2 * len(rows), round(sum(row["tables"] for row in rows) * size / FULL_SIZE))
    counts = shares(total, [row["tables"] for row in rows])
    zones, tables = [], []
    for row, count in zip(rows, counts, strict=True):
        online = row.get("online", False)
        zones.append(Zone(row["name"], online))
        for number in range(1, max(1, count) + 1):
            label = f"{row['prefix']}{number:02}"
            link = f"https://meet.circular-days.example/{label.lower()}" if online else None
            tables.append(Table(label, row["name"], link))
    return zones, tables


def make_rooms() -> list[Room]:
    """The four rooms of the programme."""
    return [Room(row["name"], row["capacity"]) for row in plan()["rooms"]]


@dataclass(slots=True)
class Casting:
    """Finds speakers for sessions: each person speaks once, in their own field."""

    rng: random.Random
    people: dict[str, Person]

    def speakers(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Return codes of people; ``wanted`` holds types, with the field after a slash where it matters."""
        chosen = []
        for wish in wanted:
            type_, _, theme = wish.partition("/")
            fitting = [
                code
                for code, person in self.people.items()
                if person.type == type_ and theme in ("", person.organisation.theme)
            ]
            if fitting:
                code = self.rng.choice(fitting)
                del self.people[code]
                chosen.append(code)
        return tuple(chosen)


def make_sessions(rng: random.Random, first_day: date, people: dict[str, Person]) -> list[Session]:
    """The programme with speakers from among the participants (``people`` by code)."""
    casting = Casting(rng, dict(people))
    return [
        Session(
            key=row["key"],
            room=row["room"],
            kind=row["kind"],
            title=row["title"],
            abstract=row["abstract"],
            starts_at=moment(first_day + timedelta(days=row["day"] - 1), row["starts"]),
            ends_at=moment(first_day + timedelta(days=row["day"] - 1), row["ends"]),
            capacity=row.get("capacity"),
            sign_up=row.get("sign_up", False),
            speakers=casting.speakers(row.get("speakers", [])),
        )
        for row in plan()["sessions"]
    ]
