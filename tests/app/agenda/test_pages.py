"""The pages: what they show, and who may see them."""

from datetime import timedelta

import pytest

from app.events.models import SessionKind
from app.marketplace.models import Entry, EntryKind
from app.matching.models import Recommendation
from app.matching.reasons import Reason
from tests.factories import agenda as factory
from tests.factories.timetables import make_request

PERSONS = ("pia", "petra", "omar", "olga", "nobody")


def ask(published, sign_in, client, person):
    if person == "nobody":
        return client
    return sign_in(published.petra if person == "petra" else getattr(published.cast, person))


@pytest.mark.parametrize(
    ("address", "answers"),
    [
        ("/events/spring/agenda", {"pia": 200, "petra": 200, "omar": 403, "olga": 403, "nobody": 302}),
        ("/events/spring/agenda.ics", {"pia": 200, "petra": 200, "omar": 403, "olga": 403, "nobody": 302}),
        ("/events/spring/agenda/meetings/{code}", {"pia": 200, "petra": 404, "omar": 403, "olga": 403, "nobody": 302}),
        (
            "/events/spring/agenda/meetings/{code}.ics",
            {"pia": 200, "petra": 404, "omar": 403, "olga": 403, "nobody": 302},
        ),
        ("/events/spring/programme", dict.fromkeys(PERSONS, 200)),
        ("/events/spring/screen", dict.fromkeys(PERSONS, 200)),
        ("/events/spring/programme/{session}.ics", dict.fromkeys(PERSONS, 200)),
        ("/feeds/{feed}.ics", dict.fromkeys(PERSONS, 200)),
        ("/feeds/no-such-token.ics", dict.fromkeys(PERSONS, 404)),
    ],
)
def test_who_may_see_what(published, sign_in, client, session, address, answers):
    held = factory.event_session(session, published.cast.event, published.cast.slots[3])
    values = {"code": published.request.code, "session": held.id, "feed": published.cast.pia_participant.feed_token}
    found = {p: ask(published, sign_in, client, p).get(address.format(**values)).status_code for p in PERSONS}
    assert found == answers


@pytest.mark.parametrize("address", ["/events/spring/programme", "/events/spring/screen"])
def test_a_programme_that_is_not_public_is_for_members(published, sign_in, client, address):
    published.cast.event.programme_public = False
    found = {p: ask(published, sign_in, client, p).get(address).status_code for p in PERSONS}
    assert found == {"pia": 200, "petra": 200, "omar": 403, "olga": 200, "nobody": 302}


def test_only_the_owner_renews_the_feed(published, sign_in, client, session):
    old = published.cast.pia_participant.feed_token
    assert client.post("/events/spring/agenda/feed").status_code == 401
    assert sign_in(published.cast.omar).post("/events/spring/agenda/feed").status_code == 403
    assert client.get(f"/feeds/{old}.ics").status_code == 200
    assert sign_in(published.cast.pia).post("/events/spring/agenda/feed").status_code == 302
    session.expire_all()
    new = published.cast.pia_participant.feed_token
    assert new != old
    assert len(new) >= 40
    assert client.get(f"/feeds/{old}.ics").status_code == 404
    assert client.get(f"/feeds/{new}.ics").status_code == 200


def test_now_and_next_follow_the_clock(published, sign_in, clock, session):
    cast = published.cast
    pia = sign_in(cast.pia)
    clock.now = cast.slots[0].starts_at - timedelta(hours=1)
    page = pia.get("/events/spring/agenda").text
    assert "Nothing right now" in page
    assert 'id="next"' in page
    clock.now = cast.slots[0].starts_at + timedelta(minutes=5)
    page = pia.get("/events/spring/agenda").text
    now_card = page[page.index('id="agenda-now"') : page.index('id="agenda-next"')]
    for text in ("Table A1", "Hall A", "Piotr Example", "Poznan Process Institute", "Poland", "10:00", "10:25"):
        assert text in now_card
    clock.now = cast.slots[3].ends_at
    assert "Nothing more in your agenda" in pia.get("/events/spring/agenda").text


def test_a_moved_meeting_says_where_it_was(app, published, sign_in, clock, session):
    cast = published.cast
    with app.app_context():
        factory.move(session, clock, cast.event, published.request, cast.slots[2], cast.tables[1])
    assert "Was 10:00, Table A1" in sign_in(cast.pia).get("/events/spring/agenda").text
    clock.advance(timedelta(hours=25))
    assert "Was 10:00" not in page_body(sign_in(cast.pia).get("/events/spring/agenda").text)


def test_a_cancelled_meeting_stays_for_a_day_with_its_reason(app, published, sign_in, clock, session):
    cast = published.cast
    with app.app_context():
        factory.cancel(session, clock, cast.event, published.request, "Piotr missed his train.")
    page = page_body(sign_in(cast.pia).get("/events/spring/agenda").text)
    assert "meeting--cancelled" in page
    assert "Piotr missed his train." in page
    detail = sign_in(cast.pia).get(f"/events/spring/agenda/meetings/{published.request.code}").text
    assert "Piotr missed his train." in detail
    clock.advance(timedelta(hours=25))
    assert "Piotr missed" not in page_body(sign_in(cast.pia).get("/events/spring/agenda").text)


def page_body(text):
    return text[: text.index("<template")]


def test_before_publication_the_page_says_what_to_do(app, cast, sign_in, session):
    page = page_body(sign_in(cast.pia).get("/events/spring/agenda").text)
    assert "Your meetings appear here" in page
    assert "/events/spring/partners" in page
    assert 'id="agenda-top" class="agenda__top stack no-print" hidden' in page


def test_a_meeting_says_why_and_what_the_other_needs(published, sign_in, session, clock):
    cast = published.cast
    me, other = cast.pia_participant, cast.piotr_participant
    why = Reason("text", "gain", 0.61, need="Ageing tests", offer="Climate chamber", shared=("ageing",)).as_data()
    session.add(
        Recommendation(
            participant_id=me.id, other_id=other.id, score=0.8, gain=0.9, give=0.7, reasons=[why], computed_at=clock()
        )
    )
    for kind, title in ((EntryKind.NEED, "Polymer samples"), (EntryKind.OFFER, "Climate chamber")):
        session.add(
            Entry(participant_id=other.id, kind=kind, title=title, keywords=[], created_at=clock(), updated_at=clock())
        )
    session.flush()
    page = sign_in(cast.pia).get(f"/events/spring/agenda/meetings/{published.request.code}").text
    for text in (
        "Ageing tests",
        "Polymer samples",
        "Climate chamber",
        "We look for a partner.",
        "Your message",
        "Table A1",
    ):
        assert text in page
    assert "Their message" in sign_in(cast.piotr).get(f"/events/spring/agenda/meetings/{published.request.code}").text


def test_an_online_meeting_has_its_link_where_it_is_needed(published, sign_in, session, clock):
    cast = published.cast
    cast.tables[0].zone.is_online, cast.tables[0].link = True, "https://meet.example.org/a1"
    clock.now = cast.slots[0].starts_at
    page = page_body(sign_in(cast.pia).get("/events/spring/agenda").text)
    assert page.count("https://meet.example.org/a1") == 2  # in the now card and in the day


def test_the_programme_hides_what_is_not_public(published, sign_in, client, session):
    held = factory.event_session(session, published.cast.event, published.cast.slots[3], "Closed round")
    held.is_public = False
    assert "Closed round" not in client.get("/events/spring/programme").text
    assert client.get(f"/events/spring/programme/{held.id}.ics").status_code == 404
    assert "Closed round" in sign_in(published.cast.pia).get("/events/spring/programme").text


def test_the_screen_shows_now_next_and_changes_without_names(app, published, client, session, clock):
    cast = published.cast
    factory.event_session(session, cast.event, cast.slots[1], "Keynote", kind=SessionKind.PLENARY, sign_up=False)
    with app.app_context():
        factory.move(session, clock, cast.event, published.request, cast.slots[1], cast.tables[1])
    clock.now = cast.slots[1].starts_at + timedelta(minutes=1)
    page = client.get("/events/spring/screen").text
    assert "Keynote" in page
    assert "10:00 table A1 → 10:30 table A2" in page
    assert "1 meeting" in page
    assert "Piotr" not in page
    assert f'data-redraw="{cast.slots[1].ends_at.isoformat()}"' in page


def test_an_agenda_costs_the_same_few_queries_however_full_it_is(app, published, sign_in, session, clock, queries):
    cast = published.cast
    pia = sign_in(cast.pia)
    session.commit()
    with queries() as few:
        pia.get("/events/spring/agenda")
    for slot in cast.slots[2:]:
        held = factory.event_session(session, cast.event, slot, str(slot.id))
        factory.sign_up(session, clock, cast.pia_participant, held)
    more = make_request(session, clock, published.petra_participant, cast.pia_participant)
    with app.app_context():
        factory.publish(
            session,
            clock,
            cast.event,
            [(published.request, cast.slots[0], cast.tables[0]), (more, cast.slots[1], cast.tables[0])],
        )
    session.commit()
    with queries() as many:
        pia.get("/events/spring/agenda")
    assert len(many) <= len(few) + 1  # speakers are read only when there are sessions
    assert len(many) <= 19


def test_a_participant_signs_up_on_the_programme_and_sees_it_in_the_agenda(published, sign_in, client, session):
    cast = published.cast
    held = factory.event_session(session, cast.event, cast.slots[3], "Battery passports", capacity=1)
    pia = sign_in(cast.pia)
    assert "Battery passports" not in pia.get("/events/spring/agenda").text
    address = f"/events/spring/programme/{held.id}/sign-up"
    assert sign_in(cast.omar).post(address).status_code == 403
    assert client.post(address).status_code == 401
    assert pia.post(address).status_code == 302
    assert "Battery passports" in pia.get("/events/spring/agenda").text
    full = sign_in(cast.piotr)
    assert "All seats are taken" in full.get("/events/spring/programme").text
    assert "All 1 places" in full.post(address, follow_redirects=True).text
    assert pia.post(f"/events/spring/programme/{held.id}/leave").status_code == 302
    assert "Battery passports" not in page_body(pia.get("/events/spring/agenda").text)
