"""Regions that come in, change their part, leave; the priorities their part rests on."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.machines import obstacles
from app.core.transitions import Act, create, take
from app.organisations.models import Organisation
from app.partnerships import gathering, queries, rules
from app.partnerships.models import (
    MemberPriority,
    MemberRole,
    Partnership,
    PartnershipMember,
    RegionalPriority,
)


def add_member(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    *,
    nuts: str,
    role: MemberRole,
    way: str,
    roles: frozenset[str],
    organisation: Organisation | None = None,
    motivation: str = "",
    contribution: str = "",
) -> PartnershipMember:
    """A region comes in by one of the creating transitions of the membership machine: found, invite or ask."""
    code, version = rules.checked_region(nuts)
    machine = queries.machine_of(session, partnership, "membership")
    member = PartnershipMember(
        partnership_id=partnership.id,
        nuts=code,
        nuts_version=version,
        organisation_id=organisation.id if organisation else None,
        role=role,
        motivation=motivation.strip(),
        contribution=contribution.strip(),
        created_at=clock(),
        joined_at=clock() if machine.transition(way).target == queries.MEMBER else None,
    )
    case = gathering.member_facts(session, clock, partnership, member)
    create(session, clock, machine, way, member, Act(actor.id, roles), case)
    return member


def move_member(
    session: Session, clock: Clock, member: PartnershipMember, actor: User, key: str, comment: str = ""
) -> None:
    """Take a transition of a membership. Raises like `transitions.take`."""
    machine = queries.machine_of(session, member.partnership, "membership")
    case = gathering.member_facts(session, clock, member.partnership, member)
    roles = queries.roles_at_member(session, member, actor)
    take(session, clock, machine, key, member, Act(actor.id, roles, comment, gathering.letters(session, member)), case)
    if member.state == queries.MEMBER:
        member.joined_at, member.left_at = clock(), None
    elif member.state == "left":
        member.left_at = clock()
    session.flush()


def change_member_role(
    session: Session, clock: Clock, member: PartnershipMember, actor: User, role: MemberRole
) -> None:
    """Make a region a lead or a participant. Raises Invalid when no lead would remain."""
    if member.role is role:
        return
    if role is not MemberRole.LEAD:
        machine = queries.machine_of(session, member.partnership, "membership")
        case = gathering.member_facts(session, clock, member.partnership, member)
        shut = [o for o in obstacles(machine.transition("leave"), case) if o.guard == "a_lead_remains"]
        if shut:
            raise Invalid(shut[0].sentence, field="role")
    before, member.role = member.role, role
    audit.record(
        session, clock, actor_id=actor.id, action="membership.role", subject_kind="membership", subject_id=member.id,
        detail={"from": before.value, "to": role.value},
    )  # fmt: skip
    session.flush()


def add_priority(session: Session, clock: Clock, actor: User, nuts: str, values: Mapping[str, str]) -> RegionalPriority:
    """A strategy priority of a region: title, link, code, description. Raises Invalid when the title is there."""
    code, version = rules.checked_region(nuts)
    title = " ".join(values["title"].split())
    if not values["link"].strip().lower().startswith(("https://", "http://")):
        raise Invalid(_("Write the whole address, starting with https://."), field="link")
    if any(p.title.casefold() == title.casefold() for p in queries.priorities_of(session, code)):
        raise Invalid(_("This priority of the region is on the list already; choose it there."), field="title")
    row = RegionalPriority(
        nuts=code,
        nuts_version=version,
        title=title,
        code=values.get("code", "").strip(),
        description=values.get("description", "").strip(),
        link=values["link"].strip(),
        nace=[],
        created_at=clock(),
        created_by_id=actor.id,
    )
    session.add(row)
    session.flush()
    return row


def link_priority(
    session: Session, member: PartnershipMember, priority: RegionalPriority, *, page: str = "", quote: str = ""
) -> MemberPriority:
    """Rest a member's part on a priority of its own region. Raises Forbidden for one of another region, Conflict."""
    if priority.nuts != member.nuts:
        raise Forbidden(_("This is a priority of another region."))
    if any(link.priority_id == priority.id for link in member.priorities):
        raise Conflict(_("This priority is linked already."))
    link = MemberPriority(member_id=member.id, priority=priority, page=page.strip(), quote=quote.strip())
    member.priorities.append(link)
    session.flush()
    return link
