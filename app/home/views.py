"""The start page."""

from flask import Blueprint, render_template

from app.accounts.policy import signed_in_user
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
    return render_template("home/index.html", mine=mine, others=others, user=user)
