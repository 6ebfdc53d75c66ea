"""The whole partnership stage: from the money of six projects back to regional priorities without a gap."""

import json

from sqlalchemy import select

from app.demo.building import SMALL_SIZE
from app.demo.partnering import build_partnership
from app.demo.services import load_registrations
from app.events.queries import event_by_slug, sessions_of
from app.meetings.models import MeetingRequest, RequestState
from app.organisations.reference import region_country
from app.partnerships.queries import members_of
from app.projects import queries as projects
from app.projects.kinds import ProjectType
from app.projects.queries import trace_links
from app.projects.rules.trace import Stage
from app.surveys import queries as surveys
from app.surveys.models import FollowUpKind, FollowUpState
from app.timetables.queries import held_by_request
from app.workshops import queries as workshops

KINDS = {"funding_line", "project", "match", "answer", "priority"}
PROPOSED = ["Open line for polyester recycling", "Wool passport", "Plant for reusable protective clothing"]


def test_the_stage_builds_all_of_it_and_the_trace_is_whole(app, session, clock) -> None:
    with app.app_context():
        event = load_registrations(session, clock, size=SMALL_SIZE)
        partnership = build_partnership(session, clock, event, lambda _line: None)
        session.commit()
    members = members_of(session, partnership.id)
    assert (partnership.state, partnership.phase) == ("active", "projects")
    assert len(members) >= 7
    assert len({region_country(member.nuts) for member in members}) >= 5

    (campaign,) = surveys.campaigns_of(session, partnership.id)
    progress = surveys.progress_of(session, campaign, surveys.region_codes(session, partnership.id))
    assert (campaign.state, progress.total.answered) == ("report_published", 120)
    (run,) = surveys.runs_of(session, campaign)
    assert run.state == "workshop_held"

    days = event_by_slug(session, "cirtex-project-days")
    held = workshops.workshops_of_event(session, days.id)
    assert [(w.state, w.partnership_id) for w in held] == [("minuted", partnership.id)] * 2
    for workshop in held:
        counts = workshops.counts_of(session, [workshop.id])[workshop.id]
        assert min(counts.ideas, counts.decisions, counts.follow_ups) >= 3
        assert workshops.minutes_of(session, workshop.id)
        assert workshops.findings_of(session, workshop.id)
        assert run.created_at < workshop.session.starts_at
    assert {e.slug for e in projects.events_of(session, partnership.id)} == {days.slug, event.slug}
    found = projects.projects_of(session, partnership.id)
    assert sorted(p.type.value for p in found) == sorted(kind.value for kind in ProjectType)

    session.rollback()
    result = app.test_cli_runner().invoke(args=["process", "trace", "--json"])
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    lines = document["funding_lines"]
    assert (document["whole"], document["with_gaps"]) == (len(lines), 0)
    assert len(lines) == sum(len(project.funding_lines) for project in found) >= 6
    assert {line["chain"][1]["label"] for line in lines} == {project.title for project in found}
    for line in lines:
        kinds = [step["kind"] for step in line["chain"]]
        assert len(kinds) == len(Stage) + ("request" in kinds)
        assert set(kinds) >= KINDS
        assert set(kinds) - KINDS <= {"meeting", "request", "workshop"}
        assert kinds[-1] == "priority"
    ways = {line["chain"][1]["label"]: [step["kind"] for step in line["chain"]] for line in lines}
    proposed = ["funding_line", "project", "meeting", "request", "match", "answer", "priority"]
    assert [title for title, way in ways.items() if way == proposed] == PROPOSED


def test_meetings_come_of_matches_by_themselves_and_took_place(app, session, clock) -> None:
    """Each of three was proposed from a finding of the run, accepted, put into a legal timetable and held."""
    with app.app_context():
        event = load_registrations(session, clock, size=SMALL_SIZE)
        partnership = build_partnership(session, clock, event, lambda _line: None)
    (campaign,) = surveys.campaigns_of(session, partnership.id)
    (run,) = surveys.runs_of(session, campaign)
    days = event_by_slug(session, "cirtex-project-days")
    asked = [row for row in surveys.follow_ups_of(session, run.id) if row.kind is FollowUpKind.REQUEST]
    assert [(row.state, row.place) for row in asked] == [(FollowUpState.TAKEN_UP, f"event:{days.id}")] * 3
    requests = session.scalars(select(MeetingRequest).where(MeetingRequest.event_id == days.id)).all()
    assert {request.finding_id for request in requests if request.is_proposed} == {row.finding_id for row in asked}
    assert (len(requests), sum(request.is_proposed for request in requests)) == (4, 3)
    for request in requests:
        assert request.state is RequestState.ACCEPTED
        assert run.created_at < request.created_at < request.answered_at < clock()
    assert held_by_request(session, days.id, clock()) == {request.code: True for request in requests}
    (by_hand,) = trace_links(session, {("meeting", request.id) for request in requests})
    assert by_hand.source_kind == "match"
    assert trace_links(session, {("workshop", row.id) for row in sessions_of(session, days.id)}) == []
