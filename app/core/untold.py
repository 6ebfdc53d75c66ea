"""Telling nobody: what is written down long after it happened, as in a demo, mails nobody and moves no page."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

KEY = "tells nobody"


@contextmanager
def untold(session: Session) -> Iterator[None]:
    """Within it, services write what they always write; only mails and live events of this session are left out."""
    before = session.info.get(KEY, False)
    session.info[KEY] = True
    try:
        yield
    finally:
        session.info[KEY] = before


def is_untold(session: Session) -> bool:
    """True within `untold`."""
    return bool(session.info.get(KEY))
