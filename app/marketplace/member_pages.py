"""Pages of the marketplace for everybody who is signed in: search, an entry, one's own entries."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.policy import need_user, signed_in, signed_in_user
from app.core import navigation
from app.core.clock import Clock
from app.core.database import database, session
from app.core.errors import ImportRefused, Invalid, NotFound
from app.core.guard import guarded
from app.core.limits import limiter
from app.core.uploads import takes_files
from app.marketplace import details as profiles
from app.marketplace import queries, rules, search, services, transfer
from app.marketplace.facets import label_of, shown_facets
from app.marketplace.forms import PARTS, attach
from app.marketplace.models import Entry, EntryKind, InterestState
from app.marketplace.profile_forms import InterestForm, ProfileForm, ProfilesFileForm, profile_data, profile_form
from app.organisations.models import Organisation

blueprint = Blueprint("market", __name__, url_prefix="/marketplace")
Answer = str | BaseResponse | tuple[str, int]
JSON_TYPE = "application/json; charset=utf-8"


def clock() -> Clock:
    """The clock of this application."""
    found: Clock = current_app.extensions["clock"]
    return found


@blueprint.context_processor
def page_values() -> dict[str, Any]:
    """What entries are shown with."""
    return {
        "profile_names": profiles.PROFILE_NAMES,
        "stages": profiles.STAGES,
        "rights": profiles.RIGHTS,
        "partner_names": profiles.PARTNERS,
        "part_names": PARTS,
        "now": clock()(),
        "partner_list": lambda codes: ", ".join(str(profiles.PARTNERS[code]) for code in codes),
        "facet_labels": lambda name, values: ", ".join(label_of(name, value) for value in values),
    }


@blueprint.get("")
@guarded(signed_in)
def index() -> str:
    """Search the marketplace."""
    viewer = queries.viewer_of(session(), need_user())
    wanted, page = search.Criteria.of(request.args.to_dict(flat=False)), _page_number()
    results = search.find(session(), viewer, wanted, clock()())
    page = min(page, results.pages)
    counts = search.count_facets(session(), viewer, wanted, results.words, clock()())
    events = queries.events_of(session(), viewer)
    arguments = wanted.as_data()
    return render_template(
        "marketplace/search.html",
        wanted=wanted,
        arguments=arguments,
        found=queries.faces_of(session(), viewer, results.page(page)),
        total=len(results.ids),
        page=page,
        pages=results.pages,
        per_page=search.PER_PAGE,
        stand_ins=[word for word in results.words if word.instead],
        facets=shown_facets(counts, wanted),
        active=_active(wanted, events),
        event_choices=[(str(event.id), event.name) for event in events],
        events=events,
        address=lambda number: _address({**arguments, "page": [str(number)]}),
    )


def _page_number() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


def _address(values: dict[str, list[str]]) -> str:
    arguments: dict[str, Any] = dict(values)
    return url_for("market.index", **arguments)


def _active(wanted: search.Criteria, events: Any) -> list[tuple[str, str]]:
    """Each chosen value in words, with the address without it."""
    arguments = wanted.as_data()
    found = []
    for facet in shown_facets({name: {} for name in search.FACETS}, wanted):
        for option in facet.options:
            left = {**arguments, facet.name: [v for v in arguments[facet.name] if v != option.value]}
            found.append((f"{facet.legend}: {option.label}", _address(left)))
    names = {str(event.id): event.name for event in events}
    if wanted.event in names:
        found.append((names[wanted.event], _address({k: v for k, v in arguments.items() if k != "event"})))
    return found


@blueprint.get("/entries/<code>")
@guarded(signed_in)
def entry(code: str) -> str:
    """One entry, as the reader may see it."""
    return entry_page(code, InterestForm())


def entry_page(code: str, form: InterestForm) -> str:
    """The page of an entry with the form to ask about it."""
    found = _found(code)
    sections = navigation.sections("entry", found)
    return render_template("marketplace/show.html", found=found, shown=found.face, form=form, sections=sections)


def _found(code: str) -> queries.Found:
    viewer = queries.viewer_of(session(), need_user())
    found = queries.found_entry(session(), viewer, code, clock()())
    if found is None:
        raise NotFound(_("This entry is not there any more."))
    granted = found.interest if found.interest and found.interest.state is InterestState.GRANTED else None
    if granted is not None and found.face.anonymous:
        _note_look(granted.entry_id, viewer.user_id)
    return found


def _note_look(entry_id: int, viewer_id: int) -> None:
    """In a unit of its own: this request only reads, and a read that turns into a write can fail on SQLite."""
    with database().open() as writing:
        services.note_look(writing, clock(), entry_id, viewer_id, ["name", "organisation", "email"])
        writing.commit()


@blueprint.get("/entries/<code>.json")
@guarded(signed_in)
def entry_file(code: str) -> Response:
    """One entry as a profile file, with no more in it than on its page."""
    return _file(transfer.write([transfer.document_of(_found(code).face)]), f"entry-{code}.json")


def _file(text: str, name: str) -> Response:
    response = Response(text, content_type=JSON_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# One's own entries


@blueprint.get("/mine")
@guarded(signed_in)
def mine() -> str:
    """All needs and offers of mine, at events and outside."""
    own = queries.entries_of_owner(session(), need_user().id)
    return render_template(
        "marketplace/mine.html",
        own=own,
        interests=queries.interests_by_entry(session(), [entry.id for entry in own]),
        renewable=rules.renewable,
    )


@blueprint.get("/mine/<code>")
@guarded(signed_in)
def own_entry(code: str) -> str:
    """One of my entries: what others see of it, who asked, who learnt whose it is."""
    own = _own(code)
    return render_template(
        "marketplace/own.html",
        entry=own,
        shown=queries.face(own),
        disclosures=queries.disclosures_of(session(), own.id),
        look_alikes=queries.look_alikes(session(), own) if own.anonymous else None,
        renewable=rules.renewable(own.expires_at, clock()()),
    )


@blueprint.route("/mine/new/<any(need, offer):kind>", methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
@guarded(signed_in)
def new_entry(kind: str) -> Answer:
    """Write a need or an offer down, outside events."""

    def save(form: ProfileForm) -> Entry:
        data = profile_data(form, EntryKind(kind), None)
        return services.add_own_entry(session(), clock(), need_user(), _organisation(form), data)

    return _edit(EntryKind(kind), None, save)


@blueprint.route("/mine/<code>/edit", methods=["GET", "POST"])
@guarded(signed_in)
def edit_entry(code: str) -> Answer:
    """Change one of my entries, with every field of a profile."""
    own = _own(code)

    def save(form: ProfileForm) -> Entry:
        if own.participant is None:
            own.organisation = _organisation(form)
        services.change_entry(session(), clock(), need_user(), own, profile_data(form, own.kind, own))
        services.index_entries(session(), [own.id])
        return own

    return _edit(own.kind, own, save)


def _edit(kind: EntryKind, own: Entry | None, save: Callable[[ProfileForm], Entry]) -> Answer:
    form = profile_form(own, queries.organisations_of(session(), need_user().id))
    if form.validate_on_submit():
        try:
            saved = save(form)
        except Invalid as error:
            attach(form, error)
            session().rollback()
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("market.own_entry", code=saved.code))
    status = 200 if request.method == "GET" else 422
    at_event = own is not None and own.participant is not None
    return render_template("marketplace/profile.html", form=form, kind=kind, entry=own, at_event=at_event), status


def _organisation(form: ProfileForm) -> Organisation | None:
    return session().get(Organisation, form.organisation.data) if form.organisation.data else None


@blueprint.post("/mine/<code>/<any(publish, hide, renew, remove):act>")
@guarded(signed_in)
def change_state(code: str, act: str) -> BaseResponse:
    """Show, hide, renew or remove one of my entries."""
    own = _own(code)
    if act == "publish":
        services.publish(session(), clock(), need_user(), own)
        flash(_("It is shown now."), "success")
    elif act == "hide":
        services.hide(session(), clock(), need_user(), own)
        flash(_("Nobody else finds it any more."), "success")
    elif act == "renew":
        services.renew(session(), clock(), need_user(), own)
        flash(_("It stays for another year."), "success")
    else:
        services.remove_entry(session(), clock(), need_user(), own)
        flash(_("Removed."), "success")
        return redirect(url_for("market.mine"))
    return redirect(url_for("market.own_entry", code=code))


def _own(code: str) -> Entry:
    found = queries.own_entry(session(), need_user().id, code)
    if found is None:
        raise NotFound(_("This entry is not there any more."))
    return found


@blueprint.get("/mine/export.json")
@guarded(signed_in)
def export() -> Response:
    """All entries of mine as a profile file."""
    return _file(transfer.write(transfer.own_documents(session(), clock(), need_user())), "my-profiles.json")


@blueprint.route("/mine/import", methods=["GET", "POST"])
@takes_files
@guarded(signed_in)
def import_profiles() -> Answer:
    """Read profiles from a file; all of them or none."""
    form, faults = ProfilesFileForm(), []
    if form.validate_on_submit():
        try:
            report = transfer.load(session(), clock(), need_user(), transfer.sent(form.file.data))
        except ImportRefused as error:
            faults = error.cells
        except Invalid as error:
            attach(form, error)
        else:
            text = _(
                "%(new)d new, %(changed)d changed, %(same)d as before.",
                new=report.created,
                changed=report.changed,
                same=report.unchanged,
            )
            flash(text, "success")
            return redirect(url_for("market.mine"))
    status = 200 if request.method == "GET" else 422
    return render_template("marketplace/import.html", form=form, faults=faults[:200], fault_count=len(faults)), status


def waiting() -> int | None:
    """How many wait for my answer, for the badge."""
    user = signed_in_user()
    return queries.waiting_for_answer(session(), user.id) or None if user else None


def init_app(_app: Flask) -> None:
    """Add the navigation of the marketplace."""
    add, made = navigation.add_entry, navigation.NavigationEntry
    add(made("marketplace", "market.index", _l("Search"), "search", 10, also=("market.entry",)))
    own = ("market.own_entry", "market.new_entry", "market.edit_entry", "market.import_profiles")
    add(made("marketplace", "market.mine", _l("My entries"), "card-list", 20, also=own))
    add(made("marketplace", "market.interests", _l("Interest"), "chat-left-text", 30, badge=waiting))
    add(made("marketplace", "market.searches", _l("Saved searches"), "bookmark", 40))
