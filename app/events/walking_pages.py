"""The organiser's page of walking times: a matrix of zones."""

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import Invalid
from app.core.guard import guarded
from app.events import forms, queries, walking
from app.events.blueprint import blueprint
from app.events.models import Event, Walk
from app.events.policy import current_event, event_organiser
from app.events.setup_pages import Page, page, submitted

Pair = tuple[int, int]


def _form(event: Event, pairs: dict[Pair, str]) -> forms.WalkingForm:
    """The form with a field for each pair of zones, filled from the database."""
    rows = session().scalars(select(Walk).where(Walk.event_id == event.id))
    values = {forms.walk_field(row.low_id, row.high_id): row.minutes for row in rows}
    rule = forms.FORBIDDEN if event.walking_price is None else forms.PRICED
    return forms.walking_form(pairs, {"rule": rule, "price": event.walking_price, **values})


@blueprint.route("/<slug>/organise/walking", methods=["GET", "POST"])
@guarded(event_organiser)
def walks(slug: str) -> Page:
    """How long it takes from one zone to another, and what that means for the timetable."""
    event = current_event()
    zones = [zone for zone in queries.zones_of(session(), event.id) if not zone.is_online]  # nobody walks there
    pairs = {
        (min(one.id, other.id), max(one.id, other.id)): _(
            "Minutes from %(one)s to %(other)s", one=one.name, other=other.name
        )
        for i, one in enumerate(zones)
        for other in zones[:i]
    }
    form = _form(event, pairs)

    def work() -> None:
        priced = form.rule.data == forms.PRICED
        if priced and form.price.data is None:
            raise Invalid(_("Say what a hurry costs, or forbid it."), field="price")
        minutes = {
            pair: form[forms.walk_field(*pair)].data for pair in pairs if form[forms.walk_field(*pair)].data is not None
        }
        walking.set_walks(
            session(),
            event,
            need_user(),
            current_app.extensions["clock"],
            minutes=minutes,
            price=form.price.data if priced else None,
        )

    if submitted(form, work, _("Saved; the next scheduling run heeds it.")):
        return redirect(url_for("events.walks", slug=slug))
    return page("events/walking.html", bad=request.method == "POST", form=form, zones=zones)
