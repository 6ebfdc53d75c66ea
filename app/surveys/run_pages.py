"""Pages of matching runs: heat map, findings, network, curation, and the way to workshop, invitations or request."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.policy import need_user
from app.core import transitions
from app.core.clock import to_utc
from app.core.database import session
from app.core.errors import Invalid, NotFound
from app.core.guard import guarded
from app.core.tables import CSV_TYPE, write_csv
from app.core.transitions import Act
from app.surveys import forms, queries, services, showing
from app.surveys.blueprint import Page, blueprint, clock, page, submitted
from app.surveys.exchange import people_sheet
from app.surveys.models import Curation, FindingKind, FollowUpKind, MatchFinding, MatchingRun
from app.surveys.policy import (
    current_campaign,
    current_run,
    current_standing,
    survey_analyst,
    survey_insider,
    survey_run,
)
from app.surveys.process import VISIBLE_RUNS, SurveyFacts, machine
from app.surveys.services import FollowUpPlan
from app.surveys.showing_couples import shown_couples

MODES = ("strength", "need", "gap", "rca")
AGENDA_LINES = 5
"""Statements of each side in a first agenda."""
KEPT = (Curation.KEPT, Curation.EDITED)


@blueprint.route("/<code>/runs", methods=["GET"])
@guarded(survey_insider)
def runs(partnership: str, code: str) -> Page:
    """The matching runs one may see, and for analysts a new one."""
    return _runs_page(_run_form())


def _runs_page(form: forms.RunForm, *, bad: bool = False) -> Page:
    campaign, standing = current_campaign(), current_standing()
    return page(
        "runs",
        bad=bad,
        campaign=campaign,
        standing=standing,
        runs=queries.runs_of(session(), campaign, visible_only=not standing.sees_answers),
        machine=machine("matching_run"),
        answered=services.answered_count(session(), campaign),
        form=form,
    )


def _run_form() -> forms.RunForm:
    form = forms.RunForm()
    form.grain.choices = [("segment", _("segment of the value chain")), ("technology", _("segment and technology"))]
    form.measure.choices = [
        ("mass", _("how many offer or need something, and how strongly")),
        ("share", _("the same by respondent, so that small regions compare")),
    ]
    if request.method == "GET":
        form.grain.data, form.measure.data = "segment", "mass"
    return form


@blueprint.post("/<code>/runs")
@guarded(survey_analyst)
def new_run(partnership: str, code: str) -> Page:
    """Compute a run."""
    campaign, form = current_campaign(), _run_form()
    made: list[MatchingRun] = []

    def work() -> None:
        parameters = services.parameters_of(request.form, campaign)
        act = Act(need_user().id, current_standing().roles)
        note = form.note.data or ""
        made.append(services.compute_run(session(), clock(), need_user(), campaign, parameters, act, note))

    if submitted(form, work, _("The run is computed.")):
        return redirect(url_for("surveys.run", partnership=partnership, code=code, number=made[0].number))
    return _runs_page(form, bad=True)


def _context(**more: Any) -> dict[str, Any]:
    """What every page of a run needs."""
    run, standing = current_run(), current_standing()
    found = machine("matching_run")
    return {
        "campaign": current_campaign(),
        "standing": standing,
        "run": run,
        "state": found.state(run.state),
        "cell_name": lambda segment, technology="": showing.cell_name(run, segment, technology),
        "region_name": showing.region_name,
        "short_name": showing.short_name,
        "may_curate": standing.sees_answers and run.state in {"computed", "curated"},
        **more,
    }


def shown_findings() -> list[MatchFinding]:
    """The findings the reader may see: all for analysts, those that were kept for the partnership."""
    found = queries.findings_of(session(), current_run().id)
    return found if current_standing().sees_answers else [f for f in found if f.curation in KEPT]


@blueprint.get("/<code>/runs/<int:number>/")
@guarded(survey_run)
def run(partnership: str, code: str, number: int) -> Page:
    """The heat map, region by segment."""
    mode = request.args.get("show", "strength")
    mode = mode if mode in MODES else "strength"
    found, standing = current_run(), current_standing()
    case = SurveyFacts(kept=services.kept_count(session(), found))
    steps = transitions.choices(machine("matching_run"), found.state, standing.roles, case)
    counts: dict[str, int] = {}
    for finding in shown_findings():
        counts[finding.kind.value] = counts.get(finding.kind.value, 0) + 1
    return page(
        "run",
        **_context(
            mode=mode, rows=showing.heat_map(found, mode), steps=steps, counts=counts,
            follow_ups=queries.follow_ups_of(session(), found.id) if standing.works_here else [],
        ),
    )  # fmt: skip


@blueprint.get("/<code>/runs/<int:number>/<any(complementarity, critical_mass, challenge, white_spot):kind>")
@guarded(survey_run)
def run_findings(partnership: str, code: str, number: int, kind: str) -> Page:
    """Findings of one kind, the strongest first."""
    every = shown_findings()
    found = [f for f in every if f.kind is FindingKind(kind)]
    region, curation = request.args.get("region", ""), request.args.get("curation", "")
    segment = request.args.get("segment", "")
    regions = sorted({code for f in found for code in f.regions}, key=showing.region_name)
    shown = [
        f
        for f in found
        if (not region or region in f.regions)
        and (not segment or segment in _segments(f))
        and (not curation or f.curation.value == curation)
    ]
    names = showing.segment_names(current_run())
    elsewhere: dict[str, int] = {}
    for other in every if (region or segment) and not shown else ():
        if (not region or region in other.regions) and (not segment or segment in _segments(other)):
            elsewhere[other.kind.value] = elsewhere.get(other.kind.value, 0) + 1
    return page(
        "findings",
        **_context(
            elsewhere=elsewhere, narrowed={"region": region or None, "segment": segment or None},
            kind=kind, findings=shown, total=len(found), region=region, segment=segment, curation=curation,
            region_choices=[("", _("All regions")), *((r, showing.region_name(r)) for r in regions)],
            segment_choices=[("", _("All segments")), *names.items()],
        ),
    )  # fmt: skip


def _segments(finding: MatchFinding) -> set[str]:
    """Every segment a finding rests on."""
    ways = [finding.figures.get(name, {}).get("cells", ()) for name in ("gain", "give")]
    cells = [*finding.figures.get("cells", ()), *(cell for way in ways for cell in way)]
    return {finding.segment, *(cell[0] for cell in cells)}


@blueprint.get("/<code>/runs/<int:number>/network")
@guarded(survey_run)
def run_network(partnership: str, code: str, number: int) -> Page:
    """Who complements whom, as a picture with its table."""
    found = [f for f in shown_findings() if f.kind is FindingKind.COMPLEMENTARITY]
    kept = [f for f in found if f.curation is not Curation.REJECTED]
    return page("network", **_context(network=showing.network(current_run(), kept), count=len(kept)))


@blueprint.get("/<code>/runs/<int:number>/about")
@guarded(survey_run)
def run_about(partnership: str, code: str, number: int) -> Page:
    """What the run was made of, and whether computing it again gives the same."""
    found = current_run()
    again = services.scores_again(session(), found)
    return page("run_about", **_context(is_same=services.is_reproducible(found), scores_again=again))


@blueprint.post("/<code>/runs/<int:number>/step/<step>")
@guarded(survey_analyst)
def run_step(partnership: str, code: str, number: int, step: str) -> BaseResponse:
    """Take a transition of a run."""
    found, states = current_run(), machine("matching_run")
    if all(t.key != step for t in states.transitions if t.source and t.key != "compute"):
        raise NotFound(_("There is no such step."))
    act = Act(need_user().id, current_standing().roles, request.form.get("comment", ""))
    services.move_run(session(), clock(), found, step, act)
    flash(_("Done: %(state)s.", state=_(states.state(found.state).name)), "success")
    return redirect(url_for("surveys.run", partnership=partnership, code=code, number=number))


def _finding(row: int) -> MatchFinding:
    found = session().get(MatchFinding, row)
    if found is None or found.run_id != current_run().id:
        raise NotFound(_("There is no such finding in this run."))
    if found.curation not in KEPT and not current_standing().sees_answers:
        raise NotFound(_("There is no such finding in this run."))
    return found


@blueprint.get("/<code>/runs/<int:number>/findings/<int:row>")
@guarded(survey_run)
def finding(partnership: str, code: str, number: int, row: int) -> Page:
    """One finding with its figures and evidence; for analysts what they make of it."""
    return _finding_page(_finding(row), _curate_form(_finding(row)), _follow_up_form(_finding(row)))


def _finding_page(
    found: MatchFinding, curate: forms.CurateForm, plan: forms.FollowUpForm, *, bad: bool = False
) -> Page:
    campaign, standing = current_campaign(), current_standing()
    asked = queries.asked_of(session(), campaign, None)
    priorities = dict(asked.priorities)
    rank = showing.RANKS["analysts" if standing.sees_answers else "partnership"]
    lines = showing.evidence_lines(session(), found, asked, rank=rank, priorities=priorities)
    follow_ups = [f for f in queries.follow_ups_of(session(), found.run_id) if f.finding_id == found.id]
    return page(
        "finding",
        bad=bad,
        **_context(
            finding=found, groups=showing.grouped(lines), couples=shown_couples(session(), found, rank=rank),
            curate_form=curate, plan_form=plan, follow_ups=follow_ups,
            may_follow_up=standing.sees_answers and found.curation in KEPT,
            meeting_places=_places(FollowUpKind.REQUEST) if standing.sees_answers and found.curation in KEPT else [],
            is_shared=current_run().state in VISIBLE_RUNS,
        ),
    )  # fmt: skip


def _curate_form(found: MatchFinding) -> forms.CurateForm:
    form = forms.CurateForm(prefix="curate")
    form.curation.choices = [
        (Curation.KEPT.value, _("Keep")),
        (Curation.EDITED.value, _("Keep in my words")),
        (Curation.REJECTED.value, _("Reject")),
    ]
    if request.method == "GET":
        form.curation.data = found.curation.value if found.curation is not Curation.OPEN else None
        form.headline.data, form.reason.data = found.headline, found.reason
    return form


def _follow_up_form(found: MatchFinding) -> forms.FollowUpForm:
    form = forms.FollowUpForm(prefix="plan")
    form.kind.choices = [
        (FollowUpKind.WORKSHOP.value, _("A workshop")),
        (FollowUpKind.INVITATIONS.value, _("An invitation list")),
    ]
    found_places = _places(FollowUpKind.WORKSHOP)
    form.place.choices = [("", _("No event yet")), *((place, label) for place, label, _zone in found_places)]
    if request.method == "GET":
        form.kind.data = FollowUpKind.WORKSHOP.value
        form.title.data = found.headline or _headline(found)
        form.text.data = _agenda(found)
    return form


def _places(kind: FollowUpKind) -> list[tuple[str, str, str]]:
    return services.places(session(), need_user(), current_campaign().partnership, kind)


def _headline(found: MatchFinding) -> str:
    run = current_run()
    names = " – ".join(showing.region_name(code) for code in found.regions[:3])
    return f"{showing.cell_name(run, found.segment, found.technology)}: {names}"[:200]


def _agenda(found: MatchFinding) -> str:
    """A first agenda out of what the partnership may see."""
    asked = queries.asked_of(session(), current_campaign(), None)
    rank = showing.RANKS["partnership"]
    lines = showing.evidence_lines(session(), found, asked, rank=rank, priorities=dict(asked.priorities))
    parts = []
    for side, title in {"need": _("Needs"), "offer": _("Offers")}.items():
        said = [f"- {line.title} ({showing.short_name(line.region)})" for line in lines if line.side == side]
        if said:
            parts.append("\n".join([title, *list(dict.fromkeys(said))[:AGENDA_LINES]]))
    return "\n\n".join(parts)


@blueprint.post("/<code>/runs/<int:number>/findings/<int:row>/curate")
@guarded(survey_analyst)
def curate(partnership: str, code: str, number: int, row: int) -> Page:
    """Keep, edit or reject."""
    found = _finding(row)
    form = _curate_form(found)

    def work() -> None:
        services.curate(
            session(),
            clock(),
            need_user(),
            found,
            curation=Curation(form.curation.data),
            headline=form.headline.data or "",
            reason=form.reason.data or "",
        )

    if submitted(form, work, _("Saved.")):
        return redirect(url_for("surveys.finding", partnership=partnership, code=code, number=number, row=row))
    return _finding_page(found, form, _follow_up_form(found), bad=True)


@blueprint.post("/<code>/runs/<int:number>/findings/<int:row>/follow-up")
@guarded(survey_analyst)
def follow_up(partnership: str, code: str, number: int, row: int) -> Page:
    """Draw a workshop, an invitation list or requests from a finding."""
    found = _finding(row)
    if found.curation not in KEPT:
        raise NotFound(_("Keep the finding first."))
    form = _follow_up_form(found)

    def work() -> None:
        zone = _zone(form.place.data or "")
        plan = FollowUpPlan(
            kind=FollowUpKind(form.kind.data),
            title=form.title.data or "",
            text=form.text.data or "",
            place=form.place.data or "",
            starts_at=to_utc(form.starts.data, zone) if form.starts.data else None,
            ends_at=to_utc(form.ends.data, zone) if form.ends.data else None,
        )
        services.follow_up(session(), clock(), need_user(), found, plan)

    if submitted(form, work, _("Noted.")):
        return redirect(url_for("surveys.finding", partnership=partnership, code=code, number=number, row=row))
    return _finding_page(found, _curate_form(found), form, bad=True)


def _zone(place: str) -> str:
    """The time zone of a place."""
    return {name: zone for name, _label, zone in _places(FollowUpKind.WORKSHOP)}.get(place, "UTC")


@blueprint.post("/<code>/runs/<int:number>/findings/<int:row>/meetings")
@guarded(survey_analyst)
def meetings(partnership: str, code: str, number: int, row: int) -> BaseResponse:
    """Propose meetings between the people behind a finding at the chosen event, and show what came of it."""
    found = _finding(row)
    if found.curation not in KEPT:
        raise NotFound(_("Keep the finding first."))
    plan = FollowUpPlan(FollowUpKind.REQUEST, (found.headline or _headline(found))[:200], place=_chosen_place())
    made = services.follow_up(session(), clock(), need_user(), found, plan)
    back = url_for("surveys.finding", partnership=partnership, code=code, number=number, row=row)
    return redirect(made.link or back)


def _chosen_place() -> str:
    place = request.form.get("place", "")
    if not place:
        raise Invalid(_("Choose the event the meetings are for."), field="place")
    return place


@blueprint.get("/<code>/runs/<int:number>/follow-ups/<int:row>/people.csv")
@guarded(survey_analyst)
def follow_up_people(partnership: str, code: str, number: int, row: int) -> Response:
    """The people a follow-up wants who may be contacted, in the columns the import of an event's participants reads."""
    found = queries.follow_up_numbered(session(), current_run(), row)
    content = write_csv(people_sheet(session(), found.responses))
    response = Response(content, content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="people-{found.id}.csv"'
    return response
