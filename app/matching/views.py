"""Pages of matching for participants: what the score rests on, wishes about partners, the ranking itself."""

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core import facts, navigation
from app.core.clock import Clock
from app.core.database import session
from app.core.guard import guarded
from app.events.policy import current_event
from app.events.queries import types_of
from app.matching import organiser_pages, queries, services
from app.matching.forms import WishForm
from app.matching.semantic.meaning import warn_when_missing
from app.organisations import reference
from app.organisations.models import Organisation
from app.registrations.models import Participant
from app.registrations.policy import current_participant, participant
from app.registrations.services import ProfileCheck

blueprint = Blueprint("matching", __name__, url_prefix="/events/<slug>")
Answer = str | Response | tuple[str, int]


def _clock() -> Clock:
    found: Clock = current_app.extensions["clock"]
    return found


def _wish_form(event_id: int, me: Participant) -> WishForm:
    row = queries.wish_row(session(), me.id)
    names = ("positions", "types", "sizes", "countries")
    form = WishForm(data={name: getattr(row, name) if row else [] for name in names})
    here = select(Organisation.country).join(Participant).where(Participant.event_id == event_id).distinct()
    present = set(session().scalars(here))
    form.positions.choices = [(code, reference.value_chain().label(code)) for code in reference.value_chain().codes]
    form.types.choices = [(kind.key, kind.name) for kind in types_of(session(), event_id)]
    form.sizes.choices = [
        (code, reference.organisation_sizes().label(code)) for code in reference.organisation_sizes().codes
    ]
    form.countries.choices = sorted(
        ((code, reference.countries().label(code)) for code in reference.countries().codes if code in present),
        key=lambda choice: choice[1],
    )
    return form


@blueprint.route("/me/matching", methods=["GET", "POST"])
@guarded(participant)
def mine(slug: str) -> Answer:
    """What my score rests on, what would help, and what I wish of a partner."""
    event, me = current_event(), current_participant()
    form = _wish_form(event.id, me)
    if form.validate_on_submit():
        wishes: dict[str, list[str]] = {
            name: form[name].data or [] for name in ("positions", "types", "sizes", "countries")
        }
        services.set_wishes(session(), me, need_user(), _clock(), wishes)
        flash(_("Saved. Your list is being put in order anew."), "success")
        return redirect(url_for("meetings.partners", slug=slug))
    page = render_template(
        "matching/mine.html",
        form=form,
        advice=queries.advice_for(session(), me),
        parameters=queries.parameters_of(session(), event.id),
        ranked=queries.is_ranked(session(), me.id),
    )
    return page, 200 if request.method == "GET" else 422


@blueprint.post("/me/matching/<any(rank, alphabet):order>")
@guarded(participant)
def ranking(slug: str, order: str) -> Response:
    """Switch the ranking of my lists on or off."""
    services.set_ranked(session(), current_participant(), ranked=order == "rank")
    flash(
        _("Best match comes first.") if order == "rank" else _("Your lists are in alphabetical order now."), "success"
    )
    return redirect(url_for("meetings.partners", slug=slug))


def judge_profile(db: Session, participant: Participant) -> list[ProfileCheck]:
    """What a profile lacks for matching, among the checks of its completeness."""
    row = queries.wish_row(db, participant.id)
    done = row is not None and bool(row.positions or row.types or row.sizes or row.countries)
    why = _("Your list puts those first who are what you look for.")
    return [ProfileCheck(_("What you wish of a partner"), why, done, "matching.mine")]


def init_app(app: Flask) -> None:
    """Register the organiser's pages; answer when a profile is judged."""
    organiser_pages.init_app(app)
    with app.app_context():
        warn_when_missing()
    facts.profile_judged.connect(judge_profile)
    navigation.add_entry(
        navigation.NavigationEntry(
            "organiser", "organiser_matching.overview", _l("Matching"), "diagram-3", 26, _l("People")
        )
    )
