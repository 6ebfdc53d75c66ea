"""How long the marketplace takes at a given size: `python -m tests.app.marketplace.scale --entries 15000`. Not a test.

Entries are made up: words of two to four syllables with the frequencies of Zipf's law, some sixty words each, facets of
every kind, one in ten anonymous, one in three only for an event. The database is SQLite in a temporary folder, or
PostgreSQL with `--postgresql`. Printed are the median and the slowest of twenty runs.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event as sql
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.core.clock import system_clock
from app.core.migrating import upgrade_database
from app.events.models import Event, EventFormat, ParticipantType, Phase
from app.marketplace import queries, search
from app.marketplace.indexing import index_entries
from app.marketplace.models import Entry, EntryKind, Reach
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState
from config import Settings
from tests.services import postgresql

SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "er", "in", "ol")]
COUNTRIES = ("AT", "DE", "ES", "FR", "IT", "PL", "NL", "PT", "SE", "CZ")
REGIONS = ("AT12", "DE21", "ES51", "FR10", "ITC4", "PL21", "NL33", "PT11", "SE11", "CZ01")
SEGMENTS = ("inputs", "components", "design", "manufacturing", "integration", "testing", "end_use", "recovery")
RUNS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=15_000)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = f"sqlite:///{Path(folder) / 'scale.sqlite3'}"
        if options.postgresql:
            url = stack.enter_context(postgresql.running()).create_database()
        app = create_app(Settings(_env_file=None, secret_key="x" * 40, database_url=url, embedded_worker=False))
        stack.enter_context(app.app_context())
        upgrade_database()
        session = stack.enter_context(app.extensions["database"].open())
        measure(session, options.entries)
        app.extensions["database"].engine.dispose()


def measure(session: Session, count: int) -> None:
    """Fill the marketplace, then look for things in it."""
    print(f"{session.get_bind().dialect.name}, {count} entries, load {os.getloadavg()[0]:.1f}")
    words, user = fill(session, count), session.query(User).order_by(User.id).first()
    assert user is not None
    started = time.perf_counter()
    ids = [number for (number,) in session.query(Entry.id)]
    index_entries(session, ids)
    session.commit()
    print(f"{'index of all':<44}{time.perf_counter() - started:8.1f} s")
    viewer = queries.viewer_of(session, user)

    def look(text: str = "", **facets: tuple[str, ...]) -> Callable[[], int]:
        def once() -> int:
            wanted = search.Criteria(q=text, facets=facets)
            results = search.find(session, viewer, wanted, system_clock())
            search.count_facets(session, viewer, wanted, results.words, system_clock())
            queries.faces_of(session, viewer, results.page(1))
            return len(results.ids)

        return once

    rare = words[5000]
    slip = rare[:2] + rare[3] + rare[2] + rare[4:]
    timed(session, "everything", look())
    timed(session, "a frequent word", look(words[3]))
    timed(session, "a rare word", look(rare))
    timed(session, "a rare word with a slip", look(slip))
    timed(session, "three words", look(f"{words[5]} {words[40]} {words[12]}"))
    timed(session, "two facets", look(country=("AT", "DE"), trl=("6",)))
    timed(session, "a word and three facets", look(words[8], kind=("need",), language=("de",), segment=("design",)))
    timed(session, "one entry into the index", lambda: reindexed(session, ids[7]))


def reindexed(session: Session, number: int) -> int:
    entry = session.get_one(Entry, number)
    entry.title, entry.indexed_as = f"{entry.title} again", None
    index_entries(session, [number])
    return 1


def timed(session: Session, what: str, work: Callable[[], int]) -> None:
    """Print the median and the slowest of some runs, what was found and how many statements it took."""
    spent, statements = [], []
    engine: Any = session.get_bind()
    sql.listen(engine, "before_cursor_execute", lambda *_: statements.append(1))
    found = 0
    for _run in range(RUNS):
        session.expire_all()
        started = time.perf_counter()
        found = work()
        spent.append(1000 * (time.perf_counter() - started))
    each = len(statements) // RUNS
    print(f"{what:<44}{statistics.median(spent):8.0f} ms{max(spent):8.0f} ms   {found} found, {each} statements")


def fill(session: Session, count: int) -> list[str]:
    """Made-up entries of as many people as it takes, five each."""
    chance, now = random.Random(1), system_clock()
    words = list(dict.fromkeys("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)))
    frequency = [1 / (rank + 3) for rank in range(len(words))]
    event = Event(slug="fair", name="Fair", time_zone="UTC", place="", phase=Phase.BOOKING, created_at=now)
    event.format = EventFormat.ON_SITE
    session.add(event)
    session.flush()
    kind = ParticipantType(event_id=event.id, key="company", name="Company", position=0)
    session.add(kind)
    session.flush()
    people = max(1, count // 5)
    users = [User(email=f"p{n}@example.org", name=f"Person {n}", created_at=now) for n in range(people)]
    employers = [
        Organisation(
            name=f"{words[n % len(words)].title()} Works {n}",
            kind="company",
            country=COUNTRIES[n % 10],
            nuts=REGIONS[n % 10],
            nace=f"{chance.randint(10, 33)}",
            created_at=now,
        )
        for n in range(people)
    ]
    session.add_all([*users, *employers])
    session.flush()
    registered = [
        Participant(
            event_id=event.id,
            user_id=user.id,
            organisation_id=employer.id,
            type_id=kind.id,
            code=f"p{user.id:05}",
            state=RegistrationState.APPROVED,
            languages=["en", chance.choice(("de", "fr", "it", "pl"))],
            value_chain_position=chance.choice(SEGMENTS),
            feed_token=f"feed{user.id}",
            created_at=now,
        )
        for user, employer in zip(users, employers, strict=True)
    ]
    session.add_all(registered)
    session.flush()
    for number in range(count):
        person, low = registered[number % people], chance.randint(1, 9)
        text = chance.choices(words, frequency, k=60)
        anonymous = number % 10 == 0
        session.add(
            Entry(
                participant_id=person.id,
                owner_id=person.user_id,
                organisation_id=person.organisation_id,
                kind=chance.choice(list(EntryKind)),
                reach=Reach.EVENT if number % 3 == 0 else Reach.MEMBERS,
                anonymous=anonymous,
                concealed=["region"] if anonymous else [],
                title=" ".join(text[:5]),
                text=" ".join(text[5:56]),
                keywords=text[56:],
                trl_min=low,
                trl_max=min(9, low + 2),
                partnership=chance.choice(("commercial", "technical", "research", "supplier")),
                published_at=now - timedelta(hours=number % 9000),
                shown_openly_at=None if anonymous else now,
                expires_at=now + timedelta(days=number % 365 + 1),
                created_at=now,
                updated_at=now,
            )
        )
    session.commit()
    return words


if __name__ == "__main__":
    main()
