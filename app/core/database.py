"""Engine, session and base class: SQLAlchemy 2 on SQLite (one machine) and PostgreSQL (many).

One unit of work per request: `session()` opens lazily, `commit_unit` or `roll_back_unit` ends it. SQLite runs in WAL
mode; a unit that may write begins with BEGIN IMMEDIATE, because a read that turns into a write later would fail with
SQLITE_BUSY at once, whatever the busy timeout.
"""

import enum
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

from flask import current_app, g, has_app_context
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, Enum, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

BUSY_SECONDS = 15
BUSY_TIMEOUT = f"busy_timeout={BUSY_SECONDS * 1000}"
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; a naive one is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: times are aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[enum.Enum], name: str | None = None) -> Enum:
    """An enum stored as its value with a check constraint, so that both databases refuse anything else.

    A table with two columns of one enum names the second one's constraint.
    """
    name = name or "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")
    values = [str(member.value) for member in kind]
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=max(32, *map(len, values)),
        values_callable=lambda members: [str(member.value) for member in members],
    )


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[Any]: JSON(),
    }


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine with the pragmas of the house for SQLite and a bounded pool for PostgreSQL."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", BUSY_TIMEOUT):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("read_only_unit", False):
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_to_write(connection)

    return engine


def _begin_to_write(connection: Connection) -> None:
    """Become the one writer, waiting for up to fifteen seconds; raises OperationalError after that.

    The wait is a sleep of ours: SQLite's own would stop every greenlet of a web process, and with them the one that
    holds the lock and would have given it back.
    """
    driver: Any = connection.connection.dbapi_connection
    deadline = time.monotonic() + BUSY_SECONDS
    pause = 0.001
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < deadline:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(pause)
                pause = min(2 * pause, 0.02)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA {BUSY_TIMEOUT}")


class Database:
    """The engine of one application and the sessions opened on it."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reader = self.engine.execution_options(read_only_unit=True)

    def open(self, *, read_only: bool = False) -> Session:
        """A new session. `read_only` only chooses how a SQLite transaction begins; it does not forbid writes."""
        return Session(self._reader if read_only else self.engine, expire_on_commit=False)


def database() -> Database:
    """The database of the current application."""
    found: Database = current_app.extensions["database"]
    return found


def session() -> Session:
    """The session of the current unit of work, opened at the first call."""
    if "session" not in g:
        g.session = database().open(read_only=bool(g.get("read_only_unit", False)))
    found: Session = g.session
    return found


def commit_unit() -> None:
    """Commit the current unit of work, if one is open."""
    if "session" in g:
        g.session.commit()


def roll_back_unit() -> None:
    """Undo the current unit of work, if one is open."""
    if "session" in g:
        g.session.rollback()


def close_unit(_error: BaseException | None = None) -> None:
    """Give the connection back; what was not committed is undone."""
    if has_app_context() and "session" in g:
        g.pop("session").close()
