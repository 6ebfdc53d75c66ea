"""The services the tests start are real, private, and follow the tests into the grave."""

import socket
from collections.abc import Callable

import psycopg
import pytest
import redis
from playwright.sync_api import Browser
from sqlalchemy import select

from app.accounts.models import User
from tests.services.postgresql import PostgreSQL


@pytest.mark.postgresql
def test_each_postgresql_url_is_an_empty_database_of_its_own(
    postgresql_server: PostgreSQL, postgresql_url: str
) -> None:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE TABLE mine (id integer)")
        connection.commit()
    other = postgresql_server.create_database()
    with psycopg.connect(other) as connection:
        count = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'mine'")
        assert count.fetchone() == (0,)
    postgresql_server.drop_database(other)


@pytest.mark.postgresql
def test_postgresql_is_recent_enough(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        assert connection.info.server_version >= 150000


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as connection:
        connection.set("greeting", "hello")
        assert connection.get("greeting") == b"hello"


@pytest.mark.browser
def test_chromium_shows_a_page_and_reaches_no_other_machine(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<h1>Agenda</h1>")
    assert page.inner_text("h1") == "Agenda"
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://meetwright.example/")
    context.close()


def test_the_tests_reach_no_other_machine() -> None:
    with socket.socket() as connection, pytest.raises(RuntimeError, match=r"wanted 192\.0\.2\.1"):
        connection.connect(("192.0.2.1", 80))


def test_queries_are_recorded(session, cast, queries: Callable) -> None:
    with queries() as statements:
        assert session.scalars(select(User).where(User.is_administrator)).one().name == "Ada Example"
    assert len(statements) == 1
