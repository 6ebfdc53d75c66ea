"""Set-up that shapes meetings: lengths, rows, tables for both ways of attending; and what the checks say of it."""

import pytest

from app.events import queries, rules
from app.events.models import EventFormat, Interpreter, MeetingTable, Zone

BASE = "/events/spring/organise"
SETTINGS = {
    "name": "Spring",
    "time_zone": "Europe/Brussels",
    "format": "on_site",
    "accent": "plum",
    "approval": "automatic",
}


@pytest.fixture
def olga(sign_in, cast):
    return sign_in(cast.olga)


def test_length_and_rows_of_an_event(session, cast, olga) -> None:
    form = {**SETTINGS, "meeting_length": "2", "max_in_a_row": "4"}
    assert olga.post(f"{BASE}/settings", data=form).status_code == 302
    session.refresh(cast.event)
    assert (cast.event.meeting_length, cast.event.max_in_a_row) == (2, 4)
    for bad in ({"meeting_length": "13"}, {"max_in_a_row": "0"}):
        assert olga.post(f"{BASE}/settings", data={**form, **bad}).status_code == 422
    assert olga.post(f"{BASE}/settings", data={**SETTINGS, "meeting_length": "", "max_in_a_row": ""}).status_code == 302
    session.refresh(cast.event)
    assert (cast.event.meeting_length, cast.event.max_in_a_row) == (1, None)


def test_lengths_of_types(session, cast, olga, sign_in) -> None:
    company, research = queries.types_of(session, cast.event.id)
    sent = {f"length_{company.id}": "3", f"length_{research.id}": ""}
    assert sign_in(cast.omar).post(f"{BASE}/types/lengths", data=sent).status_code == 403
    assert olga.post(f"{BASE}/types/lengths", data=sent).status_code == 302
    session.expire_all()
    assert (company.meeting_length, research.meeting_length) == (3, None)
    assert f'name="length_{company.id}" inputmode="numeric" value="3"' in olga.get(f"{BASE}/types").text
    for bad in ("0", "13", "long"):
        assert olga.post(f"{BASE}/types/lengths", data={f"length_{company.id}": bad}).status_code == 422
    session.expire_all()
    assert company.meeting_length == 3


def test_tables_for_people_on_site_and_online(session, cast, olga) -> None:
    table = cast.tables[0]
    form = {"label": "A1", "zone_id": table.zone_id, "serves_both": "y"}
    assert olga.post(f"{BASE}/tables/{table.id}", data=form).status_code == 302
    session.refresh(table)
    assert table.serves_both is True
    more = {"tables-zone_id": table.zone_id, "tables-prefix": "S", "tables-first": "1", "tables-count": "2"}
    assert olga.post(f"{BASE}/tables", data={**more, "tables-serves_both": "y"}).status_code == 302
    made = session.query(MeetingTable).filter(MeetingTable.label.in_(["S1", "S2"])).all()
    assert [row.serves_both for row in made] == [True, True]


def test_the_checks_name_who_could_not_meet(session, cast, clock) -> None:
    def said() -> list[str]:
        session.flush()
        return [
            check.page for check in rules.launch_checks(cast.event, queries.set_up_of(session, cast.event.id), clock())
        ]

    plain = said()
    cast.event.format = EventFormat.MIXED
    zone = Zone(event_id=cast.event.id, name="Online", is_online=True)
    session.add_all([zone, Interpreter(event_id=cast.event.id, code="i01", name="Ines", languages=["fr", "pl"])])
    assert sorted(said()) == sorted([*plain, "events.tables", "events.interpreters_list"])
    cast.tables[0].serves_both = cast.event.common_language = True
    assert said() == plain
