"""Preparing a workshop: what it is for, agenda, groups, who leads it, the findings it is about; and its states."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, transitions
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.transitions import Act
from app.events.models import EventSession
from app.partnerships.models import Partnership
from app.registrations.models import Participant, RegistrationState
from app.surveys.models import MatchFinding
from app.workshops import queries
from app.workshops.models import (
    Workshop,
    WorkshopAgendaItem,
    WorkshopEntry,
    WorkshopFacilitator,
    WorkshopFinding,
    WorkshopGroup,
    WorkshopMinutes,
)
from app.workshops.process import WRITABLE, WorkshopFacts, machine
from app.workshops.services.telling import lock, tell

PURPOSE_LENGTH = 4000
AGENDA_AT_MOST, GROUPS_AT_MOST = 40, 30


def begin(
    session: Session,
    clock: Clock,
    actor: User | None,
    event_session: EventSession,
    *,
    partnership: Partnership | None = None,
    purpose: str = "",
) -> Workshop:
    """The workshop of a session; planned now when nobody has begun it. The actor organises the event."""
    found = queries.workshop_of_session(session, event_session.id)
    if found is not None:
        return found
    made = Workshop(session_id=event_session.id, purpose=purpose.strip()[:PURPOSE_LENGTH], created_at=clock())
    made.session, made.created_by_id = event_session, actor.id if actor else None
    made.partnership_id = partnership.id if partnership else None
    act = Act(made.created_by_id, frozenset({"organiser"}))
    transitions.create(session, clock, machine(), "plan", made, act, WorkshopFacts())
    return made


def facts_of(session: Session, workshop: Workshop) -> WorkshopFacts:
    """What the guards look at."""
    count = select(func.count()).where(
        WorkshopMinutes.workshop_id == workshop.id, WorkshopMinutes.workshop_version == workshop.version
    )
    return WorkshopFacts(minutes=session.scalar(count) or 0)


def move(
    session: Session, clock: Clock, actor: User, workshop: Workshop, key: str, roles: frozenset[str], comment: str = ""
) -> None:
    """Take a step of the machine and tell the room. The audit entry holds the hash of the latest minutes."""
    lock(session, workshop)
    minutes = queries.minutes_of(session, workshop.id)[:1]
    documents = [(row.file.name, row.file.sha256) for row in minutes]
    act = Act(actor.id, roles, comment, documents)
    transitions.take(session, clock, machine(), key, workshop, act, facts_of(session, workshop))
    tell(session, clock, workshop, state=workshop.state)


def _check_writable(workshop: Workshop) -> None:
    if workshop.state not in WRITABLE:
        raise Conflict(_("This workshop is over or cancelled; its set-up does not change any more."))


def save_purpose(
    session: Session, clock: Clock, actor: User, workshop: Workshop, purpose: str, partnership: Partnership | None
) -> None:
    """Say what a workshop is for and which partnership it serves. Raises Invalid with the field, Conflict when over."""
    _check_writable(workshop)
    if len(purpose) > PURPOSE_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=PURPOSE_LENGTH), field="purpose")
    workshop.purpose = purpose.strip()
    workshop.partnership = partnership
    session.flush()
    _note(session, clock, actor, workshop, "purpose")


@dataclass(frozen=True)
class AgendaLine:
    """An item of the agenda as the form has it."""

    title: str
    minutes: int
    who: str = ""


def save_agenda(session: Session, clock: Clock, actor: User, workshop: Workshop, lines: Sequence[AgendaLine]) -> None:
    """Put these items in the place of the agenda. Raises Invalid with the field, Conflict when the workshop is over."""
    _check_writable(workshop)
    if len(lines) > AGENDA_AT_MOST:
        raise Invalid(_("An agenda has at most %(n)d items.", n=AGENDA_AT_MOST), field="agenda")
    for line in lines:
        if not line.title.strip() or len(line.title) > 200 or len(line.who) > 160:
            raise Invalid(_("Each item needs a title of at most %(n)d characters.", n=200), field="agenda")
        if not 1 <= line.minutes <= 720:
            raise Invalid(_("“%(title)s”: write its minutes as a number from 1 to 720.", title=line.title[:60]),
                          field="agenda")  # fmt: skip
    session.execute(delete(WorkshopAgendaItem).where(WorkshopAgendaItem.workshop_id == workshop.id))
    session.add_all(
        WorkshopAgendaItem(
            workshop_id=workshop.id, position=n, title=line.title.strip(), minutes=line.minutes, who=line.who.strip()
        )
        for n, line in enumerate(lines)
    )
    session.flush()
    _note(session, clock, actor, workshop, "agenda")


@dataclass(frozen=True)
class GroupLine:
    """A group as the form has it."""

    name: str
    topic: str = ""
    place: str = ""


def save_groups(session: Session, clock: Clock, actor: User, workshop: Workshop, lines: Sequence[GroupLine]) -> None:
    """Put these groups in the place of the present ones; a group keeps its people by its name.

    Raises Invalid when two have one name, Conflict when the workshop is over or a group that goes has entries.
    """
    _check_writable(workshop)
    names = [line.name.strip() for line in lines]
    if len(lines) > GROUPS_AT_MOST or any(not name or len(name) > 80 for name in names):
        raise Invalid(_("At most %(n)d groups, each with a name of at most 80 characters.", n=GROUPS_AT_MOST),
                      field="groups")  # fmt: skip
    if len({name.casefold() for name in names}) < len(names):
        raise Invalid(_("Two groups have the same name."), field="groups")
    if any(len(line.topic) > 300 or len(line.place) > 120 for line in lines):
        raise Invalid(_("Use at most %(n)d characters.", n=300), field="groups")
    present = {group.name: group for group in queries.groups_of(session, workshop.id)}
    for name in present.keys() - set(names):
        used = select(WorkshopEntry.id).where(WorkshopEntry.group_id == present[name].id).limit(1)
        if session.scalars(used).first() is not None:
            raise Conflict(_("“%(name)s” has collected something and has to stay.", name=name))
        session.delete(present[name])
    session.flush()
    for position, (name, line) in enumerate(zip(names, lines, strict=True)):
        row = present.get(name) or WorkshopGroup(workshop_id=workshop.id, name=name)
        row.position, row.topic, row.place = position, line.topic.strip(), line.place.strip()
        session.add(row)
    session.flush()
    _note(session, clock, actor, workshop, "groups")


def add_facilitator(session: Session, clock: Clock, actor: User, workshop: Workshop, participant: Participant) -> None:
    """Let a participant of the event lead the workshop; once is enough. Raises Invalid for anybody else."""
    fits = participant.event_id == workshop.session.event_id and participant.state is RegistrationState.APPROVED
    if not fits:
        raise Invalid(_("Only approved participants of the event can be added."), field="participant")
    if not queries.is_facilitator(session, workshop.id, participant.user_id):
        session.add(WorkshopFacilitator(workshop_id=workshop.id, user_id=participant.user_id))
        session.flush()
        _note(session, clock, actor, workshop, "add_facilitator", {"user": participant.user_id})


def remove_facilitator(session: Session, clock: Clock, actor: User, workshop: Workshop, user_id: int) -> None:
    """Take that back."""
    gone = delete(WorkshopFacilitator).where(
        WorkshopFacilitator.workshop_id == workshop.id, WorkshopFacilitator.user_id == user_id
    )
    session.execute(gone)
    _note(session, clock, actor, workshop, "remove_facilitator", {"user": user_id})


def link_finding(session: Session, clock: Clock, actor: User | None, workshop: Workshop, finding: MatchFinding) -> None:
    """Say that a workshop is about a finding of its partnership; once is enough. Raises Invalid for another one's."""
    if finding.run.campaign.partnership_id != workshop.partnership_id:
        raise Invalid(_("This finding belongs to another partnership."), field="finding")
    if session.get(WorkshopFinding, (workshop.id, finding.id)) is None:
        session.add(WorkshopFinding(workshop_id=workshop.id, finding_id=finding.id))
        session.flush()
        _note(session, clock, actor, workshop, "link_finding", {"finding": finding.id})


def unlink_finding(session: Session, clock: Clock, actor: User, workshop: Workshop, finding_id: int) -> None:
    """Take that back; the audit trail keeps that it was there."""
    found = session.get(WorkshopFinding, (workshop.id, finding_id))
    if found is not None:
        session.delete(found)
        session.flush()
        _note(session, clock, actor, workshop, "unlink_finding", {"finding": finding_id})


def _note(
    session: Session, clock: Clock, actor: User | None, workshop: Workshop, what: str,
    detail: dict[str, object] | None = None,
) -> None:  # fmt: skip
    audit.record(
        session, clock, actor_id=actor.id if actor else None, action=f"workshop_set_up.{what}",
        subject_kind="workshop_set_up", subject_id=workshop.id, event_id=workshop.session.event_id, detail=detail,
    )  # fmt: skip
