"""The part of the stage about partnerships: one that the event `today` serves, with the demo's six projects.

Mira speaks for its lead region, Sven is the secretariat. Pia and Piotr have an agreed meeting at `today`.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.demo.projects import load_projects, load_report
from app.events.models import Event
from app.partnerships import services as partnerships
from app.partnerships.models import MemberRole, PartnershipMember, Role
from app.projects import services
from app.projects.kinds import Source
from tests.factories.partnerships import bring_to, make_member, make_partnership

NAMES = ("Mira", "Sven")


def set_up(session: Session, clock: Clock, users: dict[str, User], event: Event) -> None:
    """Write the partnership `packaging`, its projects, a report and a call."""
    partnership = make_partnership(session, clock, users["Mira"], slug="packaging", name="Circular Packaging")
    for nuts in ("ES51", "ITC1", "FRE1", "DED4", "CZ05", "BE23", "EL52"):
        make_member(session, clock, partnership, None, nuts)
    partnerships.give_role(session, clock, users["Ada"], users["Sven"], Role.SECRETARIAT)
    bring_to(session, partnership, "active")
    member = session.scalars(
        select(PartnershipMember).where(
            PartnershipMember.partnership_id == partnership.id, PartnershipMember.role == MemberRole.LEAD
        )
    ).one()
    values = {"title": "Circular fibres", "link": "https://example.org/strategy.pdf", "code": "P3", "description": ""}
    priority = partnerships.add_priority(session, clock, users["Mira"], "PT11", values)
    partnerships.link_priority(session, member, priority)
    services.add_call(
        session,
        clock,
        None,
        services.CallData(
            code="I3-JOURNEY", title="Investments for the journey", source=Source.I3, rate_cap=7000,
            deadline=clock() + timedelta(days=40),
        ),
    )  # fmt: skip
    load_projects(session, clock, partnership, event, users["Mira"])
    load_report(session, clock, partnership, users["Mira"], users["Sven"])
