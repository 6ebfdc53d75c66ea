"""A partnership at work with an event, and everybody who has to do with its projects."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from app.accounts.models import User
from app.meetings.models import MeetingRequest
from app.partnerships import services as partnerships
from app.partnerships.models import MemberRole, Partnership, PartnershipMember, RegionalPriority, Role
from app.projects import services
from app.projects.models import InvestmentProject, PersonRole
from tests.cast import Cast
from tests.factories.partnerships import bring_to, make_member, make_partnership, make_user
from tests.factories.projects import complete, make_project
from tests.factories.timetables import make_request


@dataclass
class Pipeline:
    """Pia and Piotr met at the event, which serves the partnership. Pia leads the project that came of it.

    Lena leads the partnership, Rui is another of its regions, Esra its expert, Sina the secretariat; Edo may write in
    the project, Ines only read it. Omar has an account and nothing to do with any of it.
    """

    partnership: Partnership
    project: InvestmentProject
    meeting: MeetingRequest
    priority: RegionalPriority
    pia: User
    piotr: User
    edo: User
    ines: User
    lena: User
    rui: User
    esra: User
    sina: User
    omar: User


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """For tests that call services which keep files. Not together with browsers: their requests would share it."""
    with app.app_context():
        yield


@pytest.fixture
def completed(app: Flask, session, clock, pipeline: Pipeline) -> Pipeline:
    """The pipeline, its project with everything that any gate asks for."""
    with app.app_context():
        complete(session, clock, pipeline.project, pipeline.pia, ("meeting", pipeline.meeting.id))
    session.commit()
    return pipeline


@pytest.fixture
def pipeline(session, clock, cast: Cast) -> Pipeline:
    names = ("Lena Lead", "Rui Region", "Esra Expert", "Sina Secretariat", "Edo Editor", "Ines Investor")
    lena, rui, esra, sina, edo, ines = (make_user(session, clock, name) for name in names)
    partnership = make_partnership(session, clock, lena)
    make_member(session, clock, partnership, rui, "ES51")
    partnerships.give_role(session, clock, cast.ada, esra, Role.EXPERT, partnership)
    partnerships.give_role(session, clock, cast.ada, sina, Role.SECRETARIAT)
    bring_to(session, partnership, "active")
    member = session.query(PartnershipMember).filter_by(role=MemberRole.LEAD).one()
    values = {"title": "Circular fibres", "link": "https://example.org/strategy.pdf", "code": "P3", "description": ""}
    priority = partnerships.add_priority(session, clock, lena, "PT11", values)
    partnerships.link_priority(session, member, priority)
    services.link_event(session, clock, partnership, cast.event)
    meeting = make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    project = make_project(session, clock, partnership, cast.pia)
    services.add_person(session, clock, cast.pia, project, edo, PersonRole.EDITOR)
    services.add_person(session, clock, cast.pia, project, ines, PersonRole.READER)
    session.commit()
    return Pipeline(
        partnership, project, meeting, priority, cast.pia, cast.piotr, edo, ines, lena, rui, esra, sina, cast.omar
    )
