"""Search: words with slips, facets with counts, order; only what the viewer may see."""

from datetime import timedelta

import pytest

from app.marketplace import queries, search, services
from app.marketplace.models import EntryKind, EntryState, Posting, Reach, Term
from app.marketplace.search import Criteria
from app.marketplace.services import EntryData
from app.registrations.services import cancel
from tests.factories.marketplace import make_entry, make_own_entry
from tests.factories.registrations import make_organisation

TITLES = ("Recycling of glass fibre", "Pilot line for barrier coating", "Compostable films", "Spinning of kelp fibre")


@pytest.fixture
def market(app, session, clock, cast):
    """Four offers of Pia outside events, one a day."""
    with app.app_context():
        made = []
        for number, title in enumerate(TITLES):
            low = 2 * number + 1
            made.append(make_own_entry(session, clock, cast.pia, title, trl_min=low, trl_max=low + 1, country="AT"))
            clock.advance(timedelta(days=1))
    session.commit()
    return made


def titles(session, user, clock, q="", sort="relevance", event="", **facets):
    viewer = queries.viewer_of(session, user)
    wanted = Criteria.of({"q": [q], "sort": [sort], "event": [event], **facets})
    ids = search.find(session, viewer, wanted, clock()).ids
    return [found.face.title for found in queries.faces_of(session, viewer, ids)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("glass", ["Recycling of glass fibre"]),
        ("GLASS fibre", ["Recycling of glass fibre"]),
        ("recycl", ["Recycling of glass fibre"]),
        ("recyling", ["Recycling of glass fibre"]),
        ("recycilng", ["Recycling of glass fibre"]),
        ("barier coatign", ["Pilot line for barrier coating"]),
        ("cömpostable", ["Compostable films"]),
        ("kepl", ["Spinning of kelp fibre"]),
        ("steel", []),
        ("xx glass", []),
        ("of kelp", ["Spinning of kelp fibre"]),
    ],
)
def test_words_are_found_with_slips(session, clock, cast, market, query, found):
    assert titles(session, cast.omar, clock, query) == found


def test_what_was_written_counts_before_what_resembles_it(app, session, clock, cast, market):
    with app.app_context():
        make_own_entry(session, clock, cast.pia, "A line of pilots", text="fibre")
    found = titles(session, cast.omar, clock, "fibre")
    assert set(found[:2]) == {"Recycling of glass fibre", "Spinning of kelp fibre"}
    assert found[2:] == ["A line of pilots"]
    viewer = queries.viewer_of(session, cast.omar)
    (word,) = search.understood(session, viewer, "fibre", clock())
    assert word.instead == ()
    (word,) = search.understood(session, viewer, "fibbre", clock())
    assert word.instead == ("fibre",)


def test_a_slip_leads_to_no_word_that_only_hidden_entries_hold(app, session, clock, cast, market):
    with app.app_context():
        make_own_entry(session, clock, cast.pia, "Xenotime leaching", state=EntryState.HIDDEN)
    (word,) = search.understood(session, queries.viewer_of(session, cast.omar), "xenotine", clock())
    assert (dict(word.terms), word.instead) == ({}, ())


def test_order(session, clock, cast, market):
    assert titles(session, cast.omar, clock, sort="newest") == list(reversed(TITLES))
    assert titles(session, cast.omar, clock, sort="ending") == list(TITLES)


def test_facets_count_what_choosing_them_would_find(app, session, clock, cast, market):
    with app.app_context():
        make_own_entry(
            session, clock, cast.piotr, "A need of fibre", EntryKind.NEED, country="PL", trl_min=1, trl_max=3
        )
    viewer = queries.viewer_of(session, cast.omar)
    wanted = Criteria.of({"country": ["AT"], "trl": ["3"]})
    counts = search.count_facets(session, viewer, wanted, [], clock())
    assert counts["country"] == {"AT": 1, "PL": 1}
    assert counts["trl"] == {str(level): 1 for level in range(1, 9)}
    assert counts["kind"] == {"offer": 1}
    for country, count in counts["country"].items():
        assert len(titles(session, cast.omar, clock, country=[country], trl=["3"])) == count
    assert len(titles(session, cast.omar, clock, country=["AT", "PL"], trl=["3"])) == 2


def test_who_sees_what(app, session, clock, cast, market):
    """Event entries: participants and staff of the event. Hidden ones: nobody. Ended ones: nobody but at the event."""
    with app.app_context():
        make_entry(session, clock, cast.pia_participant, title="Event only")
        shown = make_entry(session, clock, cast.piotr_participant, title="Event and members", reach=Reach.MEMBERS)
        shown.expires_at = clock() + timedelta(days=1)
        make_own_entry(session, clock, cast.pia, "Hidden one", state=EntryState.HIDDEN)
    session.flush()
    everybody = {*TITLES, "Event and members"}
    assert set(titles(session, cast.omar, clock)) == everybody
    for person in (cast.pia, cast.piotr, cast.olga, cast.dana, cast.ada):
        assert set(titles(session, person, clock)) == everybody | {"Event only"}
    assert titles(session, cast.omar, clock, event=str(cast.event.id)) == []
    clock.advance(timedelta(days=2))
    assert set(titles(session, cast.omar, clock)) == set(TITLES)
    assert "Event and members" in titles(session, cast.pia, clock)
    assert set(titles(session, cast.pia, clock, event=str(cast.event.id))) == {"Event only", "Event and members"}
    assert titles(session, cast.omar, clock, event=str(cast.event.id)) == []
    with app.app_context():
        cancel(session, clock, cast.pia, cast.pia_participant)
    assert "Event only" not in titles(session, cast.piotr, clock)
    cast.pia.disabled_at = clock()
    assert titles(session, cast.omar, clock) == []


def test_the_index_follows_the_entry_and_the_organisation(app, session, clock, cast, market):
    employer = make_organisation(session, clock, "Quarzwerk")
    with app.app_context():
        entry = make_own_entry(session, clock, cast.pia, "Old words", organisation=employer)
        assert titles(session, cast.omar, clock, "quarzwerk") == ["Old words"]
        services.change_entry(session, clock, cast.pia, entry, EntryData(EntryKind.OFFER, "New words"))
        assert titles(session, cast.omar, clock, "old") == []
        assert titles(session, cast.omar, clock, "new") == ["New words"]
        services.remove_entry(session, clock, cast.pia, entry)
    assert session.query(Posting).filter_by(entry_id=entry.id).count() == 0
    from app.marketplace.indexing import forget_unused_words

    assert session.query(Term).filter_by(word="quarzwerk").count() == 1
    forget_unused_words(session)
    assert session.query(Term).filter_by(word="quarzwerk").count() == 0


def test_the_page_takes_the_same_number_of_queries_for_one_and_for_many(app, session, clock, cast, sign_in, queries):
    omar = sign_in(cast.omar)

    def count():
        omar.get("/marketplace")
        with queries() as statements:
            assert omar.get("/marketplace").status_code == 200
        return len(statements)

    with app.app_context():
        make_own_entry(session, clock, cast.pia, "First", organisation=make_organisation(session, clock))
    one = count()
    with app.app_context():
        for number in range(6):
            employer = make_organisation(session, clock)
            make_own_entry(session, clock, cast.piotr, f"Further {number}", organisation=employer)
    assert count() == one


NONSENSE = (
    *("q=%00", "q=" + "a" * 5000, "page=99999", "page=-1", "trl=99", "country=%27;--", "event=99999999999999999999"),
    *("sort=owner", "q=%25", "q=_", "kind=need&kind=offer&kind=x", "q=😀", "q=%E2%80%8B"),
)


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_in_the_address_does_no_harm(cast, sign_in, market, query):
    assert sign_in(cast.omar).get(f"/marketplace?{query}").status_code == 200
