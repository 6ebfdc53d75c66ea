"""Pages of an event: its landing page and the organiser's desk."""

from typing import Any
from zoneinfo import available_timezones

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.accounts.policy import administrator, need_user
from app.core import navigation
from app.core.database import session
from app.core.errors import Invalid
from app.core.guard import guarded
from app.events import interpreter_pages, queries, rules, services, setup_pages, walking_pages
from app.events.blueprint import blueprint
from app.events.forms import NewEventForm
from app.events.models import Event, EventFormat, Phase
from app.events.policy import current_event, event_staff, event_visible


@blueprint.route("/new", methods=["GET", "POST"])
@guarded(administrator)
def new() -> str | Response | tuple[str, int]:
    """Create an event; the rest of its set-up follows on the organiser's desk."""
    form = NewEventForm()
    form.time_zone.choices = sorted(available_timezones())
    if request.method == "GET":
        form.time_zone.data = "Europe/Brussels"
    if form.validate_on_submit():
        values = {k: form[k].data or "" for k in ("slug", "name", "time_zone", "place", "summary")}
        try:
            event = services.create_event(
                session(),
                current_app.extensions["clock"],
                need_user(),
                format=EventFormat(form.format.data),
                **values,
            )
        except Invalid as error:
            form[error.field or "slug"].errors = [error.message]
        else:
            return redirect(url_for("events.dashboard", slug=event.slug))
    return render_template("events/new.html", form=form), 200 if request.method == "GET" else 422


@blueprint.get("/<slug>/")
@guarded(event_visible)
def show(slug: str) -> str:
    """The landing page of an event."""
    event = current_event()
    slots = queries.slots_of(session(), event.id)
    programme = queries.sessions_of(session(), event.id, public_only=True) if event.programme_public else []
    return render_template("events/show.html", slots=slots, programme=programme)


@blueprint.get("/<slug>/organise/")
@guarded(event_staff)
def dashboard(slug: str) -> str:
    """The organiser's desk: every feature's panel."""
    return render_template("events/dashboard.html", panels=navigation.panels(current_event()))


def is_organiser() -> bool:
    """True when the reader is an organiser of the current event."""
    role = g.get("staff_role")
    return role is not None and role.value == "organiser"


def _checks(event: Event) -> dict[str, Any]:
    """The dashboard's panel of phases and silent mistakes."""
    found = queries.set_up_of(session(), event.id)
    checks = rules.launch_checks(event, found, current_app.extensions["clock"]())
    return {"event": event, "checks": checks, "phases": list(Phase), "organiser": is_organiser()}


def init_app(app: Flask) -> None:
    """Add the navigation entries and the panel of the organiser."""
    add, entry = navigation.add_entry, navigation.NavigationEntry
    add(entry("organiser", "events.dashboard", _l("Overview"), "speedometer2", 10))
    group = _l("Set-up")
    pages = (
        ("events.settings", _l("Settings"), "sliders"),
        ("events.days", _l("Days and slots"), "calendar3"),
        ("events.tables", _l("Zones and tables"), "grid-3x3-gap"),
        ("events.walks", _l("Walking times"), "signpost-2"),
        ("events.interpreters_list", _l("Interpreters"), "translate"),
        ("events.rooms", _l("Rooms"), "door-open"),
        ("events.sessions", _l("Sessions"), "easel"),
        ("events.types", _l("Who meets whom"), "diagram-3"),
        ("events.staff", _l("Staff"), "person-badge"),
    )
    for position, (endpoint, label, icon) in enumerate(pages):
        add(entry("organiser", endpoint, label, icon, 80 + position, group=group, shown=is_organiser))
    navigation.add_panel(navigation.Panel("events/_checks.html", _checks, 5))


__all__ = ["blueprint", "init_app", "interpreter_pages", "setup_pages", "walking_pages"]
