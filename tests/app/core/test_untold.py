"""History written afterwards tells nobody, and what follows it tells again."""

import pytest
from sqlalchemy import select

from app.core import live
from app.core.mail import write_mail
from app.core.models import LiveEvent, Mail
from app.core.untold import is_untold, untold


def tell(session, clock, what: str) -> None:
    write_mail(session, clock, "pia@example.org", what, "Hello")
    live.announce(session, clock, "organisers:1", what, {})


def told(session) -> tuple[list[str], list[str]]:
    session.flush()
    return list(session.scalars(select(Mail.subject))), list(session.scalars(select(LiveEvent.name)))


def test_nobody_is_told_within_it_and_everybody_after(session, clock) -> None:
    with untold(session):
        with untold(session):
            tell(session, clock, "inside")
        assert is_untold(session)
        tell(session, clock, "still inside")
    tell(session, clock, "after")
    assert told(session) == (["after"], ["after"])


def test_it_ends_with_an_error(session, clock) -> None:
    with pytest.raises(ValueError, match="broken"), untold(session):
        raise ValueError("broken")
    assert not is_untold(session)
