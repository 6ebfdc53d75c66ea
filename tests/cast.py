"""The fixed cast. Every test that asks who may do something also asks Omar, and somebody not signed in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock, to_utc
from app.events.models import Event, EventFormat, MeetingTable, ParticipantType, Phase, Slot, Staff, StaffRole, Zone
from app.organisations.models import Organisation
from app.registrations.models import Participant, RegistrationState

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
EVENT_DAY = date(2027, 3, 16)
ZONE = "Europe/Brussels"


class FixedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        """Let time pass."""
        self.now += step


@dataclass(frozen=True)
class Cast:
    """The people, the event some of them take part in, and its four slots and two tables.

    Ada administers the site; Olga organises the event and Dana staffs its desk; Pia (a company) and Piotr (a research
    organisation) are approved participants; Omar has an account and nothing to do with the event.
    """

    ada: User
    olga: User
    dana: User
    pia: User
    piotr: User
    omar: User
    event: Event
    pia_participant: Participant
    piotr_participant: Participant
    slots: list[Slot]
    tables: list[MeetingTable]


def assemble(session: Session, clock: Clock) -> Cast:
    """Put the cast into the database; the caller commits."""
    people = {name: _user(session, clock, name) for name in ("Ada", "Olga", "Dana", "Pia", "Piotr", "Omar")}
    people["Ada"].is_administrator = True
    event = Event(slug="spring", name="Spring Partnering Day", time_zone=ZONE, place="Ghent", phase=Phase.BOOKING)
    event.format, event.created_at = EventFormat.ON_SITE, clock()
    session.add(event)
    session.flush()
    for name, role in (("Olga", StaffRole.ORGANISER), ("Dana", StaffRole.DESK)):
        session.add(Staff(event_id=event.id, user_id=people[name].id, role=role, created_at=clock()))
    company = _type(session, event, "company", "Company", 0)
    research = _type(session, event, "research", "Research organisation", 1)
    slots, tables = _slots(session, event), _tables(session, event)
    pia = _participant(session, clock, event, people["Pia"], company, "Piave Polymers", "IT")
    piotr = _participant(session, clock, event, people["Piotr"], research, "Poznan Process Institute", "PL")
    session.flush()
    return Cast(
        **{name.lower(): person for name, person in people.items()},
        event=event,
        pia_participant=pia,
        piotr_participant=piotr,
        slots=slots,
        tables=tables,
    )


def _user(session: Session, clock: Clock, name: str) -> User:
    user = User(email=f"{name.lower()}@example.org", name=f"{name} Example", created_at=clock())
    user.email_confirmed_at = clock()
    session.add(user)
    session.flush()
    return user


def _type(session: Session, event: Event, key: str, name: str, position: int) -> ParticipantType:
    kind = ParticipantType(event_id=event.id, key=key, name=name, position=position)
    session.add(kind)
    session.flush()
    return kind


def _slots(session: Session, event: Event) -> list[Slot]:
    first = to_utc(datetime.combine(EVENT_DAY, time(10, 0)), event.time_zone)
    slots = []
    for number in range(4):
        starts = first + number * timedelta(minutes=30)
        ends = starts + timedelta(minutes=25)
        slots.append(Slot(event_id=event.id, key=f"d1-{number + 1:02}", day=EVENT_DAY, starts_at=starts, ends_at=ends))
    session.add_all(slots)
    session.flush()
    return slots


def _tables(session: Session, event: Event) -> list[MeetingTable]:
    zone = Zone(event_id=event.id, name="Hall A")
    session.add(zone)
    session.flush()
    tables = [MeetingTable(event_id=event.id, zone_id=zone.id, label=f"A{n}", position=n) for n in (1, 2)]
    session.add_all(tables)
    session.flush()
    return tables


def _participant(
    session: Session, clock: Clock, event: Event, user: User, kind: ParticipantType, employer: str, country: str
) -> Participant:
    organisation = Organisation(name=employer, kind=kind.key, country=country, created_at=clock())
    session.add(organisation)
    session.flush()
    participant = Participant(
        event_id=event.id,
        user_id=user.id,
        organisation_id=organisation.id,
        type_id=kind.id,
        code=user.email.partition("@")[0],
        state=RegistrationState.APPROVED,
        languages=["en"],
        feed_token=f"feed-of-{user.email}",
        created_at=clock(),
    )
    session.add(participant)
    return participant
