"""The organiser's page of matching: how lists came out, what decides them, a preview before anything is saved."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.clock import Clock
from app.core.database import session
from app.core.errors import Conflict
from app.core.guard import guarded
from app.core.limits import limiter
from app.core.models import Job, JobState
from app.events.policy import current_event, event_organiser, event_staff
from app.matching import gathering, jobs, services, value
from app.matching.decisions import Decisions, preset_of
from app.matching.forms import DecisionForm, decision_form, decisions_from, preset_choices
from app.matching.overview import BINS, Overview
from app.matching.preview import Preview, preview
from app.matching.semantic.meaning import is_on
from app.matching.sentences import all_told, hint_sentence, part_name, preset_name
from app.matching.weights import PARTS, PRESETS, Weights
from app.registrations.models import Participant

blueprint = Blueprint("organiser_matching", __name__, url_prefix="/events/<slug>/organise/matching")
WEAK_SHOWN = 25
SCORES_SHOWN = (0, 0.25, 0.5, 0.75, 1)


def _clock() -> Clock:
    found: Clock = current_app.extensions["clock"]
    return found


@blueprint.get("")
@guarded(event_staff)
def overview(slug: str) -> str:
    """How the lists of the event came out, and what decides them."""
    event = current_event()
    decisions = gathering.decisions_of(session(), event.id)
    start = request.args.get("preset", "")
    shown = replace(decisions, weights=PRESETS[start], preset=start) if start in PRESETS else decisions
    return _page(decision_form(shown), start=start if start in PRESETS else "")


@blueprint.post("")
@limiter.limit("30/minute")
@guarded(event_organiser)
def decide(slug: str) -> str | Response | tuple[str, int]:
    """Look at other decisions first, or save them and have everybody scored anew."""
    event = current_event()
    present = gathering.decisions_of(session(), event.id)
    form = decision_form(present)
    decisions = decisions_from(form, present) if form.validate_on_submit() else None
    if decisions is None:
        return _page(form), 422
    if request.form.get("step") != "save":
        return _page(form, looked_at=preview(session(), event, decisions))
    services.decide(session(), event, need_user(), _clock(), decisions)
    jobs.request_scores(session(), event.id, _clock())
    flash(_("Saved. Everybody is being scored anew; you can leave this page."), "success")
    return redirect(url_for("organiser_matching.overview", slug=slug))


@blueprint.post("/compute")
@guarded(event_organiser)
def compute(slug: str) -> Response:
    """Score everybody anew under the same decisions."""
    jobs.request_scores(session(), current_event().id, _clock())
    flash(_("Everybody is being scored anew; you can leave this page."), "success")
    return redirect(url_for("organiser_matching.overview", slug=slug))


@blueprint.post("/learn")
@guarded(event_organiser)
def learn(slug: str) -> Response:
    """Look, in the background, whether the requests of this event teach better weights."""
    jobs.request_learning(session(), current_event().id, _clock())
    flash(_("Learning from the requests of this event; a proposal appears here only if it is better."), "success")
    return redirect(url_for("organiser_matching.overview", slug=slug))


@blueprint.post("/proposal/<any(take, drop):act>")
@guarded(event_organiser)
def proposal(slug: str, act: str) -> Response:
    """Take the learnt weights, or send them away."""
    event = current_event()
    row = gathering.settings_of(session(), event.id)
    if row is None or not row.proposal.get("weights"):
        raise Conflict(_("There is no proposal any more; reload the page."))
    if act == "drop":
        services.propose(session(), event.id, {})
        flash(_("The proposal is gone; the weights stay as they are."), "success")
    else:
        decisions = gathering.decisions_of(session(), event.id)
        learnt = replace(decisions, weights=Weights(**row.proposal["weights"]), preset="learnt")
        services.decide(session(), event, need_user(), _clock(), learnt)
        jobs.request_scores(session(), event.id, _clock())
        flash(_("The learnt weights are in use. Everybody is being scored anew."), "success")
    return redirect(url_for("organiser_matching.overview", slug=slug))


def _page(form: DecisionForm, *, start: str = "", looked_at: Preview | None = None) -> str:
    event = current_event()
    row = gathering.settings_of(session(), event.id)
    decisions = gathering.decisions_of(session(), event.id)
    report = Overview.from_data(row.report) if row and row.report else None
    ids = {one.id for one in report.weak[:WEAK_SHOWN]} if report else set()
    ids |= {one for pair in looked_at.pairs for one in (pair.one, pair.two)} if looked_at else set()
    return render_template(
        "matching/organise.html",
        form=form,
        weights=[(part_name(part), form[f"weight_{part}"]) for part in PARTS],
        presets=preset_choices(),
        start=start,
        in_use=preset_name(decisions.preset or preset_of(decisions.weights)),
        decisions=decisions,
        by_meaning=is_on(),
        report=report,
        weak=report.weak[:WEAK_SHOWN] if report else (),
        people=_people(ids),
        computed_at=row.computed_at if row else None,
        proposal=_proposal(row.proposal, decisions) if row and row.proposal else None,
        looked_at=looked_at,
        job=_job(event.id),
        bins=bins,
        distribution=distribution,
        hint=hint_sentence,
        say=all_told,
        rule=_rule(),
        score_columns=[round(100 * score) for score in SCORES_SHOWN],
    )


def bins(counts: Collection[int]) -> list[tuple[str, int]]:
    """A histogram from 0 to 1 for the kit: label in hundredths and count."""
    width = 100 // BINS
    return [(f"{at * width}–{(at + 1) * width}", count) for at, count in enumerate(counts)]


def distribution(before: Collection[int], after: Collection[int]) -> list[dict[str, Any]]:
    """Two histograms as lines over the middle of each bin."""
    width = 100 / BINS
    lines = ((_("Now"), "bound", before), (_("Preview"), "plain", after))
    return [
        {"name": name, "role": role, "points": [[at * width + width / 2, count] for at, count in enumerate(counts)]}
        for name, role, counts in lines
    ]


def _people(ids: Collection[int]) -> dict[int, Participant]:
    query = select(Participant).where(Participant.id.in_(ids))
    loaded = (joinedload(Participant.user), joinedload(Participant.organisation))
    return {person.id: person for person in session().scalars(query.options(*loaded))}


def _job(event_id: int) -> Job | None:
    """The computation of this event that is waiting or running."""
    live = session().scalars(
        select(Job).where(Job.kind == jobs.COMPUTE, Job.state.in_((JobState.QUEUED, JobState.RUNNING))).order_by(Job.id)
    )
    return next((job for job in live if job.payload.get("event_id") == event_id), None)


def _proposal(data: dict[str, Any], decisions: Decisions) -> dict[str, Any]:
    """The proposal with its weights beside the present ones, in percent."""
    if not data.get("weights"):
        return data
    now, then = decisions.weights.as_dict(), data["weights"]
    whole_now, whole_then = sum(now.values()), sum(then.values())
    rows = [(part_name(p), round(100 * now[p] / whole_now), round(100 * then[p] / whole_then)) for p in PARTS]
    return {**data, "rows": rows}


def _rule() -> list[tuple[str, int, list[int]]]:
    """What a request is worth: priority, its base, and the value at some scores."""
    names = {"must": _("Must"), "high": _("High"), "normal": _("Normal")}
    return [
        (names[priority], base, [value.value_of_request(priority, score, mutual=False) for score in SCORES_SHOWN])
        for priority, base in value.PRIORITY_BASE.items()
    ]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
