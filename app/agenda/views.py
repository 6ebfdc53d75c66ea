"""Pages of the agenda, the programme and the venue screen."""

from datetime import UTC, datetime

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.agenda import queries, services, showing
from app.core import navigation
from app.core.database import session
from app.core.guard import guarded
from app.core.limits import limiter
from app.events.models import Event, Phase
from app.events.policy import current_event
from app.registrations.models import RegistrationState
from app.registrations.policy import current_participant, participant

blueprint = Blueprint("agenda", __name__)
SAMPLE = {
    "id": "-",
    "title": "-",
    "organisation": "-",
    "url": "#",
    "place": "-",
    "place_note": "-",
    "why": "-",
    "note": "-",
    "link": "#",
    "starts_at": datetime(2000, 1, 1, tzinfo=UTC),
    "ends_at": datetime(2000, 1, 1, tzinfo=UTC),
}
"""Every part an item can have; the page's script clones it and fills in or removes each."""


def now() -> datetime:
    """The application's time."""
    moment: datetime = current_app.extensions["clock"]()
    return moment


@blueprint.get("/events/<slug>/agenda")
@guarded(participant)
def mine(slug: str) -> str:
    """My agenda: now and next, then the days."""
    event, me = current_event(), current_participant()
    agenda = queries.agenda_of(session(), event, me.id)
    return render_template(
        "agenda/mine.html",
        me=me,
        sample=SAMPLE,
        feed_url=feed_address(me.feed_token),
        next_steps=_next_steps(event),
        **showing.page_of(event, agenda, now()),
    )


@blueprint.post("/events/<slug>/agenda/feed")
@limiter.limit("10/minute")
@guarded(participant)
def renew_feed(slug: str) -> Response:
    """Give my calendar feed a new address."""
    services.renew_feed(session(), current_participant(), need_user(), current_app.extensions["clock"])
    flash(_("Your calendar has a new address; the old one stopped working."), "success")
    return redirect(url_for("agenda.mine", slug=slug, _anchor="calendar"))


def feed_address(token: str) -> str:
    """The absolute address of a personal feed."""
    return str(current_app.extensions["settings"].public_url) + url_for("agenda.feed", token=token)


def _next_steps(event: Event) -> list[dict[str, str]]:
    steps = []
    known = current_app.view_functions
    if event.phase in (Phase.BOOKING, Phase.LIVE) and "meetings.partners" in known:
        steps.append({"label": _("Find partners"), "url": url_for("meetings.partners", slug=event.slug)})
    if "meetings.requests" in known:
        steps.append({"label": _("See my requests"), "url": url_for("meetings.requests", slug=event.slug)})
    if "registrations.availability" in known:
        steps.append({"label": _("When I am there"), "url": url_for("registrations.availability", slug=event.slug)})
    return steps


def _takes_part() -> bool:
    found = g.get("participant")
    return found is not None and found.state is RegistrationState.APPROVED


def init_app(_app: Flask) -> None:
    """Add the navigation entries."""
    add, entry = navigation.add_entry, navigation.NavigationEntry
    add(entry("participant", "agenda.mine", _l("Agenda"), "calendar-week", 10, shown=_takes_part))
