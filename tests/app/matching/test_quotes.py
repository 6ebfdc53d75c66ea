"""An entry that is hidden or removed is quoted in no stored reason from that moment on."""

import json

import pytest
from sqlalchemy import select

from app.marketplace import services as market
from app.marketplace.models import EntryKind, EntryState
from app.matching import services
from app.matching.models import Recommendation
from app.matching.quotes import take_back_quotes
from tests.factories.marketplace import make_entry

SECRET = "Depolymerisation of quartzite sludge"


def reasons(session) -> dict[tuple[int, int], str]:
    session.expire_all()
    return {
        (row.participant_id, row.other_id): json.dumps(row.reasons)
        for row in session.scalars(select(Recommendation).order_by(Recommendation.id))
    }


@pytest.fixture(params=[EntryKind.NEED, EntryKind.OFFER], ids=lambda kind: kind.value)
def entry(request, app, session, cast, clock):
    """Pia's secret entry, met by one of Piotr's, with scores computed; and a second pair that has nothing to do with
    it."""
    mine, theirs = request.param, EntryKind.OFFER if request.param is EntryKind.NEED else EntryKind.NEED
    pia, piotr = cast.pia_participant, cast.piotr_participant
    secret = make_entry(session, clock, pia, mine, SECRET)
    answer = make_entry(session, clock, piotr, theirs, f"{SECRET}, any")
    plain = [make_entry(session, clock, pia, theirs, "Barrier films for paper cups")]
    plain.append(make_entry(session, clock, piotr, mine, "Barrier films for paper trays"))
    for one, keywords in ((secret, ["quartzite"]), (answer, ["quartzite", "sludge"]), *((one, []) for one in plain)):
        one.keywords = keywords
    session.flush()
    with app.test_request_context():
        services.store(session, cast.event, services.compute(session, cast.event), clock)
        session.commit()
        told = "".join(reasons(session).values())
        assert told.count(f'"{SECRET}"') >= 2
        assert '"part": "codes"' in told
        yield secret


@pytest.mark.parametrize("way", ["hide", "remove"])
def test_what_is_shown_no_more_is_quoted_no_more(way, entry, session, cast, clock) -> None:
    if way == "hide":
        market.hide(session, clock, cast.pia, entry)
    else:
        market.remove_entry(session, clock, cast.pia, entry)
    after = reasons(session)
    told = "".join(after.values())
    assert f'"{SECRET}"' not in told
    assert '"part": "codes"' not in told
    pair = (cast.pia_participant.id, cast.piotr_participant.id)
    for row in (pair, pair[::-1]):
        assert "Barrier films" in after[row]


def test_a_change_that_hides_nothing_takes_nothing_back(entry, session, cast, clock) -> None:
    before = reasons(session)
    entry.title = f"{SECRET} and gravel"
    assert entry.state is EntryState.PUBLISHED
    assert take_back_quotes(session, cast.pia_participant) == 0
    assert take_back_quotes(session, cast.piotr_participant) == 0
    assert reasons(session) == before
