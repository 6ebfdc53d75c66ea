"""Sockets: who may connect, how an event reaches its handler, and when a connection ends.

A socket belongs to the account whose session cookie it came with, or to nobody. It hears nothing until it has joined a
room, and each join names its policy. Every event is one unit of work: its own session, committed when the handler
returns, undone on any error. An error of the family is answered as {"error": {"code", "message"}}, never raised.

A session that ended elsewhere (signed out everywhere, new password, account disabled) stays connected until the next
check: features register how to tell with `tell_ended_sessions`, and such sockets are cut off every few seconds.
"""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_socketio import join_room, rooms
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.core import database
from app.core.errors import AppError, Conflict, Invalid
from app.core.guard import policy_of
from app.core.live import emits_here, relay_after_commit, socketio, start_relay

log = logging.getLogger(__name__)
CHECK_SECONDS = 5.0
ROOMS_PER_SOCKET = 16
Answer = dict[str, Any]
Handler = Callable[[Mapping[str, Any]], Answer]

_handlers: dict[str, Handler] = {}
_checks: list[Callable[[Session, set[str]], set[str]]] = []


def on(name: str, *, writes: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a socket event. It gets a dict and returns one; `guarded_event` must stand under it."""

    def register(handler: Handler) -> Handler:
        if policy_of(handler) is None:
            raise RuntimeError(f"socket event {name} names no policy")
        _handlers[name] = _unit_of_work(handler, writes)
        return handler

    return register


def event_names() -> list[str]:
    """Names of all registered events."""
    return sorted(_handlers)


def tell_ended_sessions(check: Callable[[Session, set[str]], set[str]]) -> None:
    """Register a check: given the cookie identities of connected accounts, it returns those that ended."""
    if check not in _checks:
        _checks.append(check)


def enter(room: str) -> None:
    """Put the asking socket into a room, after its policy has let it in."""
    mine = set(rooms()) | {room}
    if len(mine) > ROOMS_PER_SOCKET:
        raise Invalid(_("This page listens to too many things at once. Reload it."), code="too_many_rooms")
    join_room(room)


def cut_off_ended(app: Flask) -> int:
    """Disconnect sockets whose session ended elsewhere; returns how many."""
    present: dict[str, str] = dict(app.extensions["socket_identities"])
    if not present:
        return 0
    ended: set[str] = set()
    with app.extensions["database"].open(read_only=True) as session:
        for check in _checks:
            ended |= check(session, set(present.values()))
    gone = [sid for sid, identity in present.items() if identity in ended]
    for sid in gone:
        app.extensions["socket_identities"].pop(sid, None)
        socketio.server.disconnect(sid)
    return len(gone)


def _unit_of_work(handler: Handler, writes: bool) -> Handler:
    @wraps(handler)
    def run(values: Mapping[str, Any]) -> Answer:
        g.read_only_unit = not writes
        try:
            answer = handler(values)
            database.commit_unit()
        except AppError as error:
            database.roll_back_unit()
            return {"error": {"code": error.code, "message": error.message}}
        except IntegrityError:
            database.roll_back_unit()
            message = _("Somebody else changed this at the same moment. Look again and repeat it.")
            return {"error": {"code": Conflict.code, "message": message}}
        except Exception:
            database.roll_back_unit()
            if current_app.testing:
                raise
            log.exception("unexpected error in a socket event")
            message = _("Something went wrong on our side. Nothing was saved.")
            return {"error": {"code": "internal_error", "message": message}}
        finally:
            database.close_unit()
        relay_after_commit(current_app)
        return answer

    return run


def _dispatch(name: str, *arguments: Any) -> Answer:
    """Every event that comes in, by name; what is not known here is answered, not ignored."""
    handler = _handlers.get(name)
    if handler is None:
        return {"error": {"code": "unknown_event", "message": _("This page is out of date. Reload it.")}}
    values = arguments[0] if arguments else {}
    if not isinstance(values, Mapping):
        return {"error": {"code": Invalid.code, "message": _("A socket event carries one object.")}}
    return handler(values)


def _connected(*_auth: Any) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    g.read_only_unit = True
    if current_user.is_authenticated:
        app.extensions["socket_identities"][_sid()] = current_user.get_id()
    database.close_unit()
    _start_background(app)


def _disconnected(*_reason: Any) -> None:
    current_app.extensions["socket_identities"].pop(_sid(), None)


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _start_background(app: Flask) -> None:
    if not app.config["SERVES_SOCKETS"] or app.extensions.get("socket_check_started"):
        return
    app.extensions["socket_check_started"] = True
    socketio.start_background_task(_check_forever, app)
    if emits_here(app):
        start_relay(app)


def _check_forever(app: Flask) -> None:
    while True:
        socketio.sleep(CHECK_SECONDS)
        try:
            cut_off_ended(app)
        except SQLAlchemyError:
            log.exception("could not check the sessions of connected sockets; trying again")


def init_app(app: Flask) -> None:
    """Wire the connection's events; every other event goes through one door."""
    app.extensions["socket_identities"] = {}
    socketio.on_event("connect", _connected)
    socketio.on_event("disconnect", _disconnected)
    socketio.on_event("*", _dispatch)
