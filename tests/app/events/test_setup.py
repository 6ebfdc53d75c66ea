"""Setting an event up: slots, tables, sessions, types, staff, phases; what is refused and why."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core import facts
from app.core.errors import Conflict, Invalid
from app.core.models import Mail
from app.events import programme, queries, rules, services, space
from app.events.models import (
    Event,
    EventSession,
    MeetingPermission,
    MeetingTable,
    MeetingWindow,
    Phase,
    Room,
    Slot,
    Staff,
)

BASE = "/events/spring/organise"
WINDOW = {"day": "2027-03-17", "starts": "09:00", "ends": "10:40", "slot_minutes": "20", "break_minutes": "5"}


@pytest.fixture
def olga(sign_in, cast):
    return sign_in(cast.olga)


def test_a_window_makes_its_slots_in_the_events_time(session, cast, olga) -> None:
    assert olga.post(f"{BASE}/days", data=WINDOW).status_code == 302

    made = session.scalars(select(Slot).where(Slot.day == date(2027, 3, 17)).order_by(Slot.starts_at)).all()
    assert [slot.starts_at for slot in made] == [
        datetime(2027, 3, 17, 8, minute, tzinfo=UTC) for minute in (0, 25, 50)
    ] + [datetime(2027, 3, 17, 9, 15, tzinfo=UTC)]
    assert {slot.ends_at - slot.starts_at for slot in made} == {timedelta(minutes=20)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": "2027-02-01"}, "is in the past"),
        ({"day": "2027-03-16", "starts": "10:10", "ends": "11:00"}, "overlaps the present slot 16.03.2027 10:00–10:25"),
        ({"starts": "11:00", "ends": "10:00"}, "ends before it starts"),
        ({"ends": "09:10"}, "Not one slot of 20 minutes fits"),
        ({"slot_minutes": "3"}, "between 5 and 240"),
    ],
)
def test_a_bad_window_is_explained_and_nothing_is_added(session, cast, olga, change, sentence) -> None:
    before = session.scalar(select(func.count()).select_from(Slot))

    answer = olga.post(f"{BASE}/days", data={**WINDOW, **change})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count()).select_from(Slot)) == before
    assert session.scalar(select(func.count()).select_from(MeetingWindow)) == 0


@given(
    starts=st.times(max_value=time(12)),
    length=st.integers(10, 600),
    slot=st.integers(5, 120),
    pause=st.integers(0, 60),
)
def test_planned_slots_lie_inside_their_window_in_order_and_apart(starts, length, slot, pause) -> None:
    day = date(2027, 6, 1)
    first = datetime.combine(day, starts.replace(second=0, microsecond=0))
    last = first + timedelta(minutes=length)
    if last.date() != day or slot > length:
        return

    planned = rules.plan_slots(day, first.time(), last.time(), slot, pause, "Europe/Brussels")

    assert len({s.key for s in planned}) == len(planned)
    assert planned[-1].ends_at - planned[0].starts_at <= timedelta(minutes=length)
    gaps = {b.starts_at - a.ends_at for a, b in pairwise(planned)}
    assert gaps <= {timedelta(minutes=pause)}


def test_a_window_across_the_change_to_summer_time_keeps_real_lengths() -> None:
    """On 28 March 2027 the clock in Brussels jumps from 2 to 3."""
    planned = rules.plan_slots(date(2027, 3, 28), time(1, 0), time(4, 0), 60, 0, "Europe/Brussels")

    assert {s.ends_at - s.starts_at for s in planned} == {timedelta(hours=1)}


def test_slots_and_tables_with_meetings_stay(app, session, cast, clock) -> None:
    """Features that know of meetings refuse by raising from the announced fact; nothing is removed then."""

    def refuse(_session: object, **_news: object) -> None:
        raise Conflict("A meeting stands there.")

    with (
        app.app_context(),
        facts.tables_leaving.connected_to(refuse),
        facts.slots_leaving.connected_to(refuse),
    ):
        with pytest.raises(Conflict):
            space.remove_tables(session, cast.event, [cast.tables[0].id], cast.olga, clock)
        with pytest.raises(Conflict):
            space.set_slot_open(session, cast.event, cast.slots[0], cast.olga, clock, is_open=False)

    assert session.scalar(select(func.count()).select_from(MeetingTable)) == 2
    assert cast.slots[0].is_open


def test_tables_come_in_rows_and_labels_are_unique(session, cast, olga) -> None:
    zone = queries.zones_of(session, cast.event.id)[0]
    form = {"tables-zone_id": zone.id, "tables-prefix": "A", "tables-first": 3, "tables-count": 2}

    assert olga.post(f"{BASE}/tables", data=form).status_code == 302
    again = olga.post(f"{BASE}/tables", data=form)

    assert [table.label for table in queries.tables_of(session, cast.event.id)] == ["A1", "A2", "A3", "A4"]
    assert again.status_code == 422
    assert "These labels are taken already: A3, A4." in again.text


def test_a_table_closes_in_chosen_slots(session, cast, olga) -> None:
    table = cast.tables[0]
    form = {"label": "A1", "zone_id": table.zone_id, "closed": [cast.slots[0].id, cast.slots[2].id]}

    assert olga.post(f"{BASE}/tables/{table.id}", data=form).status_code == 302

    assert queries.closures_of(session, cast.event.id) == {(table.id, cast.slots[0].id), (table.id, cast.slots[2].id)}


def test_a_room_is_not_given_to_two_sessions_at_once(session, cast, olga) -> None:
    olga.post(f"{BASE}/rooms", data={"name": "Aula", "capacity": "100"})
    room = queries.rooms_of(session, cast.event.id)[0]
    form = {
        "title": "Opening",
        "kind": "plenary",
        "starts": "2027-03-16T09:00",
        "ends": "2027-03-16T10:00",
        "room_id": room.id,
        "speakers": "Ana Lind; Region North\nBo Berg",
    }
    assert olga.post(f"{BASE}/sessions/new", data=form).status_code == 302

    clash = olga.post(f"{BASE}/sessions/new", data={**form, "title": "Other", "starts": "2027-03-16T09:30"})
    after = olga.post(
        f"{BASE}/sessions/new", data={**form, "title": "Next", "starts": "2027-03-16T10:00", "ends": "2027-03-16T11:00"}
    )

    assert clash.status_code == 422
    assert "The room is taken by “Opening”, 16.03.2027 09:00–10:00" in clash.text
    assert after.status_code == 302
    opening = queries.sessions_of(session, cast.event.id)[0]
    assert opening.starts_at == datetime(2027, 3, 16, 8, 0, tzinfo=UTC)
    assert [(s.name, s.affiliation) for s in opening.speakers] == [("Ana Lind", "Region North"), ("Bo Berg", "")]


def test_moving_a_session_raises_its_calendar_sequence_and_nothing_else_does(app, session, cast, clock) -> None:
    values = {
        "title": "Workshop",
        "kind": "workshop",
        "abstract": "",
        "starts_at": cast.slots[0].starts_at,
        "ends_at": cast.slots[1].ends_at,
        "room_id": None,
        "capacity": None,
        "sign_up": True,
        "is_public": True,
        "link": None,
    }
    with app.test_request_context():
        row = programme.save_session(session, cast.event, None, cast.olga, clock, values=values, speakers=[])
        renamed = {**values, "title": "Workshop on polymers"}
        programme.save_session(session, cast.event, row, cast.olga, clock, values=renamed, speakers=[])
        assert row.sequence == 0
        later = {**renamed, "ends_at": cast.slots[2].ends_at}
        programme.save_session(session, cast.event, row, cast.olga, clock, values=later, speakers=[])

    assert row.sequence == 1


def test_the_grid_of_permissions_is_kept_as_pairs(session, cast, olga) -> None:
    company, research = queries.types_of(session, cast.event.id)

    olga.post(f"{BASE}/types/permissions", data={"pair": [f"{company.id}-{research.id}"]})
    assert queries.permissions_of(session, cast.event.id) == {(company.id, research.id)}

    every = [f"{a.id}-{b.id}" for a in (company, research) for b in (company, research)]
    olga.post(f"{BASE}/types/permissions", data={"pair": every})
    assert queries.permissions_of(session, cast.event.id) is None
    assert session.scalar(select(func.count()).select_from(MeetingPermission)) == 0

    assert olga.post(f"{BASE}/types/permissions", data={}).status_code == 422


def test_staff_are_invited_and_the_last_organiser_stays(session, cast, olga) -> None:
    answer = olga.post(f"{BASE}/staff", data={"email": "new@example.org", "name": "Nils New", "role": "desk"})
    assert answer.status_code == 302
    assert session.scalars(select(Mail)).one().recipient == "new@example.org"

    own = session.scalars(select(Staff).where(Staff.user_id == cast.olga.id)).one()
    refused = olga.post(f"{BASE}/staff/{own.id}/remove")

    assert refused.status_code == 409
    assert session.get(Staff, own.id) is not None


def test_the_time_zone_is_checked_and_fixed_while_there_are_slots(session, cast, olga) -> None:
    form = {
        "name": "Spring",
        "time_zone": "Asia/Tokyo",
        "format": "on_site",
        "accent": "cobalt",
        "approval": "automatic",
    }

    answer = olga.post(f"{BASE}/settings", data=form)
    nonsense = olga.post(f"{BASE}/settings", data={**form, "time_zone": "Mars/Olympus"})

    assert answer.status_code == 422
    assert "The time zone is fixed while there are slots" in answer.text
    assert nonsense.status_code == 422
    assert session.get(Event, cast.event.id).time_zone == "Europe/Brussels"


def test_settings_are_saved(session, cast, olga) -> None:
    form = {
        "name": "Spring Days",
        "time_zone": "Europe/Brussels",
        "format": "mixed",
        "accent": "plum",
        "approval": "automatic",
        "max_meetings": "8",
        "min_meetings": "2",
        "booking_closes_at": "2027-03-10T18:00",
    }

    assert olga.post(f"{BASE}/settings", data=form).status_code == 302

    event = session.get(Event, cast.event.id)
    assert (event.name, event.format.value, event.max_meetings, event.min_meetings) == ("Spring Days", "mixed", 8, 2)
    assert event.booking_closes_at == datetime(2027, 3, 10, 17, 0, tzinfo=UTC)
    assert event.max_open_requests is None


def test_an_unknown_zone_and_a_taken_short_name_are_refused(app, session, cast, clock) -> None:
    with app.app_context():
        with pytest.raises(Invalid, match="Unknown time zone 'Mars/Olympus'"):
            services.create_event(session, clock, cast.ada, slug="new", name="N", time_zone="Mars/Olympus")
        with pytest.raises(Invalid, match="short name"):
            services.create_event(session, clock, cast.ada, slug="spring", name="N", time_zone="Europe/Rome")


def test_an_administrator_creates_an_event_as_a_draft_nobody_else_sees(session, cast, sign_in, client) -> None:
    form = {"name": "Autumn", "slug": "autumn", "time_zone": "Europe/Rome", "format": "online"}

    assert sign_in(cast.ada).post("/events/new", data=form).status_code == 302

    assert session.scalars(select(Event).where(Event.slug == "autumn")).one().phase is Phase.DRAFT
    assert sign_in(cast.ada).get("/events/autumn/organise/").status_code == 200
    assert sign_in(cast.omar).get("/events/autumn/").status_code == 404
    assert client.get("/events/autumn/").status_code == 404
    assert sign_in(cast.olga).post("/events/new", data=form).status_code == 403


def test_rows_of_another_event_are_not_reached(session, cast, olga, clock, app) -> None:
    with app.app_context():
        other = services.create_event(session, clock, cast.ada, slug="other", name="Other", time_zone="Europe/Rome")
        zone = space.add_zone(session, other, name="Far", is_online=False)
        table = space.add_tables(session, other, zone, prefix="X", first=1, count=1)[0]

    assert olga.post(f"{BASE}/tables/{table.id}/remove").status_code == 404
    assert olga.post(f"{BASE}/zones/{zone.id}/remove").status_code == 404
    assert session.get(MeetingTable, table.id) is not None


def test_desk_staff_may_look_but_not_set_up(cast, sign_in) -> None:
    dana = sign_in(cast.dana)

    assert dana.get(f"{BASE}/").status_code == 200
    for page in ("settings", "days", "tables", "rooms", "sessions", "types", "staff"):
        assert dana.get(f"{BASE}/{page}").status_code == 403


@pytest.mark.parametrize(
    "page", ["", "settings", "days", "tables", "rooms", "sessions", "sessions/new", "types", "staff"]
)
def test_each_set_up_page_opens_for_the_organiser(olga, page) -> None:
    assert olga.get(f"{BASE}/{page}").status_code == 200


def test_the_checks_name_silent_mistakes(app, session, cast, clock) -> None:
    cast.event.max_open_requests = 0
    with app.app_context():
        found = rules.launch_checks(cast.event, queries.set_up_of(session, cast.event.id), clock())

    assert [check.page for check in found if check.serious] == ["events.settings"]
    assert any("nobody could ask" in check.text for check in found)


def test_the_phase_moves_on_and_back(session, cast, olga) -> None:
    olga.post(f"{BASE}/phase/live")
    assert session.get(Event, cast.event.id).phase is Phase.LIVE
    olga.post(f"{BASE}/phase/booking")
    assert session.get(Event, cast.event.id).phase is Phase.BOOKING


def test_removing_a_session_leaves_the_others(session, cast, olga) -> None:
    for number, title in enumerate(("One", "Two")):
        form = {
            "title": title,
            "kind": "talk",
            "starts": f"2027-03-16T1{number}:00",
            "ends": f"2027-03-16T1{number}:30",
            "room_id": 0,
        }
        olga.post(f"{BASE}/sessions/new", data=form)
    first = queries.sessions_of(session, cast.event.id)[0]

    olga.post(f"{BASE}/sessions/{first.id}/remove")

    assert session.scalars(select(EventSession.title)).all() == ["Two"]


@pytest.mark.parametrize("link", ["javascript://x.eu/%0Aalert(1)", "data:text/html,x", "https://", "room.eu"])
def test_the_link_of_an_online_room_is_a_web_address(olga, session, link) -> None:
    room = {"name": "Video room", "link": link}
    assert olga.post(f"{BASE}/rooms", data=room).status_code == 422
    assert session.scalar(select(func.count()).select_from(Room).where(Room.name == "Video room")) == 0
    room["link"] = "https://rooms.example:8443/a?b=c#d"
    assert olga.post(f"{BASE}/rooms", data=room).status_code == 302
