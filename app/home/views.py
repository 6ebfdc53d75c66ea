"""The start page."""

from flask import Blueprint, Flask, current_app, render_template
from flask_babel import lazy_gettext as _l

from app.accounts.policy import signed_in_user
from app.core import navigation
from app.core.database import session
from app.core.guard import guarded, public
from app.home.queries import event_lines

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@guarded(public)
def index() -> str:
    """My events, those open to everybody, and last those that are over."""
    user, now = signed_in_user(), current_app.extensions["clock"]()
    lines = event_lines(session(), user)
    coming = [line for line in lines if not line.is_past(now)]
    past = [line for line in reversed(lines) if line.is_past(now)]
    return render_template(
        "home/index.html",
        mine=[line for line in coming if line.is_mine],
        others=[line for line in coming if not line.is_mine],
        past=sorted(past, key=lambda line: not line.is_mine),
        user=user,
        sections=navigation.sections("home", user),
    )


def init_app(_app: Flask) -> None:
    """Add the entry of the start page."""
    navigation.add_entry(navigation.NavigationEntry("site", "home.index", _l("Events"), "calendar2-event", 10))
