"""Who is where and when: late arrivals, early departures, workshops, online guests, own tables, own limits."""

import random
from collections.abc import Sequence

from app.demo.draws import weighted
from app.demo.people import Person
from app.demo.programme import SLOTS_PER_WINDOW
from app.demo.world import Session, Slot, Table

OWN_TABLES = 6
PATTERNS = {"all": 0.6, "late": 0.1, "early": 0.14, "first": 0.04, "second": 0.04, "calls": 0.08}
"""All of both days, arriving late, leaving early, one day only, or a few calls in between."""


def absences(rng: random.Random, slots: Sequence[Slot], days: int = 2) -> tuple[str, ...]:
    """Return the keys of the slots in which somebody is not there."""
    keys = [slot.key for slot in slots]
    half = len(keys) // days
    match weighted(rng, PATTERNS):
        case "late":
            return tuple(keys[: rng.choice((2, SLOTS_PER_WINDOW))])
        case "early":
            return tuple(keys[-rng.choice((2, SLOTS_PER_WINDOW, SLOTS_PER_WINDOW + 2)) :])
        case "first":
            return tuple(keys[half:])
        case "second":
            return tuple(keys[:half])
        case "calls":
            return tuple(sorted(rng.sample(keys, rng.randint(1, 3))))
        case _:
            return ()


def sign_ups(rng: random.Random, sessions: Sequence[Session], people: dict[str, Person]) -> dict[str, tuple[str, ...]]:
    """Return the sessions everybody signed up for: speakers, then others until about four fifths are taken."""
    chosen: dict[str, list[Session]] = {code: [] for code in people}
    for session in sessions:
        if not session.sign_up:
            continue
        for code in session.speakers:
            chosen[code].append(session)
        limit = min(session.capacity or 0, len(people) // 8)
        places = max(0, round(limit * rng.uniform(0.6, 0.95)) - len(session.speakers))
        free = [code for code in people if not _busy(chosen[code], session) and len(chosen[code]) < 2]
        for code in rng.sample(free, min(places, len(free))):
            chosen[code].append(session)
    return {code: tuple(session.key for session in row) for code, row in chosen.items()}


def _busy(chosen: Sequence[Session], other: Session) -> bool:
    return any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for one in chosen)


def own_tables(rng: random.Random, tables: Sequence[Table], people: dict[str, Person]) -> dict[str, str]:
    """Return the own table of those who have one: a booth, or the online room of somebody who does not travel."""
    booths = [table.label for table in tables if table.zone == "Booths"][:OWN_TABLES]
    links = [table.label for table in tables if table.link]
    exhibitors = [code for code, person in people.items() if person.type in ("company", "cluster")]
    chosen = dict(zip(rng.sample(exhibitors, min(len(booths), len(exhibitors))), booths, strict=False))
    others = [code for code in people if code not in chosen]
    chosen.update(zip(rng.sample(others, min(len(links), len(others) // 4)), links, strict=False))
    return chosen
