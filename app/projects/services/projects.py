"""A project itself: proposing, changing, moving it through its states; origins, milestones, documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core import audit, files, transitions
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.machines import Machine
from app.core.models import StoredFile
from app.organisations import reference
from app.partnerships.models import Partnership
from app.projects import queries
from app.projects.guards import ProjectFacts
from app.projects.models import (
    ORIGIN_KINDS,
    InvestmentProject,
    Milestone,
    PersonRole,
    ProjectOrigin,
    ProjectPerson,
    ProjectType,
)
from app.projects.trace_links import exists

TEXT_LENGTH = 4000
RECORD = "project_record"
"""Kind under which changes are filed that are no steps of the machine."""
CLOSED = ("stopped", "commercialised")
"""States in which nothing of a project is changed before it is taken up again."""


@dataclass(frozen=True)
class ProjectData:
    """A project as its form has it. `regions` are NUTS codes, `segments` keys of the partnership's value chain."""

    title: str
    type: ProjectType
    acronym: str = ""
    problem: str = ""
    solution: str = ""
    regions: Sequence[str] = ()
    segments: Sequence[str] = ()
    trl_start: int | None = None
    trl_target: int | None = None
    is_public: bool = False


def propose(
    session: Session,
    clock: Clock,
    actor: User,
    roles: frozenset[str],
    partnership: Partnership,
    data: ProjectData,
    machine: Machine,
    origin: tuple[str, int] | None = None,
) -> InvestmentProject:
    """A new project, whose lead is the one who proposes it. Raises Invalid with the field, Forbidden for the role."""
    values = checked(data)
    project = InvestmentProject(
        partnership_id=partnership.id,
        number=queries.next_number(session, partnership.id),
        created_at=clock(),
        created_by_id=actor.id,
        **values,
    )
    act = transitions.Act(actor.id, roles)
    transitions.create(session, clock, machine, machine.creating[0].key, project, act, ProjectFacts())
    person = ProjectPerson(project_id=project.id, user_id=actor.id, role=PersonRole.LEAD, given_at=clock())
    person.given_by_id = actor.id
    session.add(person)
    session.flush()
    if origin is not None:
        add_origin(session, clock, actor, project, *origin)
    return project


def change(session: Session, clock: Clock, actor: User, project: InvestmentProject, data: ProjectData) -> None:
    """Change what a project is about. Raises Invalid with the field, Conflict when it is closed."""
    check_open(project)
    changed = [name for name, value in checked(data).items() if getattr(project, name) != value]
    for name, value in checked(data).items():
        setattr(project, name, value)
    if changed:
        note(session, clock, actor, project, "change", {"fields": changed})


def checked(data: ProjectData) -> dict[str, Any]:
    """The columns of a project. Raises Invalid with the field at the first fault."""
    title = " ".join(data.title.split())
    if not title:
        raise Invalid(_("Give the project a title."), field="title")
    if len(title) > 150:
        raise Invalid(_("Use at most %(n)d characters for the title.", n=150), field="title")
    if len(data.acronym.strip()) > 20:
        raise Invalid(_("Use at most %(n)d characters for the acronym.", n=20), field="acronym")
    for name in ("problem", "solution"):
        if len(getattr(data, name)) > TEXT_LENGTH:
            raise Invalid(_("Use at most %(n)d characters.", n=TEXT_LENGTH), field=name)
    for name in ("trl_start", "trl_target"):
        level = getattr(data, name)
        if level is not None and not 1 <= level <= 9:
            raise Invalid(_("Readiness levels go from 1 to 9."), field=name)
    if data.trl_start is not None and data.trl_target is not None and data.trl_start > data.trl_target:
        raise Invalid(_("The project ends below the level at which it starts."), field="trl_target")
    unknown = [code for code in data.regions if code not in reference.regions()]
    if unknown:
        raise Invalid(_("“%(code)s” is not a region code of NUTS.", code=unknown[0]), field="regions")
    return {
        "title": title,
        "acronym": data.acronym.strip(),
        "type": data.type,
        "problem": data.problem.strip(),
        "solution": data.solution.strip(),
        "regions": [reference.regions().require(code).ref for code in dict.fromkeys(data.regions)],
        "segments": list(dict.fromkeys(data.segments)),
        "trl_start": data.trl_start,
        "trl_target": data.trl_target,
        "is_public": data.is_public,
    }


def check_open(project: InvestmentProject) -> None:
    """Raise Conflict when the project is stopped or finished."""
    if project.state in CLOSED:
        raise Conflict(_("This project is closed; take it up again before you change it."))


def take(
    session: Session,
    clock: Clock,
    actor: User,
    roles: frozenset[str],
    project: InvestmentProject,
    machine: Machine,
    key: str,
    *,
    comment: str = "",
    override: bool = False,
) -> None:
    """Take a step of the machine. The audit entry holds the hashes of all documents of the project.

    Raises Forbidden, Invalid or Conflict; nothing has changed then.
    """
    documents = [(row.name, row.sha256) for row in queries.documents_of(session, project.id)]
    act = transitions.Act(actor.id, roles, comment, documents, override)
    before, case = project.state, queries.facts_of(session, project, clock())
    transitions.take(session, clock, machine, key, project, act, case)
    project.held_from = before if project.state == "on_hold" else None
    session.flush()


def add_origin(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, kind: str, ref_id: int, remark: str = ""
) -> ProjectOrigin:
    """Say what a project came from. Raises Invalid when there is no such thing, Conflict when it is said already."""
    check_open(project)
    if kind not in ORIGIN_KINDS or not exists(session, kind, ref_id):
        raise Invalid(_("What the project came from was not found."), field="origin")
    if any((origin.kind, origin.ref_id) == (kind, ref_id) for origin in project.origins):
        raise Conflict(_("The project names this origin already."))
    made = ProjectOrigin(
        project=project, kind=kind, ref_id=ref_id, note=remark.strip()[:500], added_at=clock(), added_by_id=actor.id
    )
    session.add(made)
    session.flush()
    note(session, clock, actor, project, "add_origin", {"kind": kind, "id": ref_id})
    return made


def remove_origin(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, origin: ProjectOrigin
) -> None:
    """Take back what a project came from."""
    check_open(project)
    note(session, clock, actor, project, "remove_origin", {"kind": origin.kind, "id": origin.ref_id})
    project.origins.remove(origin)
    session.flush()


def add_milestone(
    session: Session,
    clock: Clock,
    actor: User,
    project: InvestmentProject,
    *,
    title: str,
    due: date,
    measure: str = "",
) -> Milestone:
    """Add a milestone. Raises Invalid without a title."""
    check_open(project)
    title = " ".join(title.split())
    if not title or len(title) > 200:
        raise Invalid(_("Say in a few words what is reached."), field="title")
    made = Milestone(project=project, title=title, due=due, measure=measure.strip()[:200])
    session.add(made)
    session.flush()
    note(session, clock, actor, project, "add_milestone", {"title": title, "due": due.isoformat()})
    return made


def reach_milestone(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, milestone: Milestone, day: date | None
) -> None:
    """Say when a milestone was reached; None: not yet. Raises Invalid for a day ahead."""
    check_open(project)
    if day is not None and day > clock().date():
        raise Invalid(_("This day lies ahead."), field="reached_on")
    milestone.reached_on = day
    detail = {"title": milestone.title, "on": day.isoformat() if day else None}
    note(session, clock, actor, project, "reach_milestone", detail)


def remove_milestone(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, milestone: Milestone
) -> None:
    """Take a milestone out."""
    check_open(project)
    note(session, clock, actor, project, "remove_milestone", {"title": milestone.title})
    project.milestones.remove(milestone)
    session.flush()


def add_document(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, upload: FileStorage
) -> StoredFile:
    """Keep a document of a project. Raises Invalid (field 'file') when it is not what it claims to be."""
    check_open(project)
    stored = files.store_upload(
        session, clock, upload, subject_kind="project", subject_id=project.id, actor_id=actor.id
    )
    note(session, clock, actor, project, "add_document", {"name": stored.name, "sha256": stored.sha256})
    return stored


def note(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, what: str, detail: dict[str, Any]
) -> None:
    """Write a change that is no step of the machine into the audit trail, beside the steps."""
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action=f"project.{what}",
        subject_kind=RECORD,
        subject_id=project.id,
        detail=detail,
    )
    session.flush()
