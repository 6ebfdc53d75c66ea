"""Pages of one's own agenda: the agenda itself and each meeting."""

from datetime import UTC, datetime

from flask import Flask, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.agenda import calendar_files, programme_pages, queries, services, showing
from app.agenda.blueprint import blueprint, now
from app.core import navigation
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.core.limits import limiter
from app.events.models import Event, Phase
from app.events.policy import current_event
from app.marketplace.models import EntryKind
from app.registrations.models import RegistrationState
from app.registrations.policy import current_participant, participant
from app.timetables.queries import without_place

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
        feed_url=calendar_files.feed_address(me.feed_token),
        next_steps=_next_steps(event),
        waiting=without_place(session(), me),
        **showing.page_of(event, agenda, now()),
    )


@blueprint.get("/events/<slug>/agenda/meetings/<code>")
@guarded(participant)
def meeting(slug: str, code: str) -> str:
    """One of my meetings: when and where, with whom and why."""
    event, me = current_event(), current_participant()
    agenda = queries.agenda_of(session(), event, me.id)
    item = queries.meeting_by_code(agenda, code)
    found = queries.meeting_detail(session(), event, me.id, code)
    if item is None or found is None:
        raise NotFound(_("There is no such meeting in your agenda."))
    return render_template(
        "agenda/meeting.html",
        item=showing.card(event, item, now()),
        detail=found,
        version=agenda.version,
        needs=[entry for entry in found.entries if entry.kind is EntryKind.NEED],
        offers=[entry for entry in found.entries if entry.kind is EntryKind.OFFER],
        knows_partners="meetings.partner" in current_app.view_functions,
        sections=navigation.sections("meeting", found.request),
    )


@blueprint.post("/events/<slug>/agenda/feed")
@limiter.limit("10/minute")
@guarded(participant)
def renew_feed(slug: str) -> Response:
    """Give my calendar feed a new address."""
    services.renew_feed(session(), current_participant(), need_user(), current_app.extensions["clock"])
    flash(_("Your calendar has a new address; the old one stopped working."), "success")
    return redirect(url_for("agenda.mine", slug=slug, _anchor="calendar"))


def _next_steps(event: Event) -> list[dict[str, str]]:
    """Where to go while there is nothing to see yet."""
    steps = [
        ("meetings.partners", _("Find partners")),
        ("meetings.requests", _("See my requests")),
        ("registrations.availability", _("When I am there")),
    ]
    if event.phase not in (Phase.BOOKING, Phase.LIVE):
        steps.pop(0)
    known = current_app.view_functions
    return [{"label": text, "url": url_for(name, slug=event.slug)} for name, text in steps if name in known]


def _takes_part() -> bool:
    found = g.get("participant")
    return found is not None and found.state is RegistrationState.APPROVED


def init_app(_app: Flask) -> None:
    """Add the navigation entries."""
    add, entry = navigation.add_entry, navigation.NavigationEntry
    add(entry("participant", "agenda.mine", _l("Agenda"), "calendar-week", 10, shown=_takes_part))
    add(entry("participant", "agenda.programme", _l("Programme"), "easel", 40, shown=programme_pages.may_see_programme))
    add(entry("organiser", "agenda.screen", _l("Venue screen"), "tv", 70))


__all__ = ["blueprint", "init_app"]
