"""The request cycle: one unit of work, one place for errors, headers on every answer."""

import io

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.accounts.models import User
from app.core.database import session as unit
from app.core.errors import Invalid
from app.core.guard import guarded, public
from app.core.migrating import upgrade_database


@pytest.fixture
def small(settings, tmp_path) -> Flask:
    """An application of its own with three misbehaving views."""
    app = create_app(settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'web.sqlite3'}"}))
    app.config.update(WTF_CSRF_ENABLED=False)

    def add(email: str) -> None:
        clock = app.extensions["clock"]
        unit().add(User(email=email, name="Somebody", created_at=clock()))
        unit().flush()

    @app.post("/tests/good")
    @guarded(public)
    def good() -> str:
        add("good@example.org")
        return "fine"

    @app.post("/tests/refused")
    @guarded(public)
    def refused() -> str:
        add("refused@example.org")
        raise Invalid("Choose another name.", field="name")

    @app.post("/tests/broken")
    @guarded(public)
    def broken() -> str:
        add("broken@example.org")
        raise RuntimeError("a secret of ours")

    @app.post("/tests/double")
    @guarded(public)
    def double() -> str:
        add("double@example.org")
        add("double@example.org")
        return "never"

    @app.get("/tests/forgotten")
    def forgotten() -> str:
        return "open to all"

    with app.app_context():
        upgrade_database()
    yield app
    app.extensions["database"].engine.dispose()


def addresses(app: Flask) -> list[str]:
    with app.extensions["database"].open() as session:
        return list(session.scalars(select(User.email)))


def test_what_went_well_is_kept_and_what_failed_leaves_nothing(small) -> None:
    client = small.test_client()

    assert client.post("/tests/good").status_code == 200
    assert client.post("/tests/refused").status_code == 422
    assert client.post("/tests/broken").status_code == 500
    assert client.post("/tests/double").status_code == 409

    assert addresses(small) == ["good@example.org"]


def test_a_program_gets_a_problem_document_and_a_person_a_page(small) -> None:
    client = small.test_client()

    document = client.post("/tests/refused", headers={"Accept": "application/json"})
    page = client.post("/tests/refused", headers={"Accept": "text/html"})

    assert document.content_type == "application/problem+json"
    assert {k: document.json[k] for k in ("status", "code", "detail")} == {
        "status": 422,
        "code": "invalid",
        "detail": "Choose another name.",
    }
    assert "Choose another name." in page.text
    assert "<html" in page.text


def test_an_unexpected_error_tells_nothing_of_its_inside(small) -> None:
    answer = small.test_client().post("/tests/broken")

    assert "a secret of ours" not in answer.text
    assert "Traceback" not in answer.text


def test_a_view_without_a_policy_stays_shut(small) -> None:
    answer = small.test_client().get("/tests/forgotten")

    assert answer.status_code == 500
    assert "open to all" not in answer.text


@pytest.mark.parametrize("address", ["/", "/sign-in", "/nowhere"])
def test_every_answer_carries_the_security_headers(client, address) -> None:
    headers = client.get(address).headers

    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_cookies_are_kept_from_scripts_and_other_sites(settings, tmp_path) -> None:
    secure = settings.model_copy(update={"public_url": "https://meet.example"})
    app = create_app(secure)

    assert app.config["SESSION_COOKIE_HTTPONLY"]
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert "Strict-Transport-Security" in app.test_client().get("/assets/x/nothing").headers


def test_a_form_without_its_token_is_refused(settings, tmp_path) -> None:
    app = create_app(settings)

    answer = app.test_client().post("/sign-in", data={"email": "a@example.org", "password": "x"})

    assert answer.status_code == 400
    assert "reload the page" in answer.text


def test_an_upload_over_the_limit_is_refused(client, settings) -> None:
    big = io.BytesIO(b"x" * (settings.upload_bytes + 1))

    answer = client.post("/sign-in", input_stream=big, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["../package.json", "bootstrap/dist/../package.json", "bootstrap/package.json", "axe-core/axe.min.js"]
)
def test_only_listed_files_leave_node_modules(client, path) -> None:
    assert client.get(f"/assets/v/{path}").status_code == 404


def test_a_library_is_served_for_good(client) -> None:
    answer = client.get("/assets/v/bootstrap/dist/css/bootstrap.min.css")

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()
