"""Signing in and out, one-time links, passwords."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import passwords, services
from app.accounts.models import LinkPurpose, User
from app.accounts.views import safe_path
from app.core.errors import Gone, Invalid
from app.core.models import Mail

PASSWORD = "a rather long sentence"


@pytest.fixture
def pia(session, cast, clock) -> User:
    services.set_password(session, clock, cast.pia, PASSWORD)
    session.commit()
    return cast.pia


def link_in(mail: Mail) -> str:
    return re.search(r"/link/\S+", mail.body)[0]


def test_signs_in_with_address_in_any_capitalisation(client, pia) -> None:
    answer = client.post("/sign-in", data={"email": "PIA@Example.org", "password": PASSWORD})

    assert answer.status_code == 302
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(("email", "password"), [("pia@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, pia, email, password) -> None:
    answer = client.post("/sign-in", data={"email": email, "password": password})

    assert answer.status_code == 422
    assert "do not fit together" in answer.text
    assert client.get("/account").status_code == 302


def test_a_disabled_account_cannot_sign_in(client, session, pia, clock) -> None:
    pia.disabled_at = clock()

    assert client.post("/sign-in", data={"email": pia.email, "password": PASSWORD}).status_code == 422


def test_a_mailed_link_signs_in_once(client, session, pia) -> None:
    client.post("/sign-in/by-mail", data={"email": pia.email})
    mail = session.scalars(select(Mail)).one()
    address = link_in(mail)

    assert client.get(address).status_code == 200  # opening alone uses nothing up
    assert client.post(address).status_code == 302
    assert client.get("/account").status_code == 200
    assert client.post(address).status_code == 410


def test_asking_for_a_link_tells_nobody_whether_there_is_an_account(client, session, cast) -> None:
    known = client.post("/sign-in/by-mail", data={"email": "pia@example.org"})
    unknown = client.post("/sign-in/by-mail", data={"email": "nobody@example.org"})

    strip = re.compile(r"(pia|nobody)@example.org|/(static|assets)/\S+")
    assert strip.sub("", known.text) == strip.sub("", unknown.text)
    assert [mail.recipient for mail in session.scalars(select(Mail))] == ["pia@example.org"]


def test_a_link_grows_old(app, session, cast, clock) -> None:
    with app.app_context():
        token = services.make_link(session, clock, cast.pia, LinkPurpose.SIGN_IN, timedelta(minutes=30))
        clock.advance(timedelta(minutes=31))

        with pytest.raises(Gone):
            services.use_link(session, clock, token)


def test_reset_sets_a_new_password_and_ends_other_sessions(client, session, pia, sign_in) -> None:
    elsewhere = sign_in(pia)
    assert elsewhere.get("/account").status_code == 200
    client.post("/forgotten", data={"email": pia.email})
    address = link_in(session.scalars(select(Mail)).one())

    answer = client.post(address, data={"password": "quite another sentence", "again": "quite another sentence"})

    assert answer.status_code == 302
    assert elsewhere.get("/account").status_code == 302
    client.post("/sign-out")
    assert client.post("/sign-in", data={"email": pia.email, "password": PASSWORD}).status_code == 422
    assert client.post("/sign-in", data={"email": pia.email, "password": "quite another sentence"}).status_code == 302


def test_a_refused_new_password_does_not_use_the_link_up(client, session, pia) -> None:
    client.post("/forgotten", data={"email": pia.email})
    address = link_in(session.scalars(select(Mail)).one())

    assert client.post(address, data={"password": "short", "again": "short"}).status_code == 422
    good = {"password": "long enough to be safe", "again": "long enough to be safe"}
    assert client.post(address, data=good).status_code == 302


def test_sign_out_everywhere_ends_all_sessions_and_links(session, pia, sign_in, clock, app) -> None:
    here, there = sign_in(pia), sign_in(pia)
    with app.app_context():
        token = services.make_link(session, clock, pia, LinkPurpose.SIGN_IN, timedelta(minutes=30))

    here.post("/account/sign-out-everywhere")

    assert there.get("/account").status_code == 302
    assert here.post(f"/link/{token}").status_code == 410


def test_changing_the_password_asks_for_the_present_one(session, pia, sign_in) -> None:
    browser = sign_in(pia)
    new = {"password": "quite another sentence", "again": "quite another sentence"}

    assert browser.post("/account/password", data={"current": "wrong", **new}).status_code == 422
    assert browser.post("/account/password", data={"current": PASSWORD, **new}).status_code == 302
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaa", "1234567890123", "qwertyuiopas", "pia.example.org", "x" * 300]
)
def test_weak_passwords_are_refused_with_a_reason(app, password) -> None:
    with app.app_context(), pytest.raises(Invalid) as caught:
        passwords.check_password(password, email="pia.example@org.example", name="Pia Example")

    assert len(caught.value.message) > 20


def test_the_hash_is_argon2id_and_fits_only_its_password(app) -> None:
    with app.app_context():
        made = passwords.hash_password(PASSWORD)

    assert made.startswith("$argon2id$")
    assert passwords.verify_password(made, PASSWORD)
    assert not passwords.verify_password(made, PASSWORD + "x")
    assert not passwords.verify_password(None, PASSWORD)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/events/spring/", "/events/spring/"),
        ("//evil.example", None),
        ("https://evil.example/", None),
        ("/\\evil.example", None),
        ("", None),
        (None, None),
    ],
)
def test_nobody_is_sent_to_another_site(target, path) -> None:
    assert safe_path(target) == path


def test_too_many_attempts_are_slowed_down(strict_app) -> None:
    client = strict_app.test_client()

    answers = [client.post("/sign-in", data={"email": "a@example.org", "password": "x"}).status_code for _ in range(12)]

    assert answers[:10] == [422] * 10
    assert answers[10:] == [429, 429]


def test_a_password_set_before_the_address_was_proven_ends_with_the_proof(app, session, client, sign_in, clock) -> None:
    with app.test_request_context():
        squatter = services.create_user(session, clock, email="vera@example.org", name="Vera", password=PASSWORD)
        session.commit()
        token = services.make_link(session, clock, squatter, LinkPurpose.SIGN_IN, timedelta(minutes=30))
    elsewhere = sign_in(squatter)
    assert elsewhere.get("/account").status_code == 200

    assert client.post(f"/link/{token}").status_code == 302

    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    client.post("/sign-out")
    assert client.post("/sign-in", data={"email": "vera@example.org", "password": PASSWORD}).status_code == 422
