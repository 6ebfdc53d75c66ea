"""Sets the stage for the journeys: three events, written before the server starts.

`python -m tests.journeys.stage` writes into the database of the settings and prints one-time sign-in links as JSON.

Two partnerships are added by `partnership_stage`.

* `spring` lies ahead and takes requests: Piotr, Hana and Jonas are registered, nothing is scheduled.
* `today` is under way, with a meeting running now: Pia, Piotr, Hana and Jonas meet each other. Eva is never there, so a
  draft beside the published timetable has a request without a meeting.
* `crowd` is large enough to keep a scheduling run busy.
* `packaging` is a partnership which `today` serves (projects_stage.py).
"""

import json
import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import create_app
from app.accounts.mails import link_address
from app.accounts.models import LinkPurpose, User
from app.accounts.services import make_link
from app.core.clock import Clock, system_clock, to_utc
from app.core.database import Database
from app.core.migrating import upgrade_database
from app.events.models import (
    Approval,
    Event,
    EventFormat,
    Interpreter,
    MeetingTable,
    MeetingWindow,
    ParticipantType,
    Phase,
    Slot,
    Staff,
    StaffRole,
    Zone,
)
from app.marketplace import saved
from app.marketplace.models import EntryKind, Rhythm
from app.marketplace.search import Criteria
from app.meetings.models import MeetingRequest, RequestState
from app.organisations.models import Organisation
from app.registrations.models import Absence, Participant, RegistrationState
from app.timetables.services import solve_now
from tests.factories import agenda as agenda_factory
from tests.factories.marketplace import make_entry, make_interest, make_own_entry
from tests.factories.timetables import QUICK, make_request
from tests.journeys import crowd, projects_stage
from tests.journeys.partnership_stage import write_partnerships

# Somewhere it is neither early nor late, so that an event that runs now never crosses midnight.
ZONES = ("Africa/Lagos", "Asia/Tokyo", "America/Phoenix")
PEOPLE = {
    "Pia": ("Pia Piave", "Piave Polymers", "IT", "company"),
    "Piotr": ("Piotr Poznański", "Poznan Process Institute", "PL", "research"),
    "Hana": ("Hana Horáková", "Horák Coatings", "CZ", "company"),
    "Jonas": ("Jonas Jensen", "Jutland Fibre Works", "DK", "company"),
    "Eva": ("Eva Ek", "Ek Instruments", "SE", "company"),
}
ENTRIES = {
    "Pia": ("Barrier coating without fluorine for paper cups", "Compostable polymer grades for extrusion"),
    "Piotr": ("Industrial partner for a pilot line of bio-based films", "Pilot line for barrier coating on paper"),
    "Hana": ("Cellulose fibres of constant quality", "Water-based barrier coating for paper and board"),
    "Eva": ("Paper samples for thickness measurement", "Thickness measurement in the running machine"),
    "Jonas": ("A customer for recycled cellulose fibres", "Recycled cellulose fibres from paper sludge"),
}
LINKS_EACH = 3


@dataclass(frozen=True)
class Stage:
    """Where the people go: an event with its slots, tables and types."""

    event: Event
    slots: list[Slot]
    tables: list[MeetingTable]
    types: dict[str, ParticipantType]


def main() -> None:
    """Write the events, print the links."""
    app = create_app()
    with app.app_context():
        upgrade_database()
        database: Database = app.extensions["database"]
        with database.open() as session:
            users = {name: _user(session, name) for name in ("Ada", "Olga", *PEOPLE, *projects_stage.NAMES)}
            users["Ada"].is_administrator = True
            _spring(session, system_clock, users)
            today = _today(session, system_clock, users)
            users |= write_partnerships(session, system_clock, users["Ada"])
            projects_stage.set_up(session, system_clock, users, today)
            _crowd(session, system_clock, users)
            links = {name.lower(): _links(session, system_clock, user) for name, user in users.items()}
            session.commit()
    json.dump(links, sys.stdout)


def _spring(session: Session, clock: Clock, users: dict[str, User]) -> None:
    day = (clock() + timedelta(days=60)).date()
    event = _event(session, clock, users["Olga"], "spring", "Spring Partnering Day", "Europe/Brussels", Phase.BOOKING)
    first = to_utc(datetime.combine(day, time(10, 0)), event.time_zone)
    stage = _furnish(session, event, day, first, 4)
    people = {name: _participant(session, clock, stage, users, name) for name in ("Piotr", "Hana", "Jonas")}
    make_request(session, clock, people["Hana"], people["Jonas"])


def _crowd(session: Session, clock: Clock, users: dict[str, User]) -> None:
    day = (clock() + timedelta(days=90)).date()
    event = _event(session, clock, users["Olga"], "crowd", "Great Matchmaking", "Europe/Brussels", Phase.SCHEDULING)
    stage = _furnish(session, event, day, to_utc(datetime.combine(day, time(9, 0)), event.time_zone), 12)
    crowd.fill(session, clock, event, stage.tables[0].zone)


def _today(session: Session, clock: Clock, users: dict[str, User]) -> Event:
    now = clock().replace(second=0, microsecond=0)
    zone = next(name for name in ZONES if 6 <= now.astimezone(ZoneInfo(name)).hour < 16)
    event = _event(session, clock, users["Olga"], "today", "Circular Packaging Day", zone, Phase.LIVE)
    event.timetable_revision = 0
    stage = _furnish(session, event, now.astimezone(ZoneInfo(zone)).date(), now - timedelta(minutes=10), 6)
    session.add(Zone(event_id=event.id, name="Hall B"))
    session.add(Interpreter(event_id=event.id, code="i01", name="Ines Example", languages=["fr", "pl"]))
    pia, piotr, hana, jonas, eva = (_participant(session, clock, stage, users, name) for name in PEOPLE)
    slots, tables = stage.slots, stage.tables
    placed = [
        (_agreed(session, clock, pia, piotr), slots[0], tables[0]),
        (_agreed(session, clock, hana, jonas), slots[0], tables[1]),
        (_agreed(session, clock, pia, hana), slots[1], tables[0]),
        (_agreed(session, clock, pia, jonas), slots[2], tables[0]),
        (_agreed(session, clock, piotr, hana), slots[3], tables[1]),
    ]
    agenda_factory.event_session(session, event, slots[5], "Recycling of composites", capacity=20)
    agenda_factory.publish(session, clock, event, placed)
    session.add_all(Absence(participant_id=eva.id, slot_id=slot.id) for slot in slots)
    _agreed(session, clock, pia, eva)
    solve_now(session, event, QUICK, clock=clock, actor=users["Olga"])
    asked = make_request(session, clock, jonas, piotr, state=RequestState.OPEN)
    asked.message = "We have fibres for your pilot line."
    _market(session, clock, users)
    return event


def _market(session: Session, clock: Clock, users: dict[str, User]) -> None:
    """Pia offers something anonymously, with Hana waiting for an answer, and asks about Jonas's need."""
    employers = {name: session.query(Organisation).filter_by(name=PEOPLE[name][1]).one() for name in ("Pia", "Jonas")}
    offer = make_own_entry(
        session,
        clock,
        users["Pia"],
        "Grade of starch that seals at 140 °C",
        organisation=employers["Pia"],
        summary="In use on one line since spring.",
        anonymous=True,
        concealed=("region",),
    )
    need = make_own_entry(
        session,
        clock,
        users["Jonas"],
        "Somebody who makes felt from sludge fibre",
        EntryKind.NEED,
        organisation=employers["Jonas"],
        anonymous=True,
    )
    offer.code, need.code = "a" * 16, "b" * 16
    make_interest(session, clock, users["Hana"], offer)
    make_interest(session, clock, users["Pia"], need)
    saved.save(session, clock, users["Pia"], "Fibre", Criteria(q="fibre"), Rhythm.WEEKLY)


def _agreed(session: Session, clock: Clock, one: Participant, other: Participant) -> MeetingRequest:
    made = make_request(session, clock, one, other)
    made.message = "Let us see whether our materials fit."
    return made


def _user(session: Session, name: str) -> User:
    full = PEOPLE[name][0] if name in PEOPLE else f"{name} Example"
    made = User(email=f"{name.lower()}@example.org", name=full, created_at=system_clock())
    made.email_confirmed_at = system_clock()
    session.add(made)
    session.flush()
    return made


def _event(session: Session, clock: Clock, olga: User, slug: str, name: str, zone: str, phase: Phase) -> Event:
    made = Event(slug=slug, name=name, place="Ghent", time_zone=zone, format=EventFormat.ON_SITE, phase=phase)
    made.summary = "Two hours of meetings between makers and users of packaging."
    made.approval, made.created_at = Approval.AUTOMATIC, clock()
    session.add(made)
    session.flush()
    session.add(Staff(event_id=made.id, user_id=olga.id, role=StaffRole.ORGANISER, created_at=clock()))
    return made


def _furnish(session: Session, event: Event, day: date, first: datetime, slots: int) -> Stage:
    """Slots of 25 minutes with breaks of five, two tables, two types."""
    zone = ZoneInfo(event.time_zone)
    last = first + timedelta(minutes=30 * slots)
    window = MeetingWindow(event_id=event.id, day=day, slot_minutes=25, break_minutes=5)
    window.starts, window.ends = first.astimezone(zone).time(), last.astimezone(zone).time()
    session.add(window)
    session.flush()
    starts = [first + timedelta(minutes=30 * number) for number in range(slots)]
    made = [
        Slot(
            event_id=event.id,
            window_id=window.id,
            key=f"{moment.astimezone(zone):%Y%m%d-%H%M}",
            day=day,
            starts_at=moment,
            ends_at=moment + timedelta(minutes=25),
        )
        for moment in starts
    ]
    hall = Zone(event_id=event.id, name="Hall A")
    types = {key: ParticipantType(event_id=event.id, key=key, name=name, position=position) for position, (key, name) in
             enumerate({"company": "Company", "research": "Research organisation"}.items())}  # fmt: skip
    session.add_all([*made, hall, *types.values()])
    session.flush()
    tables = [MeetingTable(event_id=event.id, zone_id=hall.id, label=f"A{n}", position=n) for n in (1, 2)]
    session.add_all(tables)
    session.flush()
    return Stage(event, made, tables, types)


def _participant(session: Session, clock: Clock, stage: Stage, users: dict[str, User], name: str) -> Participant:
    _full, employer, country, kind = PEOPLE[name]
    organisation = session.query(Organisation).filter_by(name=employer).one_or_none()
    if organisation is None:
        organisation = Organisation(name=employer, kind=kind, country=country, created_at=clock())
        session.add(organisation)
        session.flush()
    made = Participant(
        event_id=stage.event.id,
        user_id=users[name].id,
        organisation_id=organisation.id,
        type_id=stage.types[kind].id,
        code=name.lower(),
        state=RegistrationState.APPROVED,
        languages=["en"],
        feed_token=f"{stage.event.slug}-feed-of-{name.lower()}",
        created_at=clock(),
    )
    session.add(made)
    session.flush()
    for entry_kind, title in zip((EntryKind.NEED, EntryKind.OFFER), ENTRIES[name], strict=True):
        make_entry(session, clock, made, entry_kind, title)
    return made


def _links(session: Session, clock: Clock, user: User) -> list[str]:
    lifetime = timedelta(hours=1)
    return [link_address(make_link(session, clock, user, LinkPurpose.SIGN_IN, lifetime)) for _ in range(LINKS_EACH)]


if __name__ == "__main__":
    main()
