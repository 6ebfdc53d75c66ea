"""What every test can ask for.

Each test gets an application on a SQLite file of its own, migrated once and copied for every test; whatever it
commits is gone afterwards. PostgreSQL, Redis and Chromium are started when the first test asks for them.
"""

import ipaddress
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.core.database import Database
from app.core.limits import limiter
from app.core.migrating import upgrade_database
from config import Settings
from tests import cast as casting
from tests.services import chromium as chromium_service
from tests.services import postgresql as postgresql_service
from tests.services import redis as redis_service

# No deadline: how long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("meetwright", deadline=None)
hypothesis.settings.load_profile("meetwright")

SECRET = "a secret that only the tests know, long enough"


def _refuse_the_network(name: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: a test that leaves this machine fails, and says where it wanted to go."""
    if name == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise RuntimeError(f"tests do not use the network, this one wanted {host}")


sys.addaudithook(_refuse_the_network)


# The application and its database


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the test application; the environment and a settings file are left out of it."""
    file = tmp_path_factory.mktemp("database") / "test.sqlite3"
    with pytest.MonkeyPatch.context() as patch:
        forget_settings(patch)
        return Settings(
            _env_file=None,
            secret_key=SECRET,
            database_url=f"sqlite:///{file}",
            public_url="http://localhost",
            embedded_worker=False,
            documents_folder=file.with_name("documents"),
            rate_limits=False,
        )


def forget_settings(patch: pytest.MonkeyPatch) -> None:
    """Remove the product's settings from the environment."""
    for name in list(os.environ):
        if name.startswith("MEETWRIGHT_"):
            patch.delenv(name)


@pytest.fixture(scope="session")
def _application(settings: Settings) -> Flask:
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture(scope="session")
def _migrated_file(_application: Flask, settings: Settings) -> Path:
    """A database file with all tables and no rows."""
    with _application.app_context():
        upgrade_database()
    database: Database = _application.extensions["database"]
    database.engine.dispose()  # the last connection to close folds the write-ahead log into the file
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    return Path(shutil.copy(file, file.with_name("migrated.sqlite3")))


@pytest.fixture
def clock() -> casting.FixedClock:
    """The time of the test, 1 March 2027 at 9:00 UTC until the test moves it."""
    return casting.FixedClock()


@pytest.fixture
def app(
    _application: Flask, _migrated_file: Path, settings: Settings, clock: casting.FixedClock, tmp_path: Path
) -> Iterator[Flask]:
    """The application on an empty database and an empty folder for documents, with the test's clock."""
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    for leftover in file.parent.glob(file.name + "-*"):
        leftover.unlink()
    shutil.copy(_migrated_file, file)
    _application.extensions["clock"] = clock
    own_folder = settings.model_copy(update={"documents_folder": tmp_path / "documents"})
    _application.extensions["settings"] = own_folder
    yield _application
    _application.extensions["database"].engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The test's own session. It is committed before each request of a test client, so that the request sees all."""
    database: Database = app.extensions["database"]
    with database.open() as opened:
        app.extensions["test_session"] = opened
        yield opened
        del app.extensions["test_session"]


@pytest.fixture
def strict_app(settings: Settings, tmp_path: Path, clock: casting.FixedClock) -> Iterator[Flask]:
    """An application that counts requests, on a database of its own; the limiter, one for all, forgets after it."""
    changes = {"rate_limits": True, "database_url": f"sqlite:///{tmp_path / 'strict.sqlite3'}"}
    strict = create_app(settings.model_copy(update=changes | {"documents_folder": tmp_path / "strict"}))
    strict.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    strict.extensions["clock"] = clock
    with strict.app_context():
        upgrade_database()
    yield strict
    strict.extensions["database"].engine.dispose()
    with strict.app_context():
        limiter.reset()
    limiter.enabled = False


class CommittingClient(FlaskClient):
    """Ends the unit of work of the test's session before each request, as SQLite has one writer at a time."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        """Make a request."""
        own: Session | None = self.application.extensions.get("test_session")
        if own is not None:
            own.commit()
            own.expire_all()
        return super().open(*arguments, **options)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return CommittingClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], FlaskClient]:
    """Make a browser of its own in which this account is signed in."""

    def open_browser(user: User) -> FlaskClient:
        browser = CommittingClient(app, app.response_class, use_cookies=True)
        with browser.session_transaction() as cookie:
            cookie.update(_user_id=user.get_id(), _fresh=True)
        return browser

    return open_browser


@pytest.fixture
def cast(session: Session, clock: casting.FixedClock) -> casting.Cast:
    """Ada, Olga, Dana, Pia, Piotr and Omar, and the event they have to do with."""
    assembled = casting.assemble(session, clock)
    session.commit()
    return assembled


@pytest.fixture
def queries(app: Flask) -> Callable[[], Any]:
    """Record the statements sent to the database: `with queries() as statements: ...`."""

    @contextmanager
    def record() -> Iterator[list[str]]:
        statements: list[str] = []
        engine = app.extensions["database"].engine

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return record


# Services


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql_service.PostgreSQL]:
    """A PostgreSQL of this test process."""
    with postgresql_service.running() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: postgresql_service.PostgreSQL) -> Iterator[str]:
    """The address of an empty PostgreSQL database, deleted after the test."""
    url = postgresql_server.create_database()
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis of this test process."""
    with redis_service.running() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the installed Chromium."""
    return chromium_service.program()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium; open a context of its own for each person."""
    with chromium_service.running() as opened:
        yield opened
