"""Migrations lead to the models' tables and back, on both databases."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from app.core.database import Base, make_engine
from app.core.migrating import alembic_config

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
    else:
        url = request.getfixturevalue("postgresql_url").replace("postgresql:", "postgresql+psycopg:")
    made = make_engine(url)
    yield made
    made.dispose()


def shape(engine: Engine) -> dict[str, tuple[set[str], ...]]:
    """Columns, indexes and constraints of every table."""
    found = {}
    inspector = inspect(engine)
    for table in inspector.get_table_names():
        found[table] = (
            {f"{c['name']} {c['type']} {c['nullable']}" for c in inspector.get_columns(table)},
            {f"{i['name']} {i['column_names']} {i['unique']}" for i in inspector.get_indexes(table)},
            {f"{u['name']} {u['column_names']}" for u in inspector.get_unique_constraints(table)},
            {f"{c['name']}" for c in inspector.get_check_constraints(table)},
            {f"{k['name']} {k['referred_table']} {k['options']}" for k in inspector.get_foreign_keys(table)},
        )
    return found


def test_up_down_up(engine: Engine) -> None:
    config = alembic_config(engine)
    command.upgrade(config, "head")
    first = shape(engine)
    command.downgrade(config, "base")
    assert set(shape(engine)) <= {"alembic_version"}
    command.upgrade(config, "head")
    assert shape(engine) == first
    assert set(first) == {*Base.metadata.tables, "alembic_version"}


def test_each_step_down_and_up_again_changes_nothing(engine: Engine) -> None:
    config = alembic_config(engine)
    script = ScriptDirectory.from_config(config)
    for revision in reversed(list(script.walk_revisions())):
        command.upgrade(config, revision.revision)
        there = shape(engine)
        command.downgrade(config, "-1")
        command.upgrade(config, revision.revision)
        assert shape(engine) == there, revision.revision


def test_models_equal_migrations(engine: Engine) -> None:
    command.upgrade(alembic_config(engine), "head")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_head_and_names_begin_with_their_time() -> None:
    script = ScriptDirectory.from_config(alembic_config(make_engine("sqlite://")))
    assert len(script.get_heads()) == 1
    for revision in script.walk_revisions():
        assert re.match(r"\d{8}_\d{4}_\w+\.py", Path(revision.path).name)
