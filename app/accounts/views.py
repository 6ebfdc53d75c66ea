"""Pages of sign-in and account."""

from flask import Blueprint
from flask_login import LoginManager

from app.accounts.models import User
from app.accounts.queries import user_of_cookie
from app.core.database import session

blueprint = Blueprint("accounts", __name__)


def load_user(cookie_id: str) -> User | None:
    """Flask-Login's user loader."""
    return user_of_cookie(session(), cookie_id)


def init_app(app) -> None:  # type: ignore[no-untyped-def]
    """Give Flask-Login its loader."""
    manager: LoginManager = app.login_manager
    manager.user_loader(load_user)
    manager.session_protection = None
