"""The people of a partnership: one for each role, and strangers."""

from dataclasses import dataclass

import pytest

from app.accounts.models import User
from app.partnerships import services
from app.partnerships.models import MemberRole, Partnership, PartnershipMember, Role
from tests.factories.partnerships import make_member, make_partnership, make_user


@dataclass
class Circle:
    """A partnership just handed in, and everybody around it. `stranger` has an account and nothing to do with it."""

    partnership: Partnership
    lead: User
    region: User
    expert: User
    officer: User
    evaluator: User
    secretariat: User
    administrator: User
    stranger: User
    lead_member: PartnershipMember
    region_member: PartnershipMember

    def by_role(self) -> dict[str, User]:
        """The account that has a role of the process, and no other role that may do more."""
        return {
            "lead": self.lead, "region": self.region, "expert": self.expert, "eligibility_officer": self.officer,
            "evaluator": self.evaluator, "secretariat": self.secretariat,
        }  # fmt: skip


@pytest.fixture
def circle(session, clock) -> Circle:
    names = ("Lena Lead", "Rui Region", "Esra Expert", "Olaf Officer", "Eva Evaluator", "Sina Secretariat",
             "Ada Admin", "Stan Stranger")  # fmt: skip
    lead, region, expert, officer, evaluator, secretariat, administrator, stranger = (
        make_user(session, clock, name) for name in names
    )
    administrator.is_administrator = True
    partnership = make_partnership(session, clock, lead)
    region_member = make_member(session, clock, partnership, region, "ES51")
    services.give_role(session, clock, administrator, expert, Role.EXPERT, partnership)
    for user, role in (
        (officer, Role.ELIGIBILITY_OFFICER),
        (evaluator, Role.EVALUATOR),
        (secretariat, Role.SECRETARIAT),
    ):
        services.give_role(session, clock, administrator, user, role)
    lead_member = session.query(PartnershipMember).filter_by(role=MemberRole.LEAD).one()
    session.commit()
    return Circle(
        partnership, lead, region, expert, officer, evaluator, secretariat, administrator, stranger, lead_member,
        region_member,
    )  # fmt: skip
