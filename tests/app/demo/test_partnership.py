"""The partnership stage of the demo: believable, by the rules, and loaded once."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.core import files
from app.core.models import AuditEntry, Job, LiveEvent, Mail
from app.demo.building import SMALL_SIZE
from app.demo.mapping import lead_of
from app.demo.partnering import build_partnership, demo_partnership
from app.demo.services import load_registrations
from app.demo.stages import report
from app.organisations.reference import region_country
from app.partnerships import queries
from app.partnerships.dossier_models import ConflictDeclaration, Decision, DocumentVersion, Submission
from app.partnerships.models import MemberRole, PartnershipRole, Role
from app.projects.queries import projects_of
from app.surveys import queries as surveys
from app.surveys.models import Curation, FindingKind


@pytest.fixture
def event(app, session, clock):
    with app.app_context():
        yield load_registrations(session, clock, size=SMALL_SIZE)


@pytest.fixture
def partnership(event, session, clock):
    return build_partnership(session, clock, event, lambda _line: None)


def test_seven_regions_or_more_in_five_countries_with_an_approved_expression_of_interest(session, clock, partnership):
    members = queries.members_of(session, partnership.id)
    assert len(members) >= 7
    assert len({region_country(member.nuts) for member in members}) >= 5
    assert all(member.priorities for member in members)
    assert (partnership.state, partnership.phase) == ("active", "projects")
    submission = session.scalars(select(Submission)).one()
    assert all(result["met"] for result in submission.precheck)
    assert session.scalars(select(Decision)).one().outcome.value == "approved"
    assert {row.has_conflict for row in session.scalars(select(ConflictDeclaration))} == {True, False}
    assert session.scalar(select(func.count()).select_from(DocumentVersion)) == 3
    assert list(files.verify(session)) == []


def test_its_history_lies_in_the_past_and_in_order(session, clock, partnership):
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject_kind == "partnership").order_by(AuditEntry.id)
    ).all()
    steps = [e.detail["to"] for e in entries if e.detail.get("to")]
    assert steps == ["intake", "expert_assigned", "scoping", "scoping_agreed", "eoi_draft", "eoi_submitted", "eligible",
                     "approved", "active", "projects"]  # fmt: skip
    times = [entry.at for entry in entries]
    assert times == sorted(times)
    assert times[-1] < clock()


def test_the_history_of_each_project_is_in_order_and_in_the_past(session, clock, partnership):
    for project in projects_of(session, partnership.id):
        kinds = AuditEntry.subject_kind.in_(("project", "project_record"))
        query = select(AuditEntry).where(kinds, AuditEntry.subject_id == project.id)
        entries = session.scalars(query.order_by(AuditEntry.id)).all()
        times = [entry.at for entry in entries]
        assert {"project.measure", "project.add_indicator"} <= {entry.action for entry in entries}
        assert any(entry.action.startswith("project.") and entry.subject_kind == "project" for entry in entries)
        assert times == sorted(times)
        assert times[-1] < clock()


def test_what_was_done_to_its_projects_is_told_in_words(partnership, session, sign_in):
    session.commit()
    speaks = select(User).join(PartnershipRole, PartnershipRole.user_id == User.id)
    lead = session.scalars(speaks.where(PartnershipRole.role == Role.REGION_REPRESENTATIVE)).first()
    browser = sign_in(lead)
    for project in projects_of(session, partnership.id):
        page = browser.get(f"/partnerships/{partnership.slug}/projects/{project.number}/trail").text
        table = re.sub(r"<[^>]+>", " ", page[page.index("<tbody>") : page.index("</tbody>")])
        assert re.findall(r"\b\d{4}-\d\d-\d\d\b|\b[a-z]+_[a-z]+\b", table) == []
        assert "measured" in table


def test_its_pages_show_loans_indicators_documents_and_proposed_meetings(partnership, session, sign_in):
    session.commit()
    browser, here = sign_in(lead_of(session, partnership)), f"/partnerships/{partnership.slug}"
    shown = {
        "/projects/1/funding": ["3.4% a year, 12 years, the first 2 without repayment"],
        "/projects/1/cash-flow": ["Loans: repayment", "€1,200,000 are paid back"],
        "/projects/1/indicators": ["2,600 t a year", "65 % of the way"],
        "/projects/6/plan": ["term-sheet-bank-in-prague.pdf"],
        "/reports/1": ["Washes with a full barrier", "100 washes"],
        "/surveys/mapping-of-circular-textiles/runs/1/follow-ups/3/meetings": [
            "Jordi Ferrer",
            "Nele Coppens",
            "Accepted",
        ],
    }
    for path, words in shown.items():
        page = browser.get(here + path).text
        assert [word for word in words if word not in page] == [], path


def test_its_history_is_told_in_words_and_in_order(partnership, session, sign_in):
    session.commit()
    speaks = select(User).join(PartnershipRole, PartnershipRole.user_id == User.id)
    lead = session.scalars(speaks.where(PartnershipRole.role == Role.REGION_REPRESENTATIVE)).first()
    page = sign_in(lead).get(f"/partnerships/{partnership.slug}/history").text
    table = re.sub(r"<[^>]+>", " ", page[page.index("<tbody>") : page.index("</tbody>")])
    assert re.findall(r"\b[a-z]+[_.][a-z]+_?[a-z]*\b(?<!pdf)", table) == []
    for told in ("Investment project: Work starts", "Project lead", "Wool passport", "Workshop: End the workshop"):
        assert told in table
    shown = re.findall(r"(\d{1,2} \w{3} \d{4}, \d\d:\d\d) UTC", table)
    times = [datetime.strptime(text, "%d %b %Y, %H:%M").replace(tzinfo=UTC) for text in shown]
    assert len(times) > 60
    assert times == sorted(times, reverse=True)


def test_the_report_counts_what_it_came_to(event, session, partnership):
    lines = {tuple(line.split()) for line in report(session, event)}
    assert {("answers", "120"), ("matching", "runs", "1"), ("workshops", "2"), ("projects", "6")} <= lines
    assert ("funding", "lines", "19") in lines


def test_links_for_its_people_are_printed(app, session, partnership):
    session.commit()
    printed = app.test_cli_runner().invoke(args=["demo", "--links"]).output
    assert f"/partnerships/{partnership.slug}/" in printed
    line = re.compile(r"^ +(lead region|secretariat|evaluator) +(.+?) {2,}http://localhost/\S+$", re.MULTILINE)
    roles = dict(line.findall(printed))
    assert roles.keys() == {"lead region", "secretariat", "evaluator"}
    leads = [m.id for m in queries.members_of(session, partnership.id) if m.role is MemberRole.LEAD]
    speaks = select(User.name).join(PartnershipRole, PartnershipRole.user_id == User.id)
    assert roles["lead region"] in session.scalars(speaks.where(PartnershipRole.member_id.in_(leads))).all()


def test_nobody_is_mailed_or_told(session, partnership):
    assert session.scalar(select(func.count()).select_from(Mail)) == 0
    assert session.scalar(select(func.count()).select_from(LiveEvent)) == 0
    assert "agenda.mail_news" not in session.scalars(select(Job.kind)).all()  # the project days were published


def test_a_second_run_changes_nothing(session, clock, event, partnership):
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    assert build_partnership(session, clock, event, lambda _line: None).id == partnership.id
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert demo_partnership(session).id == partnership.id


def test_the_matching_run_shows_a_need_that_nobody_answers(session, partnership):
    (campaign,) = surveys.campaigns_of(session, partnership.id)
    (run,) = surveys.runs_of(session, campaign)
    spots = [row for row in surveys.findings_of(session, run.id) if row.kind is FindingKind.WHITE_SPOT]
    assert [(row.segment, sorted(row.regions), row.figures["nowhere"]) for row in spots] == [
        ("washing", ["BE23", "DED4", "PT11"], True)
    ]
    assert spots[0].curation is Curation.KEPT
    assert "new member" in spots[0].reason


def test_everybody_reads_the_parts_that_enough_organisations_opened(session, partnership, client):
    session.commit()
    (campaign,) = surveys.campaigns_of(session, partnership.id)
    here = f"/partnerships/{partnership.slug}/surveys/{campaign.code}/public"
    assert here in client.get(f"/partnerships/{partnership.slug}/").text
    page = client.get(here).text
    opened = [int(n) for n in re.findall(r"Opened by (\d+) respondents", page)]
    assert len(opened) >= 4
    assert min(opened) >= 3
    for said in ("Ghent Depolymerisation", "A reactor that turns polyester blends back into chips", "Sabadell Sorting"):
        assert said in page
    for hidden in ("Nele Coppens", "nele.coppens@"):
        assert hidden not in page
