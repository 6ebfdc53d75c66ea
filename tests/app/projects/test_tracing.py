"""The trace over the database: chains, gaps, forward, export, the command."""

import csv
import io
import json

import pytest

from app.core.errors import Conflict, Invalid
from app.events.models import SessionKind
from app.projects import services, tracing
from app.projects.kinds import Source
from app.projects.models import TraceLink
from app.projects.rules.trace import Stage, Thing, came_of
from app.projects.trace_links import describe
from tests.factories.agenda import event_session
from tests.factories.projects import add_funding, make_project

PLACE = "/partnerships/textiles"


@pytest.fixture
def funded(pipeline, session, clock):
    """A project out of the meeting, with one funding line."""
    add_funding(session, clock, pipeline.project, pipeline.pia, Source.I3, 700_000)
    meeting = ("meeting", pipeline.meeting.id)
    services.add_origin(session, clock, pipeline.pia, pipeline.project, *meeting, "They agreed on a pilot.")
    session.commit()
    return pipeline


def link_meeting_to_priority(session, clock, pipeline) -> TraceLink:
    meeting, priority = Thing("meeting", pipeline.meeting.id), Thing("priority", pipeline.priority.id)
    link = services.link_source(
        session, clock, pipeline.lena, pipeline.partnership, meeting, priority, "In the minutes."
    )
    session.commit()
    return link


def only_line(session, pipeline):
    starts = tracing.starts_of(session, pipeline.partnership.id)
    (row,) = tracing.traced(session, tracing.build(session, starts), starts)
    return row


def test_a_chain_that_breaks_off_says_where_and_what_is_missing(funded, session) -> None:
    row = only_line(session, funded)

    assert [words.label for words in row.words] == [
        "i3", "Fibre sorting line", "Piave Polymers and Poznan Process Institute",
    ]  # fmt: skip
    assert row.chain.missing == (Stage.MATCH, Stage.ANSWER, Stage.PRIORITY)
    assert tracing.gap_sentence(row) == (
        "The chain ends at “Piave Polymers and Poznan Process Institute”."
        " Missing: match, survey answer, regional priority."
    )


def test_a_step_by_hand_leads_on_to_the_priority_and_names_what_it_leaves_out(funded, session, clock) -> None:
    link_meeting_to_priority(session, clock, funded)
    row = only_line(session, funded)

    assert row.chain.arrives
    assert row.words[-1].label == "Circular fibres"
    assert tracing.gap_sentence(row) == "The chain leaves out: match, survey answer."


def test_forward_from_a_priority_to_the_money(funded, session, clock) -> None:
    link_meeting_to_priority(session, clock, funded)
    graph = tracing.build(session, tracing.starts_of(session, funded.partnership.id))
    line = funded.project.funding_lines[0]

    assert came_of(graph, Thing("priority", funded.priority.id)) == [
        Thing("meeting", funded.meeting.id), Thing("project", funded.project.id), Thing("funding_line", line.id),
    ]  # fmt: skip


def test_a_workshop_is_an_origin_too(pipeline, session, clock, cast) -> None:
    workshop = event_session(session, cast.event, cast.slots[0], "Sorting workshop", kind=SessionKind.WORKSHOP)
    services.add_origin(session, clock, pipeline.pia, pipeline.project, "workshop", workshop.id)

    row = only_line(session, pipeline)
    assert (row.start.kind, row.words[-1].label, row.words[-1].detail) == (
        "project", "Sorting workshop", "Spring Partnering Day",
    )  # fmt: skip


def test_links_go_up_the_chain_to_things_that_exist_and_are_said_once(funded, session, clock) -> None:
    meeting, priority = Thing("meeting", funded.meeting.id), Thing("priority", funded.priority.id)
    with pytest.raises(Invalid):
        services.link_source(session, clock, funded.lena, funded.partnership, priority, meeting)
    with pytest.raises(Invalid):
        services.link_source(session, clock, funded.lena, funded.partnership, meeting, Thing("priority", 999))
    link_meeting_to_priority(session, clock, funded)
    with pytest.raises(Conflict):
        services.link_source(session, clock, funded.lena, funded.partnership, meeting, priority)


def test_an_origin_that_does_not_exist_is_refused(pipeline, session, clock) -> None:
    for kind, ref_id in (("meeting", 999), ("nonsense", 1), ("funding_line", 1)):
        with pytest.raises(Invalid):
            services.add_origin(session, clock, pipeline.pia, pipeline.project, kind, ref_id)


def test_what_is_gone_is_still_named(session, app) -> None:
    with app.app_context():
        words = describe(session, [Thing("meeting", 999), Thing("planet", 3)])
    assert [(row.label, row.detail) for row in words.values()] == [
        ("meeting 999", "not there any more"), ("planet 3", "not there any more"),
    ]  # fmt: skip


def test_the_page_shows_chain_and_gap_to_insiders_only(funded, session, clock, sign_in) -> None:
    page = sign_in(funded.rui).get(f"{PLACE}/trace").text
    assert "Breaks off" in page
    assert "Piave Polymers and Poznan Process Institute" in page
    form = {"thing": f"meeting:{funded.meeting.id}", "source": f"priority:{funded.priority.id}", "note": ""}
    assert sign_in(funded.esra).post(f"{PLACE}/trace/links", data=form).status_code == 403
    assert sign_in(funded.rui).post(f"{PLACE}/trace/links", data=form).status_code == 302
    assert "Leaves stages out" in sign_in(funded.rui).get(f"{PLACE}/trace").text
    for who in (funded.omar, funded.pia):
        assert sign_in(who).get(f"{PLACE}/trace").status_code == 403
        assert sign_in(who).get(f"{PLACE}/trace.json").status_code == 403

    forward = sign_in(funded.rui).get(f"{PLACE}/trace/priority/{funded.priority.id}").text
    assert "Fibre sorting line" in forward
    assert sign_in(funded.rui).get(f"{PLACE}/trace/priority/999").status_code == 404
    link = session.query(TraceLink).one()
    assert sign_in(funded.rui).post(f"{PLACE}/trace/links/{link.id}/remove").status_code == 302
    assert session.query(TraceLink).count() == 0


def test_csv_and_json_say_the_same_as_the_page(funded, session, clock, sign_in) -> None:
    link_meeting_to_priority(session, clock, funded)
    make_project(session, clock, funded.partnership, funded.lena, title="Without money")
    browser = sign_in(funded.lena)

    rows = list(csv.reader(io.StringIO(browser.get(f"{PLACE}/trace.csv").data.decode("utf-8-sig"))))
    assert rows[0] == ["funding", "project", "encounter", "match", "answer", "priority", "whole", "missing"]
    assert rows[1] == [
        "i3 (I3, €700,000, Planned)", "Fibre sorting line (Joint large-scale demonstrator)",
        "Piave Polymers and Poznan Process Institute (Spring Partnering Day)", "", "", "Circular fibres (PT11)", "no",
        "match, answer",
    ]  # fmt: skip
    document = browser.get(f"{PLACE}/trace.json").json
    (line,) = document["funding_lines"]
    assert [step["kind"] for step in line["chain"]] == ["funding_line", "project", "meeting", "priority"]
    assert line["chain"][-1]["url"] == "https://example.org/strategy.pdf"
    assert (line["arrives"], line["whole"], line["missing"]) == (True, False, ["match", "answer"])
    assert [row["chain"][0]["label"] for row in document["projects_without_funding"]] == ["Without money"]
    assert (document["whole"], document["with_gaps"]) == (0, 1)


def test_the_command_prints_every_chain_and_ends_with_one_for_a_gap(app, funded, session, clock) -> None:
    session.commit()
    runner = app.test_cli_runner()
    result = runner.invoke(args=["process", "trace", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.output)["funding_lines"][0]["gap"].startswith("The chain ends at")
    plain = runner.invoke(args=["process", "trace", "--partnership", "textiles"])
    assert "funding_line i3 < project Fibre sorting line < meeting Piave Polymers" in plain.output
    assert "0 funding lines with a whole chain, 1 with gaps." in plain.output
    assert runner.invoke(args=["process", "trace", "--partnership", "nothing"]).exit_code == 1


def test_an_event_is_linked_by_who_organises_it_or_the_secretariat_and_its_meetings_count(
    pipeline, session, cast, sign_in
) -> None:
    services.unlink_event(session, pipeline.partnership, cast.event)
    session.commit()
    assert sign_in(pipeline.piotr).get(f"{PLACE}/projects/new").status_code == 403
    form = {"event_id": str(cast.event.id)}
    refused = sign_in(pipeline.rui).post(f"{PLACE}/trace/events", data=form)
    assert (refused.status_code, "Not a valid choice" in refused.text) == (422, True)
    assert sign_in(pipeline.sina).post(f"{PLACE}/trace/events", data=form).status_code == 302
    assert sign_in(pipeline.piotr).get(f"{PLACE}/projects/new").status_code == 200


def test_a_chain_costs_the_same_number_of_queries_for_one_and_many_lines(funded, session, clock, queries) -> None:
    def count() -> int:
        session.expire_all()
        with queries() as statements:
            starts = tracing.starts_of(session, funded.partnership.id)
            tracing.build(session, starts)
        return len(statements)

    one = count()
    for number in range(8):
        project = make_project(session, clock, funded.partnership, funded.lena, title=f"Project {number}")
        add_funding(session, clock, project, funded.lena, Source.OWN, 10)
        services.add_origin(session, clock, funded.lena, project, "meeting", funded.meeting.id)
    session.commit()
    assert count() == one
