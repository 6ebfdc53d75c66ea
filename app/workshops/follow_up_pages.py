"""What an account took on in workshops, whatever the workshop: to see and to tick off."""

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in
from app.core.database import session
from app.core.guard import guarded
from app.workshops import policy, queries, services
from app.workshops.blueprint import Page, clock, page
from app.workshops.models import EntryState

blueprint = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")


@blueprint.get("/")
@guarded(signed_in)
def mine() -> Page:
    """One's own follow-ups: open ones by date, then what is done."""
    own = queries.own_follow_ups(session(), need_user().id)
    slugs = queries.event_slugs(session(), {row.workshop.session.event_id for row in own})
    waiting = [row for row in own if row.state is EntryState.OPEN]
    done = [row for row in own if row.state is EntryState.DONE]
    return page("follow_ups", waiting=waiting, done=done, slugs=slugs, today=clock()().date())


@blueprint.post("/<int:entry>/<any(open, done):state>")
@guarded(policy.follow_up_owner)
def tick(entry: int, state: str) -> Response:
    """Mark a follow-up as done, or take that back."""
    row = g.follow_up
    services.set_state(session(), clock(), need_user(), row.workshop, row, EntryState(state), leads=False)
    back = request.form.get("back", "")
    # Back to a page of ours and never to another site.
    safe = back.startswith("/") and not back.startswith(("//", "/\\"))
    return redirect(back if safe else url_for("follow_ups.mine"))
