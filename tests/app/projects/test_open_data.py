"""Open data: only what is public, and a catalogue with what DCAT-AP 3 makes mandatory."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.events.models import Phase
from app.projects.open_data import DATASETS
from tests.factories.partnerships import bring_to
from tests.factories.projects import make_call

MANDATORY = {
    "dcat:Catalog": {"dct:title", "dct:description", "dct:publisher"},
    "dcat:Dataset": {"dct:title", "dct:description"},
    "dcat:Distribution": {"dcat:accessURL"},
    "foaf:Agent": {"foaf:name"},
}


def nodes(value: Any) -> list[dict[str, Any]]:
    """Every node with a type, however deep."""
    if isinstance(value, list):
        return [node for part in value for node in nodes(part)]
    if not isinstance(value, dict):
        return []
    inner = [node for part in value.values() for node in nodes(part)]
    return [value, *inner] if "@type" in value else inner


def test_every_node_of_the_catalogue_has_what_dcat_ap_asks_of_its_class(client) -> None:
    answer = client.get("/open-data/catalogue.jsonld")
    assert answer.content_type == "application/ld+json; charset=utf-8"
    found = nodes(answer.json)
    for node in found:
        assert {name for name in MANDATORY.get(node["@type"], ()) if not node.get(name)} == set()
    kinds = [node["@type"] for node in found]
    assert (kinds.count("dcat:Dataset"), kinds.count("dcat:Distribution")) == (len(DATASETS), 2 * len(DATASETS))
    assert len({node["@id"] for node in found if node["@type"] != "dct:MediaType"}) == len(
        [kind for kind in kinds if kind != "dct:MediaType"]
    )


def test_every_address_of_the_catalogue_answers(client) -> None:
    for node in nodes(client.get("/open-data/catalogue.jsonld").json):
        if node["@type"] == "dcat:Distribution":
            path = node["dcat:accessURL"]["@id"].removeprefix("http://localhost")
            answer = client.get(path)
            kind = node["dcat:mediaType"]["@id"].rpartition("media-types/")[2]
            assert (answer.status_code, answer.mimetype) == (200, kind)
    assert client.get("/open-data/people.csv").status_code == 404


def rows(client, key: str) -> list[dict[str, str]]:
    text = client.get(f"/open-data/{key}.csv").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_only_public_partnerships_events_and_projects_are_there(pipeline, session, client, cast) -> None:
    assert [row["slug"] for row in rows(client, "partnerships")] == ["textiles"]
    assert rows(client, "partnerships")[0]["regions"] == "nuts:2024:PT11 nuts:2024:ES51"
    assert rows(client, "opportunities") == []
    pipeline.project.is_public = True
    session.commit()
    (one,) = rows(client, "opportunities")
    assert (one["title"], one["regions"]) == ("Fibre sorting line", "nuts:2024:PT11 nuts:2024:ES51")
    bring_to(session, pipeline.partnership, "scoping")
    cast.event.phase = Phase.DRAFT
    session.commit()
    assert [rows(client, key) for key in ("partnerships", "opportunities", "events")] == [[], [], []]


def test_json_and_csv_hold_the_same(session, clock, client) -> None:
    make_call(session, clock, deadline=datetime(2027, 6, 1, 15, tzinfo=UTC), link="https://example.org/call")
    (record,) = client.get("/open-data/calls.json").json
    (row,) = rows(client, "calls")
    assert record["rate_cap"] == 70.0
    assert record["deadline"] == "2027-06-01T15:00:00+00:00"
    assert {key: str(value) for key, value in record.items() if value is not None} == {
        key: value for key, value in row.items() if value
    }


@pytest.mark.parametrize("name", ["Pia", "Piave Polymers", "@example.org"])
def test_no_person_and_no_organisation_is_in_any_file(pipeline, session, client, name) -> None:
    pipeline.project.is_public = True
    session.commit()
    for found in DATASETS:
        assert name not in client.get(f"/open-data/{found.key}.json").text


def test_the_public_page_shows_opportunities_events_and_accepted_results(pipeline, session, clock, client) -> None:
    from app.feedback.models import MonitoringReport

    page = client.get("/partnerships/textiles/").text
    assert ("Spring Partnering Day" in page, "Fibre sorting line" in page, "Results from" in page) == (
        True,
        False,
        False,
    )
    pipeline.project.is_public = True
    report = MonitoringReport(
        partnership_id=pipeline.partnership.id, starts_on=date(2026, 7, 1), ends_on=date(2026, 12, 31),
        state="submitted",
        figures={"members": 2, "events": 1, "meetings": 4, "workshops": 2, "projects": 6, "secured": 5},
        corrections={}, gathered_at=clock(), created_at=clock(),
    )  # fmt: skip
    session.add(report)
    session.commit()
    assert rows(client, "results") == []
    report.state = "accepted"
    session.commit()
    (row,) = rows(client, "results")
    assert (row["partnership"], row["meetings"], row["workshops"], "secured" in row) == ("textiles", "4", "2", False)
    page = client.get("/partnerships/textiles/").text
    assert ("Fibre sorting line" in page, "Results from 2026-07-01 to 2026-12-31" in page) == (True, True)
