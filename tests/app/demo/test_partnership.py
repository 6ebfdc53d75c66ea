"""The partnership stage of the demo: believable, by the rules, and loaded once."""

import pytest
from sqlalchemy import func, select

from app.core import files
from app.core.models import AuditEntry, Mail
from app.demo.building import SMALL_SIZE
from app.demo.partnering import build_partnership, demo_partnership
from app.demo.services import load_registrations
from app.organisations.reference import region_country
from app.partnerships import queries
from app.partnerships.dossier_models import ConflictDeclaration, Decision, DocumentVersion, Submission


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


def test_nobody_is_mailed(session, partnership):
    assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_second_run_changes_nothing(session, clock, event, partnership):
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    assert build_partnership(session, clock, event, lambda _line: None).id == partnership.id
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert demo_partnership(session).id == partnership.id
