"""Regular work of the marketplace: what ended, what ends soon, what is new, what is not in the index yet."""

from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import facts, jobs
from app.core.clock import Clock
from app.core.database import database
from app.marketplace import interests, mails, saved
from app.marketplace.indexing import MANY, forget_unused_words, index_entries, refresh_statistics, waiting_for_index
from app.marketplace.models import Entry, EntryState, Reach
from app.marketplace.rules import NOTICE
from app.marketplace.upkeep import TEND, TEND_EVERY
from app.registrations.models import Participant


@jobs.job(TEND)
def tend(context: jobs.JobContext) -> None:
    """Once an hour. The next time is put down first, so that a failure does not end the round."""
    clock: Clock = current_app.extensions["clock"]
    with database().open() as session:
        jobs.enqueue(session, TEND, {}, clock, delay=TEND_EVERY, once=True)
        session.commit()
    _index_waiting(context)
    with database().open() as session:
        interests.expire_due(session, clock)
        tell_endings(session, clock)
        forget_unused_words(session)
        session.commit()
    with database().open(read_only=True) as session:
        due = saved.due_users(session, clock)
    for number, user_id in enumerate(due):
        if context.should_stop:
            return
        with database().open() as session:
            saved.send_digest(session, clock, user_id)
            session.commit()
        context.report({"mailed": number + 1, "of": len(due)})


def _index_waiting(context: jobs.JobContext) -> None:
    indexed = 0
    while not context.should_stop:
        with database().open() as session:
            ids = waiting_for_index(session, limit=500)
            index_entries(session, ids)
            indexed += len(ids)
            if not ids and indexed >= MANY:
                refresh_statistics(session)
            session.commit()
        if not ids:
            return


def tell_endings(session: Session, clock: Clock) -> int:
    """Tell the owners of entries that leave the marketplace within two weeks, once; returns how many."""
    now = clock()
    ending = select(Entry).where(
        Entry.reach == Reach.MEMBERS,
        Entry.state == EntryState.PUBLISHED,
        Entry.expiry_told_at.is_(None),
        Entry.expires_at > now,
        Entry.expires_at <= now + NOTICE,
    )
    found = session.scalars(ending.order_by(Entry.id)).all()
    for entry in found:
        entry.expiry_told_at = now
        mails.send_ending(session, clock, entry)
    session.flush()
    return len(found)


@facts.participant_changed.connect
def on_participant_changed(session: Session, *, participant: Participant, clock: Clock, **_more: Any) -> None:
    """Names, regions and languages of a registration are in the index of its entries."""
    ids = list(session.scalars(select(Entry.id).where(Entry.participant_id == participant.id)))
    if ids:
        index_entries(session, ids)
