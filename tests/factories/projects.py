"""Investment projects for tests, brought as far as a test needs by the services themselves."""

import io
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core.clock import Clock
from app.partnerships.models import Partnership
from app.projects import process, services
from app.projects.kinds import (
    CostCategory,
    FundingState,
    Instrument,
    PartnerKind,
    PartnerRole,
    PlanSection,
    ProjectType,
    RegionCategory,
    Source,
)
from app.projects.models import FundingCall, FundingLine, InvestmentProject, ProjectPartner
from app.projects.rules.plan import QUESTIONS
from tests.app.core.test_files import PDF

ROLES = frozenset({"lead"})


def make_project(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    lead: User,
    *,
    title: str = "Fibre sorting line",
    kind: ProjectType = ProjectType.DEMONSTRATOR,
    origin: tuple[str, int] | None = None,
) -> InvestmentProject:
    """An idea."""
    data = services.ProjectData(title=title, type=kind, regions=["PT11", "ES51"])
    return services.propose(session, clock, lead, ROLES, partnership, data, process.machine(), origin)


def make_call(session: Session, clock: Clock, **values: Any) -> FundingCall:
    """A call that pays at most 70 %, from 500 000 euros on."""
    wanted = {"code": "I3-2027-INV1", "title": "Interregional investments", "source": Source.I3, "rate_cap": 7000}
    return services.add_call(session, clock, None, services.CallData(**(wanted | {"min_euros": 500_000} | values)))


def add_cost(
    session: Session, clock: Clock, project: InvestmentProject, lead: User, label: str, euros: int, year: int = 2027
) -> int:
    """A cost; returns its id."""
    data = services.CostData(CostCategory.EQUIPMENT, label, euros, year)
    return services.add_cost(session, clock, lead, project, data).id


def add_funding(
    session: Session, clock: Clock, project: InvestmentProject, lead: User, source: Source, euros: int, **values: Any
) -> FundingLine:
    """A grant, planned."""
    wanted = {"name": source.value, "source": source, "instrument": Instrument.GRANT, "euros": euros}
    return services.add_funding(session, clock, lead, project, services.FundingData(**(wanted | values)))


def add_partner(session: Session, clock: Clock, project: InvestmentProject, lead: User) -> ProjectPartner:
    """A partner without a letter."""
    data = services.PartnerData(
        "Porto Fibres",
        PartnerRole.COORDINATOR,
        PartnerKind.SMALL_ENTERPRISE,
        "PT",
        "PT11",
        RegionCategory.LESS_DEVELOPED,
    )
    return services.add_partner(session, clock, lead, project, data)


def upload(name: str = "letter.pdf", content: bytes = PDF) -> FileStorage:
    """A file as a browser sends it."""
    return FileStorage(io.BytesIO(content), name)


def complete(session: Session, clock: Clock, project: InvestmentProject, lead: User, origin: tuple[str, int]) -> None:
    """Everything that any gate asks for: every guard of the way from idea to commercialised is open.

    Only what contradicts itself is left: the application is secured, so that nothing is applied for any more.
    """
    services.add_origin(session, clock, lead, project, *origin)
    project.problem, project.solution = "Nobody sorts fibres alone.", "A line for three regions."
    project.trl_start, project.trl_target = 6, 8
    for name, role, country, nuts in (
        ("Porto Fibres", PartnerRole.COORDINATOR, "PT", "PT11"),
        ("Sabadell Spinning", PartnerRole.PARTNER, "ES", "ES51"),
    ):
        data = services.PartnerData(
            name, role, PartnerKind.SMALL_ENTERPRISE, country, nuts, RegionCategory.LESS_DEVELOPED
        )
        partner = services.add_partner(session, clock, lead, project, data)
        services.keep_letter(
            session, clock, lead, project, partner, upload(), signed_on=date(2027, 2, 1), signatory="Director"
        )
    milestone = services.add_milestone(session, clock, lead, project, title="Line runs", due=date(2027, 6, 1))
    services.reach_milestone(session, clock, lead, project, milestone, date(2027, 3, 1))
    for section in PlanSection:
        services.write_section(
            session, clock, lead, project, section, text="word " * 30, answered=range(QUESTIONS[section]), based_on=0
        )
    add_cost(session, clock, project, lead, "Sorting line", 1_000_000)
    add_funding(
        session, clock, project, lead, Source.OWN, 1_000_000, state=FundingState.SECURED, decided_on=date(2027, 3, 1)
    )
