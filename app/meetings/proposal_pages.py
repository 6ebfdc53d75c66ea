"""What came of a match at an event: the meetings proposed, who was invited, and what stands in the way."""

from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.events.models import Event
from app.events.queries import event_number
from app.meetings import proposals
from app.surveys.models import FollowUpKind, MatchFollowUp
from app.surveys.policy import current_campaign, current_run, survey_analyst
from app.surveys.queries import finding_words, follow_up_numbered

blueprint = Blueprint("proposed_meetings", __name__, url_prefix="/partnerships/<partnership>/surveys/<code>/runs")


@blueprint.get("/<int:number>/follow-ups/<int:row>/meetings")
@guarded(survey_analyst)
def show(partnership: str, code: str, number: int, row: int) -> str:
    """The meetings that were proposed and how they stand."""
    follow_up, event = _follow_up(row)
    finding = follow_up.finding
    segments = dict(current_run().snapshot["segments"])
    return render_template(
        "meetings/proposed.html",
        partnership=g.partnership,
        campaign=current_campaign(),
        run=current_run(),
        follow_up=follow_up,
        finding=finding,
        words=finding_words(finding),
        event=event,
        segment_name=lambda key: segments.get(key, key),
        view=proposals.outlook(session(), current_app.extensions["clock"], event, finding),
    )


@blueprint.post("/<int:number>/follow-ups/<int:row>/meetings")
@guarded(survey_analyst)
def again(partnership: str, code: str, number: int, row: int) -> Response:
    """Ask and invite once more, for what has become possible since."""
    follow_up, event = _follow_up(row)
    clock = current_app.extensions["clock"]
    asked, invited = proposals.propose(session(), clock, need_user(), event, follow_up.finding)
    flash(_("%(n)d meetings proposed, %(m)d people invited.", n=asked, m=invited), "success")
    return redirect(url_for("proposed_meetings.show", partnership=partnership, code=code, number=number, row=row))


def _follow_up(row: int) -> tuple[MatchFollowUp, Event]:
    found = follow_up_numbered(session(), current_run(), row)
    number = event_number(found.place)
    event = session().get(Event, number) if number is not None else None
    if found.kind is not FollowUpKind.REQUEST or event is None:
        raise NotFound(_("There is no such follow-up in this run."))
    return found, event
