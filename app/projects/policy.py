"""Who may do what with investment projects.

A project is open to those who take part in its partnership, and to the accounts its lead named, who need not belong to
the partnership at all: a company, an investor. Only lead and editors change it.
"""

from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _

from app.accounts.models import User
from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import Policy
from app.core.models import StoredFile
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.projects import queries
from app.projects.models import InvestmentProject, PersonRole

WRITERS = (PersonRole.LEAD, PersonRole.EDITOR)
PARTNERSHIP_ROLES = frozenset({"lead", "region", "secretariat"})


def _partnership(values: Mapping[str, Any], user: User) -> Partnership:
    """The partnership of the address for somebody who has to do with it or with one of its projects, or met there."""
    slug = str(values.get("partnership", ""))
    if has_request_context() and g.get("partnership") is not None and g.partnership.slug == slug:
        found: Partnership = g.partnership
        return found
    partnership = partnerships.partnership_by_slug(session(), slug)
    if partnership is None:
        raise NotFound(_("There is no partnership at this address."))
    insider = partnerships.belongs(session(), partnership, user)
    own = queries.own_numbers(session(), partnership.id, user.id)
    met = bool(queries.own_meetings(session(), partnership.id, user.id))
    if not (insider or own or met):
        raise Forbidden(_("Only those who take part in this partnership may see its projects."))
    if has_request_context():
        g.partnership = partnership
        g.partnership_roles = partnerships.roles_of(session(), partnership, user)
        g.project_insider, g.project_numbers, g.has_met = insider, own, met
    return partnership


def current_project() -> InvestmentProject:
    """The project of this request, after its policy has found it."""
    found: InvestmentProject = g.project
    return found


def seen_projects(projects: list[InvestmentProject]) -> list[InvestmentProject]:
    """Those of a partnership's projects that the one who asks may see."""
    return [project for project in projects if g.project_insider or project.number in g.project_numbers]


def proposing_roles() -> frozenset[str]:
    """The roles in which the one who asks may propose a project in the current partnership."""
    roles: frozenset[str] = g.partnership_roles
    return roles | ({"meeting_party"} if g.has_met else set())


def project_roles() -> frozenset[str]:
    """The roles of the one who asks towards the current project: of the partnership, and 'project_lead'."""
    roles: frozenset[str] = g.partnership_roles
    return roles | ({"project_lead"} if g.project_role is PersonRole.LEAD else set())


def may_write() -> bool:
    """True when the one who asks may change the current project."""
    return g.get("project_role") in WRITERS


def may_lead() -> bool:
    """True for leads of the current project, and for the secretariat, which steps in when a lead is gone."""
    return g.get("project_role") is PersonRole.LEAD or "secretariat" in g.partnership_roles


def _check_pipeline(values: Mapping[str, Any]) -> None:
    _partnership(values, need_user())


def _check_proposer(values: Mapping[str, Any]) -> None:
    _partnership(values, need_user())
    if not proposing_roles() & (PARTNERSHIP_ROLES | {"meeting_party"}):
        raise Forbidden(_("Regions of the partnership, and people who met at its events, propose projects."))


def _check_insider(values: Mapping[str, Any]) -> None:
    _partnership(values, need_user())
    if not g.project_insider:
        raise Forbidden(_("Only those who take part in this partnership may see this."))


def _check_editing_partnership(values: Mapping[str, Any]) -> None:
    _check_insider(values)
    if not g.partnership_roles & PARTNERSHIP_ROLES:
        raise Forbidden(_("Only the regions and the secretariat may do this."))


def _check_project(values: Mapping[str, Any]) -> None:
    user = need_user()
    partnership = _partnership(values, user)
    project = queries.project_by_number(session(), partnership.id, int(values["number"]))
    if project is None:
        raise NotFound(_("There is no project with this number."))
    g.project_role = queries.person_role(session(), project.id, user.id)
    if not g.project_insider and g.project_role is None:
        raise Forbidden(_("This project is not open to you; its lead can change that."))
    g.project = project


def _check_writer(values: Mapping[str, Any]) -> None:
    _check_project(values)
    if not may_write():
        raise Forbidden(_("Only the lead and the editors of this project may change it."))


def _check_lead(values: Mapping[str, Any]) -> None:
    _check_project(values)
    if not may_lead():
        raise Forbidden(_("Only the lead of this project and the secretariat may do this."))


pipeline_visible = Policy("project pipeline", _check_pipeline)
"""Who takes part in the partnership; who has a role in one of its projects, or met at one of its events, for the own
ones."""
project_proposer = Policy("project proposer", _check_proposer)
"""Regions of the partnership, its secretariat, and people with an agreed meeting at one of its events."""
trace_visible = Policy("trace of a partnership", _check_insider)
"""Who takes part in the partnership."""
trace_editor = Policy("trace editor", _check_editing_partnership)
"""Regions of the partnership and the secretariat."""
project_visible = Policy("project", _check_project)
"""Who takes part in the partnership, and the accounts the project's lead named."""
project_writer = Policy("project editor", _check_writer)
"""Lead and editors of the project."""
project_lead = Policy("project lead", _check_lead)
"""Leads of the project, and the secretariat."""


def may_read_document(stored: StoredFile) -> bool:
    """Documents of a project are for those who may see the project."""
    user = need_user()
    project = session().get(InvestmentProject, stored.subject_id)
    if project is None:
        return False
    if queries.person_role(session(), project.id, user.id) is not None:
        return True
    return partnerships.belongs(session(), project.partnership, user)


def current_partnership_roles() -> tuple[frozenset[str], Partnership]:
    """The roles of the one who asks in the current partnership, and that partnership."""
    roles: frozenset[str] = g.partnership_roles
    partnership: Partnership = g.partnership
    return roles, partnership
