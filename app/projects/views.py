"""Pages of one project: its states, origins, milestones, documents; and where projects join other pages."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in_user
from app.core import files, navigation
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.core.transitions import choices as steps_of
from app.core.uploads import takes_files
from app.events.models import Phase
from app.meetings.models import MeetingRequest
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.projects import (
    board_pages,
    call_pages,
    consortium_pages,
    export_pages,
    forms,
    money_pages,
    open_data_pages,
    origins,
    plan_pages,
    policy,
    process,
    progress_pages,
    queries,
    services,
    trace_pages,
    trail,
)
from app.projects.blueprint import Page, blueprint, clock, page, site, submitted
from app.projects.board_pages import project_data, project_form
from app.projects.models import InvestmentProject, ProjectOrigin
from app.projects.rules.mix import mix
from app.workshops.models import Workshop


@blueprint.get("/projects/<int:number>/")
@guarded(policy.project_visible)
def show(partnership: str, number: int) -> Page:
    """One project: where it stands, what comes next, what it came from."""
    return _show()


def _show(bad: bool = False, **given: Any) -> Page:
    project = policy.current_project()
    machine = process.machine_of(session(), project.partnership)
    facts = queries.facts_of(session(), project, clock()())
    steps = steps_of(machine, project.state, policy.project_roles(), facts)
    own_step = f"resume_{project.held_from}"
    material = queries.material_of(project)
    values: dict[str, Any] = {
        "steps": [s for s in steps if not s.transition.key.startswith("resume_") or s.transition.key == own_step],
        "states": [machine.state(key) for key in process.PIPELINE if key in machine.keys],
        "origin_words": origins.described(session(), [(o.kind, o.ref_id) for o in project.origins]),
        "mix": mix(material),
        "findings": queries.findings_of(project, clock()()) if material.costs or material.funding else [],
        "documents": queries.documents_of(session(), project.id),
        "milestone_form": forms.MilestoneForm(formdata=None),
        "document_form": forms.DocumentForm(formdata=None),
        "origin_form": _origin_form(),
        "accepted": files_accepted(),
        "today": clock()().date(),
    }
    return page("show", bad=bad, **(values | given))


def files_accepted() -> str:
    """Endings of documents that can be uploaded, for file fields."""
    from app.core.filetypes import ACCEPTED

    return ACCEPTED


def _origin_form(formdata: Any = None) -> forms.OriginForm:
    form = forms.OriginForm(formdata=formdata)
    form.origin.choices = origins.choices(session(), policy.current_project())
    return form


@blueprint.route("/projects/<int:number>/edit", methods=["GET", "POST"])
@guarded(policy.project_writer)
def edit(partnership: str, number: int) -> Page:
    """Change what a project is about."""
    project = policy.current_project()
    form = project_form(project)
    if submitted(
        form,
        lambda: services.change(session(), clock(), need_user(), project, project_data(form)),
        _("The project is saved."),
    ):
        return redirect(url_for("projects.show", partnership=partnership, number=number))
    return page("form", bad=request.method == "POST", form=form, origin=None, new=False)


@blueprint.post("/projects/<int:number>/steps/<step>")
@guarded(policy.project_visible)
def step(partnership: str, number: int, step: str) -> Response:
    """Take a step of the machine; role and guards decide."""
    project = policy.current_project()
    machine = process.machine_of(session(), project.partnership)
    if all(transition.key != step for transition in machine.transitions):
        raise NotFound(_("There is no such step."))
    services.take(
        session(), clock(), need_user(), policy.project_roles(), project, machine, step,
        comment=request.form.get("comment", ""), override="override" in request.form,
    )  # fmt: skip
    flash(_("Done: %(state)s.", state=_(machine.state(project.state).name)), "success")
    return redirect(url_for("projects.show", partnership=partnership, number=number))


@blueprint.post("/projects/<int:number>/origins")
@guarded(policy.project_writer)
def add_origin(partnership: str, number: int) -> Page:
    """Say what a project came from."""
    project, form = policy.current_project(), _origin_form(request.form)

    def work() -> None:
        origin = origins.read(form.origin.data)
        kind, ref_id = origin if origin else ("", 0)
        services.add_origin(session(), clock(), need_user(), project, kind, ref_id, form.note.data or "")

    if submitted(form, work, _("The origin is noted.")):
        return redirect(url_for("projects.show", partnership=partnership, number=number))
    return _show(bad=True, origin_form=form)


@blueprint.post("/projects/<int:number>/origins/<int:origin>/remove")
@guarded(policy.project_writer)
def remove_origin(partnership: str, number: int, origin: int) -> Response:
    """Take back what a project came from."""
    project = policy.current_project()
    row: ProjectOrigin = _own(project.origins, origin)
    services.remove_origin(session(), clock(), need_user(), project, row)
    flash(_("The origin is taken back."), "success")
    return redirect(url_for("projects.show", partnership=partnership, number=number))


def _own(rows: Sequence[Any], number: int) -> Any:
    found = next((row for row in rows if row.id == number), None)
    if found is None:
        raise NotFound(_("This is not there any more."))
    return found


@blueprint.post("/projects/<int:number>/milestones")
@guarded(policy.project_writer)
def add_milestone(partnership: str, number: int) -> Page:
    """Add a milestone."""
    project, form = policy.current_project(), forms.MilestoneForm()

    def work() -> None:
        services.add_milestone(
            session(), clock(), need_user(), project, title=form.title.data, due=form.due.data,
            measure=form.measure.data or "",
        )  # fmt: skip

    if submitted(form, work, _("The milestone is added.")):
        return redirect(url_for("projects.show", partnership=partnership, number=number, _anchor="milestones"))
    return _show(bad=True, milestone_form=form)


@blueprint.post("/projects/<int:number>/milestones/<int:milestone>/<any(reached, open, remove):act>")
@guarded(policy.project_writer)
def milestone(partnership: str, number: int, milestone: int, act: str) -> Response:
    """Say that a milestone is reached today, or not yet; or take it out."""
    project = policy.current_project()
    row = _own(project.milestones, milestone)
    if act == "remove":
        services.remove_milestone(session(), clock(), need_user(), project, row)
    else:
        day = clock()().date() if act == "reached" else None
        services.reach_milestone(session(), clock(), need_user(), project, row, day)
    return redirect(url_for("projects.show", partnership=partnership, number=number, _anchor="milestones"))


@blueprint.post("/projects/<int:number>/documents")
@takes_files
@guarded(policy.project_writer)
def add_document(partnership: str, number: int) -> Page:
    """Keep a document."""
    project, form = policy.current_project(), forms.DocumentForm()

    def work() -> None:
        services.add_document(session(), clock(), need_user(), project, form.file.data)

    if submitted(form, work, _("The document is kept.")):
        return redirect(url_for("projects.show", partnership=partnership, number=number, _anchor="documents"))
    return _show(bad=True, document_form=form)


@blueprint.get("/projects/<int:number>/trail")
@guarded(policy.project_visible)
def trail_page(partnership: str, number: int) -> Page:
    """Everything that was done to a project."""
    return page("trail", lines=trail.lines(session(), policy.current_project()))


def _own_panel(_subject: Any) -> dict[str, Any] | None:
    user = signed_in_user()
    own = queries.own_projects(session(), user.id) if user is not None else []
    return {"projects": own} if own else None


def _meeting_panel(request_row: MeetingRequest) -> dict[str, Any] | None:
    """What a meeting can become: the partnerships its event serves, and the reader's projects out of it."""
    user = signed_in_user()
    served = queries.partnerships_of_event(session(), request_row.event_id)
    if user is None or not served:
        return None
    own = [
        project
        for project in queries.own_projects(session(), user.id)
        if any((origin.kind, origin.ref_id) == ("meeting", request_row.id) for origin in project.origins)
    ]
    return {"partnerships": served, "projects": own, "request_id": request_row.id}


def _workshop_panel(workshop: Workshop) -> dict[str, Any] | None:
    """What a workshop can become, for those who see the projects of the partnership that it serves."""
    user, served = signed_in_user(), workshop.partnership
    if user is None or served is None or not partnerships.belongs(session(), served, user):
        return None
    roles = partnerships.roles_of(session(), served, user)
    return {
        "partnership": served,
        "projects": queries.projects_from(session(), "workshop", workshop.session_id),
        "session_id": workshop.session_id,
        "may_propose": bool(roles & policy.PARTNERSHIP_ROLES),
    }


def _public_panel(found: Partnership) -> dict[str, Any] | None:
    """What everybody may see of a partnership's projects and events."""
    events = [event for event in queries.events_of(session(), found.id) if event.phase is not Phase.DRAFT]
    shown = queries.public_projects(session(), found.id)
    return {"slug": found.slug, "events": events, "opportunities": shown} if events or shown else None


def is_insider() -> bool:
    """True when the reader sees the projects of the current partnership."""
    user, found = signed_in_user(), g.get("partnership")
    if user is None or found is None:
        return False
    if "project_insider" in g:
        return True
    return partnerships.belongs(session(), found, user) or bool(queries.own_numbers(session(), found.id, user.id))


def is_member() -> bool:
    """True when the reader takes part in the current partnership."""
    user, found = signed_in_user(), g.get("partnership")
    return user is not None and found is not None and partnerships.belongs(session(), found, user)


def _foot() -> dict[str, Any]:
    """Open data is linked at the foot of public pages."""
    return {"foot_entries": [{"label": _("Open data"), "url": url_for("open_data.index")}]} if request else {}


def _project_names(db: Session, partnership: Partnership) -> partnerships.Names:
    query = select(InvestmentProject.id, InvestmentProject.title)
    return dict(db.execute(query.where(InvestmentProject.partnership_id == partnership.id)).all())


def init_app(app: Flask) -> None:
    """Add the entries, the documents' reader and the history; register the pages of calls."""
    app.register_blueprint(site)
    app.register_blueprint(open_data_pages.blueprint)
    files.readable_by("project", policy.may_read_document)
    add, entry = navigation.add_entry, navigation.NavigationEntry
    add(
        entry(
            "partnership", "projects.board", _l("Projects"), "kanban", 50, shown=is_insider,
            also=("projects.show", "projects.new", "projects.edit", "projects.plan", "projects.budget",
                  "projects.funding", "projects.cash", "projects.consortium", "projects.trail"),
        )
    )  # fmt: skip
    add(entry("partnership", "projects.opportunities", _l("Opportunities"), "lightbulb", 55))
    add(entry("partnership", "projects.trace", _l("Trace"), "bezier2", 60, shown=is_member))
    add(entry("site", "calls.index", _l("Calls"), "megaphone", 30, also=("calls.",)))
    app.context_processor(_foot)
    navigation.add_section("meeting", navigation.Panel("projects/_meeting.html", _meeting_panel, 10))
    navigation.add_section("partnership", navigation.Panel("projects/_public.html", _public_panel, 20))
    navigation.add_section("workshop", navigation.Panel("projects/_workshop.html", _workshop_panel, 10))
    navigation.add_section("home", navigation.Panel("projects/_own_projects.html", _own_panel, 20))
    partnerships.add_history("project", partnerships.Told(_project_names, process.machine_of, process.ROLE_NAMES))


__all__ = [
    "blueprint",
    "board_pages", "call_pages", "consortium_pages", "export_pages", "init_app", "money_pages", "plan_pages",
    "progress_pages",
    "trace_pages",
]  # fmt: skip
