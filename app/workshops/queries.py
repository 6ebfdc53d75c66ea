"""Reads of workshops."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.events.models import Event, EventSession, SessionKind
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership, PartnershipRole
from app.registrations.models import Participant, RegistrationState, SessionSignUp
from app.surveys.models import MatchFinding, MatchingRun, SurveyCampaign
from app.surveys.process import VISIBLE_RUNS
from app.workshops.models import (
    EntryKind,
    EntryState,
    Workshop,
    WorkshopAgendaItem,
    WorkshopAttendance,
    WorkshopChange,
    WorkshopEntry,
    WorkshopFacilitator,
    WorkshopFinding,
    WorkshopGroup,
    WorkshopMinutes,
    WorkshopVote,
)


def workshop_of_session(session: Session, session_id: int) -> Workshop | None:
    """The workshop of a session of the programme, or None."""
    query = select(Workshop).where(Workshop.session_id == session_id)
    return session.scalars(query.options(joinedload(Workshop.session).joinedload(EventSession.room))).first()


def workshops_of_event(session: Session, event_id: int) -> list[Workshop]:
    """The workshops of an event in time order."""
    query = select(Workshop).join(EventSession, EventSession.id == Workshop.session_id)
    query = query.where(EventSession.event_id == event_id, EventSession.kind == SessionKind.WORKSHOP)
    query = query.options(joinedload(Workshop.session), joinedload(Workshop.partnership))
    return list(session.scalars(query.order_by(EventSession.starts_at, EventSession.id)))


def workshops_of_partnership(session: Session, partnership_id: int) -> list[tuple[Workshop, Event]]:
    """The workshops of a partnership with their events, the latest first."""
    query = select(Workshop, Event).join(EventSession, EventSession.id == Workshop.session_id)
    query = query.join(Event, Event.id == EventSession.event_id).where(Workshop.partnership_id == partnership_id)
    query = query.options(joinedload(Workshop.session)).order_by(EventSession.starts_at.desc(), EventSession.id.desc())
    return [(workshop, event) for workshop, event in session.execute(query)]


def sessions_without_workshop(session: Session, event_id: int) -> list[EventSession]:
    """Workshop sessions of an event that nobody has begun to prepare."""
    query = select(EventSession).outerjoin(Workshop, Workshop.session_id == EventSession.id)
    query = query.where(
        EventSession.event_id == event_id, EventSession.kind == SessionKind.WORKSHOP, Workshop.id.is_(None)
    )
    return list(session.scalars(query.order_by(EventSession.starts_at)))


def is_facilitator(session: Session, workshop_id: int, user_id: int) -> bool:
    """True when an account leads a workshop."""
    query = select(WorkshopFacilitator.id).where(
        WorkshopFacilitator.workshop_id == workshop_id, WorkshopFacilitator.user_id == user_id
    )
    return session.scalars(query).first() is not None


def facilitators_of(session: Session, workshop_id: int) -> list[WorkshopFacilitator]:
    """Who leads a workshop."""
    query = select(WorkshopFacilitator).where(WorkshopFacilitator.workshop_id == workshop_id)
    return list(session.scalars(query.options(joinedload(WorkshopFacilitator.user)).order_by(WorkshopFacilitator.id)))


def belongs_to_room(session: Session, workshop: Workshop, participant: Participant) -> bool:
    """True for those who signed up, those let in, and every participant where nobody has to sign up."""
    if not workshop.session.sign_up:
        return True
    signed = select(SessionSignUp.id).where(
        SessionSignUp.session_id == workshop.session_id, SessionSignUp.participant_id == participant.id
    )
    let_in = select(WorkshopAttendance.id).where(
        WorkshopAttendance.workshop_id == workshop.id, WorkshopAttendance.participant_id == participant.id
    )
    return session.scalars(signed).first() is not None or session.scalars(let_in).first() is not None


def agenda_of(session: Session, workshop_id: int) -> list[WorkshopAgendaItem]:
    """The agenda in its order."""
    query = select(WorkshopAgendaItem).where(WorkshopAgendaItem.workshop_id == workshop_id)
    return list(session.scalars(query.order_by(WorkshopAgendaItem.position, WorkshopAgendaItem.id)))


def groups_of(session: Session, workshop_id: int) -> list[WorkshopGroup]:
    """The groups in their order."""
    query = select(WorkshopGroup).where(WorkshopGroup.workshop_id == workshop_id)
    return list(session.scalars(query.order_by(WorkshopGroup.position, WorkshopGroup.id)))


@dataclass(frozen=True)
class Person:
    """Somebody of the room: expected, or here."""

    participant: Participant
    attendance: WorkshopAttendance | None

    @property
    def is_here(self) -> bool:
        return self.attendance is not None and self.attendance.came_at is not None


def people_of(session: Session, workshop: Workshop, only: Collection[int] | None = None) -> list[Person]:
    """Everybody who signed up, came or chose a group, by name; `only` limits to these participants."""
    query = (
        select(Participant, WorkshopAttendance)
        .outerjoin(
            SessionSignUp,
            (SessionSignUp.participant_id == Participant.id) & (SessionSignUp.session_id == workshop.session_id),
        )
        .outerjoin(
            WorkshopAttendance,
            (WorkshopAttendance.participant_id == Participant.id) & (WorkshopAttendance.workshop_id == workshop.id),
        )
        .join(User, User.id == Participant.user_id)
        .where(
            Participant.event_id == workshop.session.event_id,
            Participant.state == RegistrationState.APPROVED,
            or_(SessionSignUp.id.is_not(None), WorkshopAttendance.id.is_not(None)),
        )
        .options(joinedload(Participant.user), joinedload(Participant.organisation))
        .order_by(User.name, Participant.id)
    )
    if only is not None:
        query = query.where(Participant.id.in_(only))
    return [Person(participant, attendance) for participant, attendance in session.execute(query)]


def outsiders_of(session: Session, workshop: Workshop) -> list[Participant]:
    """Approved participants of the event who are not of the room, by name."""
    inside = {person.participant.id for person in people_of(session, workshop)}
    query = select(Participant).join(User, User.id == Participant.user_id)
    query = query.where(
        Participant.event_id == workshop.session.event_id, Participant.state == RegistrationState.APPROVED
    )
    query = query.options(joinedload(Participant.user), joinedload(Participant.organisation)).order_by(User.name)
    return [row for row in session.scalars(query) if row.id not in inside]


def entries_of(session: Session, workshop_id: int) -> list[WorkshopEntry]:
    """Everything collected, in the order it came."""
    query = select(WorkshopEntry).where(WorkshopEntry.workshop_id == workshop_id)
    return list(session.scalars(query.options(joinedload(WorkshopEntry.author)).order_by(WorkshopEntry.id)))


def votes_of(session: Session, entry_ids: Collection[int]) -> dict[int, int]:
    """How many support each entry."""
    query = select(WorkshopVote.entry_id, func.count()).where(WorkshopVote.entry_id.in_(entry_ids))
    return dict(session.execute(query.group_by(WorkshopVote.entry_id)).all())


def own_votes(session: Session, workshop_id: int, user_id: int) -> list[int]:
    """The entries of a workshop that an account supports."""
    query = select(WorkshopVote.entry_id).join(WorkshopEntry, WorkshopEntry.id == WorkshopVote.entry_id)
    query = query.where(WorkshopEntry.workshop_id == workshop_id, WorkshopVote.user_id == user_id)
    return list(session.scalars(query.order_by(WorkshopVote.entry_id)))


def changes_since(session: Session, workshop_id: int, revision: int, at_most: int) -> list[WorkshopChange]:
    """The changes after a revision, oldest first; one more than `at_most` when there are too many."""
    query = select(WorkshopChange).where(WorkshopChange.workshop_id == workshop_id, WorkshopChange.revision > revision)
    return list(session.scalars(query.order_by(WorkshopChange.revision).limit(at_most + 1)))


def minutes_of(session: Session, workshop_id: int) -> list[WorkshopMinutes]:
    """All versions of the minutes, the newest first."""
    query = select(WorkshopMinutes).where(WorkshopMinutes.workshop_id == workshop_id)
    query = query.options(joinedload(WorkshopMinutes.author), joinedload(WorkshopMinutes.file))
    return list(session.scalars(query.order_by(WorkshopMinutes.number.desc())))


def findings_of(session: Session, workshop_id: int) -> list[MatchFinding]:
    """The findings a workshop is about."""
    query = select(MatchFinding).join(WorkshopFinding, WorkshopFinding.finding_id == MatchFinding.id)
    query = query.where(WorkshopFinding.workshop_id == workshop_id)
    query = query.options(joinedload(MatchFinding.run).joinedload(MatchingRun.campaign))
    return list(session.scalars(query.order_by(MatchFinding.id)))


def kept_findings(session: Session, partnership_id: int) -> list[MatchFinding]:
    """The findings of shared runs of a partnership that were kept, the newest run first."""
    query = select(MatchFinding).join(MatchingRun, MatchingRun.id == MatchFinding.run_id)
    query = query.join(SurveyCampaign, SurveyCampaign.id == MatchingRun.campaign_id)
    query = query.where(
        SurveyCampaign.partnership_id == partnership_id,
        MatchingRun.state.in_(VISIBLE_RUNS),
        MatchFinding.curation.in_(("kept", "edited")),
    ).options(joinedload(MatchFinding.run).joinedload(MatchingRun.campaign))
    return list(session.scalars(query.order_by(MatchingRun.id.desc(), MatchFinding.kind, MatchFinding.rank)))


def findings_by_session(session: Session, session_ids: Collection[int]) -> dict[int, list[int]]:
    """Session id to the ids of the findings its workshop is about."""
    query = select(Workshop.session_id, WorkshopFinding.finding_id)
    query = query.join(WorkshopFinding, WorkshopFinding.workshop_id == Workshop.id)
    found: dict[int, list[int]] = {}
    rows = session.execute(query.where(Workshop.session_id.in_(session_ids)).order_by(WorkshopFinding.finding_id))
    for number, finding in rows:
        found.setdefault(number, []).append(finding)
    return found


def open_follow_ups(session: Session, user_id: int) -> list[WorkshopEntry]:
    """What an account owes to workshops, by date."""
    return _follow_ups(session, WorkshopEntry.owner_id == user_id, WorkshopEntry.state == EntryState.OPEN)


def own_follow_ups(session: Session, user_id: int) -> list[WorkshopEntry]:
    """What an account took on and did not drop, by date."""
    return _follow_ups(session, WorkshopEntry.owner_id == user_id, WorkshopEntry.state != EntryState.DROPPED)


def follow_ups_of(session: Session, workshop_id: int) -> list[WorkshopEntry]:
    """The follow-ups of a workshop that were not dropped, by date."""
    return _follow_ups(session, WorkshopEntry.workshop_id == workshop_id, WorkshopEntry.state != EntryState.DROPPED)


def _follow_ups(session: Session, *conditions: ColumnElement[bool]) -> list[WorkshopEntry]:
    query = select(WorkshopEntry).where(WorkshopEntry.kind == EntryKind.FOLLOW_UP, *conditions)
    query = query.options(joinedload(WorkshopEntry.workshop).joinedload(Workshop.session))
    return list(session.scalars(query.order_by(WorkshopEntry.due, WorkshopEntry.id)))


@dataclass(frozen=True)
class Counts:
    """How much a workshop has brought."""

    ideas: int = 0
    decisions: int = 0
    follow_ups: int = 0
    open_follow_ups: int = 0


def counts_of(session: Session, workshop_ids: Sequence[int]) -> dict[int, Counts]:
    """What each workshop has brought, without what was dropped."""
    query = select(WorkshopEntry.workshop_id, WorkshopEntry.kind, WorkshopEntry.state, func.count())
    query = query.where(WorkshopEntry.workshop_id.in_(workshop_ids), WorkshopEntry.state != EntryState.DROPPED)
    found: dict[int, dict[str, int]] = {}
    rows = session.execute(query.group_by(WorkshopEntry.workshop_id, WorkshopEntry.kind, WorkshopEntry.state))
    for number, kind, state, n in rows:
        row = found.setdefault(number, {"ideas": 0, "decisions": 0, "follow_ups": 0, "open_follow_ups": 0})
        row[f"{kind.value}s"] += n
        if kind is EntryKind.FOLLOW_UP and state is EntryState.OPEN:
            row["open_follow_ups"] += n
    return {number: Counts(**row) for number, row in found.items()}


def event_slugs(session: Session, event_ids: Collection[int]) -> dict[int, str]:
    """Event id to the short name of its address."""
    return dict(session.execute(select(Event.id, Event.slug).where(Event.id.in_(event_ids))).all())


def partnerships_for(session: Session, user: User) -> list[Partnership]:
    """The partnerships a workshop of this account can serve: those it has a role in, all for the secretariat."""
    query = select(Partnership).order_by(Partnership.name)
    if not partnerships.is_secretariat(session, user):
        own = select(PartnershipRole.partnership_id).where(
            PartnershipRole.user_id == user.id, PartnershipRole.ended_at.is_(None)
        )
        query = query.where(Partnership.id.in_(own))
    return list(session.scalars(query))
