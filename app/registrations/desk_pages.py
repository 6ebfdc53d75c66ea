"""The check-in desk: find a person, one tap, done; undo beside it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.guard import guarded
from app.events.policy import current_event, event_staff
from app.registrations import queries, services
from app.registrations.blueprint import blueprint, clock
from app.registrations.models import RegistrationState
from app.registrations.policy import current_participant, participant_at_desk


@blueprint.get("/organise/check-in")
@guarded(event_staff)
def check_in(slug: str) -> str:
    """Search by name, organisation, address or badge code."""
    event, text = current_event(), request.args.get("q", "").strip()
    return render_template(
        "registrations/check_in.html",
        text=text,
        found=queries.participants_found(session(), event.id, text) if text else [],
        latest=queries.latest_arrivals(session(), event.id),
        here=queries.checked_in_count(session(), event.id),
        expected=queries.counts_by_state(session(), event.id)[RegistrationState.APPROVED],
    )


@blueprint.post("/organise/check-in/<code>/<any(arrived, undo):step>")
@guarded(participant_at_desk)
def change_check_in(slug: str, code: str, step: str) -> Response:
    """Note an arrival, or take it back."""
    found = current_participant()
    if step == "arrived":
        new = services.check_in(session(), clock(), need_user(), found)
        text = _("%(name)s is here.", name=found.user.name)
        flash(text if new else _("%(name)s was checked in before.", name=found.user.name), "success" if new else "info")
    elif services.undo_check_in(session(), clock(), need_user(), found):
        flash(_("The check-in of %(name)s is undone.", name=found.user.name), "success")
    if request.form.get("from") == "participant":
        return redirect(url_for("registrations.participant", slug=slug, code=code))
    return redirect(url_for("registrations.check_in", slug=slug, q=request.form.get("q") or None))
