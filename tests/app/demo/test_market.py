"""The marketplace of the demo: what it shows, and that each entry would pass the checks of its form."""

from collections import Counter
from dataclasses import replace

from sqlalchemy import func, select

from app.core.models import Mail
from app.demo import services
from app.demo.building import SMALL_SIZE
from app.demo.content import market
from app.marketplace import checks
from app.marketplace.masking import face
from app.marketplace.models import Disclosure, Entry, FacetValue, Interest, InterestState
from app.marketplace.services import data_of


def test_entries_outside_the_event_are_sound_and_found(app, session, clock) -> None:
    services.load_registrations(session, clock, size=SMALL_SIZE)
    outside = session.scalars(select(Entry).where(Entry.participant_id.is_(None))).all()
    assert len(outside) == len(market()["entries"])
    with app.app_context():
        for entry in outside:
            # As if it were written now; that anonymous ones may not be shown openly before is in the data themselves.
            data = replace(data_of(entry), concealed=tuple(entry.concealed))
            assert checks.checked(session, entry, data, is_new=False)["title"] == entry.title
    assert all(entry.indexed_as for entry in session.scalars(select(Entry)))
    anonymous = [entry for entry in outside if entry.anonymous]
    assert len(anonymous) >= 3
    assert all(face(entry).owner is None for entry in anonymous)
    assert len({entry.owner_id for entry in outside}) == len(outside)
    assert set(session.scalars(select(FacetValue.value).where(FacetValue.facet == "profile"))) >= {
        "BO",
        "TO",
        "TR",
        "RDR",
    }


def test_interest_is_in_several_states_and_nobody_is_mailed(app, session, clock) -> None:
    services.load_registrations(session, clock, size=SMALL_SIZE)
    states = Counter(session.scalars(select(Interest.state)))
    assert states[InterestState.OPEN] >= 1
    assert states[InterestState.GRANTED] >= 1
    assert session.scalar(select(func.count(Disclosure.id))) == 1
    assert session.scalar(select(func.count(Mail.id))) == 0
