"""The demo's project days: a small event that is over, with the two workshops and four meetings the projects came from.

Rows are written without mails and live events, as everywhere in the demo.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.clock import Clock, to_utc
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
from app.events.queries import event_by_slug
from app.meetings.models import MeetingRequest, RequestState
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState
from app.timetables.models import Meeting, Seat, TableBooking, Timetable, TimetableState

SLOT = timedelta(minutes=30)


@dataclass
class ProjectDays:
    """Writes the event; `plan` is the table `days` of the content."""

    session: Session
    clock: Clock
    plan: dict[str, Any]

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
            phase=Phase.CLOSED,
            approval=Approval.AUTOMATIC,
            accent="moss",
            created_at=began - timedelta(days=60),
        )
        self.session.add(event)
        self.session.flush()
        first = to_utc(datetime.combine(began.date(), time(9, 30)), event.time_zone)
        self._workshops(event, first)
        people = self._people(event, first - timedelta(days=30))
        self._meetings(event, first + timedelta(hours=4), people)
        return event

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
            organisation = Organisation(name=employer, kind=sort, country=country, nuts=nuts, created_at=asked_at)
            self.session.add_all([user, organisation])
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

    def _meetings(self, event: Event, first: datetime, people: list[Participant]) -> None:
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
        tables = [MeetingTable(event_id=event.id, zone_id=zone.id, label=f"F{n}", position=n) for n in (1, 2)]
        timetable = Timetable(event_id=event.id, number=1, state=TimetableState.PUBLISHED)
        timetable.created_at = timetable.published_at = first - timedelta(days=7)
        self.session.add_all([*tables, timetable])
        self.session.flush()
        for number, (one, other) in enumerate(self.plan["meetings"]):
            request = self._request(event, number, people[one], people[other], first - timedelta(days=20))
            slot, table = slots[number // 2], tables[number % 2]
            meeting = Meeting(
                timetable_id=timetable.id,
                request_id=request.id,
                slot_id=slot.id,
                last_slot_id=slot.id,
                table_id=table.id,
            )
            self.session.add(meeting)
            self.session.flush()
            self.session.add(
                TableBooking(meeting_id=meeting.id, slot_id=slot.id, timetable_id=timetable.id, table_id=table.id)
            )
            self.session.add_all(
                Seat(meeting_id=meeting.id, timetable_id=timetable.id, participant_id=person.id, slot_id=slot.id)
                for person in (people[one], people[other])
            )
        self.session.flush()

    def _request(
        self, event: Event, number: int, one: Participant, other: Participant, asked_at: datetime
    ) -> MeetingRequest:
        request = MeetingRequest(
            event_id=event.id,
            code=f"r{number + 1:05}",
            requester_id=one.id,
            recipient_id=other.id,
            low_id=min(one.id, other.id),
            high_id=max(one.id, other.id),
            message="Our answers in the survey fit together; let us see what we could build.",
            state=RequestState.ACCEPTED,
            created_at=asked_at,
            answered_at=asked_at + timedelta(days=2),
        )
        self.session.add(request)
        self.session.flush()
        return request
