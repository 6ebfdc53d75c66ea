"""Sets the stage for the journeys of surveys: `python -m tests.journeys.survey_stage` prints links as JSON.

A partnership of eight regions. `mapping-of-circular-textiles` is over, with a shared run; in `second-survey`, which is
open, two organisations of Norte are asked; `in-design` is being prepared. Lena leads and organises an event, Mona
speaks for Catalonia; the two people behind the first match are registered for the event.
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
from app.events.models import Event, EventFormat, ParticipantType, Phase, Staff, StaffRole
from app.organisations import reference
from app.partnerships.models import PartnershipMember
from app.projects.models import PartnershipEvent
from app.registrations.models import Participant, RegistrationState
from app.surveys import links, queries, services
from app.surveys.models import FindingKind, MatchingRun
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
    run = mapping.map_regions(session, clock, partnership, lena)
    campaign = make_campaign(session, clock, partnership, lena, title="Second survey")
    campaign.introduction = "What can you do for circular textiles?"
    asked = invite(session, clock, campaign, lena, "ines@example.org", "PT11", organisation="Fiação do Ave")
    other = invite(session, clock, campaign, lena, "rui@example.org", "PT11", organisation="Malhas do Minho")
    services.move(session, clock, campaign, "open", Act(lena.id, mapping.ROLES))
    make_campaign(session, clock, partnership, lena, title="In design")
    event = _event(session, lena)
    session.flush()
    session.add(PartnershipEvent(partnership_id=partnership.id, event_id=event.id, added_at=clock()))
    seeker, giver, match = _two_who_match(session, run, event)
    people = {"lena": lena, "mona": mona, "seeker": seeker, "giver": giver}
    found = {name: [_link(session, user) for _ in range(LINKS_EACH)] for name, user in people.items()}
    found["match"] = match
    return {**found, "answer": [links.address_of(asked)], "other": [links.address_of(other)]}


def _event(session: Session, organiser: User) -> Event:
    event = Event(slug="spring", name="Spring Partnering Day", time_zone="Europe/Brussels", place="Ghent")
    event.format, event.phase, event.created_at = EventFormat.ON_SITE, Phase.BOOKING, system_clock()
    session.add(event)
    session.flush()
    session.add(Staff(event_id=event.id, user_id=organiser.id, role=StaffRole.ORGANISER, created_at=system_clock()))
    return event


def _two_who_match(session: Session, run: MatchingRun, event: Event) -> tuple[User, User, list[str]]:
    """The two people behind the first kept match, registered for the event; and where the match stands in the map."""
    finding = next(row for row in queries.findings_of(session, run.id) if row.kind is FindingKind.COMPLEMENTARITY)
    pair = queries.pairs_behind(session, finding)[0]
    kind = ParticipantType(event_id=event.id, key="partner", name="Partner", position=0)
    session.add(kind)
    session.flush()
    users = []
    for code, person in (("p0001", pair.asker), ("p0002", pair.asked)):
        user = User(email=person.email, name=person.person, created_at=system_clock())
        user.email_confirmed_at = system_clock()
        session.add(user)
        session.flush()
        session.add(
            Participant(event_id=event.id, user_id=user.id, organisation_id=person.organisation_id, type_id=kind.id,
                        code=code, state=RegistrationState.APPROVED, languages=["en"], feed_token=f"feed-{code}",
                        created_at=system_clock())
        )  # fmt: skip
        users.append(user)
    session.flush()
    segment = dict(run.snapshot["segments"])[pair.segment]
    return users[0], users[1], [reference.regions().label(pair.asker.region), segment, str(finding.id)]


def _link(session: Session, user: User) -> str:
    return link_address(make_link(session, system_clock, user, LinkPurpose.SIGN_IN, timedelta(hours=1)))


if __name__ == "__main__":
    main()
