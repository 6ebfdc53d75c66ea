"""Live updates: rows written with the change, emitted to Socket.IO rooms after the commit.

Delivery is at least once, and in the order of the rows. After a commit, the web process emits at once; rows written
elsewhere (the worker, a command, a process that died in between) are picked up by the relay that `start_relay` starts
in every process with sockets. With Redis each process publishes to all others through the Socket.IO message queue, and
an advisory lock of the database lets one of them relay at a time; without it there is one web process, and only that
process emits. Receivers drop what they have seen by the version each payload carries, so a row sent twice does no harm.

Nothing is emitted inside a write transaction: emitting may let another greenlet run, and on SQLite that one would wait
for a lock which only this one can give back.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Flask, g, has_app_context
from flask_socketio import SocketIO
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core.clock import Clock, system_clock
from app.core.database import Database
from app.core.models import LiveEvent
from app.core.untold import is_untold

log = logging.getLogger(__name__)
KEEP = timedelta(hours=6)
TIDY_SECONDS = 600.0
BATCH = 500
RELAY_SECONDS = 0.1
RELAY_LOCK = 7_305_201
"""Key of the advisory lock; any number that nobody else uses."""
socketio = SocketIO()
_one_at_a_time = threading.Lock()


def own_origin(public_url: str) -> Callable[[str | None, dict[str, Any]], bool]:
    """Whether a page that opens a socket is ours: at the public address, or at the one the request itself went to.

    The second lets 'localhost' work where the settings say '127.0.0.1'. Another site fails both.
    """

    def is_own(origin: str | None, environ: dict[str, Any]) -> bool:
        return origin in {public_url, f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST')}"}

    return is_own


def announce(session: Session, clock: Clock, room: str, name: str, payload: dict[str, Any]) -> None:
    """Tell everybody in `room`, after the commit of the current transaction; within `untold`, nobody."""
    if is_untold(session):
        return
    session.add(LiveEvent(room=room, name=name, payload=payload, created_at=clock()))
    if has_app_context():
        g.announced = True


def emits_here(app: Flask) -> bool:
    """True when this process can reach the sockets: it serves them, or there is a message queue."""
    return bool(app.config.get("SERVES_SOCKETS")) or bool(app.extensions["settings"].redis_url)


def relay(app: Flask, *, min_age_seconds: float = 0.0) -> int:
    """Emit what is still unsent, oldest first, and mark it sent; returns how many rows.

    With `min_age_seconds`, younger rows are left to the process that wrote them.
    """
    if not emits_here(app):
        return 0
    database: Database = app.extensions["database"]
    if not _something_waits(database, min_age_seconds):
        return 0
    sent = 0
    with _one_at_a_time:
        while batch := _relay_batch(database, min_age_seconds):
            sent += batch
            if batch < BATCH:
                break
    return sent


def relay_after_commit(app: Flask) -> None:
    """Emit right after the commit of a request or socket event that announced something.

    The change stands by now: trouble here is no error of the request, and the relay tries again a moment later.
    """
    if g.pop("announced", False) and emits_here(app):
        try:
            relay(app)
        except SQLAlchemyError:
            log.exception("live updates wait for the relay")


def start_relay(app: Flask) -> None:
    """Start this process's relay, once; harmless when it runs already or when nothing is emitted from here."""
    if emits_here(app) and not app.extensions.get("relay_started"):
        app.extensions["relay_started"] = True
        socketio.start_background_task(_relay_forever, app)


def forget_old(session: Session, clock: Clock) -> None:
    """Delete events delivered long ago."""
    session.execute(delete(LiveEvent).where(LiveEvent.sent_at < clock() - KEEP))


def mark_all_sent(session: Session, clock: Clock) -> None:
    """At the start of the only web process nobody is connected yet: what was announced before needs no delivery."""
    session.execute(update(LiveEvent).where(LiveEvent.sent_at.is_(None)).values(sent_at=clock()))


def _relay_forever(app: Flask) -> None:
    slept = TIDY_SECONDS
    while True:
        try:
            relay(app)
            if slept >= TIDY_SECONDS:
                slept = 0.0
                with app.extensions["database"].open() as session:
                    forget_old(session, system_clock)
                    session.commit()
        except SQLAlchemyError:
            log.exception("the relay of live updates could not reach the database; trying again")
            socketio.sleep(2.0)
        socketio.sleep(RELAY_SECONDS)
        slept += RELAY_SECONDS


def _something_waits(database: Database, min_age_seconds: float) -> bool:
    with database.open(read_only=True) as session:
        return session.scalars(select(LiveEvent.id).where(*_unsent(min_age_seconds)).limit(1)).first() is not None


def _relay_batch(database: Database, min_age_seconds: float) -> int:
    with database.open(read_only=True) as session:
        if on_postgresql := session.get_bind().dialect.name == "postgresql":
            session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": RELAY_LOCK})
        query = select(LiveEvent.id, LiveEvent.room, LiveEvent.name, LiveEvent.payload)
        rows = session.execute(query.where(*_unsent(min_age_seconds)).order_by(LiveEvent.id).limit(BATCH)).all()
        if not on_postgresql:
            session.rollback()  # a snapshot that was read from cannot become a write transaction of SQLite
        for _id, room, name, payload in rows:
            socketio.emit(name, payload, to=room)
        if on_postgresql:  # the advisory lock lasts as long as this transaction
            _mark_sent(session, [row[0] for row in rows])
            session.commit()
    if not on_postgresql:
        with database.open() as writing:  # begins to write in the one way that lets other greenlets run meanwhile
            _mark_sent(writing, [row[0] for row in rows])
            writing.commit()
    return len(rows)


def _mark_sent(session: Session, ids: Sequence[int]) -> None:
    if ids:
        query = update(LiveEvent).where(LiveEvent.id.in_(ids)).values(sent_at=system_clock())
        session.execute(query.execution_options(synchronize_session=False))


def _unsent(min_age_seconds: float) -> tuple[Any, ...]:
    unsent = (LiveEvent.sent_at.is_(None),)
    if not min_age_seconds:
        return unsent
    return (*unsent, LiveEvent.created_at <= system_clock() - timedelta(seconds=min_age_seconds))
