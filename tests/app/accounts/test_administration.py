"""The administrator's pages."""

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.core.models import AuditEntry, Mail

PAGES = ["/admin/", "/admin/accounts", "/admin/mails"]


@pytest.mark.parametrize("page", PAGES)
def test_only_administrators_get_in(cast, sign_in, client, page) -> None:
    assert sign_in(cast.ada).get(page).status_code == 200
    for other in (cast.olga, cast.pia, cast.omar):
        assert sign_in(other).get(page).status_code == 403
    assert client.get(page).status_code == 302


def test_invites_an_account_by_mail(session, cast, sign_in) -> None:
    answer = sign_in(cast.ada).post("/admin/accounts", data={"email": "Nora@example.org", "name": "Nora New"})

    assert answer.status_code == 302
    user = session.scalars(select(User).where(User.email == "nora@example.org")).one()
    mail = session.scalars(select(Mail)).one()
    assert (user.name, user.is_administrator, mail.recipient) == ("Nora New", False, "nora@example.org")
    assert "/link/" in mail.body


def test_a_taken_address_is_refused(session, cast, sign_in) -> None:
    answer = sign_in(cast.ada).post("/admin/accounts", data={"email": "pia@example.org", "name": "Again"})

    assert answer.status_code == 422
    assert "already" in answer.text


def test_disabling_ends_the_sessions_of_an_account_and_is_on_record(session, cast, sign_in) -> None:
    pia, ada = sign_in(cast.pia), sign_in(cast.ada)

    ada.post(f"/admin/accounts/{cast.pia.id}/disable")

    assert pia.get("/account").status_code == 302
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == cast.ada.id)).all() == [
        "account.disable"
    ]


def test_nobody_changes_their_own_rights(cast, sign_in) -> None:
    answer = sign_in(cast.ada).post(f"/admin/accounts/{cast.ada.id}/demote")

    assert answer.status_code == 422


def test_the_outbox_shows_a_mail_with_its_text(session, cast, sign_in, clock) -> None:
    session.add(Mail(recipient="x@example.org", subject="Hello", body="The text", created_at=clock()))
    ada = sign_in(cast.ada)

    assert "Hello" in ada.get("/admin/mails").text
    number = session.scalars(select(Mail.id)).one()
    assert "The text" in ada.get(f"/admin/mails/{number}").text
    assert ada.get("/admin/mails/999").status_code == 404
