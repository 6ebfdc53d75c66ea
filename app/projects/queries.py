"""Reads on investment projects."""

import enum
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.core.models import StoredFile
from app.events.models import Event, EventSession, Phase, SessionKind, Staff, StaffRole
from app.meetings.models import MeetingRequest, RequestState
from app.partnerships.models import MemberPriority, Partnership, PartnershipMember, RegionalPriority
from app.projects.calls import call_of
from app.projects.guards import ProjectFacts
from app.projects.kinds import FundingState
from app.projects.models import (
    FundingCall,
    FundingLine,
    InvestmentProject,
    PartnershipEvent,
    PersonRole,
    PlanAttachment,
    PlanSection,
    PlanText,
    ProjectOrigin,
    ProjectPerson,
    TraceLink,
)
from app.projects.rules.checks import findings
from app.projects.rules.loans import LoanTerms
from app.projects.rules.material import Cost, Finding, Funding, Partner, Project
from app.projects.rules.plan import Judged, Section, judge
from app.projects.wording import name
from app.projects.wording import short_euros as in_few_characters
from app.registrations.models import Participant

WITH_MONEY = (
    selectinload(InvestmentProject.budget_lines),
    selectinload(InvestmentProject.funding_lines).selectinload(FundingLine.covers),
    selectinload(InvestmentProject.funding_lines).selectinload(FundingLine.payments),
    selectinload(InvestmentProject.funding_lines).selectinload(FundingLine.call),
    selectinload(InvestmentProject.partners),
)

WITH_EMPLOYERS = (
    selectinload(MeetingRequest.requester).selectinload(Participant.organisation),
    selectinload(MeetingRequest.recipient).selectinload(Participant.organisation),
)


def name_of(member: enum.Enum) -> str:
    """What people call a member of one of the short lists, for later features."""
    return name(member)


def short_euros(amount: int) -> str:
    """An amount in few characters, for later features."""
    return in_few_characters(amount)


def projects_of(session: Session, partnership_id: int) -> list[InvestmentProject]:
    """The projects of a partnership by number, with partners and money."""
    query = select(InvestmentProject).where(InvestmentProject.partnership_id == partnership_id)
    return list(session.scalars(query.options(*WITH_MONEY).order_by(InvestmentProject.number)))


def public_projects(session: Session, partnership_id: int) -> list[InvestmentProject]:
    """The projects everybody may see."""
    query = select(InvestmentProject).where(InvestmentProject.partnership_id == partnership_id)
    return list(session.scalars(query.where(InvestmentProject.is_public).order_by(InvestmentProject.number)))


def projects_from(session: Session, kind: str, ref_id: int) -> list[InvestmentProject]:
    """The projects that came from a thing, by number."""
    query = select(InvestmentProject).join(ProjectOrigin, ProjectOrigin.project_id == InvestmentProject.id)
    query = query.where(ProjectOrigin.kind == kind, ProjectOrigin.ref_id == ref_id)
    return list(session.scalars(query.order_by(InvestmentProject.number)))


def project_by_number(session: Session, partnership_id: int, number: int) -> InvestmentProject | None:
    """The project of this number in a partnership, or None."""
    query = select(InvestmentProject).where(
        InvestmentProject.partnership_id == partnership_id, InvestmentProject.number == number
    )
    return session.scalars(query.options(*WITH_MONEY)).first()


def person_role(session: Session, project_id: int, user_id: int) -> PersonRole | None:
    """The role of an account in a project."""
    query = select(ProjectPerson.role).where(ProjectPerson.project_id == project_id, ProjectPerson.user_id == user_id)
    return session.scalars(query).first()


def people_of(session: Session, project_id: int) -> list[ProjectPerson]:
    """Everybody with a role in a project, leads first."""
    order = list(PersonRole)
    found = session.scalars(
        select(ProjectPerson).where(ProjectPerson.project_id == project_id).options(selectinload(ProjectPerson.user))
    )
    return sorted(found, key=lambda person: (order.index(person.role), person.user.name))


def leads_of(session: Session, project_ids: Collection[int]) -> dict[int, list[str]]:
    """Names of the leads by project."""
    found: dict[int, list[str]] = {}
    query = select(ProjectPerson).where(
        ProjectPerson.project_id.in_(project_ids), ProjectPerson.role == PersonRole.LEAD
    )
    for person in session.scalars(query.options(selectinload(ProjectPerson.user)).order_by(ProjectPerson.id)):
        found.setdefault(person.project_id, []).append(person.user.name)
    return found


def own_projects(session: Session, user_id: int) -> list[InvestmentProject]:
    """The projects an account has a role in, newest first."""
    query = select(InvestmentProject).join(ProjectPerson, ProjectPerson.project_id == InvestmentProject.id)
    query = query.where(ProjectPerson.user_id == user_id).options(selectinload(InvestmentProject.partnership))
    return list(session.scalars(query.order_by(InvestmentProject.id.desc())))


def own_numbers(session: Session, partnership_id: int, user_id: int) -> frozenset[int]:
    """The numbers of those projects of a partnership in which an account has a role."""
    query = select(InvestmentProject.number).join(ProjectPerson, ProjectPerson.project_id == InvestmentProject.id)
    query = query.where(InvestmentProject.partnership_id == partnership_id, ProjectPerson.user_id == user_id)
    return frozenset(session.scalars(query))


def next_number(session: Session, partnership_id: int) -> int:
    """The number of the next project."""
    query = select(func.max(InvestmentProject.number)).where(InvestmentProject.partnership_id == partnership_id)
    return (session.scalar(query) or 0) + 1


def all_calls(session: Session) -> list[FundingCall]:
    """All calls, those that close next first, those without a deadline after them, closed ones by date at the end."""
    return list(session.scalars(select(FundingCall).order_by(FundingCall.deadline.is_(None), FundingCall.deadline)))


def call_by_id(session: Session, call_id: int) -> FundingCall | None:
    """The call of this number, or None."""
    return session.get(FundingCall, call_id)


def documents_of(session: Session, project_id: int) -> list[StoredFile]:
    """The documents of a project, newest first; letters of partners are among them."""
    query = select(StoredFile).where(StoredFile.subject_kind == "project", StoredFile.subject_id == project_id)
    return list(session.scalars(query.order_by(StoredFile.id.desc())))


def attachments_of(session: Session, project_id: int) -> dict[PlanSection, list[PlanAttachment]]:
    """The documents beside each section of the plan, in the order they came."""
    query = select(PlanAttachment).where(PlanAttachment.project_id == project_id, PlanAttachment.taken_off_at.is_(None))
    found: dict[PlanSection, list[PlanAttachment]] = {}
    for row in session.scalars(query.options(joinedload(PlanAttachment.file)).order_by(PlanAttachment.id)):
        found.setdefault(row.section, []).append(row)
    return found


def plan_texts(session: Session, project_id: int) -> dict[PlanSection, PlanText]:
    """The present text of each section that was written."""
    query = select(PlanText).where(PlanText.project_id == project_id).order_by(PlanText.number)
    return {text.section: text for text in session.scalars(query)}


def plan_versions(session: Session, project_id: int, section: PlanSection) -> list[PlanText]:
    """All versions of one section, newest first."""
    query = select(PlanText).where(PlanText.project_id == project_id, PlanText.section == section)
    return list(session.scalars(query.options(selectinload(PlanText.author)).order_by(PlanText.number.desc())))


def events_of(session: Session, partnership_id: int) -> list[Event]:
    """The events that serve a partnership."""
    query = select(Event).join(PartnershipEvent, PartnershipEvent.event_id == Event.id)
    return list(session.scalars(query.where(PartnershipEvent.partnership_id == partnership_id).order_by(Event.id)))


def partnerships_of_event(session: Session, event_id: int) -> list[Partnership]:
    """The partnerships that an event serves."""
    query = select(Partnership).join(PartnershipEvent, PartnershipEvent.partnership_id == Partnership.id)
    return list(session.scalars(query.where(PartnershipEvent.event_id == event_id).order_by(Partnership.name)))


def trace_links(session: Session, things: Collection[tuple[str, int]]) -> list[TraceLink]:
    """The links somebody entered, from these things to what they came from."""
    ids = {ref_id for _kind, ref_id in things}
    found = session.scalars(select(TraceLink).where(TraceLink.ref_id.in_(ids)).order_by(TraceLink.id))
    return [link for link in found if (link.kind, link.ref_id) in things]


def trace_links_of(session: Session, partnership_id: int) -> list[TraceLink]:
    """All links somebody entered for a partnership."""
    query = select(TraceLink).where(TraceLink.partnership_id == partnership_id)
    return list(session.scalars(query.order_by(TraceLink.id)))


def linkable_events(session: Session, user: User, *, runs_all: bool) -> list[Event]:
    """The events an account may link to a partnership: those it organises; with `runs_all` every one but drafts.

    Not more, because a link shows the partnership which organisations met there.
    """
    organised = select(Staff.event_id).where(Staff.user_id == user.id, Staff.role == StaffRole.ORGANISER)
    query = select(Event).where(Event.id.in_(organised) | (Event.phase != Phase.DRAFT if runs_all else false()))
    return list(session.scalars(query.order_by(Event.name)))


# Meetings a project can come from


def own_meetings(session: Session, partnership_id: int, user_id: int) -> list[MeetingRequest]:
    """The agreed meetings of an account at events that serve a partnership, newest first."""
    query = select(MeetingRequest).join(PartnershipEvent, PartnershipEvent.event_id == MeetingRequest.event_id)
    query = query.join(
        Participant, or_(Participant.id == MeetingRequest.requester_id, Participant.id == MeetingRequest.recipient_id)
    )
    query = query.where(
        PartnershipEvent.partnership_id == partnership_id,
        Participant.user_id == user_id,
        MeetingRequest.state == RequestState.ACCEPTED,
    )
    return list(session.scalars(query.options(*WITH_EMPLOYERS).order_by(MeetingRequest.id.desc())))


def agreed_meetings(session: Session, partnership_id: int) -> list[MeetingRequest]:
    """All agreed meetings at events that serve a partnership, newest first."""
    query = select(MeetingRequest).join(PartnershipEvent, PartnershipEvent.event_id == MeetingRequest.event_id)
    query = query.where(
        PartnershipEvent.partnership_id == partnership_id, MeetingRequest.state == RequestState.ACCEPTED
    )
    return list(session.scalars(query.options(*WITH_EMPLOYERS).order_by(MeetingRequest.id.desc())))


def workshops(session: Session, partnership_id: int) -> list[EventSession]:
    """The workshops of events that serve a partnership."""
    query = select(EventSession).join(PartnershipEvent, PartnershipEvent.event_id == EventSession.event_id)
    query = query.where(PartnershipEvent.partnership_id == partnership_id, EventSession.kind == SessionKind.WORKSHOP)
    return list(session.scalars(query.order_by(EventSession.starts_at)))


def partnership_priorities(session: Session, partnership_id: int) -> list[RegionalPriority]:
    """The strategy priorities that the members of a partnership rest on."""
    query = select(RegionalPriority).join(MemberPriority, MemberPriority.priority_id == RegionalPriority.id)
    query = query.join(PartnershipMember, PartnershipMember.id == MemberPriority.member_id)
    query = query.where(PartnershipMember.partnership_id == partnership_id).distinct()
    return list(session.scalars(query.order_by(RegionalPriority.nuts, RegionalPriority.id)))


# What the rules look at


def material_of(project: InvestmentProject) -> Project:
    """A project as the rules see it."""
    calls_used = {line.call.id: line.call for line in project.funding_lines if line.call is not None}
    return Project(
        costs=tuple(
            Cost(line.id, line.category, line.label, line.euros, line.year, line.partner_id)
            for line in project.budget_lines
        ),
        funding=tuple(funding_of(line) for line in project.funding_lines),
        partners=tuple(
            Partner(
                partner.id, partner.name, partner.role, partner.kind, partner.country, partner.nuts, partner.category,
                partner.letter_id is not None,
            )
            for partner in project.partners
        ),
        calls=tuple(call_of(call) for call in calls_used.values()),
        declared_gap=project.declared_gap,
        trl_start=project.trl_start,
    )  # fmt: skip


def funding_of(line: FundingLine) -> Funding:
    """A funding line as the rules see it."""
    return Funding(
        id=line.id,
        label=line.name,
        source=line.source,
        instrument=line.instrument,
        euros=line.euros,
        state=line.state,
        call_id=line.call_id,
        covers=frozenset(cover.budget_line_id for cover in line.covers),
        state_aid=line.state_aid,
        payments={payment.year: payment.euros for payment in line.payments},
        terms=terms_of(line),
    )


def terms_of(line: FundingLine) -> LoanTerms | None:
    """The terms of a loan, or None while they are not known."""
    if line.loan_rate is None or line.loan_years is None:
        return None
    return LoanTerms(line.loan_rate, line.loan_years, line.loan_grace or 0)


def findings_of(project: InvestmentProject, now: datetime) -> list[Finding]:
    """What the funding checks find."""
    return findings(material_of(project), now)


def judged_plan(session: Session, project: InvestmentProject) -> list[Judged]:
    """Every section of the business plan, judged."""
    return judge(sections_of(plan_texts(session, project.id)), material_of(project))


def sections_of(texts: Mapping[PlanSection, PlanText]) -> dict[PlanSection, Section]:
    """The sections as the rules see them."""
    return {kind: Section(row.text, frozenset(int(n) for n in row.answered)) for kind, row in texts.items()}


def facts_of(session: Session, project: InvestmentProject, now: datetime) -> ProjectFacts:
    """Everything the guards of a project look at."""
    open_milestones: Sequence[str] = [row.title for row in project.milestones if row.reached_on is None]
    return ProjectFacts(
        held_from=project.held_from,
        problem=project.problem,
        solution=project.solution,
        origins=len(project.origins),
        regions=len(project.regions),
        trl_target=project.trl_target,
        milestones=len(project.milestones),
        milestones_open=tuple(open_milestones),
        plan=tuple(judged_plan(session, project)),
        findings=tuple(findings_of(project, now)),
        material=material_of(project),
        applications=tuple(
            (line.name, line.reference, line.call_id is not None)
            for line in project.funding_lines
            if line.state is FundingState.APPLIED
        ),
    )
