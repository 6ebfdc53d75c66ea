"""Reads on the demo event: what is in it, and whom to sign in as."""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.events.models import Event, ParticipantType, Slot, Staff, StaffRole
from app.marketplace.models import Entry
from app.meetings.models import MeetingRequest, RequestState
from app.organisations.models import Organisation
from app.partnerships.models import MemberRole, PartnershipMember, PartnershipRole, Role
from app.projects.models import FundingLine, InvestmentProject
from app.registrations.models import Participant
from app.surveys.models import MatchingRun, SurveyCampaign, SurveyResponse
from app.surveys.process import ANSWERED
from app.workshops.models import Workshop


@dataclass(frozen=True, slots=True)
class Figures:
    """How many of each an event holds."""

    participants: int
    organisations: int
    countries: int
    entries: int
    slots: int
    requests: int
    accepted: int


def figures(session: Session, event: Event) -> Figures:
    """Count what the event holds."""

    def number(query: Select[int]) -> int:
        return session.scalar(query) or 0

    people = Participant.event_id == event.id
    asked = MeetingRequest.event_id == event.id
    employers = select(func.count(Participant.organisation_id.distinct())).where(people)
    countries = select(func.count(Organisation.country.distinct())).join(
        Participant, Participant.organisation_id == Organisation.id
    )
    accepted = MeetingRequest.state == RequestState.ACCEPTED
    return Figures(
        participants=number(select(func.count(Participant.id)).where(people)),
        organisations=number(employers),
        countries=number(countries.where(people)),
        entries=number(select(func.count(Entry.id)).join(Participant).where(people)),
        slots=number(select(func.count(Slot.id)).where(Slot.event_id == event.id)),
        requests=number(select(func.count(MeetingRequest.id)).where(asked)),
        accepted=number(select(func.count(MeetingRequest.id)).where(asked, accepted)),
    )


def organiser_of(session: Session, event: Event) -> User:
    """Return the first organiser of the event."""
    query = select(User).join(Staff, Staff.user_id == User.id)
    here = (Staff.event_id == event.id, Staff.role == StaffRole.ORGANISER)
    return session.scalars(query.where(*here).order_by(Staff.id)).one()


def two_who_meet(session: Session, event: Event) -> list[User]:
    """Return a company's and a research organisation's participant who want to meet; fewer when nobody asked yet."""
    one, other = aliased(Participant), aliased(Participant)
    company, research = aliased(ParticipantType), aliased(ParticipantType)
    pair = session.execute(
        select(one.user_id, other.user_id)
        .select_from(MeetingRequest)
        .join(one, one.id == MeetingRequest.requester_id)
        .join(other, other.id == MeetingRequest.recipient_id)
        .join(company, company.id == one.type_id)
        .join(research, research.id == other.type_id)
        .where(MeetingRequest.event_id == event.id, MeetingRequest.state == RequestState.ACCEPTED)
        .where(company.key == "company", research.key == "research")
        .order_by(MeetingRequest.mutual.desc(), MeetingRequest.id)
    ).first()
    if pair is None:
        first = select(User).join(Participant).where(Participant.event_id == event.id).order_by(Participant.id)
        return list(session.scalars(first.limit(2)))
    return [session.get_one(User, key) for key in pair]


def partnership_figures(session: Session, partnership_id: int) -> dict[str, int]:
    """How many of each a partnership has come to."""
    answers = select(func.count(SurveyResponse.id)).join(SurveyResponse.campaign)
    answers = answers.where(SurveyCampaign.partnership_id == partnership_id, SurveyResponse.state.in_(ANSWERED))
    runs = select(func.count(MatchingRun.id)).join(MatchingRun.campaign)
    lines = select(func.count(FundingLine.id)).join(InvestmentProject, InvestmentProject.id == FundingLine.project_id)
    counted = {
        "answers": answers,
        "matching runs": runs.where(SurveyCampaign.partnership_id == partnership_id),
        "workshops": select(func.count(Workshop.id)).where(Workshop.partnership_id == partnership_id),
        "projects": select(func.count(InvestmentProject.id)).where(InvestmentProject.partnership_id == partnership_id),
        "funding lines": lines.where(InvestmentProject.partnership_id == partnership_id),
    }
    return {what: session.scalar(query) or 0 for what, query in counted.items()}


def people_of_partnership(session: Session, partnership_id: int) -> dict[str, User]:
    """Whom to sign in as to see a partnership from its sides: a lead region, the secretariat, an evaluator."""
    here = or_(PartnershipRole.partnership_id == partnership_id, PartnershipRole.partnership_id.is_(None))
    query = select(User).join(PartnershipRole, PartnershipRole.user_id == User.id).where(here).order_by(User.id)
    lead = query.join(PartnershipMember, PartnershipMember.id == PartnershipRole.member_id).where(
        PartnershipMember.role == MemberRole.LEAD
    )
    sides = {
        "lead region": lead,
        "secretariat": query.where(PartnershipRole.role == Role.SECRETARIAT),
        "evaluator": query.where(PartnershipRole.role == Role.EVALUATOR),
    }
    found = {side: session.scalars(one.limit(1)).first() for side, one in sides.items()}
    return {side: user for side, user in found.items() if user is not None}
