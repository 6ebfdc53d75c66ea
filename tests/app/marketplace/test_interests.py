"""Interest in an entry: who may ask, what the states allow, who learns what."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.errors import Conflict, Invalid, NotFound
from app.core.models import AuditEntry, Mail
from app.marketplace import interests, rules, services
from app.marketplace.models import EntryState, Interest, InterestState
from tests.factories.marketplace import make_entry, make_interest, make_own_entry
from tests.factories.registrations import make_user

MESSAGE = "We run a mill and would like to hear more."


@pytest.fixture
def entry(app, session, clock, cast):
    with app.app_context():
        made = make_own_entry(session, clock, cast.pia, "Kelp yarn", anonymous=True)
    session.commit()
    return made


def test_an_interest_is_asked_granted_and_read_on_pages(cast, sign_in, session, entry):
    omar, pia, page = sign_in(cast.omar), sign_in(cast.pia), f"/marketplace/entries/{entry.code}"
    assert omar.post(f"{page}/interest", data={"message": "short"}).status_code == 422
    assert omar.post(f"{page}/interest", data={"message": MESSAGE}).location == page
    assert omar.post(f"{page}/interest", data={"message": MESSAGE}).status_code == 409
    interest = session.query(Interest).one()
    assert "Omar Example" in pia.get("/marketplace/interests").text
    answer = f"/marketplace/interests/{interest.code}"
    for person in (cast.omar, cast.piotr, cast.ada):
        assert sign_in(person).post(f"{answer}/grant").status_code == 404
    assert pia.post(f"{answer}/withdraw").status_code == 404
    assert pia.post(f"{answer}/grant", data={"answer": "Gladly."}).status_code == 302
    sent = omar.get("/marketplace/interests?view=sent").text
    assert "pia@example.org" in sent
    assert "Gladly." in sent
    assert "omar@example.org" in pia.get("/marketplace/interests").text
    assert pia.post(f"{answer}/decline").status_code == 409
    assert omar.post(f"{answer}/withdraw").status_code == 302
    assert "Pia Example" not in omar.get(page).text


def test_each_step_is_mailed_and_written_down(app, session, clock, cast, entry):
    with app.app_context():
        services.grant(session, clock, cast.pia, make_interest(session, clock, cast.omar, entry), "Gladly.")
        services.decline(session, clock, cast.pia, make_interest(session, clock, cast.piotr, entry))
        services.withdraw(session, clock, cast.ada, make_interest(session, clock, cast.ada, entry))
    mails = [(mail.recipient.split("@")[0], mail.subject) for mail in session.scalars(select(Mail).order_by(Mail.id))]
    assert mails == [
        ("pia", "Somebody is interested in “Kelp yarn”"),
        ("omar", "You are in touch about “Kelp yarn”"),
        ("pia", "Somebody is interested in “Kelp yarn”"),
        ("piotr", "No contact about “Kelp yarn”"),
        ("pia", "Somebody is interested in “Kelp yarn”"),
        ("pia", "An interest in “Kelp yarn” was taken back"),
    ]
    rows = session.execute(
        select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.subject_kind == "interest")
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("interest.express", cast.omar.id),
        ("interest.grant", cast.pia.id),
        ("interest.express", cast.piotr.id),
        ("interest.decline", cast.pia.id),
        ("interest.express", cast.ada.id),
        ("interest.withdraw", cast.ada.id),
    ]


def test_who_is_refused_waits_and_who_got_no_answer_asks_again(app, session, clock, cast, entry):
    with app.app_context():
        services.decline(session, clock, cast.pia, make_interest(session, clock, cast.omar, entry))
        with pytest.raises(Conflict):
            make_interest(session, clock, cast.omar, entry)
        clock.advance(rules.PAUSE_AFTER_REFUSAL)
        again = make_interest(session, clock, cast.omar, entry)
        clock.advance(rules.INTEREST_LIFETIME - timedelta(seconds=1))
        assert interests.expire_due(session, clock) == 0
        clock.advance(timedelta(seconds=1))
        assert interests.expire_due(session, clock) == 1
        assert again.state is InterestState.EXPIRED
        with pytest.raises(Conflict):
            services.grant(session, clock, cast.pia, again)
        assert make_interest(session, clock, cast.omar, entry).state is InterestState.OPEN


def test_one_live_interest_of_one_person_in_one_entry(app, session, clock, cast, entry):
    with app.app_context():
        made = make_interest(session, clock, cast.omar, entry)
    values = {"entry_id": entry.id, "sender_id": cast.omar.id, "message": MESSAGE, "created_at": clock()}
    session.add(Interest(**values, expires_at=made.expires_at))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_what_is_not_shown_cannot_be_asked_about(app, session, clock, cast, entry):
    at_event = make_entry(session, clock, cast.pia_participant, title="Only at the event")
    with app.app_context():
        for sender, asked in ((cast.omar, at_event), (cast.pia, entry), (cast.pia, at_event)):
            with pytest.raises(NotFound):
                make_interest(session, clock, sender, asked)
        assert make_interest(session, clock, cast.piotr, at_event).state is InterestState.OPEN
        services.hide(session, clock, cast.pia, entry)
        assert entry.state is EntryState.HIDDEN
        with pytest.raises(NotFound):
            make_interest(session, clock, cast.omar, entry)


def test_limits(app, session, clock, cast):
    with app.app_context():
        made = [make_own_entry(session, clock, make_user(session, clock), f"Entry {n}") for n in range(25)]
        for one in made[: rules.INTERESTS_A_DAY]:
            make_interest(session, clock, cast.omar, one)
        with pytest.raises(Conflict, match="within a day"):
            make_interest(session, clock, cast.omar, made[15])
        clock.advance(timedelta(days=1, seconds=1))
        for one in made[15:20]:
            make_interest(session, clock, cast.omar, one)
        with pytest.raises(Conflict, match="wait for an answer"):
            make_interest(session, clock, cast.omar, made[20])
        with pytest.raises(Invalid):
            services.express(session, clock, cast.piotr, made[0], "x" * 2001)


def test_who_waits_is_told_when_an_entry_goes(app, session, clock, cast, entry):
    with app.app_context():
        make_interest(session, clock, cast.omar, entry)
        services.remove_entry(session, clock, cast.pia, entry)
    last = session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert (last.recipient, last.subject) == ("omar@example.org", "“Kelp yarn” is no longer there")
    assert "Pia" not in last.body
    assert session.query(Interest).count() == 0


def test_who_waits_still_sees_what_was_hidden_without_the_name(app, session, clock, cast, sign_in, entry):
    with app.app_context():
        make_interest(session, clock, cast.omar, entry)
        services.hide(session, clock, cast.pia, entry)
    page = sign_in(cast.omar).get(f"/marketplace/entries/{entry.code}")
    assert page.status_code == 200
    assert "Pia Example" not in page.text
    assert sign_in(cast.piotr).get(f"/marketplace/entries/{entry.code}").status_code == 404
