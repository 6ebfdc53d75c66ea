"""Writes on partnerships: found one, name people, invite regions, link priorities."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import mails as account_mails
from app.accounts.models import User
from app.accounts.services import find_or_create_user
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.machines import obstacles
from app.core.transitions import Act, create, take
from app.organisations import reference
from app.organisations.models import Organisation
from app.partnerships import gathering, queries, rules
from app.partnerships.facts import CaseFacts
from app.partnerships.models import (
    REGION_ROLES,
    MemberPriority,
    MemberRole,
    Partnership,
    PartnershipMember,
    PartnershipRole,
    ProcessTemplate,
    RegionalPriority,
    Role,
    ThematicArea,
    ValueChainSegment,
)
from app.partnerships.templates import DEFAULT, SHIPPED, Template, shipped_data

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
TAKEN_NAMES = {"new", "desk", "processes", "areas"}
"""Words that stand at the place of a short name in addresses."""


@dataclass(frozen=True)
class Intake:
    """The contact form with which a region proposes a partnership."""

    name: str
    slug: str
    area_id: int
    nuts: str
    summary: str
    contact_name: str
    contact_email: str
    organisation: Organisation | None = None
    acronym: str = ""
    template_key: str = DEFAULT


def found_partnership(session: Session, clock: Clock, actor: User, intake: Intake) -> Partnership:
    """A new partnership in its first state, with the actor's region as its lead. Raises Invalid with the field."""
    slug = intake.slug.strip().lower()
    if not SLUG.match(slug) or slug in TAKEN_NAMES:
        raise Invalid(_("Use small letters, digits and single hyphens, e.g. textiles-2030."), field="slug")
    if queries.partnership_by_slug(session, slug):
        raise Invalid(_("Another partnership has this short name already."), field="slug")
    if session.get(ThematicArea, intake.area_id) is None:
        raise Invalid(_("Choose a thematic area."), field="area_id")
    process = keep_template(session, clock, intake.template_key)
    nuts = rules.checked_region(intake.nuts)
    machine = process.machine("partnership")
    opening = machine.creating[0]
    partnership = Partnership(
        slug=slug,
        name=intake.name.strip(),
        acronym=intake.acronym.strip(),
        summary=intake.summary.strip(),
        area_id=intake.area_id,
        template_key=process.key,
        template_version=process.version,
        phase=machine.state(opening.target).phase or process.phases[0].key,
        contact={"name": intake.contact_name.strip(), "email": intake.contact_email.strip()},
        created_at=clock(),
        created_by_id=actor.id,
    )
    case = gathering.intake_facts(partnership)
    # Whoever hands in an intake speaks for a region; the secretariat verifies it before the case goes on.
    act = Act(actor.id, frozenset({"region"}))
    create(session, clock, machine, opening.key, partnership, act, case)
    _default_value_chain(session, partnership)
    member = add_member(
        session, clock, partnership, actor, nuts=nuts[0], role=MemberRole.LEAD, way="found", roles=act.roles,
        organisation=intake.organisation,
    )  # fmt: skip
    give_role(session, clock, actor, actor, Role.REGION_REPRESENTATIVE, partnership, member=member)
    return partnership


def keep_template(session: Session, clock: Clock, key: str) -> Template:
    """The newest version of a template, written into the database so that it outlives an update of the program."""
    found = queries.newest_template(session, key)
    if found is None:
        raise Invalid(_("There is no process of this name."), field="template_key")
    query = select(ProcessTemplate.id).where(ProcessTemplate.key == key, ProcessTemplate.version == found.version)
    if key in SHIPPED and session.scalars(query).first() is None:
        row = ProcessTemplate(key=key, version=found.version, name=found.name, data=shipped_data(key), shipped=True)
        row.created_at = clock()
        session.add(row)
        session.flush()
    return found


def _default_value_chain(session: Session, partnership: Partnership) -> None:
    for position, entry in enumerate(reference.value_chain()):
        session.add(
            ValueChainSegment(
                partnership_id=partnership.id, key=entry.code, name=entry.name, description=entry.note, nace=[],
                position=position,
            )
        )  # fmt: skip
    session.flush()


def move(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    key: str,
    act: Act,
    complete: Callable[[CaseFacts], CaseFacts] = lambda case: case,
) -> None:
    """Take a transition of a partnership; its phase follows the state. Raises like `transitions.take`.

    `complete` adds to the facts what comes with the step itself, such as the minutes of a decision.
    """
    process = queries.template_of(session, partnership)
    machine = process.machine("partnership")
    case = complete(gathering.case_facts(session, clock, partnership, actor))
    take(session, clock, machine, key, partnership, act, case)
    phase = machine.state(partnership.state).phase
    if phase is not None and machine.state(partnership.state).kind != "stopped":
        partnership.phase = phase
    session.flush()


def go_to_phase(session: Session, clock: Clock, partnership: Partnership, actor: User, phase: str) -> None:
    """An active partnership says which phase it is in; phases go back and forth. Raises Invalid, Conflict."""
    process = queries.template_of(session, partnership)
    state = process.machine("partnership").state(partnership.state)
    if process.phase(phase) is None:
        raise Invalid(_("This process has no such phase."), field="phase")
    if not state.public or state.kind != "open":
        raise Conflict(_("Phases after the set-up begin once the partnership is active."))
    before, partnership.phase = partnership.phase, phase
    audit.record(
        session, clock, actor_id=actor.id, action="partnership.phase", subject_kind="partnership",
        subject_id=partnership.id, detail={"from": before, "to": phase},
    )  # fmt: skip
    session.flush()


# Members


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


# Roles


def give_role(
    session: Session,
    clock: Clock,
    actor: User,
    user: User,
    role: Role,
    partnership: Partnership | None = None,
    *,
    member: PartnershipMember | None = None,
    organisation: Organisation | None = None,
    mandate_file_id: int | None = None,
) -> PartnershipRole:
    """Give an account a role. Raises Invalid for a region role without its member, Conflict when it has it already."""
    if (role in REGION_ROLES) != (member is not None):
        raise Invalid(_("Say which region this person speaks for."), field="member_id")
    same = select(PartnershipRole).where(
        PartnershipRole.user_id == user.id,
        PartnershipRole.role == role,
        PartnershipRole.ended_at.is_(None),
        PartnershipRole.partnership_id == (partnership.id if partnership else None),
        PartnershipRole.member_id == (member.id if member else None),
    )
    if session.scalars(same).first() is not None:
        raise Conflict(_("%(name)s has this role already.", name=user.name))
    row = PartnershipRole(
        user_id=user.id,
        role=role,
        partnership_id=partnership.id if partnership else None,
        member_id=member.id if member else None,
        organisation_id=organisation.id if organisation else None,
        mandate_file_id=mandate_file_id,
        given_at=clock(),
        given_by_id=actor.id,
    )
    session.add(row)
    session.flush()
    _note_role(session, clock, actor, row, "partnership.role.give")
    return row


def invite_to_role(
    session: Session,
    clock: Clock,
    actor: User,
    role: Role,
    partnership: Partnership | None,
    *,
    email: str,
    name: str,
    path: str,
    member: PartnershipMember | None = None,
) -> PartnershipRole:
    """Give a role to the account of an address, made when there is none, and tell it by mail."""
    user = find_or_create_user(session, clock, email=email, name=name)
    row = give_role(session, clock, actor, user, role, partnership, member=member)
    what = _("to take part in “%(name)s”", name=partnership.name) if partnership else _("to judge partnerships")
    account_mails.send_invitation(session, clock, user, what, actor.name, path)
    return row


def end_role(session: Session, clock: Clock, actor: User, row: PartnershipRole) -> None:
    """End a role; the row stays, as what was done in it does."""
    if row.ended_at is None:
        row.ended_at = clock()
        _note_role(session, clock, actor, row, "partnership.role.end")
        session.flush()


def _note_role(session: Session, clock: Clock, actor: User, row: PartnershipRole, action: str) -> None:
    audit.record(
        session, clock, actor_id=actor.id, action=action, subject_kind="user", subject_id=row.user_id,
        detail={"role": row.role.value, "partnership": row.partnership_id, "member": row.member_id},
    )  # fmt: skip


# Priorities and areas


def add_priority(session: Session, clock: Clock, actor: User, nuts: str, values: Mapping[str, str]) -> RegionalPriority:
    """A strategy priority of a region: title, link, code, description. Raises Invalid when the title is there."""
    code, version = rules.checked_region(nuts)
    title = " ".join(values["title"].split())
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


def add_area(session: Session, *, key: str, name: str, platform: str = "other", description: str = "") -> ThematicArea:
    """A thematic area. Raises Invalid when its key is taken."""
    if session.scalars(select(ThematicArea).where(ThematicArea.key == key)).first():
        raise Invalid(_("There is an area with this short name already."), field="key")
    area = ThematicArea(key=key, name=name.strip(), platform=platform, description=description.strip())
    session.add(area)
    session.flush()
    return area
