"""The start page: what is mine, what is open, what is over."""

import re
from datetime import timedelta

from app.events.models import Event, EventFormat, Phase, Slot


def make_event(session, clock, name: str, days: int, phase: Phase = Phase.BOOKING) -> Event:
    event = Event(
        slug=name.lower(),
        name=name,
        time_zone="UTC",
        place="",
        phase=phase,
        created_at=clock(),
        format=EventFormat.ON_SITE,
    )
    session.add(event)
    session.flush()
    starts = clock() + timedelta(days=days)
    ends = starts + timedelta(minutes=20)
    session.add(Slot(event_id=event.id, key="d1-01", day=starts.date(), starts_at=starts, ends_at=ends))
    return event


def sections(text: str) -> dict[str, list[str]]:
    """The names of the events under each heading of the page."""
    parts = re.split(r"<h2[^>]*>(.*?)</h2>", text)
    return {
        head: re.findall(r'<h3><a href="/events/[^"]+">([^<]+)</a>', body)
        for head, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_events_that_are_over_stand_apart_the_latest_first(app, session, clock, cast, sign_in) -> None:
    make_event(session, clock, "Tomorrow", 1)
    make_event(session, clock, "Yesterday", -1)
    make_event(session, clock, "Earlier", -9)
    make_event(session, clock, "Ended", 3, Phase.CLOSED)
    make_event(session, clock, "Secret", 4, Phase.DRAFT)
    session.commit()
    shown = sections(sign_in(cast.pia).get("/").text)
    assert shown["My events"] == [cast.event.name]
    assert shown["Open events"] == ["Tomorrow"]
    assert shown["Past events"] == ["Ended", "Yesterday", "Earlier"]
    assert "Secret" not in str(shown)


def test_a_stranger_finds_what_is_open(app, session, clock, cast, client) -> None:
    make_event(session, clock, "Yesterday", -1)
    session.commit()
    shown = sections(client.get("/").text)
    assert shown == {"Open events": [cast.event.name], "Past events": ["Yesterday"]}
