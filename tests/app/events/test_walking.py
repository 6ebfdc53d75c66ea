"""The organiser's page of walking times."""

import pytest
from sqlalchemy import select

from app.events.models import Walk, Zone

ADDRESS = "/events/spring/organise/walking"


@pytest.fixture
def zones(session, cast) -> list[Zone]:
    found = [cast.tables[0].zone, *(Zone(event_id=cast.event.id, name=name) for name in ("Hall B", "Garden"))]
    session.add_all(found)
    session.commit()
    return found


def walk(one: Zone, other: Zone) -> str:
    return f"walk_{min(one.id, other.id)}_{max(one.id, other.id)}"


def test_a_matrix_of_zones_is_saved_and_shown(session, cast, sign_in, zones) -> None:
    olga = sign_in(cast.olga)
    data = {walk(zones[0], zones[1]): "8", walk(zones[0], zones[2]): "", walk(zones[2], zones[1]): "12"}

    assert olga.post(ADDRESS, data={"rule": "forbidden", **data}).status_code == 302

    rows = {(row.low_id, row.high_id): row.minutes for row in session.scalars(select(Walk))}
    assert rows == {(zones[0].id, zones[1].id): 8, (zones[1].id, zones[2].id): 12}
    page = olga.get(ADDRESS).text
    assert "Minutes from Garden to Hall B" in page
    assert 'value="12"' in page


def test_a_hurry_is_forbidden_or_has_a_price(session, cast, sign_in, zones) -> None:
    olga = sign_in(cast.olga)
    assert olga.post(ADDRESS, data={"rule": "priced", "price": "15"}).status_code == 302
    session.refresh(cast.event)
    assert cast.event.walking_price == 15
    assert olga.post(ADDRESS, data={"rule": "forbidden", "price": "15"}).status_code == 302
    session.refresh(cast.event)
    assert cast.event.walking_price is None


def test_bad_numbers_are_named_and_nothing_is_saved(session, cast, sign_in, zones) -> None:
    olga = sign_in(cast.olga)
    for bad in ({walk(zones[0], zones[1]): "-3"}, {walk(zones[0], zones[1]): "soon"}, {"rule": "priced"}):
        answer = olga.post(ADDRESS, data={"rule": "forbidden", walk(zones[0], zones[2]): "5", **bad})
        assert answer.status_code == 422
        assert "nothing has been saved" in answer.text
    assert session.scalars(select(Walk)).all() == []


def test_one_zone_needs_no_walks(cast, sign_in) -> None:
    assert "Walking times need two zones" in sign_in(cast.olga).get(ADDRESS).text


def test_only_organisers_come_in(cast, client, sign_in, zones) -> None:
    assert client.get(ADDRESS).status_code == 302
    assert sign_in(cast.omar).get(ADDRESS).status_code == 403
    assert sign_in(cast.dana).get(ADDRESS).status_code == 403
    assert sign_in(cast.pia).post(ADDRESS, data={"rule": "forbidden"}).status_code == 403
