"""Who is in a project: partners with their letters, and accounts with their rights."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core import files
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.organisations import reference
from app.projects import queries
from app.projects.models import (
    InvestmentProject,
    PartnerKind,
    PartnerRole,
    PersonRole,
    ProjectPartner,
    ProjectPerson,
    RegionCategory,
)
from app.projects.services.projects import check_open, note

NAME_LENGTH = 200


@dataclass(frozen=True)
class PartnerData:
    """A partner as its form has it. `country` is ISO 3166-1, `nuts` a region code or None."""

    name: str
    role: PartnerRole
    kind: PartnerKind
    country: str
    nuts: str | None = None
    category: RegionCategory | None = None
    contribution: str = ""
    organisation_id: int | None = None


def add_partner(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, data: PartnerData
) -> ProjectPartner:
    """Add a partner. Raises Invalid with the field."""
    check_open(project)
    partner = ProjectPartner(project=project, **_checked(project, data, None))
    session.add(partner)
    session.flush()
    note(session, clock, actor, project, "add_partner", {"name": partner.name, "role": partner.role.value})
    return partner


def change_partner(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, partner: ProjectPartner, data: PartnerData
) -> None:
    """Change a partner. Raises Invalid with the field."""
    check_open(project)
    for name, value in _checked(project, data, partner).items():
        setattr(partner, name, value)
    session.flush()
    note(session, clock, actor, project, "change_partner", {"name": partner.name, "role": partner.role.value})


def _checked(project: InvestmentProject, data: PartnerData, own: ProjectPartner | None) -> dict[str, Any]:
    name = " ".join(data.name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(_("Name the organisation in at most %(n)d characters.", n=NAME_LENGTH), field="name")
    others = [partner for partner in project.partners if partner is not own]
    if any(partner.name.casefold() == name.casefold() for partner in others):
        raise Invalid(_("“%(name)s” is a partner already.", name=name), field="name")
    if data.role is PartnerRole.COORDINATOR and any(p.role is PartnerRole.COORDINATOR for p in others):
        raise Invalid(_("There is a coordinator already; a project has one."), field="role")
    if data.country not in reference.countries():
        raise Invalid(_("Choose a country."), field="country")
    if data.nuts and data.nuts not in reference.regions():
        raise Invalid(_("“%(code)s” is not a region code of NUTS.", code=data.nuts), field="nuts")
    if data.nuts and reference.iso_country(data.nuts[:2]) != data.country:
        raise Invalid(_("The region %(code)s is not in this country.", code=data.nuts), field="nuts")
    return {
        "name": name,
        "role": data.role,
        "kind": data.kind,
        "country": data.country,
        "nuts": data.nuts or None,
        "nuts_version": reference.regions().require(data.nuts).version if data.nuts else None,
        "category": data.category,
        "contribution": data.contribution.strip(),
        "organisation_id": data.organisation_id,
    }


def remove_partner(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, partner: ProjectPartner
) -> None:
    """Take a partner out; its letter stays among the documents. Raises Conflict while costs are in its name."""
    check_open(project)
    if any(line.partner_id == partner.id for line in project.budget_lines):
        raise Conflict(_("Costs are in the name of %(name)s. Give them to another partner first.", name=partner.name))
    note(session, clock, actor, project, "remove_partner", {"name": partner.name})
    project.partners.remove(partner)
    session.flush()


def keep_letter(
    session: Session,
    clock: Clock,
    actor: User,
    project: InvestmentProject,
    partner: ProjectPartner,
    upload: FileStorage,
    *,
    signed_on: date,
    signatory: str,
) -> None:
    """Keep a partner's signed letter; an earlier one stays among the documents. Raises Invalid with the field."""
    check_open(project)
    if signed_on > clock().date():
        raise Invalid(_("This day lies ahead."), field="signed_on")
    if not signatory.strip() or len(signatory.strip()) > 160:
        raise Invalid(_("Say who signed, in at most %(n)d characters.", n=160), field="signatory")
    stored = files.store_upload(
        session, clock, upload, subject_kind="project", subject_id=project.id, actor_id=actor.id
    )
    partner.letter, partner.letter_signed_on, partner.letter_signatory = stored, signed_on, signatory.strip()
    session.flush()
    detail = {"partner": partner.name, "name": stored.name, "sha256": stored.sha256}
    note(session, clock, actor, project, "keep_letter", detail)


def add_person(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, user: User, role: PersonRole
) -> None:
    """Give an account a role in a project, or change it. Raises Conflict when nobody would lead any more."""
    people = queries.people_of(session, project.id)
    found = next((person for person in people if person.user_id == user.id), None)
    if found is None:
        found = ProjectPerson(project_id=project.id, user_id=user.id, given_at=clock())
        session.add(found)
    elif found.role is PersonRole.LEAD and role is not PersonRole.LEAD:
        _check_lead_remains(people, found)
    found.role, found.given_by_id = role, actor.id
    session.flush()
    note(session, clock, actor, project, "add_person", {"user": user.id, "role": role.value})


def remove_person(
    session: Session, clock: Clock, actor: User, project: InvestmentProject, person: ProjectPerson
) -> None:
    """Take an account's role away. Raises Conflict when nobody would lead any more."""
    _check_lead_remains(queries.people_of(session, project.id), person)
    note(session, clock, actor, project, "remove_person", {"user": person.user_id, "role": person.role.value})
    session.delete(person)
    session.flush()


def _check_lead_remains(people: list[ProjectPerson], leaving: ProjectPerson) -> None:
    if not any(person.role is PersonRole.LEAD and person.id != leaving.id for person in people):
        raise Conflict(_("This is the only lead; name another one first."))
