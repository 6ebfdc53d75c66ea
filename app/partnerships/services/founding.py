"""Founding a partnership, and what has to be there before: areas and the process it runs under."""

import re
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import Invalid
from app.core.transitions import Act, create
from app.organisations import reference
from app.organisations.models import Organisation
from app.partnerships import gathering, queries, rules
from app.partnerships.models import (
    MemberRole,
    Partnership,
    ProcessTemplate,
    Role,
    ThematicArea,
    ValueChainSegment,
)
from app.partnerships.services.members import add_member
from app.partnerships.services.roles import give_role
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


def add_area(session: Session, *, key: str, name: str, platform: str = "other", description: str = "") -> ThematicArea:
    """A thematic area. Raises Invalid when its key is taken."""
    if session.scalars(select(ThematicArea).where(ThematicArea.key == key)).first():
        raise Invalid(_("There is an area with this short name already."), field="key")
    area = ThematicArea(key=key, name=name.strip(), platform=platform, description=description.strip())
    session.add(area)
    session.flush()
    return area
