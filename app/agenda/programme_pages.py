"""The public programme, signing up for sessions, and the venue screen."""

from datetime import date
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.agenda import programme as reads
from app.agenda.blueprint import blueprint, now
from app.agenda.policy import programme_visible
from app.core import navigation
from app.core.database import session
from app.core.errors import AppError, NotFound
from app.core.guard import guarded
from app.core.limits import limiter
from app.events.models import EventSession, Phase, SessionKind
from app.events.policy import current_event
from app.registrations import services as registrations
from app.registrations.models import Participant, RegistrationState
from app.registrations.policy import current_participant, participant

Days = dict[date, list[reads.ProgrammeEntry]]


def approved_participant() -> Participant | None:
    """The asking account's approved registration for the event of this page, or None."""
    found: Participant | None = g.get("participant")
    return found if found is not None and found.state is RegistrationState.APPROVED else None


def may_see_programme() -> bool:
    """Whether the navigation offers the programme."""
    event = g.get("event")
    return event is not None and (event.programme_public or approved_participant() is not None)


@blueprint.get("/events/<slug>/programme")
@guarded(programme_visible)
def programme(slug: str) -> str:
    """Sessions and workshops by day and room; participants sign up here."""
    event, me = current_event(), approved_participant()
    days = reads.programme_of(
        session(), event, me.id if me else None, public_only=me is None and not g.get("staff_role")
    )
    return render_template(
        "agenda/programme.html",
        days=_in_room(days, request.args.get("room", "")),
        rooms=_rooms(days, request.args.get("room", "")),
        me=me,
        now=now(),
        kind_names=_kind_names(),
        can_sign_up=event.phase is not Phase.CLOSED,
        sections=lambda row: navigation.sections("session", row),
    )


def _in_room(days: Days, room: str) -> Days:
    """The programme of one room, by its number; of all rooms when there is no such room in it."""
    kept = {day: [entry for entry in found if str(entry.session.room_id) == room] for day, found in days.items()}
    return {day: found for day, found in kept.items() if found} or days


def _rooms(days: Days, chosen: str) -> list[dict[str, Any]]:
    rooms = {
        entry.session.room.id: entry.session.room.name
        for found in days.values()
        for entry in found
        if entry.session.room
    }
    slug = current_event().slug
    links = [
        {
            "label": _("All rooms"),
            "url": url_for("agenda.programme", slug=slug),
            "active": chosen not in map(str, rooms),
        }
    ]
    for number, name in sorted(rooms.items(), key=lambda room: room[1]):
        link = url_for("agenda.programme", slug=slug, room=number)
        links.append({"label": name, "url": link, "active": str(number) == chosen})
    return links


@blueprint.post("/events/<slug>/programme/<int:session_id>/<any('sign-up', leave):step>")
@limiter.limit("30/minute")
@guarded(participant)
def sign_up(slug: str, session_id: int, step: str) -> Response:
    """Take a seat in a session, or give it back."""
    clock, me, user = current_app.extensions["clock"], current_participant(), need_user()
    wanted = session().get(EventSession, session_id)
    if wanted is None or wanted.event_id != me.event_id:
        raise NotFound(_("There is no such session in the programme."))
    try:
        if step == "leave":
            registrations.leave_session(session(), clock, user, me, wanted)
            flash(_("You gave your seat in “%(title)s” back.", title=wanted.title), "success")
        else:
            registrations.sign_up(session(), clock, user, me, wanted)
            flash(_("You attend “%(title)s”. It is in your agenda.", title=wanted.title), "success")
    except AppError as error:
        session().rollback()
        flash(error.message, "error")
    return redirect(url_for("agenda.programme", slug=slug, _anchor=f"session-{session_id}"))


@blueprint.get("/events/<slug>/screen")
@guarded(programme_visible)
def screen(slug: str) -> str:
    """The venue screen: what is on now and next, for a wall."""
    event, moment = current_event(), now()
    return render_template("agenda/screen.html", at=moment, screen=reads.screen_at(session(), event, moment))


def _kind_names() -> dict[str, str]:
    return {
        SessionKind.PLENARY.value: _("Plenary"),
        SessionKind.TALK.value: _("Talk"),
        SessionKind.PITCH.value: _("Pitches"),
        SessionKind.WORKSHOP.value: _("Workshop"),
        SessionKind.NETWORKING.value: _("Networking"),
        SessionKind.BREAK.value: _("Break"),
    }
