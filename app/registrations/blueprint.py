"""The blueprint of registrations; the page modules add their views to it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, g, request

from app.core.clock import Clock

blueprint = Blueprint("registrations", __name__, url_prefix="/events/<slug>")


def clock() -> Clock:
    """The clock of the application."""
    found: Clock = current_app.extensions["clock"]
    return found


def now() -> datetime:
    """The time of this request."""
    return clock()()


def place(**more: Any) -> dict[str, Any]:
    """Values for `url_for` that stay on the same person's pages: the slug, the code on an organiser's page, and
    whether the reader is on the way through their first registration."""
    values = dict(request.view_args or {})
    kept: dict[str, Any] = {key: values[key] for key in ("slug", "code") if key in values}
    if request.args.get("journey"):
        kept["journey"] = "1"
    return {**kept, **more}


@blueprint.context_processor
def page_values() -> dict[str, Any]:
    """What every page of a participant needs: whose it is and where its neighbours are."""
    behalf = "code" in (request.view_args or {})
    return {"place": place(), "on_behalf": behalf, "subject": g.get("participant")}
