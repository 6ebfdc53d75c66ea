"""An anonymous entry and its owner come together nowhere before the owner agrees: page by page, person by person."""

import json

import pytest
from sqlalchemy import select

from app.agenda.queries import agenda_of
from app.core.errors import Invalid
from app.core.models import LiveEvent, Mail
from app.marketplace import services
from app.marketplace.models import Disclosure, Entry, EntryKind, Reach
from app.marketplace.services import EntryData
from app.matching import services as matching
from app.organisations.models import Organisation
from tests.factories.agenda import publish
from tests.factories.marketplace import make_entry, make_interest, make_own_entry
from tests.factories.registrations import make_organisation, make_user
from tests.factories.timetables import make_request

TITLE = "Zwitterionic membranes for dye houses"
TEXT = "Our site by the Quellbach runs three shifts."


@pytest.fixture
def secret(app, session, clock, cast):
    """Pia's anonymous offer at the event, shown to all members, with description, region and sector kept back."""
    cast.pia_participant.organisation.nuts, cast.pia_participant.organisation.nace = "ITC4", "20.1"
    with app.app_context():
        entry = services.add_entry(
            session,
            clock,
            cast.pia,
            cast.pia_participant,
            EntryData(
                EntryKind.OFFER,
                TITLE,
                TEXT,
                ("zwitterion",),
                reach=Reach.MEMBERS,
                anonymous=True,
                concealed=("text", "region", "sector"),
            ),
        )
    session.commit()
    return entry


@pytest.fixture
def outside(app, session, clock, cast):
    """Somebody's anonymous need outside events; nothing else here knows of them."""
    owner = make_user(session, clock, "Quirina Zanzibarova")
    employer = make_organisation(session, clock, "Xylotech Nebula")
    employer.nuts, employer.website = "AT12", "https://xylonebula.example"
    with app.app_context():
        entry = make_own_entry(
            session,
            clock,
            owner,
            "Somebody who spins kelp",
            EntryKind.NEED,
            organisation=employer,
            anonymous=True,
            concealed=("region",),
        )
    session.commit()
    return entry


GIVEAWAYS = ("Zanzibarova", "Xylotech", "xylonebula", "AT12", "Niederösterreich")


def viewers(cast):
    return {"omar": cast.omar, "piotr": cast.piotr, "olga": cast.olga, "dana": cast.dana, "ada": cast.ada}


@pytest.mark.parametrize("who", ["omar", "piotr", "olga", "dana", "ada"])
def test_no_page_of_the_marketplace_names_the_owner(cast, sign_in, outside, who):
    browser = sign_in(viewers(cast)[who])
    pages = [
        "/marketplace",
        "/marketplace?q=kelp",
        "/marketplace?kind=need&sort=newest",
        "/marketplace?sort=ending",
        f"/marketplace/entries/{outside.code}",
        f"/marketplace/entries/{outside.code}.json",
        "/marketplace/interests?view=sent",
        "/marketplace/mine",
        "/marketplace/mine/export.json",
        "/marketplace/searches?q=kelp",
    ]
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 200, page
        assert [word for word in GIVEAWAYS if word in answer.text] == [], page
    assert outside.title in browser.get("/marketplace?q=kelp").text
    assert outside.title in browser.get(f"/marketplace/entries/{outside.code}").text


def test_nobody_signed_in_sees_no_entry_at_all(client, outside):
    for page in ("/marketplace", f"/marketplace/entries/{outside.code}", f"/marketplace/entries/{outside.code}.json"):
        answer = client.get(page)
        assert answer.status_code == 302
        assert outside.title not in answer.text


@pytest.mark.parametrize("words", ["Zanzibarova", "Quirina", "Xylotech", "nebula", "xylotehc", "Zanzibarowa"])
def test_searching_for_the_owner_does_not_find_the_entry(cast, sign_in, outside, words):
    assert outside.title not in sign_in(cast.omar).get(f"/marketplace?q={words}").text


@pytest.mark.parametrize("query", ["q=Quellbach", "q=Quellbahc", "region=ITC4", "sector=C", "q=Piave", "event=1"])
def test_what_is_kept_back_is_found_by_no_search_and_no_filter(cast, sign_in, secret, query):
    for person in (cast.omar, cast.piotr):
        page = sign_in(person).get(f"/marketplace?{query}").text
        assert TITLE not in page
    shown = sign_in(cast.omar).get(f"/marketplace/entries/{secret.code}")
    assert TEXT not in shown.text
    assert "Lombardia" not in shown.text
    document = json.loads(sign_in(cast.omar).get(f"/marketplace/entries/{secret.code}.json").text)["profiles"][0]
    assert not {"description", "region", "sector", "organisation", "concealed"} & set(document)


def test_facets_do_not_count_what_is_kept_back(cast, sign_in, secret):
    page = sign_in(cast.omar).get("/marketplace").text
    assert 'value="IT"' in page
    assert 'value="ITC4"' not in page
    assert 'name="sector"' not in page


def test_the_order_does_not_tie_entries_together(app, session, clock, cast, sign_in):
    """Written in one go, one of them anonymous: the order of a day is that of random codes."""
    with app.app_context():
        for number in range(12):
            make_own_entry(session, clock, cast.pia, f"Line {number}", anonymous=number % 2 == 0)
    session.commit()
    page = sign_in(cast.omar).get("/marketplace?sort=newest").text
    codes = {entry.code: page.index(entry.code) for entry in session.scalars(select(Entry))}
    assert sorted(codes, key=codes.get) == sorted(codes)


def test_a_partner_is_not_tied_to_their_anonymous_entry_at_the_event(app, session, clock, cast, sign_in, secret):
    """Directory, partner's page, request and meeting: each read by another participant."""
    asked = make_request(session, clock, cast.piotr_participant, cast.pia_participant)
    publish(session, clock, cast.event, [(asked, cast.slots[0], cast.tables[0])])
    session.commit()
    piotr = sign_in(cast.piotr)
    assert "Pia Example" in piotr.get("/events/spring/partners").text
    for query in ("q=zwitterionic", "q=Quellbach", "kind=offer"):
        assert "Pia Example" not in piotr.get(f"/events/spring/partners?{query}").text, query
    for page in (
        "/events/spring/partners",
        "/events/spring/partners/pia",
        "/events/spring/requests?view=sent",
        "/events/spring/agenda",
        f"/events/spring/agenda/meetings/{asked.code}",
        "/events/spring/agenda.ics",
    ):
        answer = piotr.get(page)
        text = answer.text
        assert answer.status_code == 200, page
        assert TITLE not in text, page
        assert "zwitterion" not in text, page
    assert agenda_of(session, cast.event, cast.piotr_participant.id).items


def test_an_anonymous_entry_gives_no_score_and_no_reason(app, session, clock, cast, secret):
    make_entry(session, clock, cast.piotr_participant, EntryKind.NEED, TITLE)
    session.commit()
    with app.app_context():
        computed = matching.compute(session, cast.event)
    assert "Zwitterionic" not in json.dumps([row["reasons"] for row in computed.rows if row["participant_id"] != 0])
    profiles = {profile.id: profile for profile in matching.profiles_of(session, cast.event.id)}
    assert profiles[cast.pia_participant.id].offers == ()


def test_the_organiser_who_acts_for_people_knows_and_the_desk_does_not(cast, sign_in, secret):
    pages = ["/events/spring/organise/entries", "/events/spring/organise/participants/pia"]
    for page in pages:
        organiser, desk = sign_in(cast.olga).get(page), sign_in(cast.dana).get(page)
        assert (organiser.status_code, desk.status_code) == (200, 200)
        assert TITLE in organiser.text
        assert TITLE not in desk.text
    assert TITLE not in sign_in(cast.dana).get("/events/spring/organise/entries?q=Piave").text
    export = "/events/spring/organise/export/entries.csv"
    assert TITLE in sign_in(cast.olga).get(export).text
    for person in (cast.dana, cast.piotr, cast.omar):
        assert sign_in(person).get(export).status_code == 403


def test_the_owner_sees_everything_of_their_own(cast, sign_in, secret):
    pia = sign_in(cast.pia)
    assert TEXT in pia.get("/marketplace/mine/export.json").text
    assert TITLE in pia.get(f"/marketplace/mine/{secret.code}").text
    assert TITLE in pia.get("/events/spring/me/entries").text
    assert sign_in(cast.piotr).get(f"/marketplace/mine/{secret.code}").status_code == 404
    assert sign_in(cast.ada).post(f"/marketplace/mine/{secret.code}/publish").status_code == 404


def test_a_grant_reveals_this_entry_to_this_person_only(app, session, clock, cast, sign_in, secret):
    with app.app_context():
        other = make_own_entry(session, clock, cast.pia, "Another secret of the same house", anonymous=True)
        interest = make_interest(session, clock, cast.piotr, secret)
        session.commit()
        services.grant(session, clock, cast.pia, interest, "Gladly.")
    session.commit()
    piotr, page = sign_in(cast.piotr), f"/marketplace/entries/{secret.code}"
    shown = piotr.get(page).text
    for word in ("Pia Example", "Piave Polymers", "pia@example.org", TEXT, "Lombardia"):
        assert word in shown, word
    assert TITLE in piotr.get("/events/spring/partners/pia").text
    assert "Pia Example" not in piotr.get(f"/marketplace/entries/{other.code}").text
    assert "Pia Example" not in sign_in(cast.omar).get(page).text
    assert TITLE not in sign_in(cast.olga).get("/marketplace/interests").text
    ways = [(row.viewer_id, row.way.value) for row in session.scalars(select(Disclosure).order_by(Disclosure.id))]
    assert ways == [(cast.piotr.id, "grant"), (cast.piotr.id, "look")]
    piotr.get(page)
    session.expire_all()
    assert session.query(Disclosure).count() == 2
    assert "Piotr Example" in sign_in(cast.pia).get(f"/marketplace/mine/{secret.code}").text


@pytest.mark.parametrize("act", ["decline", "withdraw", "expire"])
def test_without_a_grant_no_mail_and_no_list_names_the_owner(app, session, clock, cast, sign_in, outside, act):
    with app.app_context():
        interest = make_interest(session, clock, cast.omar, outside)
        session.commit()
        waiting = sign_in(cast.omar).get(f"/marketplace/entries/{outside.code}").text
        assert "Waiting for an answer" in waiting
        assert [word for word in GIVEAWAYS if word in waiting] == []
        if act == "decline":
            services.decline(session, clock, outside.owner, interest, "Not now.")
        elif act == "withdraw":
            services.withdraw(session, clock, cast.omar, interest)
        else:
            clock.advance(interest.expires_at - clock())
            from app.marketplace.interests import expire_due

            assert expire_due(session, clock) == 1
    session.commit()
    to_omar = session.scalars(select(Mail).where(Mail.recipient == cast.omar.email)).all()
    live = session.scalars(select(LiveEvent)).all()
    text = "".join(f"{mail.subject} {mail.body}" for mail in to_omar) + json.dumps([one.payload for one in live])
    for page in ("/marketplace/interests?view=sent", "/marketplace", f"/marketplace/entries/{outside.code}"):
        text += sign_in(cast.omar).get(page).text
    assert [word for word in GIVEAWAYS if word in text] == []
    assert len(to_omar) == (0 if act == "withdraw" else 1)


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("Piave-Polymers seeks a partner", "", "Piave Polymers"),
        ("A partner", "Write to Pia Example.", "Pia Example"),
        ("A partner", "See www.piavepolymers.example.", "www.piavepolymers.example"),
        ("A partner", "pia@example.org", "pia@example.org"),
    ],
)
def test_an_anonymous_text_that_names_its_owner_is_refused(app, session, clock, cast, title, text, told):
    cast.pia_participant.organisation.website = "https://www.piavepolymers.example"
    data = EntryData(EntryKind.NEED, title, text, anonymous=True)
    with app.app_context(), pytest.raises(Invalid, match="must not"):
        services.add_entry(session, clock, cast.pia, cast.pia_participant, data)
    kept_back = EntryData(EntryKind.NEED, "A partner", text or title, anonymous=True, concealed=("text",))
    with app.app_context():
        assert services.add_entry(session, clock, cast.pia, cast.pia_participant, kept_back).anonymous


def test_a_name_once_shown_stays_known(app, session, clock, cast):
    with app.app_context():
        entry = make_own_entry(session, clock, cast.pia, "Open at first")
        services.hide(session, clock, cast.pia, entry)
        with pytest.raises(Invalid) as caught:
            services.change_entry(
                session, clock, cast.pia, entry, EntryData(EntryKind.OFFER, "Open at first", anonymous=True)
            )
        assert caught.value.field == "anonymous"
        with pytest.raises(Invalid, match="readers would know"):
            make_own_entry(session, clock, cast.pia, "open AT first", EntryKind.NEED, anonymous=True)


def test_an_entry_outlives_its_event(app, session, clock, cast, sign_in, secret):
    session.delete(cast.pia_participant)
    session.commit()
    assert session.get(Entry, secret.id).owner_id == cast.pia.id
    assert TITLE in sign_in(cast.pia).get("/marketplace/mine").text
    assert TITLE in sign_in(cast.omar).get("/marketplace").text
    assert session.query(Organisation).count() == 2
