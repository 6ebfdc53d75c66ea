"""Reads of accounts."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User


def normal_email(email: str) -> str:
    """The form in which addresses are stored and compared."""
    return email.strip().lower()


def user_by_email(session: Session, email: str) -> User | None:
    """The account of an address, in any capitalisation."""
    return session.scalars(select(User).where(User.email == normal_email(email))).first()


def user_of_cookie(session: Session, cookie_id: str) -> User | None:
    """The active account behind a session cookie; None when it signed out everywhere since."""
    number, _dot, epoch = cookie_id.partition(".")
    if not number.isdecimal() or not epoch.isdecimal():
        return None
    user = session.get(User, int(number))
    if user is None or not user.is_active or user.session_epoch != int(epoch):
        return None
    return user


def ended_cookies(session: Session, cookie_ids: set[str]) -> set[str]:
    """Those of `cookie_ids` whose account signed out everywhere since, was disabled or no longer exists."""
    numbers = sorted({int(cookie_id.partition(".")[0]) for cookie_id in cookie_ids})
    active: set[str] = set()
    for start in range(0, len(numbers), 500):
        query = select(User.id, User.session_epoch).where(User.id.in_(numbers[start : start + 500]))
        active |= {f"{number}.{epoch}" for number, epoch in session.execute(query.where(User.disabled_at.is_(None)))}
    return cookie_ids - active
