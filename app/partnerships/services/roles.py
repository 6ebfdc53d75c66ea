"""Who does what: roles are given and ended, never removed."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import mails as account_mails
from app.accounts.models import User
from app.accounts.services import find_or_create_user
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.organisations.models import Organisation
from app.partnerships.models import REGION_ROLES, Partnership, PartnershipMember, PartnershipRole, Role


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
