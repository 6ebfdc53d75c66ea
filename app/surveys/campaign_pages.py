"""Pages of a campaign: the list of surveys, one survey with its progress, its design and the people who work on it."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core import transitions
from app.core.database import session
from app.core.errors import Invalid, NotFound
from app.core.guard import guarded
from app.core.transitions import Act
from app.organisations import reference
from app.partnerships.policy import current_partnership, partnership_insider
from app.surveys import forms, queries, services
from app.surveys.blueprint import Page, blueprint, clock, now, page, submitted
from app.surveys.chains import Segment, stored
from app.surveys.codes import RESPONDENT_TYPES
from app.surveys.models import SurveyCampaign, SurveyRole, SurveyStaff
from app.surveys.policy import (
    current_campaign,
    current_standing,
    standing_of,
    survey_coordinator,
    survey_insider,
    survey_starter,
)
from app.surveys.process import machine
from app.surveys.questions import BLOCKS, OPTIONAL_KEYS
from app.surveys.showing import region_name

EMPTY_ROWS = 3


@blueprint.get("/")
@guarded(partnership_insider)
def index(partnership: str) -> Page:
    """The surveys of a partnership."""
    found = current_partnership()
    standing = standing_of(session(), found, None, need_user())
    regions = queries.region_codes(session(), found.id)
    lines = [(c, queries.progress_of(session(), c, regions).total) for c in queries.campaigns_of(session(), found.id)]
    return page("index", lines=lines, machine=machine("survey_campaign"), standing=standing, form=forms.NewForm())


@blueprint.post("/new")
@guarded(survey_starter)
def new(partnership: str) -> Page:
    """Start a survey."""
    found, form = current_partnership(), forms.NewForm()
    made: list[SurveyCampaign] = []

    def work() -> None:
        roles = standing_of(session(), found, None, need_user()).roles
        title = form.title.data or ""
        made.append(services.create_campaign(session(), clock(), need_user(), found, title=title, roles=roles))

    if submitted(form, work, _("The survey is in design. Nobody is asked before you open it.")):
        return redirect(url_for("surveys.show", partnership=partnership, code=made[0].code))
    standing = standing_of(session(), found, None, need_user())
    return page("index", bad=True, lines=[], machine=machine("survey_campaign"), standing=standing, form=form)


@blueprint.get("/<code>/")
@guarded(survey_insider)
def show(partnership: str, code: str) -> Page:
    """One survey: where it stands, how far each region is, what comes next."""
    campaign, standing = current_campaign(), current_standing()
    regions = queries.region_codes(session(), campaign.partnership_id)
    found = machine("survey_campaign")
    steps = transitions.choices(found, campaign.state, standing.roles, services.facts_of(session(), clock(), campaign))
    runs = queries.runs_of(session(), campaign, visible_only=not standing.sees_answers)
    return page(
        "show",
        campaign=campaign,
        standing=standing,
        state=found.state(campaign.state),
        progress=queries.progress_of(session(), campaign, regions),
        tiles=tiles(session(), campaign, regions),
        types=dict(RESPONDENT_TYPES),
        steps=steps,
        runs=runs,
        run_machine=machine("matching_run"),
        days_left=(campaign.last_day - now().date()).days if campaign.last_day else None,
    )


def tiles(db: Any, campaign: SurveyCampaign, regions: list[str]) -> list[tuple[str, list[queries.RegionProgress]]]:
    """Progress by country, each with its regions: a map without geometry."""
    progress = {line.nuts: line for line in queries.progress_of(db, campaign, regions).regions}
    by_country: dict[str, list[queries.RegionProgress]] = {}
    for nuts in sorted(progress, key=lambda code: (region_country(code), region_name(code))):
        by_country.setdefault(region_country(nuts), []).append(progress[nuts])
    return list(by_country.items())


def region_country(code: str) -> str:
    """The name of the country a region lies in."""
    if code not in reference.regions():
        return code[:2]
    return reference.countries().label(reference.region_country(code))


@blueprint.post("/<code>/step/<step>")
@guarded(survey_insider)
def step(partnership: str, code: str, step: str) -> Response:
    """Take a transition of the survey."""
    campaign, found = current_campaign(), machine("survey_campaign")
    if all(t.key != step for t in found.transitions if t.source):
        raise NotFound(_("There is no such step."))
    act = Act(need_user().id, current_standing().roles, request.form.get("comment", ""))
    services.move(session(), clock(), campaign, step, act)
    flash(_("Done: %(state)s.", state=_(found.state(campaign.state).name)), "success")
    return redirect(url_for("surveys.show", partnership=partnership, code=code))


@blueprint.route("/<code>/settings", methods=["GET", "POST"])
@guarded(survey_coordinator)
def settings(partnership: str, code: str) -> Page:
    """Title, introduction, last day, reminders."""
    campaign, form = current_campaign(), forms.SettingsForm(obj=current_campaign())

    def work() -> None:
        names = ("title", "introduction", "last_day", "reminder_days")
        services.save_settings(session(), clock(), need_user(), campaign, {n: form[n].data for n in names})

    if submitted(form, work, _("Saved.")):
        return redirect(url_for("surveys.settings", partnership=partnership, code=code))
    return page("settings", bad=request.method == "POST", campaign=campaign, form=form)


@blueprint.route("/<code>/chain", methods=["GET", "POST"])
@guarded(survey_coordinator)
def chain(partnership: str, code: str) -> Page:
    """The value chain: add, rename, order, remove segments."""
    campaign, fault = current_campaign(), ""
    segments = stored(campaign.segments)
    if request.method == "POST":
        segments = _sent_segments()
        try:
            services.save_chain(session(), clock(), need_user(), campaign, segments)
        except Invalid as error:
            fault = error.message
        else:
            flash(_("The value chain is saved."), "success")
            return redirect(url_for("surveys.chain", partnership=partnership, code=code))
    rows = segments + [Segment("", "")] * (EMPTY_ROWS if campaign.state == "design" else 0)
    return page("chain", bad=bool(fault), campaign=campaign, rows=rows, fault=fault)


def _sent_segments() -> list[Segment]:
    """The segments of the form, by the numbers typed beside them; rows without a name are left out."""
    sent = request.form
    columns = {name: sent.getlist(name) for name in ("position", "code_of", "name", "parent", "nace", "note")}
    rows = zip(*columns.values(), strict=False)
    made = []
    for place, (position, key, name, parent, nace, note) in enumerate(rows):
        if name.strip():
            number = (
                float(position.replace(",", ".")) if position.replace(",", ".").replace(".", "", 1).isdigit() else place
            )
            codes = tuple(part.upper() for part in nace.replace(",", " ").replace(";", " ").split())
            made.append((number, place, Segment(key.strip(), name, parent.strip(), codes, note)))
    return [segment for _number, _place, segment in sorted(made, key=lambda row: row[:2])]


@blueprint.route("/<code>/questions", methods=["GET", "POST"])
@guarded(survey_coordinator)
def questions(partnership: str, code: str) -> Page:
    """Which parts are asked, the technologies, questions of the survey's own."""
    campaign, form = current_campaign(), forms.QuestionsForm()
    titles = {block.key: reference.translated(block.title) for block in BLOCKS}
    form.blocks.choices = [(key, titles[key]) for key in OPTIONAL_KEYS]
    form.required.choices = [(key, titles[key]) for key in OPTIONAL_KEYS if key != "authority"]
    own: list[dict[str, Any]] = [
        {**each, "options": "\n".join(label for _code, label in each["options"])} for each in campaign.own_questions
    ]
    if request.method == "GET":
        form.blocks.data, form.required.data = list(campaign.blocks), list(campaign.required_blocks)
        form.technologies.data = "\n".join(f"{t['code']}; {t['name']}" for t in campaign.technologies)
    else:
        own = _sent_questions()

    def work() -> None:
        services.save_questions(
            session(),
            clock(),
            need_user(),
            campaign,
            blocks=form.blocks.data or [],
            required=form.required.data or [],
            technologies=form.technologies.data or "",
            own=own,
        )

    if submitted(form, work, _("The questions are saved.")):
        return redirect(url_for("surveys.questions", partnership=partnership, code=code))
    blank = {"name": "", "label": "", "kind": "text", "options": "", "required": False}
    rows = own + [blank] * (2 if campaign.state == "design" else 0)
    return page("questions", bad=request.method == "POST", campaign=campaign, form=form, own=rows, blocks=BLOCKS)


def _sent_questions() -> list[dict[str, Any]]:
    sent = request.form
    columns = (sent.getlist(name) for name in ("own-name", "own-label", "own-kind", "own-options"))
    return [
        {"name": n, "label": label, "kind": kind, "options": options, "required": f"own-required-{i}" in sent}
        for i, (n, label, kind, options) in enumerate(zip(*columns, strict=False))
        if label.strip()
    ]


@blueprint.route("/<code>/people", methods=["GET", "POST"])
@guarded(survey_coordinator)
def people(partnership: str, code: str) -> Page:
    """Coordinators, analysts, regional contacts."""
    campaign, form = current_campaign(), forms.StaffForm()
    form.role.choices = [
        (SurveyRole.CONTACT.value, _("Regional contact: invites, answers on behalf, validates")),
        (SurveyRole.ANALYST.value, _("Analyst: reads answers, computes and curates matching runs")),
        (SurveyRole.COORDINATOR.value, _("Coordinator: everything in this survey")),
    ]
    regions = queries.region_codes(session(), campaign.partnership_id)
    form.nuts.choices = [("", _("Choose a region")), *((r, f"{region_name(r)} ({r})") for r in regions)]

    def work() -> None:
        services.add_staff(
            session(),
            clock(),
            need_user(),
            campaign,
            email=form.email.data or "",
            name=form.name.data or "",
            role=SurveyRole(form.role.data),
            nuts=form.nuts.data or "",
        )

    if submitted(form, work, _("Added; an invitation is on its way.")):
        return redirect(url_for("surveys.people", partnership=partnership, code=code))
    staff = queries.staff_of(session(), campaign.id)
    covered = {row.nuts for row in staff if row.role is SurveyRole.CONTACT}
    alone = [nuts for nuts in regions if nuts not in covered]
    return page("people", bad=request.method == "POST", campaign=campaign, form=form, staff=staff, alone=alone)


@blueprint.post("/<code>/people/<int:row>/remove")
@guarded(survey_coordinator)
def remove_person(partnership: str, code: str, row: int) -> Response:
    """Take a role away."""
    found = session().get(SurveyStaff, row)
    if found is None or found.campaign_id != current_campaign().id:
        raise NotFound(_("There is no such entry in this survey."))
    services.remove_staff(session(), clock(), need_user(), current_campaign(), found)
    flash(_("The role is taken away."), "success")
    return redirect(url_for("surveys.people", partnership=partnership, code=code))


def survey_nav() -> list[dict[str, Any]]:
    """The tabs of one survey, as far as the reader may open them."""
    standing, values = current_standing(), {"partnership": g.partnership.slug, "code": current_campaign().code}
    entries = [("show", _("Progress"), "map", standing.is_insider)]
    entries += [("responses", _("Answers"), "card-list", standing.works_here)]
    entries += [("runs", _("Matching"), "grid-3x3", standing.is_insider)]
    design = standing.is_coordinator
    entries += [("settings", _("Settings"), "sliders", design), ("chain", _("Value chain"), "bezier2", design)]
    entries += [("questions", _("Questions"), "ui-checks", design), ("people", _("People"), "people", design)]
    entries += [("exchange_page", _("Import and export"), "arrow-down-up", standing.sees_answers)]
    here = (request.endpoint or "").removeprefix("surveys.")
    families = {
        "response": "responses",
        "invite": "responses",
        "run": "runs",
        "finding": "runs",
        "proposed_meetings": "runs",
        "import_answers": "exchange_page",
    }
    active = next((family for name, family in families.items() if here.startswith(name)), here)
    return [
        {"label": label, "url": url_for(f"surveys.{name}", **values), "icon": icon, "active": active == name}
        for name, label, icon, may in entries
        if may
    ]
