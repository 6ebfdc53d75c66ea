"""The organiser's view of all requests."""

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased
from werkzeug.wrappers import Response

from app.accounts.models import User
from app.accounts.policy import need_user
from app.core import navigation
from app.core.database import session
from app.core.errors import Invalid, NotFound
from app.core.guard import guarded
from app.events.models import Event
from app.events.policy import current_event, event_organiser, event_staff
from app.matching import queries as matching
from app.meetings import queries, services
from app.meetings.models import MeetingRequest, Priority, RequestState
from app.registrations.models import Participant

PER_PAGE = 50
blueprint = Blueprint("organiser_requests", __name__, url_prefix="/events")


@blueprint.get("/<slug>/organise/requests")
@guarded(event_staff)
def all_requests(slug: str) -> str:
    """Every request of the event, searchable, with its value in words."""
    event, db = current_event(), session()
    wanted = {name: request.args.get(name, "").strip()[:100] for name in ("q", "state", "priority")}
    query = select(MeetingRequest).where(MeetingRequest.event_id == event.id)
    if wanted["state"] in {state.value for state in RequestState}:
        query = query.where(MeetingRequest.state == RequestState(wanted["state"]))
    if wanted["priority"] in {priority.value for priority in Priority}:
        query = query.where(MeetingRequest.priority == Priority(wanted["priority"]))
    if wanted["q"]:
        query = query.where(_about(wanted["q"]))
    total = db.scalar(select(func.count()).select_from(query.with_only_columns(MeetingRequest.id).subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    query = query.order_by(MeetingRequest.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    rows = db.scalars(query.options(*queries.PEOPLE)).all()
    scores = matching.scores_of_pairs(db, [(row.requester_id, row.recipient_id) for row in rows])
    counts = queries.request_counts(db, event.id)
    return render_template(
        "meetings/all_requests.html", rows=rows, scores=scores,
        why=matching.told_reasons, value=queries.value_of, origin=queries.origin_words,
        counts=counts, wanted=wanted, total=total, page=page,
        pages=pages, per_page=PER_PAGE,
    )  # fmt: skip


@blueprint.post("/<slug>/organise/requests/<code>/<any(must, 'no-must'):act>")
@guarded(event_organiser)
def must(slug: str, code: str, act: str) -> Response:
    """Make a meeting one the timetable cannot do without, or take that back."""
    found = queries.request_by_code(session(), current_event().id, code)
    if found is None:
        raise NotFound(_("There is no such request."))
    clock = current_app.extensions["clock"]
    services.set_must_place(session(), current_event(), found, need_user(), clock, must=act == "must")
    flash(_("Saved; the next scheduling run heeds it."), "success")
    return _back_to_list(slug)


@blueprint.post("/<slug>/organise/requests/<code>/length")
@guarded(event_organiser)
def length(slug: str, code: str) -> Response:
    """Say how many slots a meeting lasts."""
    found = queries.request_by_code(session(), current_event().id, code)
    if found is None:
        raise NotFound(_("There is no such request."))
    text = request.form.get("length", "").strip()
    if text and not text.isdecimal():
        raise Invalid(_("A length is a number of slots, or empty."), field="length")
    clock = current_app.extensions["clock"]
    services.set_length(session(), current_event(), found, need_user(), clock, length=int(text) if text else None)
    flash(_("Saved; the next scheduling run heeds it."), "success")
    return _back_to_list(slug)


def _back_to_list(slug: str) -> Response:
    """To the list as it was searched."""
    kept = {name: request.args.get(name) or None for name in ("q", "state", "page")}
    return redirect(
        url_for("organiser_requests.all_requests", slug=slug, q=kept["q"], state=kept["state"], page=kept["page"])
    )


def _about(text: str) -> ColumnElement[bool]:
    """A condition: somebody of the pair has this in their name, or it is the request's code."""
    person, user = aliased(Participant), aliased(User)
    people = select(person.id).join(user, user.id == person.user_id).where(user.name.icontains(text, autoescape=True))
    return or_(
        MeetingRequest.requester_id.in_(people),
        MeetingRequest.recipient_id.in_(people),
        MeetingRequest.code == text.lower(),
    )


def _panel(event: Event) -> dict[str, object] | None:
    counts = queries.request_counts(session(), event.id)
    return {"event": event, "counts": counts} if counts.total else None


def init_app(app: Flask) -> None:
    """Register the pages, their navigation entry and the dashboard panel."""
    app.register_blueprint(blueprint)
    navigation.add_entry(
        navigation.NavigationEntry("organiser", "organiser_requests.all_requests", _l("Requests"), "chat-left-text", 30)
    )
    navigation.add_panel(navigation.Panel("meetings/_requests_panel.html", _panel, 30))
