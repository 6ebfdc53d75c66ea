"""Pages of all projects of a partnership: the pipeline board, a new project, what is shown to everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import need_user
from app.core.database import session
from app.core.guard import guarded
from app.core.machines import State
from app.partnerships import queries as partnerships
from app.partnerships.policy import current_partnership, partnership_visible
from app.projects import forms, origins, policy, process, queries, services
from app.projects.blueprint import Page, blueprint, clock, page, submitted
from app.projects.kinds import ProjectType
from app.projects.models import InvestmentProject
from app.projects.rules.material import Project, Weight
from app.projects.rules.mix import mix
from app.projects.wording import choices


@dataclass(frozen=True)
class Card:
    """A project on the board."""

    project: InvestmentProject
    material: Project
    leads: Sequence[str]
    stops: int
    secured: int


@dataclass(frozen=True)
class Column:
    """A state of the board with its projects and their budgets together."""

    state: State
    cards: tuple[Card, ...]

    @property
    def euros(self) -> int:
        return sum(card.material.budget for card in self.cards)


@blueprint.get("/projects/")
@guarded(policy.pipeline_visible)
def board(partnership: str) -> Page:
    """The pipeline: every state with its projects."""
    found = policy.seen_projects(queries.projects_of(session(), current_partnership().id))
    text, kind = request.args.get("q", "").strip(), request.args.get("type", "")
    shown = [
        row
        for row in found
        if text.casefold() in f"{row.title} {row.acronym} {row.problem}".casefold() and kind in {"", row.type.value}
    ]
    machine = process.machine_of(session(), current_partnership())
    cards = [_card(row, leads) for row, leads in _with_leads(shown)]
    columns = [
        Column(state, tuple(card for card in cards if card.project.state == state.key)) for state in machine.states
    ]
    return page(
        "board",
        columns=[column for column in columns if column.state.kind != "stopped"],
        aside=[column for column in columns if column.state.kind == "stopped" and column.cards],
        total=len(found),
        shown=len(shown),
        budget=sum(card.material.budget for card in cards),
        secured=sum(card.secured for card in cards),
        found=sum(card.material.found - card.secured for card in cards),
        gap=sum(max(0, card.material.gap) for card in cards),
        text=text,
        kind=kind,
        types=[("", _("All")), *choices(ProjectType)],
        may_propose=bool(policy.proposing_roles() & (policy.PARTNERSHIP_ROLES | {"meeting_party"})),
        is_insider=g.project_insider,
    )


def _with_leads(projects: list[InvestmentProject]) -> list[tuple[InvestmentProject, list[str]]]:
    leads = queries.leads_of(session(), [project.id for project in projects])
    return [(project, leads.get(project.id, [])) for project in projects]


def _card(project: InvestmentProject, leads: list[str]) -> Card:
    material = queries.material_of(project)
    stops = sum(finding.weight is Weight.STOP for finding in queries.findings_of(project, clock()()))
    begun = bool(material.costs or material.funding)
    return Card(project, material, leads, stops if begun else 0, mix(material).secured)


@blueprint.route("/projects/new", methods=["GET", "POST"])
@guarded(policy.project_proposer)
def new(partnership: str) -> Page:
    """Propose a project, perhaps out of a meeting, a workshop, a match or a priority (`?origin=meeting:12`)."""
    found, user = current_partnership(), need_user()
    form = project_form()
    if request.method == "GET":
        form.origin.data = request.args.get("origin", "")
    origin = origins.allowed(origins.read(form.origin.data or ""))
    words = origins.described(session(), [origin])[0] if origin else None
    made: list[InvestmentProject] = []

    def work() -> None:
        machine = process.machine_of(session(), found)
        roles = policy.proposing_roles()
        made.append(services.propose(session(), clock(), user, roles, found, project_data(form), machine, origin))

    if submitted(form, work, _("The project is proposed. Next: describe problem and solution.")):
        return redirect(url_for("projects.show", partnership=partnership, number=made[0].number))
    return page("form", bad=request.method == "POST", form=form, origin=words, new=True)


def project_form(project: InvestmentProject | None = None) -> forms.ProjectForm:
    """The form of what a project is about, with the choices of its partnership."""
    form = forms.ProjectForm(obj=project)
    found = current_partnership()
    codes = list(dict.fromkeys(member.nuts for member in partnerships.members_of(session(), found.id)))
    form.regions.choices = [(code, origins.region_label(code)) for code in codes]
    form.segments.choices = [(row.key, _(row.name)) for row in partnerships.segments_of(session(), found.id)]
    if project is not None and request.method == "GET":
        own = [ref.rsplit(":", 1)[-1] for ref in project.regions]
        form.regions.data = [code for code in own if code in codes]
        form.other_regions.data = ", ".join(code for code in own if code not in codes)
        form.type.data = project.type.value
    return form


def project_data(form: forms.ProjectForm) -> services.ProjectData:
    """What the form says."""
    others = [code.strip().upper() for code in (form.other_regions.data or "").split(",") if code.strip()]
    return services.ProjectData(
        title=form.title.data,
        type=ProjectType(form.type.data),
        acronym=form.acronym.data or "",
        problem=form.problem.data or "",
        solution=form.solution.data or "",
        regions=[*(form.regions.data or []), *others],
        segments=form.segments.data or [],
        trl_start=form.trl_start.data,
        trl_target=form.trl_target.data,
        is_public=form.is_public.data,
    )


@blueprint.get("/opportunities")
@guarded(partnership_visible)
def opportunities(partnership: str) -> Page:
    """The projects a partnership shows to everybody."""
    return page("opportunities", projects=queries.public_projects(session(), current_partnership().id))
