"""Calendar files, feeds and invitations: parsed back, checked by a second library and by the rules of the RFCs."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from sqlalchemy import select

from app.agenda import mails
from app.agenda.calendar import Entry, calendar_text
from app.agenda.jobs import MAIL_NEWS, mail_news
from app.agenda.rules import Item, Kind
from app.agenda.zones import timezone_component
from app.core.jobs import JobContext
from app.core.mail import as_message
from app.core.models import Job, Mail
from app.events.models import Event
from tests.factories import agenda as factory
from tests.factories.timetables import make_request


def checked(text):
    """The events of a calendar, after every rule was looked at that our own writing could break."""
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")  # RFC 5545, 3.1: CRLF only
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    parsed = icalendar.Calendar.from_ical(text)
    assert parsed["VERSION"] == "2.0"
    assert parsed["PRODID"]
    zones = {str(zone["TZID"]) for zone in parsed.walk("VTIMEZONE")}
    used = set(re.findall(r"TZID=([^:;]+)", text))
    assert used <= zones  # 3.2.19: a VTIMEZONE for every TZID
    events = list(parsed.walk("VEVENT"))
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART", "SEQUENCE"} <= set(event)
        assert event.decoded("DTSTAMP").utcoffset() == timedelta(0)
        assert event.decoded("DTSTART") < event.decoded("DTEND")
    uids = [str(event["UID"]) for event in events]
    assert len(uids) == len(set(uids))
    if events:
        assert vobject.readOne(text).validate(raiseException=True)
    return events


def feed(client, published, who="pia_participant"):
    return client.get(f"/feeds/{getattr(published.cast, who).feed_token}.ics")


def test_a_downloaded_calendar_stays_in_no_cache(published, sign_in):
    answer = sign_in(published.cast.pia).get("/events/spring/agenda.ics")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="spring.ics"'


def test_a_meeting_round_trips(published, sign_in):
    answer = sign_in(published.cast.pia).get(f"/events/spring/agenda/meetings/{published.request.code}.ics")
    assert answer.mimetype == "text/calendar"
    [event] = checked(answer.get_data(as_text=True))
    slot = published.cast.slots[0]
    assert event.decoded("DTSTART") == slot.starts_at
    assert event.decoded("DTEND") == slot.ends_at
    assert event["DTSTART"].params["TZID"] == "Europe/Brussels"
    assert event["UID"] == f"request-{published.request.id}@localhost"
    assert event["SEQUENCE"] == 0
    assert event["STATUS"] == "CONFIRMED"
    assert "Piotr Example" in event["SUMMARY"]
    assert event["LOCATION"] == "Table A1, Hall A, Ghent"
    for text in ("Piotr Example", "Table A1, Hall A", "Poznan Process Institute"):
        assert text in event["DESCRIPTION"]


def test_the_whole_agenda_has_meetings_and_attended_sessions(published, sign_in, session, clock):
    cast = published.cast
    held = factory.event_session(session, cast.event, cast.slots[2], "Circular design")
    factory.event_session(session, cast.event, cast.slots[3], "Not attended")
    factory.sign_up(session, clock, cast.pia_participant, held)
    events = checked(sign_in(cast.pia).get("/events/spring/agenda.ics").get_data(as_text=True))
    assert [str(e["UID"]) for e in events] == [
        f"request-{published.request.id}@localhost",
        f"session-{held.id}@localhost",
    ]


def test_a_session_file_is_public(published, client, session):
    held = factory.event_session(session, published.cast.event, published.cast.slots[2], "Circular design")
    [event] = checked(client.get(f"/events/spring/programme/{held.id}.ics").get_data(as_text=True))
    assert event["SUMMARY"] == "Circular design"


def test_the_sequence_rises_with_each_change_and_the_uid_stays(app, published, client, session, clock):
    cast = published.cast
    seen = [checked(feed(client, published).get_data(as_text=True))[0]]
    with app.app_context():
        factory.move(session, clock, cast.event, published.request, cast.slots[1], cast.tables[0])
    seen.append(checked(feed(client, published).get_data(as_text=True))[0])
    with app.app_context():
        factory.move(session, clock, cast.event, published.request, cast.slots[1], cast.tables[1])
    seen.append(checked(feed(client, published).get_data(as_text=True))[0])
    with app.app_context():
        factory.cancel(session, clock, cast.event, published.request, "Ill.")
    seen.append(checked(feed(client, published).get_data(as_text=True))[0])
    with app.app_context():
        factory.publish(session, clock, cast.event, [(published.request, cast.slots[3], cast.tables[0])])
    seen.append(checked(feed(client, published).get_data(as_text=True))[0])
    assert [int(e["SEQUENCE"]) for e in seen] == [0, 1, 2, 3, 4]
    assert {str(e["UID"]) for e in seen} == {f"request-{published.request.id}@localhost"}
    assert [str(e["STATUS"]) for e in seen] == ["CONFIRMED"] * 3 + ["CANCELLED", "CONFIRMED"]
    assert "Ill." in seen[3]["DESCRIPTION"]


def test_a_feed_is_for_programs_that_look_again(published, client):
    answer = feed(client, published)
    text = answer.get_data(as_text=True)
    [event] = checked(text)
    assert "METHOD:PUBLISH\r\n" in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in text
    assert "X-PUBLISHED-TTL:PT15M\r\n" in text
    assert "ATTENDEE" not in event
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_an_unchanged_feed_is_not_sent_again(app, published, client, session, clock):
    first = feed(client, published)
    address = f"/feeds/{published.cast.pia_participant.feed_token}.ics"
    same = {"If-None-Match": first.headers["ETag"]}
    clock.advance(timedelta(hours=1))  # a later DTSTAMP is no change
    assert client.get(address, headers=same).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    with app.app_context():
        factory.move(
            session, clock, published.cast.event, published.request, published.cast.slots[1], published.cast.tables[0]
        )
    assert client.get(address, headers=same).status_code == 200
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200


def test_a_feed_ends_with_the_registration(published, client, session):
    from app.registrations.models import RegistrationState

    published.cast.pia_participant.state = RegistrationState.CANCELLED
    assert feed(client, published).status_code == 410


@pytest.mark.parametrize("zone", ["Europe/Brussels", "Europe/Lisbon", "Asia/Kolkata", "America/New_York"])
def test_the_zone_is_right_at_every_hour_across_its_changes(zone):
    """Our VTIMEZONE, read by the RFC's rule (the last onset before a wall-clock time counts), gives the real offset."""
    component = timezone_component(zone, datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 11, 30, tzinfo=UTC))
    onsets = sorted(
        (c.decoded("DTSTART"), c.decoded("TZOFFSETFROM"), c.decoded("TZOFFSETTO")) for c in component.subcomponents
    )
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    while moment < datetime(2028, 1, 1, tzinfo=UTC):
        offset = [to for start, before, to in onsets if start - before <= moment.replace(tzinfo=None)][-1]
        assert moment.astimezone(ZoneInfo(zone)).utcoffset() == offset, moment
        moment += timedelta(hours=1)


@pytest.mark.parametrize("day", [27, 28])
def test_times_survive_the_night_the_clocks_change(app, settings, day):
    event = Event(
        slug="x", name="Zeitumstellung ÄÖÜ, lang; genug um die Zeile zu falten " * 3, time_zone="Europe/Vienna"
    )
    starts = datetime(2027, 3, day, 9, 0, tzinfo=ZoneInfo("Europe/Vienna")).astimezone(UTC)
    item = Item("meeting-7", Kind.MEETING, starts, starts + timedelta(minutes=20), title="Zoë; Ünal, Ltd\\")
    entry = Entry("request-7@localhost", 0, item, "http://localhost/")
    with app.app_context():
        [found] = checked(calendar_text(event, [entry], settings, datetime(2027, 1, 1, tzinfo=UTC)))
    assert found.decoded("DTSTART") == starts
    assert found.decoded("DTSTART").hour == 9
    assert str(found["SUMMARY"]) == "Zoë; Ünal, Ltd\\"


def sent(app, session, clock):
    """Run the newest queued mail job; returns the mails it wrote."""
    queued = session.scalars(select(Job).where(Job.kind == MAIL_NEWS).order_by(Job.id)).all()
    before = session.query(Mail).count()
    session.commit()
    with app.app_context():
        mail_news(JobContext(queued[-1].id, 1, queued[-1].payload, report=lambda _p: None))
    return session.scalars(select(Mail).order_by(Mail.id).offset(before)).all()


def test_a_publication_is_one_mail_each_with_all_meetings(app, published, session, clock):
    found = sent(app, session, clock)
    assert [m.recipient for m in found] == ["pia@example.org", "piotr@example.org"]
    mail = found[0]
    assert "Your meetings at Spring Partnering Day" in mail.subject
    assert "Tue 16 Mar, 10:00–10:25  Table A1, Hall A  Piotr Example (Poznan Process Institute)" in mail.body
    assert mail.attachment_type == "text/calendar; method=PUBLISH; charset=utf-8"
    [event] = checked(mail.attachment)
    assert "ATTENDEE" not in event


def test_a_later_change_is_an_invitation_the_calendar_takes_over(app, published, session, clock, settings):
    cast = published.cast
    sent(app, session, clock)
    with app.app_context():
        factory.move(session, clock, cast.event, published.request, cast.slots[1], cast.tables[1])
    mail = sent(app, session, clock)[0]
    assert "Moved" in mail.body
    assert "was Tue 16 Mar, 10:00, Table A1" in mail.body
    message = message_from_bytes(as_message(mail, settings).as_bytes(), policy=policy.default)
    part = next(p for p in message.walk() if p.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"  # RFC 6047, 2.4: the same as METHOD inside
    assert part.get_content_charset() == "utf-8"
    [event] = checked(mail.attachment)
    assert "METHOD:REQUEST" in mail.attachment
    assert event["SEQUENCE"] == 1
    assert str(event["ATTENDEE"]) == "mailto:pia@example.org"
    assert str(event["ORGANIZER"]) == "mailto:no-reply@meetwright.example"


def test_a_cancellation_cancels_the_entry(app, published, session, clock):
    with app.app_context():
        factory.cancel(session, clock, published.cast.event, published.request, "The train is late.")
    mail = sent(app, session, clock)[1]
    assert mail.recipient == "piotr@example.org"
    assert mail.subject.startswith("Cancelled: Pia Example")
    assert "The train is late." in mail.body
    assert "METHOD:CANCEL" in mail.attachment
    [event] = checked(mail.attachment)  # RFC 5546, 3.2.5: UID, SEQUENCE, ORGANIZER and the ATTENDEE removed
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 1
    assert str(event["ATTENDEE"]) == "mailto:piotr@example.org"


def test_the_next_version_mails_only_those_it_touches(app, published, session, clock):
    cast = published.cast
    more = make_request(session, clock, published.petra_participant, cast.pia_participant)
    with app.app_context():
        factory.publish(
            session,
            clock,
            cast.event,
            [(published.request, cast.slots[0], cast.tables[0]), (more, cast.slots[2], cast.tables[1])],
        )
    found = sent(app, session, clock)
    assert sorted(m.recipient for m in found) == ["petra@example.org", "pia@example.org"]
    assert all("New: Tue 16 Mar, 11:00" in m.body for m in found)
    assert mails.send_news(session, cast.event, 99, clock) == 0
