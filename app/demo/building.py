"""Builds the demo world: the same seed, size and date always give the same world."""

import random
from collections import Counter
from datetime import UTC, date, datetime, time

from app.demo.asking import Demand
from app.demo.attending import absences, own_tables, sign_ups
from app.demo.entries import Focus, Sides, Writer, focus_of
from app.demo.organisations import invent_organisations
from app.demo.people import Person, invent_people
from app.demo.programme import (
    FULL_SIZE,
    first_day_after,
    make_event,
    make_rooms,
    make_sessions,
    make_slots,
    make_windows,
    make_zones,
    plan,
)
from app.demo.world import Participant, ParticipantType, Slot, Table, World

SEED = 20_26
SMALL_SIZE = 24
PEOPLE_PER_ORGANISATION = 1.61
MOST_IN_OWN_LANGUAGE = 2
LIMITS, OWN_LIMIT = (5, 6, 7), 0.12
"""Numbers of meetings some people limit themselves to, and how many of all do."""


def build_world(today: date, *, size: int = FULL_SIZE, seed: int = SEED, first_day: date | None = None) -> World:
    """Return the world of an event with ``size`` participants, some three weeks after ``today``.

    ``first_day`` overrides the day it starts. Requests were asked and answered before ``today``.
    """
    rng = random.Random(seed)  # noqa: S311 - a reproducible world, no secrets
    start = first_day or first_day_after(today)
    windows = make_windows(start)
    slots = make_slots(windows)
    zones, tables = make_zones(size)
    organisations = invent_organisations(rng, max(8, round(size / PEOPLE_PER_ORGANISATION)))
    people = {f"p{n:04}": person for n, person in enumerate(invent_people(rng, organisations, size), 1)}
    sessions = make_sessions(rng, start, people)
    participants = _participants(rng, people, sign_ups(rng, sessions, people), slots, tables)
    permissions = tuple((one, other) for one, others in plan()["permissions"].items() for other in others)
    midnight = datetime.combine(today, time(0), UTC)
    by_key = {organisation.key: organisation for organisation in organisations}
    demand = Demand(rng, participants, by_key, frozenset(permissions), midnight)
    vetoes = demand.vetoes()
    return World(
        event=make_event(start),
        types=tuple(ParticipantType(row["key"], row["name"], row.get("max_meetings")) for row in plan()["types"]),
        permissions=permissions,
        windows=tuple(windows),
        slots=tuple(slots),
        zones=tuple(zones),
        tables=tuple(tables),
        rooms=tuple(make_rooms()),
        sessions=tuple(sessions),
        organisations=tuple(organisations),
        participants=tuple(participants),
        requests=tuple(demand.requests()),
        vetoes=tuple(vetoes),
    )


def _participants(
    rng: random.Random,
    people: dict[str, Person],
    sessions: dict[str, tuple[str, ...]],
    slots: list[Slot],
    tables: list[Table],
) -> list[Participant]:
    """Turn people into participants with entries, times and places."""
    places = own_tables(rng, tables, people)
    online = {table.label for table in tables if table.link}
    entries = _entries(rng, people)
    found = []
    for code, person in people.items():
        needs, offers = entries[code]
        levels = [level for entry in offers for level in (entry.trl_min, entry.trl_max)]
        found.append(
            Participant(
                code=code,
                first=person.first,
                last=person.last,
                email=person.email,
                organisation=person.organisation.key,
                type=person.type,
                job_title=person.job_title,
                about=person.about,
                languages=person.languages,
                chain=person.organisation.chain,
                trl_min=min(levels),
                trl_max=max(levels),
                needs=tuple(needs),
                offers=tuple(offers),
                online=places.get(code) in online,
                own_table=places.get(code),
                max_meetings=rng.choice(LIMITS) if rng.random() < OWN_LIMIT else None,
                absences=absences(rng, slots),
                sessions=sessions[code],
            )
        )
    return found


def _entries(rng: random.Random, people: dict[str, Person]) -> dict[str, Sides]:
    """Write the needs and offers of everybody; some company people write in their own language."""
    writer = Writer(rng)
    focus: dict[str, Focus] = {}
    found: dict[str, Sides] = {}
    for code, person in people.items():
        key = person.organisation.key
        if key not in focus:
            focus[key] = focus_of(rng, person.organisation.theme)
        found[code] = writer.entries(person, focus[key])
    _own_languages(writer, people, found)
    return found


def _own_languages(writer: Writer, people: dict[str, Person], entries: dict[str, Sides]) -> None:
    """Put entries in other languages in place of English ones of company people who speak the language.

    Somebody of the entry's field comes first; nobody gets more than two.
    """
    share = len(people) / FULL_SIZE
    given: Counter[str] = Counter()
    for theme, language, entry in writer.own_language():
        side = entry.kind == "offer"
        fitting = [
            code
            for code, person in people.items()
            if person.type == "company"
            and person.organisation.languages[0] == language
            and given[code] < MOST_IN_OWN_LANGUAGE
            and entries[code][side][-1].language == "en"
        ]
        if fitting and writer.rng.random() < share:
            strange = {code: people[code].organisation.theme != theme for code in fitting}
            code = min(fitting, key=lambda one: (strange[one], given[one]))
            given[code] += 1
            entries[code][side][-1] = entry
