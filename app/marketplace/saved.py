"""Writes on saved searches, and the mail about what is new."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core import jobs
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.marketplace import mails, rules
from app.marketplace.models import Entry, Rhythm, SavedSearch
from app.marketplace.queries import face, viewer_of, with_face
from app.marketplace.search import Criteria, find
from app.marketplace.upkeep import TEND, TEND_EVERY

INTERVALS = {Rhythm.DAILY: timedelta(hours=23), Rhythm.WEEKLY: timedelta(days=7, hours=-1)}
"""An hour less than it says, so that the hour at which mails leave does not move on every day."""
SETTLING = timedelta(minutes=2)
"""What was published so recently may still be on its way into the database; the next mail has it."""
SHOWN_AT_MOST = 10


def searches_of(session: Session, user_id: int) -> Sequence[SavedSearch]:
    """An account's saved searches by name."""
    found = select(SavedSearch).where(SavedSearch.user_id == user_id)
    return session.scalars(found.order_by(SavedSearch.name, SavedSearch.id)).all()


def own_search(session: Session, user_id: int, number: int) -> SavedSearch | None:
    """A saved search, if it is this account's."""
    return session.scalars(select(SavedSearch).filter_by(id=number, user_id=user_id)).first()


def search_of_token(session: Session, token: str) -> SavedSearch | None:
    """The saved search whose mails this address ends."""
    return session.scalars(select(SavedSearch).where(SavedSearch.token == token)).first()


def save(
    session: Session, clock: Clock, user: User, name: str, wanted: Criteria, rhythm: Rhythm = Rhythm.NEVER
) -> SavedSearch:
    """Keep a search. What is there now is not new. Raises Invalid with the field, Conflict when there are too many."""
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("Give the search a name."), field="name")
    if len(name) > rules.NAME_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=rules.NAME_LENGTH), field="name")
    known = searches_of(session, user.id)
    if name in {search.name for search in known}:
        raise Conflict(_("You have a saved search of this name already."))
    if len(known) >= rules.SAVED_SEARCHES:
        raise Conflict(_("You keep %(n)d searches; remove one first.", n=rules.SAVED_SEARCHES))
    search = SavedSearch(
        user_id=user.id,
        name=name,
        criteria=wanted.as_data(),
        rhythm=rhythm,
        told_until=clock(),
        token=secrets.token_urlsafe(32),
        created_at=clock(),
    )
    session.add(search)
    session.flush()
    _plan(session, clock, rhythm)
    return search


def set_rhythm(session: Session, clock: Clock, search: SavedSearch, rhythm: Rhythm) -> None:
    """Choose how often a mail comes. Turned on again, only what comes from now on is new."""
    if search.rhythm is Rhythm.NEVER and rhythm is not Rhythm.NEVER:
        search.told_until = clock()
    search.rhythm = rhythm
    session.flush()
    _plan(session, clock, rhythm)


def remove(session: Session, search: SavedSearch) -> None:
    """Forget a search."""
    session.delete(search)
    session.flush()


def unsubscribe(session: Session, search: SavedSearch, *, everything: bool) -> None:
    """End the mails about a search, or about all of the same person."""
    for found in searches_of(session, search.user_id) if everything else [search]:
        found.rhythm = Rhythm.NEVER
    session.flush()


def _plan(session: Session, clock: Clock, rhythm: Rhythm) -> None:
    if rhythm is not Rhythm.NEVER:
        jobs.enqueue(session, TEND, {}, clock, delay=TEND_EVERY, once=True)


def due_users(session: Session, clock: Clock) -> list[int]:
    """Accounts with a search whose time has come."""
    rows = session.execute(
        select(SavedSearch.user_id, SavedSearch.rhythm, SavedSearch.told_until)
        .join(User, User.id == SavedSearch.user_id)
        .where(SavedSearch.rhythm != Rhythm.NEVER, User.disabled_at.is_(None))
    )
    now = clock()
    return sorted({user_id for user_id, rhythm, told in rows if told + INTERVALS[rhythm] <= now})


def send_digest(session: Session, clock: Clock, user_id: int) -> int:
    """Mail what is new for the searches of an account that are due, if anything is; returns how many entries.

    New is what was published since the last mail, by others, and is shown to this account now.
    """
    now = clock()
    found = select(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.rhythm != Rhythm.NEVER)
    searches = session.scalars(found.options(joinedload(SavedSearch.user)).order_by(SavedSearch.name)).all()
    due = [search for search in searches if search.told_until + INTERVALS[search.rhythm] <= now]
    news = [one for search in due if (one := _news(session, clock, search)) is not None]
    for search in due:
        search.told_until = now - SETTLING
    if news:
        mails.send_digest(session, clock, due[0].user, news)
    session.flush()
    return sum(one.count for one in news)


def _news(session: Session, clock: Clock, search: SavedSearch) -> mails.News | None:
    viewer = viewer_of(session, search.user)
    wanted = Criteria.of(search.criteria)
    results = find(session, viewer, wanted, clock(), since=search.told_until)
    new = select(Entry).where(
        Entry.id.in_(results.ids),
        Entry.owner_id != search.user_id,
        Entry.published_at <= clock() - SETTLING,
    )
    entries = {entry.id: entry for entry in session.scalars(with_face(new))}
    if not entries:
        return None
    faces = [face(entries[number]) for number in results.ids if number in entries]
    query = urlencode(search.criteria, doseq=True)
    return mails.News(search.name, search.token, query, faces[:SHOWN_AT_MOST], len(faces))
