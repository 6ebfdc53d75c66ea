"""Alembic environment: runs on the engine, or the connection, that the caller hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

import app.models
from app.core.database import Base, UtcDateTime, make_engine

assert app.models.__all__  # imported for the tables it brings

config = context.config


def run(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:  # a table rebuilt in batch mode must not cascade into the rows that point at it
        _foreign_keys(connection, "OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        compare_type=True,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        connection.commit()
        _foreign_keys(connection, "ON")


def _render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations name plain column types, so that old ones outlive changes of the code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _foreign_keys(connection: Connection, state: str) -> None:
    """Outside any transaction, where alone SQLite heeds this pragma."""
    driver = connection.connection.dbapi_connection
    if driver is not None:
        driver.cursor().execute(f"PRAGMA foreign_keys={state}")


def main() -> None:
    """Use the caller's connection or engine; from the alembic command line, the settings."""
    connection = config.attributes.get("connection")
    if connection is not None:
        run(connection)
        return
    engine = config.attributes.get("engine")
    if engine is None:
        from config import load_settings

        engine = make_engine(load_settings().database_url)
    with engine.connect() as opened:
        run(opened)
        opened.commit()


main()
