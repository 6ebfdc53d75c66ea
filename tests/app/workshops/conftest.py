"""A workshop at the cast's event: Olga organises, Pia signed up, Piotr did not, Lena leads the partnership."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.partnerships.models import Partnership
from app.workshops.models import Workshop
from tests.app.agenda.conftest import relayed, socket
from tests.cast import Cast
from tests.factories.partnerships import bring_to, make_partnership, make_user
from tests.factories.workshops import make_workshop

__all__ = ["relayed", "socket"]


@dataclass
class Room:
    """The workshop and who has to do with it."""

    cast: Cast
    workshop: Workshop
    partnership: Partnership
    lena: User
    session: Session

    @property
    def path(self) -> str:
        return f"/events/spring/workshops/{self.workshop.session_id}/"


@pytest.fixture
def room(session, clock, cast: Cast) -> Room:
    lena = make_user(session, clock, "Lena Lead")
    partnership = make_partnership(session, clock, lena)
    bring_to(session, partnership, "active")
    workshop = make_workshop(session, clock, cast.event, cast.olga, cast.pia_participant, partnership=partnership)
    session.commit()
    return Room(cast, workshop, partnership, lena, session)
