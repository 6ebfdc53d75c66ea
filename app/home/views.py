"""The start page."""

from flask import Blueprint, Flask, render_template
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
    """My events, and those open to everybody."""
    user = signed_in_user()
    lines = event_lines(session(), user)
    mine = [line for line in lines if line.role or line.registration]
    others = [line for line in lines if not (line.role or line.registration)]
    return render_template(
        "home/index.html", mine=mine, others=others, user=user, sections=navigation.sections("home", user)
    )


def init_app(_app: Flask) -> None:
    """Add the entry of the start page."""
    navigation.add_entry(navigation.NavigationEntry("site", "home.index", _l("Events"), "calendar2-event", 10))
