"""Passwords: argon2id hashes, and what a good one needs (OWASP ASVS 5, chapter 6)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.core.errors import Invalid

MIN_LENGTH = 12
MAX_LENGTH = 256
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Verifying against this takes as long as against a real hash: an unknown address answers no faster."""
    return _hasher.hash("nobody has this password")


def hash_password(password: str, *, email: str = "", name: str = "") -> str:
    """An argon2id hash. Raises Invalid when the password is too short, too long, too plain or about the person."""
    check_password(password, email=email, name=name)
    return _hasher.hash(password)


def check_password(password: str, *, email: str = "", name: str = "") -> None:
    """Raise Invalid with the way to mend it when the password is not good enough."""
    if len(password) < MIN_LENGTH:
        raise Invalid(_("Use at least %(n)d characters; a short sentence works well.", n=MIN_LENGTH), field="password")
    if len(password) > MAX_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=MAX_LENGTH), field="password")
    lowered = password.casefold()
    if len(set(lowered)) < 5 or _is_run(lowered):
        raise Invalid(_("This password is too easy to guess; use several different words."), field="password")
    own = [part for part in (*email.casefold().split("@"), *name.casefold().split()) if len(part) >= 4]
    rest = lowered
    for part in own:
        rest = rest.replace(part, "")
    if len(rest) < MIN_LENGTH // 2:
        raise Invalid(_("Do not use your name or address as the password."), field="password")


def _is_run(text: str) -> bool:
    """True for keyboard and number runs such as '1234567890123' or 'qwertyuiopas'."""
    rows = (
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "passwordpassword",
    )
    return any(text in row * 2 or text[::-1] in row * 2 for row in rows)


def verify_password(password_hash: str | None, password: str) -> bool:
    """True when `password` belongs to the hash; takes the same time when there is none."""
    try:
        good = _hasher.verify(password_hash or _nobody(), password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return good and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """True when the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)
