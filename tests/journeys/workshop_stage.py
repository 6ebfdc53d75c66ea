"""Sets the stage for the journeys of workshops: `python -m tests.journeys.workshop_stage` prints links as JSON.

Olga organises the event, Pia and Piotr signed up for its workshop, which is about to begin; Omar has only an account.
"""

import json
import sys
from datetime import timedelta

from sqlalchemy.orm import Session

from app import create_app
from app.accounts.mails import link_address
from app.accounts.models import LinkPurpose
from app.accounts.services import make_link
from app.core.clock import system_clock
from app.core.database import Database
from app.core.migrating import upgrade_database
from app.workshops import services
from app.workshops.services import AgendaLine, GroupLine
from tests import cast as casting
from tests.factories.partnerships import bring_to, make_partnership, make_user
from tests.factories.workshops import make_workshop

LINKS_EACH = 4


def main() -> None:
    """Write everything, print the links."""
    app = create_app()
    with app.app_context():
        upgrade_database()
        database: Database = app.extensions["database"]
        with database.open() as session:
            links = build(session)
            session.commit()
    json.dump(links, sys.stdout)


def build(session: Session) -> dict[str, list[str]]:
    """The event and its workshop; sign-in links by first name, and the number of the session."""
    cast = casting.assemble(session, system_clock)
    lena = make_user(session, system_clock, "Lena Lead")
    partnership = make_partnership(session, system_clock, lena)
    bring_to(session, partnership, "active")
    workshop = make_workshop(
        session, system_clock, cast.event, cast.olga, cast.pia_participant, cast.piotr_participant,
        partnership=partnership, state="planned",
    )  # fmt: skip
    groups = [GroupLine("Sorting", "Who buys the bales?", "Table 3"), GroupLine("Spinning")]
    services.save_groups(session, system_clock, cast.olga, workshop, groups)
    agenda = [AgendaLine("Welcome", 10), AgendaLine("What we need", 50, "Pia Example")]
    services.save_agenda(session, system_clock, cast.olga, workshop, agenda)
    people = {"olga": cast.olga, "pia": cast.pia, "piotr": cast.piotr, "omar": cast.omar, "lena": lena}
    links = {
        name: [
            link_address(make_link(session, system_clock, user, LinkPurpose.SIGN_IN, timedelta(hours=1)))
            for _ in range(LINKS_EACH)
        ]
        for name, user in people.items()
    }
    links["number"] = [str(workshop.session_id)]
    return links


if __name__ == "__main__":
    main()
