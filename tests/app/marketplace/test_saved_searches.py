"""Saved searches: kept, mailed when something is new, and only that; ended without signing in."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import jobs
from app.core.errors import Conflict
from app.core.models import Job, JobState, Mail
from app.core.worker import Worker
from app.marketplace import saved, services
from app.marketplace.models import Entry, EntryState, Interest, InterestState, Reach, Rhythm, SavedSearch
from app.marketplace.search import Criteria
from app.marketplace.upkeep import TEND
from app.registrations.services import cancel
from tests.factories.marketplace import make_entry, make_interest, make_own_entry

FIBRE = Criteria(q="fibre")


@pytest.fixture
def search(app, session, clock, cast):
    """Omar's search for fibre, mailed daily; one entry is there before it."""
    with app.app_context():
        make_own_entry(session, clock, cast.pia, "Old fibre")
        made = saved.save(session, clock, cast.omar, "Fibre", FIBRE, Rhythm.DAILY)
    session.commit()
    return made


def digest(app, session, clock, user):
    """Send what is due; the text of the mails."""
    before = session.query(Mail).count()
    with app.app_context():
        for user_id in saved.due_users(session, clock):
            saved.send_digest(session, clock, user_id)
    rows = session.scalars(select(Mail).order_by(Mail.id).offset(before)).all()
    assert {mail.recipient for mail in rows} <= {user.email}
    return [f"{mail.subject}\n{mail.body}" for mail in rows]


def test_a_mail_tells_what_is_new_once(app, session, clock, cast, search):
    clock.advance(timedelta(hours=2))
    with app.app_context():
        make_own_entry(session, clock, cast.pia, "New fibre")
        make_own_entry(session, clock, cast.pia, "New steel")
        make_own_entry(session, clock, cast.omar, "My own fibre")
        make_own_entry(session, clock, cast.pia, "Secret fibre", anonymous=True)
        make_own_entry(session, clock, cast.pia, "Hidden fibre", state=EntryState.HIDDEN)
        make_entry(session, clock, cast.pia_participant, title="Event fibre")
    assert digest(app, session, clock, cast.omar) == []
    clock.advance(timedelta(hours=22))
    (mail,) = digest(app, session, clock, cast.omar)
    assert mail.startswith("2 new entries for your searches\n")
    assert re.findall(r"^- (.*)$", mail, re.MULTILINE) in (
        ["New fibre (offer, Pia Example)", "Secret fibre (offer, anonymous)"],
        ["Secret fibre (offer, anonymous)", "New fibre (offer, Pia Example)"],
    )
    for days in (1, 2):
        clock.advance(timedelta(days=days))
        assert digest(app, session, clock, cast.omar) == []


def test_only_what_the_reader_may_see_now(app, session, clock, cast):
    """Piotr's registration ends between the entry and the mail."""
    with app.app_context():
        saved.save(session, clock, cast.piotr, "All", Criteria(), Rhythm.DAILY)
        clock.advance(timedelta(hours=1))
        make_entry(session, clock, cast.pia_participant, title="Event fibre")
        clock.advance(timedelta(days=1))
        cancel(session, clock, cast.piotr, cast.piotr_participant)
    session.query(Mail).delete()
    assert digest(app, session, clock, cast.piotr) == []


def test_what_becomes_visible_is_new(app, session, clock, cast, search):
    entry = make_entry(session, clock, cast.pia_participant, title="Event fibre")
    clock.advance(timedelta(days=3))
    assert digest(app, session, clock, cast.omar) == []
    with app.app_context():
        services.change_entry(
            session,
            clock,
            cast.pia,
            entry,
            services.EntryData(**(vars(services.data_of(entry)) | {"reach": Reach.MEMBERS})),
        )
    clock.advance(timedelta(days=1))
    (mail,) = digest(app, session, clock, cast.omar)
    assert "Event fibre" in mail


def test_weekly_and_never(app, session, clock, cast, search):
    with app.app_context():
        saved.set_rhythm(session, clock, search, Rhythm.WEEKLY)
        clock.advance(timedelta(days=1))
        make_own_entry(session, clock, cast.pia, "New fibre")
        clock.advance(timedelta(days=5))
        assert saved.due_users(session, clock) == []
        clock.advance(timedelta(days=1))
        assert saved.due_users(session, clock) == [cast.omar.id]
        saved.set_rhythm(session, clock, search, Rhythm.NEVER)
        assert saved.due_users(session, clock) == []
        saved.set_rhythm(session, clock, search, Rhythm.DAILY)
    clock.advance(timedelta(days=1))
    assert digest(app, session, clock, cast.omar) == []


def test_one_mail_for_all_searches_of_a_person(app, session, clock, cast, search):
    with app.app_context():
        saved.save(session, clock, cast.omar, "Steel", Criteria(q="steel"), Rhythm.DAILY)
        clock.advance(timedelta(hours=1))
        make_own_entry(session, clock, cast.pia, "Steel fibre")
        clock.advance(timedelta(days=1))
    (mail,) = digest(app, session, clock, cast.omar)
    assert len(re.findall(r"^- Steel fibre", mail, re.MULTILINE)) == 2
    assert len(set(re.findall(r"/unsubscribe/(\S+)", mail))) == 2


def test_mails_end_without_signing_in_and_not_by_looking(session, cast, client, search):
    page = f"/marketplace/unsubscribe/{search.token}"
    assert "“Fibre”" in client.get(page).text
    session.expire_all()
    assert search.rhythm is Rhythm.DAILY
    assert client.post(page).status_code == 200
    session.expire_all()
    assert search.rhythm is Rhythm.NEVER
    assert client.get("/marketplace/unsubscribe/nonsense").status_code == 404


def test_a_search_is_kept_and_changed_on_pages(cast, sign_in, session):
    omar = sign_in(cast.omar)
    address = "/marketplace/searches?q=fibre&kind=need&kind=offer"
    assert "Keep this search" in omar.get(address).text
    assert omar.post(address, data={"name": "", "rhythm": "daily"}).status_code == 422
    assert omar.post(address, data={"name": "Mine", "rhythm": "daily"}).location == "/marketplace/searches"
    kept = session.query(SavedSearch).one()
    assert kept.criteria == {"q": ["fibre"], "kind": ["need", "offer"]}
    assert omar.post(address, data={"name": "Mine", "rhythm": "never"}).status_code == 409
    assert "Mine" in omar.get("/marketplace/searches").text
    for person in (cast.pia, cast.ada):
        assert sign_in(person).post(f"/marketplace/searches/{kept.id}/remove").status_code == 404
    assert omar.post(f"/marketplace/searches/{kept.id}/weekly").status_code == 302
    session.expire_all()
    assert kept.rhythm is Rhythm.WEEKLY
    omar.post(f"/marketplace/searches/{kept.id}/remove")
    session.expire_all()
    assert session.query(SavedSearch).count() == 0


def test_there_is_a_most(app, session, clock, cast):
    with app.app_context():
        for number in range(20):
            saved.save(session, clock, cast.omar, f"Search {number}", FIBRE)
        with pytest.raises(Conflict):
            saved.save(session, clock, cast.omar, "One more", FIBRE)


def test_the_regular_work(app, session, clock, cast, search):
    """One round: the next is put down, entries without index get one, endings are told, answers run out, mails go."""
    with app.app_context():
        ending = make_own_entry(session, clock, cast.pia, "Ends soon")
        interest = make_interest(session, clock, cast.omar, ending)
        late = make_own_entry(session, clock, cast.pia, "Unindexed fibre")
    late.indexed_as = None
    clock.advance(timedelta(days=355))
    late.published_at = clock() - timedelta(hours=1)
    session.query(Mail).delete()
    session.query(Job).delete()
    with app.app_context():
        jobs.enqueue(session, TEND, {}, clock)
    job = session.query(Job).one()
    job.run_after = clock() - timedelta(days=3000)
    session.commit()
    assert Worker(app).run_one()
    session.expire_all()
    states = {row.state: row for row in session.scalars(select(Job))}
    assert states[JobState.DONE].error is None
    assert states[JobState.QUEUED].run_after == clock() + timedelta(hours=1)
    assert session.get(Entry, late.id).indexed_as
    assert session.get(Interest, interest.id).state is InterestState.EXPIRED
    subjects = sorted(f"{mail.recipient.split('@')[0]}: {mail.subject}" for mail in session.scalars(select(Mail)))
    assert subjects == [
        "omar: 1 new entry for your searches",
        "omar: No answer about “Ends soon”",
        "pia: “Ends soon” ends soon",
        "pia: “Old fibre” ends soon",
        "pia: “Unindexed fibre” ends soon",
    ]
