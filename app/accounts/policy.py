"""Who is asking: policies on the account alone, and the loader of the signed-in user."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.models import User
from app.core.errors import Forbidden, SignInNeeded
from app.core.guard import Policy


def signed_in_user() -> User | None:
    """The account of this request, or None."""
    user = current_user._get_current_object() if current_user else None
    return user if isinstance(user, User) else None


def need_user() -> User:
    """The account of this request; raises SignInNeeded when nobody is signed in."""
    user = signed_in_user()
    if user is None:
        raise SignInNeeded(_("Please sign in first."))
    return user


def _check_signed_in(_values: Mapping[str, Any]) -> None:
    need_user()


def _check_administrator(_values: Mapping[str, Any]) -> None:
    if not need_user().is_administrator:
        raise Forbidden(_("Only administrators may do this."))


signed_in = Policy("signed in", _check_signed_in)
administrator = Policy("administrator", _check_administrator)
