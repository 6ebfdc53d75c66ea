"""The people around a survey."""

from dataclasses import dataclass

import pytest

from app.accounts.models import User
from app.partnerships.models import MemberRole, Partnership, PartnershipMember
from app.surveys.models import SurveyCampaign, SurveyRole, SurveyStaff
from tests.factories.partnerships import bring_to, make_member, make_partnership, make_user
from tests.factories.surveys import make_campaign

REGIONS = ("AT22", "ES51", "FI1C", "PT11")


@dataclass
class Field:
    """A partnership of four regions with a survey in design.

    Lena leads (PT11) and so coordinates; Rui speaks for ES51; Ana is named analyst, Carl contact of AT22; Mona speaks
    for FI1C; Stan has an account and nothing to do with any of it.
    """

    partnership: Partnership
    campaign: SurveyCampaign
    lena: User
    rui: User
    ana: User
    carl: User
    mona: User
    stan: User


@pytest.fixture
def field(session, clock) -> Field:
    names = ("Lena Lead", "Rui Region", "Ana Analyst", "Carl Contact", "Mona Member", "Stan Stranger")
    lena, rui, ana, carl, mona, stan = (make_user(session, clock, name) for name in names)
    partnership = make_partnership(session, clock, lena)
    session.query(PartnershipMember).filter_by(role=MemberRole.LEAD).one().state = "member"
    for user, nuts in ((rui, "ES51"), (mona, "FI1C"), (None, "AT22")):
        make_member(session, clock, partnership, user, nuts)
    bring_to(session, partnership, "active")
    campaign = make_campaign(session, clock, partnership, lena)
    for user, role, nuts in ((ana, SurveyRole.ANALYST, ""), (carl, SurveyRole.CONTACT, "AT22")):
        session.add(SurveyStaff(campaign_id=campaign.id, user_id=user.id, role=role, nuts=nuts, created_at=clock()))
    session.commit()
    return Field(partnership, campaign, lena, rui, ana, carl, mona, stan)
