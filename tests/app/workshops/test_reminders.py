"""Follow-ups are reminded of before and after their day, once each, and ticked off by their owners."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.models import Job, Mail
from app.registrations.models import RegistrationState
from app.workshops import jobs, reminding, services
from app.workshops.models import EntryKind, EntryState
from app.workshops.services import EntryData

DAYS = 20


@pytest.fixture
def follow_up(room, session, clock):
    """Pia sends the bale data until 6 days after the workshop, which is in a fortnight."""
    data = EntryData(EntryKind.FOLLOW_UP, "Send the bale data", "token-of-it", owner="Pia Example",
                     due=(clock() + timedelta(days=DAYS)).date())  # fmt: skip
    made = services.add_entry(session, clock, room.cast.olga, room.workshop, data, leads=True)
    session.commit()
    return made


def mails(session) -> list[tuple[str, str]]:
    query = select(Mail.recipient, Mail.subject).where(Mail.subject.like("%bale data%")).order_by(Mail.id)
    return [tuple(row) for row in session.execute(query)]


def run(app, session, clock, days: float) -> None:
    session.commit()  # the job opens a connection of its own
    clock.advance(timedelta(days=days))
    with app.app_context():
        jobs.remind(None)
    session.expire_all()


def test_it_is_told_once_before_and_once_after_the_day(app, follow_up, room, session, clock):
    run(app, session, clock, DAYS - 4)
    assert mails(session) == []
    soon, late = ("pia@example.org", "Due soon: Send the bale data"), ("pia@example.org", "Overdue: Send the bale data")
    run(app, session, clock, 1)
    run(app, session, clock, 1)
    assert mails(session) == [soon]
    run(app, session, clock, 2)
    assert mails(session) == [soon]  # the day itself is not over
    run(app, session, clock, 1)
    run(app, session, clock, 1)
    assert mails(session) == [soon, late]
    body = session.scalars(select(Mail.body).where(Mail.subject == late[1])).one()
    assert "/follow-ups/" in body
    assert "Sorting together" in body


def test_the_job_comes_back_while_something_waits_and_then_ends(app, follow_up, session, clock):
    waiting = select(Job).where(Job.kind == reminding.REMIND)
    assert len(session.scalars(waiting).all()) == 1
    session.query(Job).delete()
    session.commit()
    run(app, session, clock, 1)
    (again,) = session.scalars(waiting).all()
    assert again.run_after - clock() == reminding.REMIND_EVERY
    follow_up.state = EntryState.DONE
    session.query(Job).delete()
    session.commit()
    run(app, session, clock, DAYS)
    assert session.scalars(waiting).all() == []
    assert mails(session) == []


def test_nobody_is_told_of_a_day_long_past(app, follow_up, session, clock):
    session.query(Job).delete()
    session.commit()
    run(app, session, clock, DAYS + 31)
    assert mails(session) == []
    assert session.query(Job).filter_by(kind=reminding.REMIND).count() == 0


def test_whoever_wants_no_mails_gets_none_and_sees_it_on_the_page(app, follow_up, room, session, clock, sign_in):
    pia = sign_in(room.cast.pia)
    form = {"name": "Pia Example", "time_zone": ""}
    assert 'name="reminder_mails"' in pia.get("/account").text
    assert pia.post("/account", data=form).status_code == 302
    run(app, session, clock, DAYS - 2)
    assert mails(session) == []
    assert "Due soon" in pia.get("/follow-ups/").text
    assert "Due soon" in pia.get("/").text
    pia.post("/account", data=form | {"reminder_mails": "y"})
    run(app, session, clock, 3)
    assert mails(session) == [("pia@example.org", "Overdue: Send the bale data")]


def test_without_an_account_of_the_owner_the_planner_is_told(app, follow_up, session, clock):
    follow_up.owner_id = None
    session.commit()
    run(app, session, clock, DAYS - 2)
    assert mails(session) == [("olga@example.org", "Due soon: Send the bale data")]
    assert "Pia Example takes care of it." in session.scalars(select(Mail.body).order_by(Mail.id.desc())).first()


def test_a_claim_is_taken_once(follow_up, session, clock):
    assert reminding._claim(session, clock, follow_up, "reminded_at")
    assert not reminding._claim(session, clock, follow_up, "reminded_at")
    follow_up.state = EntryState.DONE
    session.flush()
    assert not reminding._claim(session, clock, follow_up, "overdue_told_at")


def test_the_owner_ticks_off_from_the_page_even_after_leaving_the_event(follow_up, room, session, sign_in):
    room.cast.pia_participant.state = RegistrationState.CANCELLED
    session.commit()
    pia = sign_in(room.cast.pia)
    assert "Mark as done" in pia.get("/follow-ups/").text
    answer = pia.post(f"/follow-ups/{follow_up.id}/done", data={"back": "/follow-ups/"})
    assert (answer.status_code, answer.location) == (302, "/follow-ups/")
    session.refresh(follow_up)
    assert follow_up.state is EntryState.DONE
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        assert pia.post(f"/follow-ups/{follow_up.id}/open", data={"back": elsewhere}).location == "/follow-ups/"


def test_only_the_owner_may(follow_up, room, session, sign_in, client):
    json = {"Accept": "application/json"}
    for user in (room.cast.omar, room.cast.piotr, room.cast.olga):
        assert sign_in(user).post(f"/follow-ups/{follow_up.id}/done").status_code == 403
        assert "bale data" not in sign_in(user).get("/follow-ups/").text
    assert client.post(f"/follow-ups/{follow_up.id}/done", headers=json).status_code == 401
    assert client.get("/follow-ups/", headers=json).status_code == 401
    assert sign_in(room.cast.pia).post("/follow-ups/999/done").status_code == 404
    session.refresh(follow_up)
    assert follow_up.state is EntryState.OPEN


def test_the_minutes_list_how_follow_ups_stand(follow_up, room, session, clock, sign_in):
    room.workshop.state = "held"
    session.commit()
    clock.advance(timedelta(days=DAYS + 2))
    olga = sign_in(room.cast.olga)
    page = olga.get(f"{room.path}minutes").text
    assert "Follow-ups as they stand" in page
    assert "Overdue since" in page
    olga.post(f"{room.path}entries/{follow_up.id}/done")
    page = olga.get(f"{room.path}minutes").text
    assert "Overdue since" not in page
    assert "Not done yet" in page
