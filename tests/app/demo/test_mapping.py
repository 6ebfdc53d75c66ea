"""The demo's mapping survey: its size, its sense, and that a second run changes nothing."""

from collections import Counter

import pytest

from app.demo import mapping
from app.partnerships.models import PartnershipMember
from app.surveys import queries, services
from app.surveys.answers import missing
from app.surveys.models import Curation, FindingKind, SurveyResponse
from tests.factories.partnerships import bring_to, make_member, make_partnership, make_user

REGIONS = ("PT11", "ES51", "ITC1", "FRE1", "DED4", "CZ05", "BE23", "EL52")


@pytest.fixture
def mapped(app, session, clock):
    lena = make_user(session, clock, "Lena Lead")
    partnership = make_partnership(session, clock, lena)
    for nuts in REGIONS[1:]:
        make_member(session, clock, partnership, None, nuts)
    for member in session.query(PartnershipMember):
        member.state = "member"
    bring_to(session, partnership, "active")
    with app.app_context():
        run = mapping.map_regions(session, clock, partnership, lena)
        session.commit()
    return partnership, lena, run


def test_a_closed_survey_of_120_answers_and_a_shared_run(app, mapped, session):
    _partnership, _lena, run = mapped
    states = Counter(session.scalars(session.query(SurveyResponse.state).statement).all())
    assert states == {"locked": 120, "invited": 10}
    assert (run.state, run.campaign.state) == ("shared", "report_published")
    assert all(n >= 3 for n in run.result["respondents"].values())
    with app.app_context():
        assert services.is_reproducible(run)


def test_answers_pass_the_checks_that_people_meet(app, mapped, session):
    _partnership, _lena, run = mapped
    with app.app_context():
        for response in session.query(SurveyResponse).filter_by(state="locked"):
            asked = queries.asked_of(session, run.campaign, response.nuts)
            assert missing(asked, queries.contents_of(session, response.id)) == [], response.code


def test_findings_are_curated_and_two_workshops_planned(mapped, session):
    _partnership, _lena, run = mapped
    findings = queries.findings_of(session, run.id)
    decided = Counter(f.curation for f in findings)
    assert decided[Curation.KEPT] > 3
    assert decided[Curation.EDITED] == decided[Curation.REJECTED] == 1
    assert {f.kind for f in findings} >= {FindingKind.COMPLEMENTARITY, FindingKind.CRITICAL_MASS, FindingKind.CHALLENGE}
    assert len(queries.follow_ups_of(session, run.id)) == 2


def test_a_second_time_changes_nothing(app, mapped, session, clock):
    partnership, lena, run = mapped
    with app.app_context():
        again = mapping.map_regions(session, clock, partnership, lena)
    assert again.id == run.id
    assert session.query(SurveyResponse).count() == 130
