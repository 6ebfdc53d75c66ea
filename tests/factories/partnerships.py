"""Partnerships for tests: founded by the services, brought to a state by hand."""

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.partnerships import queries, services
from app.partnerships.models import MemberRole, Partnership, PartnershipMember, Role, ThematicArea


def make_user(session: Session, clock: Clock, name: str) -> User:
    """An account that can sign in."""
    user = User(email=f"{name.lower().replace(' ', '.')}@example.org", name=name, created_at=clock())
    user.email_confirmed_at = clock()
    session.add(user)
    session.flush()
    return user


def make_area(session: Session) -> ThematicArea:
    """The thematic area of the tests."""
    found = session.query(ThematicArea).filter_by(key="circular-textiles").one_or_none()
    return found or services.add_area(session, key="circular-textiles", name="Circular textiles")


def make_partnership(
    session: Session,
    clock: Clock,
    founder: User,
    *,
    slug: str = "textiles",
    nuts: str = "PT11",
    template: str = "s3-baseline",
    name: str = "Circular Textiles",
) -> Partnership:
    """A partnership as its intake leaves it."""
    intake = services.Intake(
        name=name,
        slug=slug,
        area_id=make_area(session).id,
        nuts=nuts,
        summary="Fibre to fibre recycling across regions.",
        contact_name=founder.name,
        contact_email=founder.email,
        template_key=template,
    )
    return services.found_partnership(session, clock, founder, intake)


def make_member(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    user: User | None,
    nuts: str,
    *,
    role: MemberRole = MemberRole.PARTICIPANT,
    state: str = "member",
) -> PartnershipMember:
    """A region in a partnership, spoken for by an account."""
    member = PartnershipMember(
        partnership_id=partnership.id, nuts=nuts, nuts_version="2024", role=role, state=state, created_at=clock()
    )
    session.add(member)
    session.flush()
    if user is not None:
        services.give_role(session, clock, user, user, Role.REGION_REPRESENTATIVE, partnership, member=member)
    return member


def bring_to(session: Session, partnership: Partnership, state: str) -> None:
    """Put a partnership into a state without going there, as a starting point of a test."""
    partnership.state = state
    partnership.phase = queries.machine_of(session, partnership, "partnership").state(state).phase or partnership.phase
    session.flush()
