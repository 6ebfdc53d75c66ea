"""Running the migrations from code: at set-up, in tests, and to compare them with the models."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from flask import current_app
from sqlalchemy import Engine

from app.core.database import Base, make_engine
from config import ROOT


def alembic_config(engine: Engine) -> Config:
    """An Alembic configuration that works on `engine`."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = engine
    return config


def _engine() -> Engine:
    engine: Engine = current_app.extensions["database"].engine
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    return engine


def upgrade_database(revision: str = "head") -> None:
    """Upgrade the current application's database."""
    command.upgrade(alembic_config(_engine()), revision)


def downgrade_database(revision: str) -> None:
    """Downgrade the current application's database."""
    command.downgrade(alembic_config(_engine()), revision)


def differences() -> list[str]:
    """What the models have and a freshly migrated database has not, or the other way round."""
    engine = make_engine("sqlite:///:memory:")
    with engine.connect() as connection:
        config = alembic_config(engine)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(change) for change in compare_metadata(context, Base.metadata)]
