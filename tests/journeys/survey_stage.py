"""Sets the stage for the journeys of surveys: `python -m tests.journeys.survey_stage` prints links as JSON.

A partnership of eight regions. `mapping-of-circular-textiles` is over, with a shared run; in `second-survey`, which is
open, two organisations of Norte are asked; `in-design` is being prepared. Lena leads and organises an event, Mona
speaks for Catalonia.
"""

import json
import sys
from datetime import timedelta

from sqlalchemy.orm import Session

from app import create_app
from app.accounts.mails import link_address
from app.accounts.models import LinkPurpose, User
from app.accounts.services import make_link
from app.core.clock import system_clock
from app.core.database import Database
from app.core.migrating import upgrade_database
from app.core.transitions import Act
from app.demo import mapping
from app.events.models import Event, EventFormat, Phase, Staff, StaffRole
from app.partnerships.models import PartnershipMember
from app.surveys import links, services
from tests.factories.partnerships import bring_to, make_member, make_partnership, make_user
from tests.factories.surveys import invite, make_campaign

REGIONS = ("ES51", "ITC1", "FRE1", "DED4", "CZ05", "BE23", "EL52")
LINKS_EACH = 3


def main() -> None:
    """Write everything, print the links."""
    app = create_app()
    with app.app_context():
        upgrade_database()
        database: Database = app.extensions["database"]
        with database.open() as session:
            found = build(session)
            session.commit()
    json.dump(found, sys.stdout)


def build(session: Session) -> dict[str, list[str]]:
    """The partnership, its surveys, the event; sign-in links by first name, and the personal link of the answer."""
    clock = system_clock
    lena, mona = make_user(session, clock, "Lena Lead"), make_user(session, clock, "Mona Member")
    partnership = make_partnership(session, clock, lena)
    for nuts in REGIONS:
        make_member(session, clock, partnership, mona if nuts == "ES51" else None, nuts)
    for member in session.query(PartnershipMember):
        member.state = "member"
    bring_to(session, partnership, "active")
    mapping.map_regions(session, clock, partnership, lena)
    campaign = make_campaign(session, clock, partnership, lena, title="Second survey")
    campaign.introduction = "What can you do for circular textiles?"
    asked = invite(session, clock, campaign, lena, "ines@example.org", "PT11", organisation="Fiação do Ave")
    other = invite(session, clock, campaign, lena, "rui@example.org", "PT11", organisation="Malhas do Minho")
    services.move(session, clock, campaign, "open", Act(lena.id, mapping.ROLES))
    make_campaign(session, clock, partnership, lena, title="In design")
    _event(session, lena)
    session.flush()
    found = {name: [_link(session, user) for _ in range(LINKS_EACH)] for name, user in (("lena", lena), ("mona", mona))}
    return {**found, "answer": [links.address_of(asked)], "other": [links.address_of(other)]}


def _event(session: Session, organiser: User) -> None:
    event = Event(slug="spring", name="Spring Partnering Day", time_zone="Europe/Brussels", place="Ghent")
    event.format, event.phase, event.created_at = EventFormat.ON_SITE, Phase.BOOKING, system_clock()
    session.add(event)
    session.flush()
    session.add(Staff(event_id=event.id, user_id=organiser.id, role=StaffRole.ORGANISER, created_at=system_clock()))


def _link(session: Session, user: User) -> str:
    return link_address(make_link(session, system_clock, user, LinkPurpose.SIGN_IN, timedelta(hours=1)))


if __name__ == "__main__":
    main()
