"""Writes on accounts: create, sign in, one-time links, passwords."""

import hashlib
import secrets
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import LinkPurpose, OneTimeLink, User
from app.accounts.queries import normal_email, user_by_email
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Gone, Invalid

LINK_BYTES = 32


def create_user(session: Session, clock: Clock, *, email: str, name: str, password: str | None = None) -> User:
    """A new account. Raises Invalid when the address is taken or the password is not good enough."""
    if user_by_email(session, email):
        raise Invalid(_("There is an account with this address already; sign in instead."), field="email")
    user = User(email=normal_email(email), name=name.strip(), created_at=clock())
    if password is not None:
        user.password_hash = passwords.hash_password(password, email=email, name=name)
    session.add(user)
    session.flush()
    return user


def find_or_create_user(session: Session, clock: Clock, *, email: str, name: str) -> User:
    """The account of an address, made without a password when there is none."""
    return user_by_email(session, email) or create_user(session, clock, email=email, name=name)


def check_sign_in(session: Session, email: str, password: str) -> User | None:
    """The account when address and password fit; the time taken does not tell which of them was wrong."""
    user = user_by_email(session, email)
    fits = passwords.verify_password(user.password_hash if user else None, password)
    if not fits or user is None or not user.is_active:
        return None
    if user.password_hash and passwords.needs_rehash(user.password_hash):
        user.password_hash = passwords.hash_password(password)
    return user


def make_link(
    session: Session,
    clock: Clock,
    user: User,
    purpose: LinkPurpose,
    lifetime: timedelta,
    next_path: str | None = None,
) -> str:
    """The secret token of a new one-time link; only its hash is kept."""
    token = secrets.token_urlsafe(LINK_BYTES)
    now = clock()
    session.add(
        OneTimeLink(
            user_id=user.id,
            purpose=purpose,
            token_hash=_hash(token),
            next_path=next_path,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def find_link(session: Session, clock: Clock, token: str) -> OneTimeLink:
    """The usable link of a token. Raises Gone when it is unknown, used or too old."""
    link = session.query(OneTimeLink).filter_by(token_hash=_hash(token)).one_or_none()
    if link is None or link.used_at is not None or link.expires_at < clock() or not link.user.is_active:
        raise Gone(_("This link was used already or is too old. Ask for a new one."))
    return link


def use_link(session: Session, clock: Clock, token: str) -> OneTimeLink:
    """Use a link up, exactly once even under competition, and confirm the address it was mailed to."""
    link = find_link(session, clock, token)
    now = clock()
    taken = session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeLink.id)
    ).first()
    if taken is None:
        raise Gone(_("This link was used already or is too old. Ask for a new one."))
    if link.user.email_confirmed_at is None:
        link.user.email_confirmed_at = now
        _forget_unproven_password(link.user)
    return link


def _forget_unproven_password(user: User) -> None:
    """Whoever set a password before the address was proven need not be the one who reads its mail.

    So that nobody can take an address in advance and keep a way in, that password and its sessions end here; the owner
    chooses a new one.
    """
    if user.password_hash is not None:
        user.password_hash = None
        user.session_epoch += 1


def set_password(session: Session, clock: Clock, user: User, password: str) -> None:
    """Set a new password and end every session of the old one."""
    user.password_hash = passwords.hash_password(password, email=user.email, name=user.name)
    sign_out_everywhere(session, clock, user)


def sign_out_everywhere(session: Session, clock: Clock, user: User) -> None:
    """End all sessions of an account, this one included, and its unused links."""
    user.session_epoch += 1
    session.execute(
        update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None)).values(used_at=clock())
    )
    audit.record(
        session,
        clock,
        actor_id=user.id,
        action="account.sign_out_everywhere",
        subject_kind="user",
        subject_id=user.id,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
