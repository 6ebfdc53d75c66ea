"""Pages of scheduling runs: start, watch, stop, compare, use."""

import json
from typing import Any

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import AppError, NotFound
from app.core.guard import guarded
from app.events.policy import current_event, event_organiser
from app.timetables import queries, showing
from app.timetables.blueprint import blueprint
from app.timetables.forms import MODES, ActionForm, RunForm
from app.timetables.goals import TOLERANCES, USUAL, goals_in, moved
from app.timetables.material import places_of
from app.timetables.models import RunState, SchedulingRun
from app.timetables.options import RunOptions
from app.timetables.queries import LIVE_RUN_STATES
from app.timetables.rules import differences
from app.timetables.services import draft_from_run, start_run, stop_run
from app.timetables.services.runs import summary

SHOWN_CHANGES = 30


@blueprint.route("/runs", methods=["GET", "POST"])
@guarded(event_organiser)
def runs(slug: str) -> str | BaseResponse | tuple[str, int]:
    """All runs of the event, side by side, and the form that starts one."""
    event, form, status = current_event(), RunForm(), 200
    found = queries.runs_of(session(), event.id)
    goals = RunOptions.from_json(found[0].options).goals if found else USUAL
    try:
        goals = goals_in(request.form, goals)
        if "move" in request.form:  # without scripts the order changes here, one place at a time
            goals = moved(goals, *request.form["move"].partition("|")[::2])
        elif form.validate_on_submit():
            with session().begin_nested():
                run = start_run(session(), event, form.options(goals), need_user(), current_app.extensions["clock"])
            return redirect(url_for("timetables.run", slug=slug, run_id=run.id))
        elif form.is_submitted():
            status = 422
    except AppError as error:
        form.form_errors.append(error.message)
        status = error.status
    draft = queries.draft_timetable(session(), event.id)
    page = render_template(
        "timetables/runs.html",
        form=form,
        goals=goals,
        moved="move" in request.form,
        measures=measures(),
        tolerances=[(str(share), f"{100 * share:g} %" if share else _("nothing")) for share in TOLERANCES],
        action=ActionForm(),
        runs=found,
        active=queries.running(session(), event.id),
        draft=draft,
        published=queries.published_timetable(session(), event.id),
        sizes=queries.sizes_of(session(), event.id),
    )
    return page, status


@blueprint.get("/runs/<int:run_id>")
@guarded(event_organiser)
def run(slug: str, run_id: int) -> str:
    """One run, live while it works."""
    event = current_event()
    found = queries.run_in(session(), event.id, run_id)
    return render_template(
        "timetables/run.html",
        run=found,
        options=RunOptions.from_json(found.options),
        modes=dict(MODES),
        counted=_counted(found),
        measures=measures(),
        **_moves(found),
        action=ActionForm(),
        live=found.state in LIVE_RUN_STATES,
        series=_series(found),
        breaks=[{"name": _("Breaks"), "role": "plain", "points": [[point[0], point[3]] for point in found.points]}],
        draft=queries.draft_timetable(session(), event.id),
        published=queries.published_timetable(session(), event.id),
    )


def measures() -> list[tuple[str, str]]:
    """What runs are compared by beside value, breaks and idle slots: (measure, heading)."""
    return [
        ("table_moves", _("Table moves")),
        ("zone_moves", _("Zone moves")),
        ("rushed", _("Hurries")),
        ("below_minimum", _("Below minimum")),
        ("unwelcome", _("Unwelcome times")),
        ("moved", _("Moved")),
    ]


def _counted(found: SchedulingRun) -> list[tuple[str, str]]:
    """What a re-planning run did to the published meetings, in words; empty for a fresh run."""
    words = {
        "lost": _("No longer possible where they were"),
        "moved": _("Moved to another time"),
        "reseated": _("Moved to another table"),
        "added": _("New"),
        "cancelled": _("Cancelled"),
    }
    changes = found.measures.get("changes") or {}
    return [(text, str(changes[kind])) for kind, text in words.items() if kind in changes]


def _moves(found: SchedulingRun) -> dict[str, Any]:
    """Exactly what would change for participants, when the run is the draft beside a published timetable."""
    db, event = session(), current_event()
    draft, published = queries.draft_timetable(db, event.id), queries.published_timetable(db, event.id)
    if draft is None or published is None or draft.run_id != found.id:
        return {"lines": [], "more": 0}
    differing = differences(places_of(db, published.id), places_of(db, draft.id))
    lines = showing.change_lines(db, event, differing[:SHOWN_CHANGES])
    return {"lines": lines, "more": max(0, len(differing) - SHOWN_CHANGES)}


def _series(found: SchedulingRun) -> list[dict[str, Any]]:
    """Value and bound over time, for the chart."""
    return [
        {"name": _("Value"), "role": "value", "points": [[point[0], point[1]] for point in found.points]},
        {"name": _("Bound"), "role": "bound", "points": [[point[0], point[2]] for point in found.points]},
    ]


@blueprint.get("/runs/<int:run_id>/progress")
@guarded(event_organiser)
def run_progress(slug: str, run_id: int) -> Response:
    """How the run stands, with all its points: what a page that lost its connection catches up with."""
    found = queries.run_in(session(), current_event().id, run_id)
    return jsonify(summary(found) | {"all_points": found.points})


@blueprint.get("/runs/<int:run_id>/<part>.json")
@guarded(event_organiser)
def run_file(slug: str, run_id: int, part: str) -> Response:
    """The run's problem or schedule in the exchange format, with which it can be replayed."""
    found = queries.run_in(session(), current_event().id, run_id)
    text = {"problem": found.problem, "schedule": found.schedule}.get(part)
    if not text:
        raise NotFound(_("This run has no such file."))
    response = jsonify(json.loads(text))
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-run-{run_id}-{part}.json"'
    return response


@blueprint.post("/runs/<int:run_id>/stop")
@guarded(event_organiser)
def stop(slug: str, run_id: int) -> BaseResponse:
    """Stop a run; it keeps the best it has found."""
    found = queries.run_in(session(), current_event().id, run_id)
    stop_run(session(), found, need_user(), current_app.extensions["clock"])
    if found.state is RunState.STOPPED:
        flash(_("The run was stopped before it began."), "success")
    else:
        flash(_("The run is asked to stop. It ends in a moment with the best schedule so far."), "success")
    return redirect(url_for("timetables.run", slug=slug, run_id=run_id))


@blueprint.post("/runs/<int:run_id>/use")
@guarded(event_organiser)
def use_run(slug: str, run_id: int) -> BaseResponse:
    """Make this run's schedule the draft, in place of the present one."""
    found = queries.run_in(session(), current_event().id, run_id)
    draft_from_run(session(), found, need_user(), current_app.extensions["clock"])
    flash(_("Run %(number)s is the draft now.", number=run_id), "success")
    return redirect(url_for("timetables.grid", slug=slug, which="draft"))
