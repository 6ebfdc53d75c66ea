"""Reads of partnerships: templates, members, roles, priorities, the value chain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.core.machines import Machine
from app.core.models import AuditEntry
from app.organisations import reference
from app.partnerships.dossier_models import SupportRequest
from app.partnerships.models import (
    LEFT_STATES,
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
from app.partnerships.templates import SHIPPED, Template, read_template, shipped

MEMBER, INVITED = "member", "invited"
_read: dict[tuple[str, int, datetime], Template] = {}


# Templates


def template(session: Session, key: str, version: int) -> Template:
    """One version of a template, shipped or edited; raises KeyError when there is none."""
    query = select(ProcessTemplate).where(ProcessTemplate.key == key, ProcessTemplate.version == version)
    row = session.scalars(query).first()
    if row is None:
        found = shipped(key)
        if found.version != version:
            raise KeyError(f"{key} {version}")
        return found
    name = (row.key, row.version, row.created_at)  # rows never change; the time tells databases of tests apart
    if name not in _read:
        _read[name] = read_template(row.data)
    return _read[name]


def template_of(session: Session, partnership: Partnership) -> Template:
    """The version of the process a partnership runs under."""
    return template(session, partnership.template_key, partnership.template_version)


def machine_of(session: Session, partnership: Partnership, name: str) -> Machine:
    """A machine of a partnership's process, for this feature and later ones; raises KeyError when it has none."""
    return template_of(session, partnership).machine(name)


def newest_templates(session: Session) -> list[Template]:
    """The newest version of every template: the shipped ones first, then those of this installation by name."""
    rows = session.execute(select(ProcessTemplate.key, ProcessTemplate.version)).all()
    versions = {key: max(v for k, v in rows if k == key) for key, _version in rows}
    for key in SHIPPED:
        versions[key] = max(versions.get(key, 0), shipped(key).version)
    found = [template(session, key, version) for key, version in versions.items()]
    order = {key: position for position, key in enumerate(SHIPPED)}
    return sorted(found, key=lambda t: (order.get(t.key, len(order)), t.name))


def newest_template(session: Session, key: str) -> Template | None:
    """The newest version of one template, or None."""
    return next((t for t in newest_templates(session) if t.key == key), None)


# Partnerships and their members


def partnership_by_slug(session: Session, slug: str) -> Partnership | None:
    """The partnership of an address, whatever its state."""
    query = select(Partnership).where(Partnership.slug == slug).options(joinedload(Partnership.area))
    return session.scalars(query).first()


def areas(session: Session) -> Sequence[ThematicArea]:
    """All thematic areas by name."""
    return session.scalars(select(ThematicArea).order_by(ThematicArea.name)).all()


def members_of(session: Session, partnership_id: int, *, everybody: bool = False) -> Sequence[PartnershipMember]:
    """Regions that belong to a partnership, leads first; `everybody`: also those who asked, left or were refused."""
    query = select(PartnershipMember).where(PartnershipMember.partnership_id == partnership_id)
    if not everybody:
        query = query.where(PartnershipMember.state == MEMBER)
    query = query.options(
        joinedload(PartnershipMember.organisation),
        selectinload(PartnershipMember.priorities).joinedload(MemberPriority.priority),
    )
    found = session.scalars(query.order_by(PartnershipMember.nuts, PartnershipMember.id)).all()
    return sorted(found, key=lambda m: (m.state in LEFT_STATES, m.state != MEMBER, m.role is not MemberRole.LEAD))


def segments_of(session: Session, partnership_id: int) -> Sequence[ValueChainSegment]:
    """The value chain of a partnership in order."""
    query = select(ValueChainSegment).where(ValueChainSegment.partnership_id == partnership_id)
    return session.scalars(query.order_by(ValueChainSegment.position, ValueChainSegment.id)).all()


def priorities_of(session: Session, nuts: str) -> Sequence[RegionalPriority]:
    """The strategy priorities known of a region."""
    query = select(RegionalPriority).where(RegionalPriority.nuts == nuts)
    return session.scalars(query.order_by(RegionalPriority.title)).all()


# Roles


def live_roles(session: Session, user: User, partnership: Partnership | None = None) -> Sequence[PartnershipRole]:
    """The roles of an account that are not ended: those for all partnerships, and those in this one."""
    query = select(PartnershipRole).where(PartnershipRole.user_id == user.id, PartnershipRole.ended_at.is_(None))
    everywhere = PartnershipRole.partnership_id.is_(None)
    here = or_(everywhere, PartnershipRole.partnership_id == partnership.id) if partnership else everywhere
    return session.scalars(query.where(here).options(joinedload(PartnershipRole.member))).all()


def is_secretariat(session: Session, user: User | None) -> bool:
    """True for the secretariat of the whole installation; administrators count as it."""
    if user is None:
        return False
    return user.is_administrator or any(row.role is Role.SECRETARIAT for row in live_roles(session, user))


def has_right(row: PartnershipRole) -> bool:
    """A mandated organisation acts only once its mandate letter is on file."""
    return row.role is not Role.MANDATED_ORGANISATION or row.mandate_file_id is not None


def roles_of(session: Session, partnership: Partnership, user: User | None) -> frozenset[str]:
    """The roles of the process template an account has in a partnership, e.g. {'lead', 'region'}."""
    if user is None:
        return frozenset()
    found = {"secretariat"} if user.is_administrator else set()
    for row in live_roles(session, user, partnership):
        if row.role not in REGION_ROLES:
            found.add(row.role.value)
        elif row.member is not None and row.member.state == MEMBER and has_right(row):
            found.add("region")
            found |= {"lead"} if row.member.role is MemberRole.LEAD else set()
            found |= {"mandated"} if row.role is Role.MANDATED_ORGANISATION else set()
    return frozenset(found)


def own_members(session: Session, partnership: Partnership, user: User | None) -> list[PartnershipMember]:
    """The regions an account speaks for in a partnership, also those that have not been admitted yet."""
    if user is None:
        return []
    rows = [row for row in live_roles(session, user, partnership) if row.role in REGION_ROLES and has_right(row)]
    return [row.member for row in rows if row.member is not None]


def roles_at_member(session: Session, member: PartnershipMember, user: User | None) -> frozenset[str]:
    """The roles of an account towards one membership: it speaks for this region, leads the partnership, or runs it."""
    found = set(roles_of(session, member.partnership, user)) - {"region", "mandated"}
    if any(own.id == member.id for own in own_members(session, member.partnership, user)):
        found.add("region")
    return frozenset(found)


def belongs(session: Session, partnership: Partnership, user: User | None) -> bool:
    """True for everybody who takes part in a partnership, invited regions and the secretariat included.

    Whoever only asked to join does not belong: anybody may ask.
    """
    if user is None:
        return False
    mine = own_members(session, partnership, user)
    return bool(roles_of(session, partnership, user)) or any(m.state == INVITED for m in mine)


def roles_given(session: Session, partnership_id: int | None) -> Sequence[PartnershipRole]:
    """The live roles of one partnership, or those for all of them."""
    query = select(PartnershipRole).where(PartnershipRole.ended_at.is_(None))
    here = PartnershipRole.partnership_id
    query = query.where(here.is_(None) if partnership_id is None else here == partnership_id)
    query = query.options(
        joinedload(PartnershipRole.user),
        joinedload(PartnershipRole.member),
        joinedload(PartnershipRole.organisation),
        joinedload(PartnershipRole.mandate),
    )
    return session.scalars(query.order_by(PartnershipRole.role, PartnershipRole.id)).all()


# History


def last_comment(session: Session, partnership: Partnership) -> str:
    """What was said at the last step of a partnership; empty when nothing was."""
    query = select(AuditEntry.detail).where(
        AuditEntry.subject_kind == "partnership", AuditEntry.subject_id == partnership.id
    )
    detail = session.scalars(query.order_by(AuditEntry.id.desc())).first()
    return str((detail or {}).get("comment", ""))


Names = Mapping[int, str]
"""What subjects are called, by id."""


@dataclass(frozen=True)
class Told:
    """How a partnership's history tells of the subjects of one kind."""

    subjects: Callable[[Session, Partnership], Names]
    """Those of a partnership."""
    machine: Callable[[Session, Partnership], Machine] | None = None
    """What drives them, when the process template brings no machine of this kind."""
    roles: Mapping[str, Any] = field(default_factory=dict)
    """Names of roles that the process template does not know."""


_told: dict[str, Told] = {}


def add_history(kind: str, told: Told) -> None:
    """Let what a machine drives appear in a partnership's history."""
    _told[kind] = told


def history_kinds() -> Mapping[str, Told]:
    """Everything whose transitions belong to a partnership's history, by kind of subject."""
    return _told


def _regions(session: Session, partnership: Partnership) -> Names:
    query = select(PartnershipMember.id, PartnershipMember.nuts)
    rows = session.execute(query.where(PartnershipMember.partnership_id == partnership.id)).all()
    regions = reference.regions()
    return {number: regions.label(nuts) for number, nuts in rows}


def _support(session: Session, partnership: Partnership) -> Names:
    query = select(SupportRequest.id).where(SupportRequest.partnership_id == partnership.id)
    return dict.fromkeys(session.scalars(query), "")


add_history("membership", Told(_regions))
add_history("support_request", Told(_support))
