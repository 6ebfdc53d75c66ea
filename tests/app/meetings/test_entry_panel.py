"""The page of an entry leads to its owner at an event where the reader may ask for a meeting, and only there."""

import pytest

from app.events.models import Phase
from app.meetings.services import veto
from app.registrations.models import RegistrationState
from tests.factories.marketplace import make_entry, make_own_entry

WAY = "/events/spring/partners/"


@pytest.fixture
def entry(app, session, clock, cast):
    with app.test_request_context():
        made = make_own_entry(session, clock, cast.pia, "Kelp yarn")
    session.commit()
    return made


def page(sign_in, who, entry) -> str:
    answer = sign_in(who).get(f"/marketplace/entries/{entry.code}")
    assert answer.status_code == 200
    return answer.text


def test_who_takes_part_in_the_same_event_can_ask_there(entry, cast, sign_in) -> None:
    assert f"{WAY}{cast.pia_participant.code}" in page(sign_in, cast.piotr, entry)
    assert WAY not in page(sign_in, cast.omar, entry)
    assert WAY not in page(sign_in, cast.pia, entry)


def test_the_link_leads_to_the_form(entry, cast, sign_in) -> None:
    piotr = sign_in(cast.piotr)
    assert "/ask" in piotr.get(f"{WAY}{cast.pia_participant.code}").text


@pytest.mark.parametrize("owner_avoids", [True, False])
def test_who_avoids_or_is_avoided_finds_no_way(owner_avoids, entry, app, session, clock, cast, sign_in) -> None:
    pair = (cast.pia_participant, cast.piotr_participant)
    with app.test_request_context():
        veto(session, cast.event, *(pair if owner_avoids else pair[::-1]), clock)
    session.commit()
    assert WAY not in page(sign_in, cast.piotr, entry)


def test_there_is_no_way_before_asking_opens_nor_for_who_left(entry, session, cast, sign_in) -> None:
    cast.event.phase = Phase.REGISTRATION
    session.commit()
    assert WAY not in page(sign_in, cast.piotr, entry)
    cast.event.phase, cast.pia_participant.state = Phase.BOOKING, RegistrationState.CANCELLED
    session.commit()
    assert WAY not in page(sign_in, cast.piotr, entry)


def test_an_anonymous_entry_leads_nowhere(app, session, clock, cast, sign_in) -> None:
    with app.test_request_context():
        secret = make_own_entry(session, clock, cast.pia, "Kelp rope", anonymous=True)
        here = make_entry(session, clock, cast.pia_participant, title="Kelp net", anonymous=True)
    session.commit()
    for entry in (secret, here):
        assert WAY not in page(sign_in, cast.piotr, entry)
