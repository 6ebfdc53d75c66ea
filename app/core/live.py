"""Live updates: rows written with the change, emitted to Socket.IO rooms after the commit.

Delivery. After a commit, the web process emits the rows of its own transaction. Rows written elsewhere (the worker, a
command, another web process that died in between) are picked up by `relay`. With Redis every process publishes to all
others through the Socket.IO message queue; without it there is one web process, and its relay greenlet is the only one
that emits. Receivers drop what they have seen by the version each payload carries, so a row sent twice does no harm.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g, has_app_context
from flask_socketio import SocketIO
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core.clock import Clock, system_clock
from app.core.models import LiveEvent

KEEP = timedelta(hours=6)
BATCH = 500
socketio = SocketIO()


def announce(session: Session, clock: Clock, room: str, name: str, payload: dict[str, Any]) -> None:
    """Tell everybody in `room`, after the commit of the current transaction."""
    session.add(LiveEvent(room=room, name=name, payload=payload, created_at=clock()))
    if has_app_context():
        g.announced = True


def emits_here(app: Flask) -> bool:
    """True when this process can reach the sockets: it serves them, or there is a message queue."""
    return bool(app.config.get("SERVES_SOCKETS")) or bool(app.extensions["settings"].redis_url)


def relay(app: Flask, *, min_age_seconds: float = 0.0) -> int:
    """Emit what is still unsent, oldest first, and mark it sent; returns how many."""
    if not emits_here(app):
        return 0
    database = app.extensions["database"]
    with database.open(read_only=True) as peek:
        before = system_clock() - timedelta(seconds=min_age_seconds)
        if peek.scalars(select(LiveEvent.id).where(*_unsent(before)).limit(1)).first() is None:
            return 0
    with database.open() as session:
        rows = session.scalars(
            select(LiveEvent)
            .where(*_unsent(before))
            .order_by(LiveEvent.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            socketio.emit(row.name, row.payload, to=row.room)
            row.sent_at = system_clock()
        session.commit()
        return len(rows)


def relay_after_commit(app: Flask) -> None:
    """Emit right after the commit of a request that announced something."""
    if g.pop("announced", False) and emits_here(app):
        relay(app)


def forget_old(session: Session, clock: Clock) -> None:
    """Delete events delivered long ago."""
    session.execute(delete(LiveEvent).where(LiveEvent.sent_at < clock() - KEEP))


def mark_all_sent(session: Session, clock: Clock) -> None:
    """At start-up nobody is connected yet: what was announced before needs no delivery."""
    session.execute(update(LiveEvent).where(LiveEvent.sent_at.is_(None)).values(sent_at=clock()))


def _unsent(before: Any) -> tuple[Any, ...]:
    return LiveEvent.sent_at.is_(None), LiveEvent.created_at <= before


def current_socketio() -> SocketIO:
    """The Socket.IO server of the current application."""
    found: SocketIO = current_app.extensions["socketio"]
    return found
