"""What one test leaves behind, the next does not find; and a client sees what the test's session wrote."""

import pytest
from sqlalchemy import func, select

from app.accounts.models import User


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_starts_empty(session, clock, turn) -> None:
    assert session.scalar(select(func.count(User.id))) == 0
    session.add(User(email="left@example.org", name="Left behind", created_at=clock()))
    session.commit()


def test_a_request_sees_what_the_test_wrote(session, cast, sign_in) -> None:
    cast.omar.name = "Omar Renamed"
    page = sign_in(cast.omar).get("/account")
    assert page.status_code == 200
    assert "Omar Renamed" in page.text


def test_nobody_is_signed_in_at_first(client) -> None:
    assert client.get("/account").status_code == 302
