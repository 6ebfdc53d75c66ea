"""Pages of needs and offers: one's own, and all of them for the organiser."""

from typing import Any

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in_user
from app.core import facts, navigation
from app.core.clock import Clock
from app.core.database import session
from app.core.errors import Invalid, NotFound
from app.core.guard import guarded
from app.events.models import Event, StaffRole
from app.events.policy import current_event, event_staff
from app.marketplace import exchange, interest_pages, member_pages, queries, search_pages, services
from app.marketplace.forms import attach, entry_data, entry_form
from app.marketplace.masking import face
from app.marketplace.models import Entry, EntryKind
from app.registrations.models import Participant
from app.registrations.policy import current_participant, own_or_organised
from app.registrations.services import ProfileCheck

__all__ = ["blueprint", "init_app", "interest_pages", "search_pages"]
blueprint = Blueprint("marketplace", __name__, url_prefix="/events/<slug>")
BEHALF = "/organise/participants/<code>/entries"
PAGE_LENGTH = 40
Answer = str | Response | tuple[str, int]


def _clock() -> Clock:
    found: Clock = current_app.extensions["clock"]
    return found


def _place() -> dict[str, Any]:
    values = request.view_args or {}
    kept: dict[str, Any] = {key: values[key] for key in ("slug", "code") if key in values}
    return kept | ({"journey": "1"} if request.args.get("journey") else {})


@blueprint.context_processor
def page_values() -> dict[str, Any]:
    """What the frame of a participant's pages needs."""
    return {"place": _place(), "on_behalf": "code" in (request.view_args or {}), "subject": g.get("participant")}


@blueprint.get("/me/entries")
@blueprint.get(BEHALF)
@guarded(own_or_organised)
def entries(slug: str, code: str | None = None) -> str:
    """A participant's needs and offers."""
    found = queries.entries_of(session(), current_participant().id)
    by_kind = {kind: [entry for entry in found if entry.kind is kind] for kind in EntryKind}
    return render_template("marketplace/entries.html", by_kind=by_kind)


@blueprint.route("/me/entries/new/<any(need, offer):kind>", methods=["GET", "POST"])
@blueprint.route(BEHALF + "/new/<any(need, offer):kind>", methods=["GET", "POST"])
@guarded(own_or_organised)
def new_entry(slug: str, kind: str, code: str | None = None) -> Answer:
    """Write a need or an offer down."""
    form = entry_form()
    if form.validate_on_submit():
        try:
            data = entry_data(form, EntryKind(kind))
            services.add_entry(session(), _clock(), need_user(), current_participant(), data)
        except Invalid as error:
            attach(form, error)
        else:
            flash(_("Added."), "success")
            return redirect(url_for("marketplace.entries", **_place()))
    status = 200 if request.method == "GET" else 422
    return render_template("marketplace/entry.html", form=form, kind=EntryKind(kind), entry=None), status


@blueprint.route("/me/entries/<int:entry_id>", methods=["GET", "POST"])
@blueprint.route(BEHALF + "/<int:entry_id>", methods=["GET", "POST"])
@guarded(own_or_organised)
def edit_entry(slug: str, entry_id: int, code: str | None = None) -> Answer:
    """Change an entry."""
    entry = _entry(entry_id)
    form = entry_form(entry)
    if form.validate_on_submit():
        try:
            services.change_entry(session(), _clock(), need_user(), entry, entry_data(form, entry.kind, entry))
        except Invalid as error:
            attach(form, error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("marketplace.entries", **_place()))
    status = 200 if request.method == "GET" else 422
    return render_template("marketplace/entry.html", form=form, kind=entry.kind, entry=entry), status


@blueprint.post("/me/entries/<int:entry_id>/remove")
@blueprint.post(BEHALF + "/<int:entry_id>/remove")
@guarded(own_or_organised)
def remove_entry(slug: str, entry_id: int, code: str | None = None) -> Response:
    """Delete an entry."""
    services.remove_entry(session(), _clock(), need_user(), _entry(entry_id))
    flash(_("Removed."), "success")
    return redirect(url_for("marketplace.entries", **_place()))


def _entry(entry_id: int) -> Entry:
    found = queries.entry_of(session(), current_participant().id, entry_id)
    if found is None:
        raise NotFound(_("This entry is not there any more."))
    return found


@blueprint.get("/organise/entries")
@guarded(event_staff)
def all_entries(slug: str) -> str:
    """All needs and offers of the event, to search; and who has none."""
    event, text = current_event(), request.args.get("q", "").strip()
    kinds = {kind.value: kind for kind in EntryKind}
    kind = kinds.get(request.args.get("kind", ""))
    page = int(request.args.get("page", "1")) if request.args.get("page", "1").isdecimal() else 1
    rows, total = queries.entries_page(
        session(), event.id, text=text, kind=kind, page=max(1, page), length=PAGE_LENGTH, open_only=not _organises()
    )
    return render_template(
        "marketplace/all_entries.html",
        rows=rows,
        total=total,
        text=text,
        kind=kind.value if kind else "",
        page=max(1, page),
        pages=max(1, -(-total // PAGE_LENGTH)),
        per_page=PAGE_LENGTH,
        silent=queries.participants_without_entries(session(), event.id),
        address=lambda number: url_for(
            "marketplace.all_entries", slug=slug, q=text or None, kind=kind.value if kind else None, page=number
        ),
    )


def overview_panel(event: Event) -> dict[str, Any]:
    """Needs and offers in figures, and who has none yet."""
    return {
        "counts": queries.counts_by_kind(session(), event.id),
        "silent": queries.participants_without_entries(session(), event.id),
    }


def participant_section(participant: Participant) -> dict[str, Any]:
    """Needs and offers on the staff's page of a participant: all for organisers, who may write them on somebody's
    behalf; the desk does not learn whose anonymous ones are."""
    if _organises():
        return {"entries": [face(entry, revealed=True) for entry in queries.entries_of(session(), participant.id)]}
    return {"entries": queries.named_entries_of(session(), participant, need_user().id)}


def _organises() -> bool:
    return g.get("staff_role") is StaffRole.ORGANISER


def judge_profile(db: Any, participant: Participant) -> list[ProfileCheck]:
    """What a profile lacks of needs and offers; they weigh most."""
    counts = queries.counts_of(db, participant.id)
    why = _("Recommendations rest on what you need and what others offer.")
    why_offer = _("Others find you by what you offer.")
    page = "marketplace.entries"
    return [
        ProfileCheck(_("At least one need"), why, counts[EntryKind.NEED] > 0, page, 2),
        ProfileCheck(_("At least one offer"), why_offer, counts[EntryKind.OFFER] > 0, page, 2),
    ]


def init_app(app: Flask) -> None:
    """Add the organiser's page, panel and section; answer when a profile is judged."""
    entry = navigation.NavigationEntry(
        "organiser", "marketplace.all_entries", _l("Needs and offers"), "arrow-left-right", 24, _l("People")
    )
    navigation.add_entry(entry)
    navigation.add_entry(
        navigation.NavigationEntry(
            "site",
            "market.index",
            _l("Marketplace"),
            "shop",
            15,
            shown=lambda: signed_in_user() is not None,
            also=("market.",),
        )
    )
    navigation.add_panel(navigation.Panel("marketplace/_overview_panel.html", overview_panel, 25))
    navigation.add_section(
        "participant", navigation.Panel("marketplace/_participant_section.html", participant_section, 10)
    )
    app.register_blueprint(member_pages.blueprint)
    member_pages.init_app(app)
    exchange.register_sheets()
    facts.profile_judged.connect(judge_profile)
