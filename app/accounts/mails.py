"""Mails about accounts."""

from datetime import timedelta

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import LinkPurpose, User
from app.core.clock import Clock
from app.core.mail import write_mail


def link_address(token: str) -> str:
    """The absolute address of a one-time link; works outside a request too."""
    with current_app.test_request_context(base_url=current_app.extensions["settings"].public_url):
        path = url_for("accounts.link", token=token)
    return str(current_app.extensions["settings"].public_url) + path


def send_sign_in_link(session: Session, clock: Clock, user: User, next_path: str | None = None) -> str:
    """Mail a link that signs in once; returns its address."""
    minutes = current_app.extensions["settings"].sign_in_link_minutes
    token = services.make_link(session, clock, user, LinkPurpose.SIGN_IN, timedelta(minutes=minutes), next_path)
    address = link_address(token)
    body = _(
        "Hello %(name)s,\n\nthis link signs you in to Meetwright. It works once, within %(minutes)d minutes:\n\n"
        "%(address)s\n\nIf you did not ask for it, you can ignore this mail.\n",
        name=user.name,
        minutes=minutes,
        address=address,
    )
    write_mail(session, clock, user.email, _("Your sign-in link"), body)
    return address


def send_reset_link(session: Session, clock: Clock, user: User) -> None:
    """Mail a link to choose a new password."""
    minutes = current_app.extensions["settings"].sign_in_link_minutes
    token = services.make_link(session, clock, user, LinkPurpose.RESET, timedelta(minutes=minutes))
    body = _(
        "Hello %(name)s,\n\nchoose a new password here, within %(minutes)d minutes:\n\n%(address)s\n\n"
        "If you did not ask for it, your old password keeps working and you need not do anything.\n",
        name=user.name,
        minutes=minutes,
        address=link_address(token),
    )
    write_mail(session, clock, user.email, _("Choose a new password"), body)


def send_invitation(
    session: Session, clock: Clock, user: User, what_for: str, inviter: str, next_path: str | None = None
) -> str:
    """Mail an invitation, e.g. to run an event; returns the link's address."""
    days = current_app.extensions["settings"].invitation_days
    token = services.make_link(session, clock, user, LinkPurpose.INVITATION, timedelta(days=days), next_path)
    address = link_address(token)
    body = _(
        "Hello %(name)s,\n\n%(inviter)s invites you: %(what_for)s.\n\n"
        "Start here, within %(days)d days:\n\n%(address)s\n",
        name=user.name,
        inviter=inviter,
        what_for=what_for,
        days=days,
        address=address,
    )
    write_mail(session, clock, user.email, _("Invitation: %(what_for)s", what_for=what_for), body)
    return address


def send_password_changed(session: Session, clock: Clock, user: User) -> None:
    """Say that the password changed, so that a change by somebody else does not go unnoticed."""
    body = _(
        "Hello %(name)s,\n\nthe password of your account was changed and all devices were signed out.\n"
        "If that was not you, choose a new password at once: %(address)s\n",
        name=user.name,
        address=str(current_app.extensions["settings"].public_url) + "/forgotten",
    )
    write_mail(session, clock, user.email, _("Your password was changed"), body)
