"""Needs and offers: what services guarantee and what pages do."""

import pytest

from app.core.errors import Conflict, Invalid
from app.marketplace import queries, rules, services
from app.marketplace.models import Entry, EntryKind
from app.marketplace.services import EntryData
from app.registrations.services import cancel
from tests.factories.marketplace import make_entry
from tests.factories.registrations import make_participant


@pytest.fixture
def need():
    return EntryData(
        EntryKind.NEED, "  Barrier   coating ", "For paper.", ("Paper", "barrier", "paper", " "), 4, 7, "research"
    )


def test_keywords_are_parted_tidied_and_unique():
    assert rules.keywords_of(" Paper;barrier  coating, paper,\n;") == ["Paper", "barrier coating"]


def test_an_entry_is_tidied_and_kept(app, session, clock, cast, need):
    with app.app_context():
        made = services.add_entry(session, clock, cast.pia, cast.pia_participant, need)
    assert (made.title, made.keywords) == ("Barrier coating", ["Paper", "barrier"])
    assert queries.counts_of(session, cast.pia_participant.id) == {EntryKind.NEED: 1, EntryKind.OFFER: 0}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "t" * 257}, "title"),
        ({"text": "t" * 4001}, "text"),
        ({"keywords": tuple(f"word {n}" for n in range(13))}, "keywords"),
        ({"keywords": ("w" * 61,)}, "keywords"),
        ({"trl_min": 10}, "trl_min"),
        ({"trl_min": 8, "trl_max": 3}, "trl_max"),
        ({"partnership": "marriage"}, "partnership"),
    ],
)
def test_a_fault_names_its_field(app, session, clock, cast, need, changes, field):
    faulty = EntryData(**(vars(need) | changes))
    with app.app_context(), pytest.raises(Invalid) as caught:
        services.add_entry(session, clock, cast.pia, cast.pia_participant, faulty)
    assert caught.value.field == field
    assert queries.entries_of(session, cast.pia_participant.id) == []


def test_a_title_stands_once_per_kind(app, session, clock, cast, need):
    with app.app_context():
        made = services.add_entry(session, clock, cast.pia, cast.pia_participant, need)
        twin = EntryData(EntryKind.NEED, "barrier COATING")
        with pytest.raises(Invalid, match="already"):
            services.add_entry(session, clock, cast.pia, cast.pia_participant, twin)
        services.add_entry(
            session, clock, cast.pia, cast.pia_participant, EntryData(EntryKind.OFFER, "Barrier coating")
        )
        assert services.change_entry(session, clock, cast.pia, made, need) is False


def test_there_is_a_most_of_each_kind(app, session, clock, cast):
    with app.app_context():
        for number in range(rules.ENTRIES_PER_KIND):
            entry = EntryData(EntryKind.OFFER, f"Offer {number}")
            services.add_entry(session, clock, cast.pia, cast.pia_participant, entry)
        with pytest.raises(Invalid, match="already"):
            services.add_entry(session, clock, cast.pia, cast.pia_participant, EntryData(EntryKind.OFFER, "More"))


def test_who_left_changes_nothing(app, session, clock, cast, need):
    with app.app_context():
        cancel(session, clock, cast.pia, cast.pia_participant)
        with pytest.raises(Conflict):
            services.add_entry(session, clock, cast.pia, cast.pia_participant, need)


def test_entries_are_written_changed_and_removed_on_pages(cast, sign_in, session):
    browser, base = sign_in(cast.pia), "/events/spring/me/entries"
    assert "No needs yet" in browser.get(base).text
    form = {"title": "Pilot line", "text": "For films", "keywords": "film, pilot", "trl_min": "5", "trl_max": "7"}
    assert browser.post(f"{base}/new/offer", data=form).location == base
    made = session.query(Entry).one()
    assert (made.kind, made.keywords, made.trl_min) == (EntryKind.OFFER, ["film", "pilot"], 5)
    assert "film, pilot" in browser.get(f"{base}/{made.id}").text
    assert browser.post(f"{base}/{made.id}", data=form | {"trl_min": "9"}).status_code == 422
    assert browser.post(f"{base}/{made.id}", data=form | {"title": "Pilot plant"}).status_code == 302
    session.expire_all()
    assert session.get(Entry, made.id).title == "Pilot plant"
    assert browser.post(f"{base}/{made.id}/remove").status_code == 302
    session.expire_all()
    assert session.query(Entry).count() == 0
    assert browser.post(f"{base}/new/nothing", data=form).status_code == 404


def test_the_way_through_registration_is_kept(cast, sign_in):
    answer = sign_in(cast.pia).post("/events/spring/me/entries/new/need?journey=1", data={"title": "Paper"})
    assert answer.location == "/events/spring/me/entries?journey=1"


def test_the_organiser_writes_on_behalf(cast, sign_in, session):
    base = "/events/spring/organise/participants/pia/entries"
    assert sign_in(cast.olga).post(f"{base}/new/need", data={"title": "Paper"}).location == base
    assert session.query(Entry).one().participant_id == cast.pia_participant.id
    assert "Paper" in sign_in(cast.olga).get("/events/spring/organise/participants/pia").text


def test_the_organiser_sees_all_entries_with_the_same_queries(cast, sign_in, session, clock, queries):
    olga, page = sign_in(cast.olga), "/events/spring/organise/entries"

    def count():
        olga.get(page)
        with queries() as statements:
            assert olga.get(page).status_code == 200
        return len(statements)

    make_entry(session, clock, cast.pia_participant)
    one = count()
    for title in ("Steel", "Paper pulp"):
        make_entry(session, clock, make_participant(session, clock, cast.event), title=title)
    assert count() == one
    text = olga.get(f"{page}?q=pulp+paper&kind=need").text
    assert "Paper pulp" in text
    assert "Steel" not in text
    assert "Piotr Example" in text
