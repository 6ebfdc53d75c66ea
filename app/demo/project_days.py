"""The demo's project days: a small event that is over, with the two workshops and four meetings the projects came from.

Its people are written in bulk, as everywhere in the demo. Meetings are proposed from matches of the survey, accepted,
scheduled and published by the services that people use, on a clock in the past.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import normal_email, user_by_email
from app.core.clock import Clock, to_utc
from app.demo.partnering import Past
from app.events.models import (
    Approval,
    Event,
    EventFormat,
    EventSession,
    MeetingTable,
    ParticipantType,
    Phase,
    Room,
    SessionKind,
    Slot,
    Zone,
)
from app.events.queries import event_by_slug, place_of
from app.meetings import services as meetings
from app.meetings.models import MeetingRequest
from app.organisations.reference import regions
from app.organisations.services import OrganisationData, find_or_create
from app.partnerships.models import Partnership
from app.projects import services as projects
from app.registrations.models import Participant, RegistrationState
from app.surveys import queries as surveys
from app.surveys import services as survey_services
from app.surveys.models import FollowUpKind, MatchFinding
from app.surveys.services import FollowUpPlan
from app.timetables import services as timetables
from app.workshops.queries import kept_findings

SLOT = timedelta(minutes=30)
REGISTERED = timedelta(days=26)
"""How long before the event the last ones registered; nobody could any more when meetings were proposed."""
PROPOSED = timedelta(days=20)
ANSWERED = timedelta(days=2)
"""How long after they were asked the first answered."""
SCHEDULED = timedelta(days=7)
ENGINE_SECONDS = 5
"""At most; four meetings in two slots are done at once."""


@dataclass
class ProjectDays:
    """Writes the event; `plan` is the table `days` of the content, `actor` analyses the survey of the partnership."""

    session: Session
    clock: Clock
    plan: dict[str, Any]
    partnership: Partnership
    actor: User

    def load(self) -> Event:
        """The event; loaded when it is not there."""
        found = event_by_slug(self.session, self.plan["slug"])
        if found is not None:
            return found
        began = self.clock() + timedelta(days=self.plan["began"])
        event = Event(
            slug=self.plan["slug"],
            name=self.plan["name"],
            summary=self.plan["summary"],
            place=self.plan["place"],
            time_zone=self.plan["time_zone"],
            format=EventFormat.ON_SITE,
            phase=Phase.BOOKING,
            approval=Approval.AUTOMATIC,
            accent="moss",
            created_at=began - timedelta(days=60),
        )
        self.session.add(event)
        self.session.flush()
        first = to_utc(datetime.combine(began.date(), time(9, 30)), event.time_zone)
        event.registration_closes_at = first - REGISTERED
        self._workshops(event, first)
        people = self._people(event, first - timedelta(days=30))
        self._places(event, first + timedelta(hours=4))
        self._requests(event, people, Past(first - PROPOSED))
        self._timetable(event, Past(first - SCHEDULED))
        event.phase = Phase.CLOSED
        self.session.flush()
        return event

    def meetings(self, event: Event) -> list[MeetingRequest]:
        """The requests between the people of the content, in its order."""
        query = select(Participant).where(Participant.event_id == event.id).order_by(Participant.code)
        people = list(self.session.scalars(query))
        between = {
            frozenset((request.requester_id, request.recipient_id)): request
            for request in self.session.scalars(select(MeetingRequest).where(MeetingRequest.event_id == event.id))
        }
        return [between[frozenset((people[one].id, people[other].id))] for one, other in self.plan["meetings"]]

    def _workshops(self, event: Event, first: datetime) -> None:
        room = Room(event_id=event.id, name="Grande Auditório", capacity=60)
        self.session.add(room)
        self.session.flush()
        for number, title in enumerate(self.plan["workshops"]):
            starts = first + number * timedelta(minutes=100)
            made = EventSession(event_id=event.id, room_id=room.id, kind=SessionKind.WORKSHOP, title=title)
            made.starts_at, made.ends_at = starts, starts + timedelta(minutes=90)
            self.session.add(made)
        self.session.flush()

    def _people(self, event: Event, asked_at: datetime) -> list[Participant]:
        kind = ParticipantType(event_id=event.id, key="partner", name="Partner", position=0)
        self.session.add(kind)
        self.session.flush()
        people = []
        for number, (name, email, employer, sort, country, nuts) in enumerate(self.plan["people"], 1):
            user = user_by_email(self.session, email) or User(email=email, name=name, created_at=asked_at)
            user.email_confirmed_at = asked_at
            known = OrganisationData(name=employer, country=country, kind=sort, nuts=nuts)
            organisation = find_or_create(self.session, lambda: asked_at, None, known)
            self.session.add(user)
            self.session.flush()
            people.append(
                Participant(
                    event_id=event.id,
                    user_id=user.id,
                    organisation_id=organisation.id,
                    type_id=kind.id,
                    code=f"d{number:03}",
                    state=RegistrationState.APPROVED,
                    languages=["en"],
                    feed_token=f"{event.slug}-{number}-{user.id}",
                    created_at=asked_at,
                    checked_in_at=asked_at + timedelta(days=30),
                )
            )
        self.session.add_all(people)
        self.session.flush()
        return people

    def _places(self, event: Event, first: datetime) -> None:
        zone = Zone(event_id=event.id, name="Foyer")
        slots = [
            Slot(
                event_id=event.id,
                key=f"d1-{number + 1:02}",
                day=first.date(),
                starts_at=first + number * SLOT,
                ends_at=first + number * SLOT + timedelta(minutes=25),
            )
            for number in range(2)
        ]
        self.session.add_all([zone, *slots])
        self.session.flush()
        self.session.add_all(
            MeetingTable(event_id=event.id, zone_id=zone.id, label=f"F{n}", position=n) for n in (1, 2)
        )
        self.session.flush()

    def _requests(self, event: Event, people: Sequence[Participant], past: Past) -> None:
        """Meetings proposed from a match that the two stand behind; where there is none, one asks the other."""
        projects.link_event(self.session, past, self.partnership, event)
        for one, other in self.plan["meetings"]:
            two = people[one], people[other]
            finding = next(self._behind(*two), None)
            if finding is None:
                meetings.ask(self.session, event, *two, past, message=self.plan["message"])
            else:
                survey_services.follow_up(self.session, past, self.actor, finding, _plan(finding, event))
            past.wait(1 / 24)
        past.wait(ANSWERED.days)
        for request in self.meetings(event):
            meetings.accept(self.session, event, request, request.recipient, past)
            past.wait(0.4)

    def _behind(self, one: Participant, other: Participant) -> Iterator[MatchFinding]:
        """The kept findings in which the statements of these two meet."""
        wanted = {normal_email(person.user.email) for person in (one, other)}
        for finding in kept_findings(self.session, self.partnership.id):
            pairs = surveys.pairs_behind(self.session, finding)
            if any({normal_email(side.email) for side in (pair.asker, pair.asked)} == wanted for pair in pairs):
                yield finding

    def _timetable(self, event: Event, past: Past) -> None:
        options = timetables.RunOptions(time_limit=ENGINE_SECONDS)
        timetables.solve_now(self.session, event, options, clock=past, actor=self.actor)
        past.wait(1 / 24)
        timetables.publish(self.session, event, self.actor, past, note="First timetable")


def _plan(finding: MatchFinding, event: Event) -> FollowUpPlan:
    segments = dict(finding.run.snapshot["segments"])
    names = " – ".join(regions().label(code) for code in finding.regions[:3])
    place, _label, _zone = place_of(event)
    return FollowUpPlan(FollowUpKind.REQUEST, f"{segments[finding.segment]}: {names}", place=place)
