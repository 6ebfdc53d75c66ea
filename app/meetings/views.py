"""Pages of partners and requests, for participants and for the organiser."""

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.core import navigation
from app.core.database import session
from app.core.errors import AppError, NotFound
from app.core.guard import guarded
from app.core.limits import limiter
from app.events.policy import current_event
from app.events.queries import permissions_of
from app.marketplace.models import EntryKind
from app.marketplace.queries import named_entries_of
from app.matching import queries as matching
from app.matching import services as marks
from app.matching.models import MarkKind
from app.meetings import directory, entry_panel, exchange, organiser_pages, proposal_pages, queries, rules, services
from app.meetings.forms import AnswerForm, AskForm
from app.meetings.models import Priority
from app.registrations.models import Participant, RegistrationState
from app.registrations.policy import current_participant, participant

blueprint = Blueprint("meetings", __name__, url_prefix="/events")


@blueprint.get("/<slug>/partners")
@guarded(participant)
def partners(slug: str) -> str:
    """The directory: whom to meet, best match first."""
    event, me = current_event(), current_participant()
    ranked = matching.is_ranked(session(), me.id)
    wanted = directory.PartnerFilter.from_args(request.args, "match" if ranked else "name")
    page = directory.find_partners(session(), event, me, wanted)
    return render_template(
        "meetings/partners.html",
        page=page,
        wanted=wanted,
        facets=directory.facets_of(session(), event),
        quota=queries.quota_of(session(), event, me),
        why=matching.reason_items,
        per_page=directory.PER_PAGE,
        me=me,
        booking=_booking_note(),
        ranked=ranked,
        advice=matching.advice_for(session(), me),
        parameters=matching.parameters_of(session(), event.id),
        waiting=matching.is_being_scored(session(), me),
        here=request.full_path.rstrip("?"),
    )


@blueprint.get("/<slug>/partners/<code>")
@guarded(participant)
def partner(slug: str, code: str) -> str:
    """One partner: who they are, why to meet them, and the request."""
    return _partner_page(_partner_of(code), AskForm())


@blueprint.post("/<slug>/partners/<code>/ask")
@limiter.limit("30/minute")
@guarded(participant)
def ask(slug: str, code: str) -> str | Response | tuple[str, int]:
    """Ask a partner for a meeting."""
    other, form = _partner_of(code), AskForm()
    if not form.validate_on_submit():
        return _partner_page(other, form), 422
    try:
        made = services.ask(
            session(),
            current_event(),
            current_participant(),
            other,
            current_app.extensions["clock"],
            message=form.message.data or "",
            priority=Priority(form.priority.data),
            any_colleague=form.any_colleague.data,
        )
    except AppError as error:
        form.form_errors.append(error.message)
        return _partner_page(other, form), error.status
    if made.mutual:
        flash(_("%(name)s had asked you too: the meeting is agreed.", name=other.user.name), "success")
    else:
        flash(_("Your request to %(name)s is sent.", name=other.user.name), "success")
    return redirect(url_for("meetings.partner", slug=slug, code=code))


@blueprint.post("/<slug>/partners/<code>/<any(avoid, 'stop-avoiding'):act>")
@guarded(participant)
def avoid(slug: str, code: str, act: str) -> Response:
    """Do not meet, or take that back."""
    other, me = _partner_of(code), current_participant()
    if act == "avoid":
        services.veto(session(), current_event(), me, other, current_app.extensions["clock"])
        flash(_("You will not be scheduled with %(name)s. They are not told.", name=other.user.name), "success")
    else:
        services.lift_veto(session(), me, other)
        flash(_("You can meet %(name)s again.", name=other.user.name), "success")
    return redirect(url_for("meetings.partner", slug=slug, code=code))


MARKS = {"save": MarkKind.SAVED, "dismiss": MarkKind.DISMISSED, "restore": None}


@blueprint.post("/<slug>/partners/<code>/<any(save, dismiss, restore):act>")
@guarded(participant)
def mark(slug: str, code: str, act: str) -> Response:
    """Save or dismiss a recommendation, or take that back."""
    other = _partner_of(code)
    marks.mark(session(), current_participant(), other, MARKS[act], current_app.extensions["clock"])
    said = {
        "save": _("%(name)s is saved.", name=other.user.name),
        "dismiss": _("%(name)s is not recommended to you any more.", name=other.user.name),
        "restore": _("%(name)s is back in your list.", name=other.user.name),
    }
    flash(said[act], "success")
    list_page, back = url_for("meetings.partners", slug=slug), request.form.get("back", "")
    # Back to the list as it was filtered, and never to another site.
    return redirect(back if back.startswith((list_page + "?", list_page + "/")) else list_page)


@blueprint.get("/<slug>/requests")
@guarded(participant)
def requests(slug: str) -> str:
    """The inbox: what waits for an answer, what was agreed, what I asked."""
    event, me = current_event(), current_participant()
    view = request.args.get("view", "received")
    received, sent = queries.received_by(session(), me.id), queries.sent_by(session(), me.id)
    others = {r.requester_id for r in received} | {r.recipient_id for r in sent}
    return render_template(
        "meetings/requests.html",
        view=view if view in {"received", "sent"} else "received",
        received=received,
        sent=sent,
        scores=matching.scores_with(session(), me.id, others),
        why=matching.reason_items,
        quota=queries.quota_of(session(), event, me),
        form=AnswerForm(),
        origin=queries.origin_words,
        me=me,
        booking=_booking_note(),
    )


@blueprint.post("/<slug>/requests/<code>/<any(accept, decline, withdraw, priority):act>")
@limiter.limit("60/minute")
@guarded(participant)
def answer(slug: str, code: str, act: str) -> str | Response | tuple[str, int]:
    """Accept, decline, take back, or change how much it matters."""
    event, me, clock = current_event(), current_participant(), current_app.extensions["clock"]
    found = queries.request_by_code(session(), event.id, code)
    if found is None or me.id not in {found.requester_id, found.recipient_id}:
        raise NotFound(_("There is no such request."))
    form = AnswerForm()
    if not form.validate_on_submit():
        first = next((errors[0] for errors in form.errors.values() if errors), _("Please check the form."))
        raise AppError(first)
    other = found.recipient if found.requester_id == me.id else found.requester
    if act == "accept":
        services.accept(session(), event, found, me, clock, priority=Priority(form.priority.data))
        flash(_("Agreed. Time and table for %(name)s follow with the timetable.", name=other.user.name), "success")
    elif act == "decline":
        services.decline(session(), event, found, me, clock, reason=form.reason.data or "")
        flash(_("Declined. %(name)s is told.", name=other.user.name), "success")
    elif act == "withdraw":
        services.withdraw(session(), event, found, me, clock, reason=form.reason.data or "")
        flash(_("The request with %(name)s is taken back.", name=other.user.name), "success")
    else:
        services.change_priority(session(), found, me, Priority(form.priority.data), clock)
        flash(_("Saved."), "success")
    view = "sent" if found.requester_id == me.id else "received"
    return redirect(url_for("meetings.requests", slug=slug, view=view))


def _partner_of(code: str) -> Participant:
    """The approved participant behind a code; one who avoids the reader is not to be found."""
    event, me = current_event(), current_participant()
    query = select(Participant).where(Participant.event_id == event.id, Participant.code == code)
    loaded = (joinedload(Participant.user), joinedload(Participant.organisation), joinedload(Participant.type))
    found = session().scalars(query.options(*loaded)).first()
    if (
        found is None
        or found.state is not RegistrationState.APPROVED
        or found.id in queries.vetoers_of(session(), me.id)
    ):
        raise NotFound(_("There is no such participant."))
    return found


def _partner_page(other: Participant, form: AskForm) -> str:
    event, me = current_event(), current_participant()
    entries = named_entries_of(session(), other, me.user_id)
    problem = None
    try:
        rules.check_booking_open(event, current_app.extensions["clock"]())
        rules.check_pair(me, other, permissions_of(session(), event.id))
    except AppError as error:
        problem = error.message
    return render_template(
        "meetings/partner.html",
        other=other,
        form=form,
        needs=[e for e in entries if e.kind is EntryKind.NEED],
        offers=[e for e in entries if e.kind is EntryKind.OFFER],
        match=matching.recommendation_between(session(), me.id, other.id),
        mark=matching.mark_of(session(), me.id, other.id),
        why=matching.reason_items,
        current=queries.latest_request_between(session(), me.id, other.id),
        origin=queries.origin_words,
        avoided=other.id in queries.vetoed_by(session(), me.id),
        quota=queries.quota_of(session(), event, me),
        answer_form=AnswerForm(formdata=None),
        me=me,
        problem=problem,
    )


def _booking_note() -> str | None:
    """Why no request can be made now, or None."""
    try:
        rules.check_booking_open(current_event(), current_app.extensions["clock"]())
    except AppError as error:
        return error.message
    return None


def _takes_part() -> bool:
    found = g.get("participant")
    return found is not None and found.state is RegistrationState.APPROVED


def _waiting() -> int | None:
    found = g.get("participant")
    return queries.open_count(session(), found.id) or None if found is not None else None


def init_app(app: Flask) -> None:
    """Add the participant's navigation entries and the organiser's pages."""
    organiser_pages.init_app(app)
    app.register_blueprint(proposal_pages.blueprint)
    exchange.register()
    navigation.add_section("entry", navigation.Panel("meetings/_entry_panel.html", entry_panel.panel, 10))
    add, entry = navigation.add_entry, navigation.NavigationEntry
    add(entry("participant", "meetings.partners", _l("Partners"), "people", 20, shown=_takes_part, also=("matching.",)))
    add(
        entry(
            "participant", "meetings.requests", _l("Requests"), "chat-left-text", 30, shown=_takes_part, badge=_waiting
        )
    )
