"""Meetings proposed from a match between regions: who could meet whom at an event, and what stands in the way.

People behind a finding are found by the mail address of their answer, else by a colleague of the same organisation. A
pair that a veto forbids is left out without a word, as everywhere.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import normal_email
from app.core import audit
from app.core.clock import Clock
from app.core.errors import AppError, Forbidden
from app.events.models import Event
from app.events.queries import permissions_of
from app.meetings import mails, queries, rules, services
from app.meetings.models import MatchInvitation, MeetingRequest, Veto
from app.meetings.services import Proposal
from app.registrations.models import Participant, RegistrationState
from app.registrations.queries import with_people
from app.registrations.services import check_door
from app.surveys.models import MatchFinding
from app.surveys.queries import Behind, BehindPair, pairs_behind, people_behind

PAIRS_AT_MOST = 12
"""Meetings proposed from one finding at one event."""
MEETINGS_EACH = 3
"""Of these, with the same person."""
INVITED_AT_MOST = 60


@dataclass(frozen=True)
class Possible:
    """Two participants that could meet; `obstacle` says why it cannot be asked now, '' for nothing."""

    requester: Participant
    recipient: Participant
    segment: str
    score: float | None
    obstacle: str = ""


@dataclass(frozen=True)
class Outlook:
    """What a finding can bring at an event. `waiting` are registered and not approved yet."""

    possible: list[Possible]
    requests: list[MeetingRequest]
    absent: list[Behind]
    invited: list[Behind]
    waiting: list[Behind]
    asking_closed: str = ""
    """Why no requests can be made at the event now, '' when they can."""
    door_closed: str = ""
    """Why nobody can register now."""

    @property
    def askable(self) -> list[Possible]:
        return [pair for pair in self.possible if not pair.obstacle] if not self.asking_closed else []

    @property
    def invitable(self) -> list[Behind]:
        return [] if self.door_closed else self.absent


def outlook(session: Session, clock: Clock, event: Event, finding: MatchFinding) -> Outlook:
    """How things stand between a finding and an event."""
    people = people_behind(session, finding)
    there = _participants(session, event, people.values())
    approved = {n: p for n, p in there.items() if p.state is RegistrationState.APPROVED}
    sent = _invited(session, event, people)
    absent = [person for number, person in people.items() if number not in there]
    made = requests_from(session, event, finding)
    return Outlook(
        possible=_possible(session, event, pairs_behind(session, finding), approved, made),
        requests=made,
        absent=[person for person in absent if person.response_id not in sent][:INVITED_AT_MOST],
        invited=[person for person in absent if person.response_id in sent],
        waiting=[people[n] for n, p in there.items() if p.state is RegistrationState.PENDING],
        asking_closed=_refusal(lambda: rules.check_booking_open(event, clock())),
        door_closed=_refusal(lambda: check_door(event, clock())),
    )


def requests_from(session: Session, event: Event, finding: MatchFinding) -> list[MeetingRequest]:
    """The requests at an event that a finding has led to, in their order."""
    query = select(MeetingRequest).where(MeetingRequest.event_id == event.id, MeetingRequest.finding_id == finding.id)
    return list(session.scalars(query.options(*queries.PEOPLE).order_by(MeetingRequest.id)))


def propose(session: Session, clock: Clock, actor: User, event: Event, finding: MatchFinding) -> tuple[int, int]:
    """Ask for every meeting that can be asked for and invite who is not registered; returns how many of each.

    Done again it adds what has become possible meanwhile, and nothing twice.
    """
    view = outlook(session, clock, event, finding)
    asked = sum(_asked(session, clock, actor, event, finding, pair) for pair in view.askable)
    invited = sum(_invite(session, clock, actor, event, finding, person) for person in view.invitable)
    if asked or invited:
        audit.record(
            session, clock, actor_id=actor.id, action="match_finding.propose_meetings", subject_kind="match_finding",
            subject_id=finding.id, event_id=event.id, detail={"asked": asked, "invited": invited},
        )  # fmt: skip
    return asked, invited


def _asked(session: Session, clock: Clock, actor: User, event: Event, finding: MatchFinding, pair: Possible) -> bool:
    try:
        with session.begin_nested():
            services.ask(session, event, pair.requester, pair.recipient, clock, proposal=Proposal(finding, actor))
    except AppError:  # the limit was reached, or somebody was faster: the page says how things stand
        return False
    return True


def _invite(session: Session, clock: Clock, actor: User, event: Event, finding: MatchFinding, person: Behind) -> bool:
    row = MatchInvitation(
        event_id=event.id, response_id=person.response_id, finding_id=finding.id, invited_at=clock(),
        invited_by_id=actor.id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    mails.send_event_invitation(
        session, clock, event, finding, name=person.person or person.organisation, email=person.email
    )
    return True


def _refusal(check: object) -> str:
    assert callable(check)
    try:
        check()
    except Forbidden as refused:
        return refused.message
    return ""


def _participants(session: Session, event: Event, people: Iterable[Behind]) -> dict[int, Participant]:
    """Who of them is registered, by the number of the answer: themselves first, else an approved colleague."""
    registered = session.scalars(with_people(select(Participant).where(Participant.event_id == event.id))).all()
    by_email = {row.user.email: row for row in registered}
    colleagues: dict[int, Participant] = {}
    for row in sorted(registered, key=lambda row: row.code):
        if row.state is RegistrationState.APPROVED:
            colleagues.setdefault(row.organisation_id, row)
    found = {}
    for person in people:
        own = by_email.get(normal_email(person.email))
        if own is None or own.state in (RegistrationState.REJECTED, RegistrationState.CANCELLED):
            # Whoever left or was turned down is not invited again; a colleague may speak for the organisation.
            own = colleagues.get(person.organisation_id or 0) or own
        if own is not None:
            found[person.response_id] = own
    return found


def _invited(session: Session, event: Event, people: Collection[int]) -> set[int]:
    query = select(MatchInvitation.response_id).where(
        MatchInvitation.event_id == event.id, MatchInvitation.response_id.in_(people)
    )
    return set(session.scalars(query))


@dataclass
class _Choice:
    """Chooses pairs: few for each person, and no more than the event allows anybody to ask for."""

    room: int
    meetings: dict[int, int] = field(default_factory=dict)
    seen: set[frozenset[int]] = field(default_factory=set)

    def takes(self, one: Participant, other: Participant) -> bool:
        key = frozenset((one.id, other.id))
        if key in self.seen or not self.room or any(self.meetings.get(p.id, 0) >= MEETINGS_EACH for p in (one, other)):
            return False
        self.seen.add(key)
        self.room -= 1
        for person in (one, other):
            self.meetings[person.id] = self.meetings.get(person.id, 0) + 1
        return True


def _possible(
    session: Session,
    event: Event,
    pairs: Sequence[BehindPair],
    there: dict[int, Participant],
    made: Sequence[MeetingRequest],
) -> list[Possible]:
    choice = _Choice(room=PAIRS_AT_MOST)
    for request in made:
        choice.takes(request.requester, request.recipient)
    permissions = permissions_of(session, event.id)
    hidden = _vetoes(session, {row.id for row in there.values()})
    left = {row.id: queries.quota_of(session, event, row).left for row in set(there.values())}
    found = []
    for pair in pairs:
        one, other = there.get(pair.asker.response_id), there.get(pair.asked.response_id)
        if one is None or other is None or frozenset((one.id, other.id)) in hidden:
            continue
        if one.organisation_id == other.organisation_id or not choice.takes(one, other):
            continue
        ways = [_judged(session, way, pair, permissions, left) for way in ((one, other), (other, one))]
        best = next((way for way in ways if not way.obstacle), ways[0])
        if not best.obstacle and (spare := left[best.requester.id]) is not None:
            left[best.requester.id] = spare - 1
        found.append(best)
    return found


def _judged(
    session: Session,
    way: tuple[Participant, Participant],
    pair: BehindPair,
    permissions: set[tuple[int, int]] | None,
    left: dict[int, int | None],
) -> Possible:
    asker, asked = way
    obstacle = ""
    if queries.live_request_between(session, asker.id, asked.id) is not None:
        obstacle = _("The two have a request already.")
    elif permissions is not None and (asker.type_id, asked.type_id) not in permissions:
        obstacle = _(
            "At this event, participants of type '%(mine)s' do not ask those of type '%(theirs)s'.",
            mine=asker.type.name, theirs=asked.type.name,
        )  # fmt: skip
    elif left[asker.id] == 0:
        obstacle = _("%(name)s has no request left.", name=asker.user.name)
    return Possible(asker, asked, pair.segment, pair.score, obstacle)


def _vetoes(session: Session, people: Collection[int]) -> set[frozenset[int]]:
    rows = session.execute(select(Veto.participant_id, Veto.other_id).where(Veto.participant_id.in_(people)))
    return {frozenset(row) for row in rows}
