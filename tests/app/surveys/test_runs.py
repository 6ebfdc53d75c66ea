"""Matching runs: reproducible, immutable, suppressed, curated, shared, followed up."""

from datetime import timedelta

import pytest
from openpyxl import load_workbook

from app.core.errors import Conflict, Invalid
from app.core.transitions import Act
from app.events.models import EventSession, SessionKind
from app.surveys import queries, services, showing
from app.surveys.matching import Parameters
from app.surveys.models import Curation, FindingKind, FollowUpKind, FollowUpState, MatchFinding, RunIsImmutable
from app.surveys.services import FollowUpPlan
from tests.factories.surveys import COORDINATOR, answered, need, offer

ANALYST = frozenset({"analyst"})
HERE = "/partnerships/textiles/surveys/mapping-2027"


@pytest.fixture
def answers(field, session, clock):
    """AT22 needs testing, FI1C offers it; both offer inputs; a single organisation of ES51 offers recovery."""
    for n in range(3):
        answered(session, clock, field.campaign, "AT22", name=f"Grazer {n}", needs=[need("testing", f"Need {n}")],
                 offers=[offer("inputs", trl=9)])  # fmt: skip
        lines = [offer("testing", f"Line {n}", trl=9), offer("inputs", trl=9)]
        answered(session, clock, field.campaign, "FI1C", name=f"Suomi {n}", offers=lines)
        answered(session, clock, field.campaign, "PT11", name=f"Porto {n}", needs=[need("recovery", "Sorting")])
    answered(session, clock, field.campaign, "ES51", name="Sola", offers=[offer("recovery", "Secret sorter", trl=9)])
    field.campaign.state = "closed"
    session.commit()


@pytest.fixture
def run(app, answers, field, session, clock):
    with app.app_context():
        made = services.compute_run(session, clock, field.ana, field.campaign, Parameters(), Act(field.ana.id, ANALYST))
        session.commit()
    return made


def by_kind(session, run, kind):
    return [f for f in queries.findings_of(session, run.id) if f.kind is kind]


def test_a_run_finds_what_is_there(run, session):
    (pair,) = by_kind(session, run, FindingKind.COMPLEMENTARITY)
    assert (pair.regions, pair.segment) == (["AT22", "FI1C"], "testing")
    assert pair.figures["gain"]["cover"] == 1.0
    assert pair.figures["give"] == {"complement": 0, "cover": 0, "cells": []}
    assert [(line["side"], line["region"]) for line in pair.evidence] == [("need", "AT22")] * 3 + [
        ("offer", "FI1C")
    ] * 3
    (mass,) = by_kind(session, run, FindingKind.CRITICAL_MASS)
    assert (mass.regions, mass.segment) == (["AT22", "FI1C"], "inputs")
    assert by_kind(session, run, FindingKind.CHALLENGE) == []
    (spot,) = by_kind(session, run, FindingKind.WHITE_SPOT)
    assert (spot.regions, spot.segment, spot.figures["nowhere"]) == (["PT11"], "recovery", False)


def test_nothing_shown_rests_on_one_or_two(run, field, session, sign_in):
    assert run.result["respondents"] == {"AT22": 3, "ES51": None, "FI1C": 3, "PT11": 3}
    assert all(cell["offer"] == [None, None, None] for cell in run.result["map"]["ES51"])
    browser = sign_in(field.ana)
    for page in ("", "?show=need", "?show=gap", "?show=rca", "white_spot", "network"):
        assert "Sola" not in browser.get(f"{HERE}/runs/1/{page}").text
    exported = browser.get(f"{HERE}/runs/1/export-heat_map.csv").text
    lines = [line.split(",") for line in exported.splitlines() if line.startswith("ES51")]
    assert len(lines) == 9
    assert all(set(line[4:]) == {""} and line[2] == "" for line in lines)
    with pytest.raises(ValueError, match="at least 3"):
        Parameters(minimum=2)
    assert browser.post(f"{HERE}/runs", data={"minimum": "2", "grain": "segment", "measure": "mass"}).status_code == 422


def test_a_run_never_changes_and_can_be_computed_again(run, session):
    assert services.is_reproducible(run)
    run.result = {**run.result, "answers": 99}
    with pytest.raises(RunIsImmutable, match="result"):
        session.flush()
    session.rollback()
    finding = session.query(MatchFinding).first()
    finding.figures = {}
    with pytest.raises(RunIsImmutable, match="figures"):
        session.flush()
    session.rollback()


def test_a_run_stays_as_it_was_when_answers_change(app, run, field, session, clock):
    digest, before = run.digest, run.result
    with app.app_context():
        answered(session, clock, field.campaign, "ES51")
        answered(session, clock, field.campaign, "ES51")
        second = services.compute_run(
            session, clock, field.ana, field.campaign, Parameters(), Act(field.ana.id, ANALYST)
        )
    assert (second.number, second.digest != digest) == (2, True)
    assert second.result["respondents"]["ES51"] == 3
    assert run.result == before
    assert services.is_reproducible(run)


def test_parameters_decide_what_counts(app, answers, field, session, clock):
    act = Act(field.ana.id, ANALYST)
    with app.app_context():
        heavy = services.parameters_of({"weight-testing": "2", "weight-inputs": "1", "minimum": "3"}, field.campaign)
        assert heavy.weights == {"testing": 2.0}
        run = services.compute_run(session, clock, field.ana, field.campaign, heavy, act)
        place = run.result["cells"].index(["testing", ""])
        assert run.result["weights"][place] == pytest.approx(0.2)
        with pytest.raises(Conflict, match="no submitted answers"):
            services.compute_run(session, clock, field.ana, field.campaign, Parameters(validated_only=True), act)
        for values, name in (({"minimum": "many"}, "minimum"), ({"weight-testing": "11"}, "weights"),
                             ({"weight-testing": "x"}, "weights")):  # fmt: skip
            with pytest.raises(Invalid) as refused:
                services.parameters_of(values, field.campaign)
            assert refused.value.field == name


def test_curation_wants_reasons_and_only_what_was_kept_is_shared(app, run, field, session, clock):
    pair = by_kind(session, run, FindingKind.COMPLEMENTARITY)[0]
    act = Act(field.ana.id, ANALYST)
    with app.app_context():
        with pytest.raises(Invalid, match="Keep at least one"):
            services.move_run(session, clock, run, "curate", act)
        with pytest.raises(Invalid, match="Say why"):
            services.curate(session, clock, field.ana, pair, curation=Curation.KEPT, headline="", reason=" ")
        with pytest.raises(Invalid, match="in a sentence"):
            services.curate(session, clock, field.ana, pair, curation=Curation.EDITED, headline="", reason="x")
        services.curate(
            session, clock, field.ana, pair, curation=Curation.EDITED, headline="Lines for Graz", reason="Fits"
        )
        services.move_run(session, clock, run, "curate", act)
        services.move_run(session, clock, run, "share", act)
        with pytest.raises(Conflict, match="take it back"):
            services.curate(session, clock, field.ana, pair, curation=Curation.REJECTED, headline="", reason="No")
        with pytest.raises(Invalid, match="needs a comment"):
            services.move_run(session, clock, run, "unshare", act)
    assert (pair.headline, run.state) == ("Lines for Graz", "shared")


def test_members_see_statements_within_their_visibility(app, field, session, clock, sign_in):
    shown = {"private": 0, "analysts": 1, "partnership": 2}
    for visibility in shown:
        answered(session, clock, field.campaign, "AT22", name=f"House {visibility}", visibility=visibility,
                 needs=[need("testing", f"Need {visibility}")])  # fmt: skip
        answered(session, clock, field.campaign, "FI1C", offers=[offer("testing", "Open line", trl=9)])
    with app.app_context():
        act = Act(field.ana.id, ANALYST)
        run = services.compute_run(session, clock, field.ana, field.campaign, Parameters(), act)
        pair = by_kind(session, run, FindingKind.COMPLEMENTARITY)[0]
        pair.curation, run.state = Curation.KEPT, "shared"
        session.commit()
    address = f"{HERE}/runs/1/findings/{pair.id}"
    analyst, member = sign_in(field.ana).get(address).text, sign_in(field.mona).get(address).text
    for visibility, rank in shown.items():
        for page, wanted in ((analyst, 1), (member, 2)):
            assert (f"Need {visibility}" in page) is (rank >= wanted), (visibility, wanted)
            assert (f"House {visibility}" in page) is (rank >= wanted), (visibility, wanted)


def test_evidence_of_deleted_answers_is_gone_from_the_page(app, run, field, session, clock, sign_in):
    pair = by_kind(session, run, FindingKind.COMPLEMENTARITY)[0]
    gone = session.get(type(queries.response_named(session, field.campaign, "r0001")), pair.evidence[0]["response"])
    address = f"{HERE}/runs/1/findings/{pair.id}"
    assert "Need 0" in sign_in(field.ana).get(address).text
    with app.app_context():
        services.erase(session, clock, gone, Act(field.lena.id, COORDINATOR, "Asked for"))
        session.commit()
    page = sign_in(field.ana).get(address)
    assert (page.status_code, "Need 0" in page.text, "Need 1" in page.text) == (200, False, True)
    assert services.is_reproducible(run)


def test_a_workshop_becomes_a_session_of_the_event_one_organises(app, run, field, session, clock, cast, sign_in):
    pair = by_kind(session, run, FindingKind.COMPLEMENTARITY)[0]
    pair.curation = Curation.KEPT
    cast.event.time_zone = "Europe/Brussels"
    field.ana.is_administrator = True
    session.commit()
    page = sign_in(field.ana).get(f"{HERE}/runs/1/findings/{pair.id}").text
    assert "Spring Partnering Day" in page
    form = {
        "plan-kind": "workshop",
        "plan-title": "Lines for Graz",
        "plan-text": "Agenda",
        "plan-place": f"event:{cast.event.id}",
        "plan-starts": "2027-03-16T14:00",
        "plan-ends": "2027-03-16T15:30",
    }
    browser, address = sign_in(field.ana), f"{HERE}/runs/1/findings/{pair.id}/follow-up"
    assert browser.post(address, data=form | {"plan-ends": "2027-03-16T13:00"}).status_code == 422
    assert browser.post(address, data=form | {"plan-place": "event:999"}).status_code == 422
    assert session.query(EventSession).count() == 0
    assert browser.post(address, data=form).status_code == 302
    (made,) = session.query(EventSession).all()
    assert (made.title, made.kind, made.is_public, made.abstract) == (
        "Lines for Graz",
        SessionKind.WORKSHOP,
        False,
        "Agenda",
    )
    assert made.starts_at.isoformat() == "2027-03-16T13:00:00+00:00"
    (follow_up,) = queries.follow_ups_of(session, run.id)
    assert (follow_up.state, follow_up.kind) == (FollowUpState.TAKEN_UP, FollowUpKind.WORKSHOP)
    assert browser.get(follow_up.link).status_code == 200


def test_without_an_event_a_follow_up_waits_as_a_draft(app, run, field, session, clock, sign_in):
    pair = by_kind(session, run, FindingKind.COMPLEMENTARITY)[0]
    pair.curation = Curation.KEPT
    with app.app_context():
        plan = FollowUpPlan(FollowUpKind.INVITATIONS, "People for Graz")
        made = services.follow_up(session, clock, field.ana, pair, plan)
        session.commit()
    assert made.state is FollowUpState.DRAFT
    assert made.responses == sorted({line["response"] for line in pair.evidence})
    table = sign_in(field.ana).get(f"{HERE}/runs/1/follow-ups/{made.id}/people.csv").text
    assert table.splitlines() == ["\ufeffemail,name,organisation,country,organisation_kind,size,nuts,website"]
    answer = queries.answers_of(session, made.responses[0])["respondent"]
    answer.content = answer.content | {"contactable": True}
    session.commit()
    table = sign_in(field.ana).get(f"{HERE}/runs/1/follow-ups/{made.id}/people.csv").text
    assert len(table.splitlines()) == 2
    assert sign_in(field.mona).get(f"{HERE}/runs/1/follow-ups/{made.id}/people.csv").status_code == 403


def test_the_network_draws_each_pair_between_its_two_regions(app, run, session):
    with app.app_context():
        picture = showing.network(run, by_kind(session, run, FindingKind.COMPLEMENTARITY))
    assert [node.region for node in picture.nodes] == ["AT22", "FI1C"]
    (edge,) = picture.edges
    assert (edge.one.region, edge.other.region, edge.width) == ("AT22", "FI1C", 10.0)


def test_answers_are_locked_on_a_run_and_the_report_needs_a_shared_one(app, run, field, session, clock):
    with app.app_context():
        act = Act(field.lena.id, COORDINATOR)
        services.move(session, clock, field.campaign, "analyse", act)
        assert queries.response_named(session, field.campaign, "r0001").state == "locked"
        with pytest.raises(Invalid, match="Share a matching run"):
            services.move(session, clock, field.campaign, "publish_report", act)
        run.state = "shared"
        session.flush()
        services.move(session, clock, field.campaign, "publish_report", act)
    assert field.campaign.state == "report_published"


def test_the_export_of_a_run_holds_every_table(run, field, tmp_path, sign_in):
    answer = sign_in(field.ana).get(f"{HERE}/runs/1/export-all.xlsx")
    file = tmp_path / "run.xlsx"
    file.write_bytes(answer.data)
    book = load_workbook(file)
    assert book.sheetnames == ["heat_map", "findings", "organisations", "evidence"]
    assert book["heat_map"].max_row == 1 + 4 * 9
    assert clock_free(book["findings"]) == ["complementarity", "critical_mass", "white_spot"]


def clock_free(page):
    return sorted({row[0].value for row in page.iter_rows(min_row=2)})


def test_time_moves_no_figure(app, answers, field, session, clock):
    """The same answers give the same digest, whenever they are computed."""
    act = Act(field.ana.id, ANALYST)
    with app.app_context():
        one = services.compute_run(session, clock, field.ana, field.campaign, Parameters(), act)
        clock.advance(timedelta(days=30))
        two = services.compute_run(session, clock, field.ana, field.campaign, Parameters(), act)
    assert one.digest == two.digest
