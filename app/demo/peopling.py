"""Puts the people of a demo world into the database: organisations, participants, needs and offers, the team."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.demo import world as demo
from app.demo.market import MarketLoading
from app.demo.spacing import Keys, add
from app.events.models import Event, Staff, StaffRole
from app.marketplace.models import Entry, EntryKind
from app.organisations.models import Organisation
from app.registrations.models import Absence, Attendance, Participant, RegistrationState, SessionSignUp

TEAM = (
    ("Marlene Obermoser", "organiser@circular-days.example", StaffRole.ORGANISER),
    ("Tobias Reinprecht", "desk@circular-days.example", StaffRole.DESK),
)
ADMINISTRATOR = ("Site administrator", "admin@circular-days.example")
HOME_ZONES = {
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "PT": "Europe/Lisbon",
    "FI": "Europe/Helsinki",
    "RO": "Europe/Bucharest",
    "GR": "Europe/Athens",
    "TR": "Europe/Istanbul",
    "UA": "Europe/Kyiv",
}
"""Time zones of people who join from home and live in another one than the event."""


@dataclass(slots=True)
class PeopleLoading:
    """Loads everybody who takes part in one event, and those who run it."""

    session: Session
    world: demo.World
    now: datetime
    event: Event
    keys: Keys
    organisations: dict[str, int] = field(default_factory=dict)

    def load(self) -> None:
        """Load everything, approved and without mails."""
        self._organisations()
        self._participants()
        self._team()

    def _organisations(self) -> None:
        rows = {
            row.key: Organisation(
                name=row.name,
                kind=row.kind,
                size=row.size,
                country=row.country,
                nuts=row.nuts,
                nace=row.nace,
                website=row.website,
                description=row.description,
                created_at=self.now - timedelta(days=60),
            )
            for row in self.world.organisations
        }
        add(self.session, list(rows.values()))
        self.organisations = {key: row.id for key, row in rows.items()}

    def _participants(self) -> None:
        countries = {row.key: row.country for row in self.world.organisations}
        users = {}
        for person in self.world.participants:
            zone = HOME_ZONES.get(countries[person.organisation]) if person.online else None
            users[person.code] = self._user(person.name, person.email, zone)
        add(self.session, list(users.values()))
        rows = {
            person.code: self._participant(person, users[person.code].id, n)
            for n, person in enumerate(self.world.participants)
        }
        add(self.session, list(rows.values()))
        for person in self.world.participants:
            self._belongings(person, rows[person.code])
        self.session.flush()
        MarketLoading(self.session, self.world, self.now, rows).load()

    def _user(self, name: str, email: str, zone: str | None = None) -> User:
        since = self.now - timedelta(days=60)
        return User(name=name, email=email, time_zone=zone, created_at=since, email_confirmed_at=since)

    def _participant(self, person: demo.Participant, user_id: int, number: int) -> Participant:
        registered = self.now - timedelta(days=20 + number % 25, hours=number % 11)
        return Participant(
            event_id=self.event.id,
            user_id=user_id,
            organisation_id=self.organisations[person.organisation],
            type_id=self.keys.types[person.type],
            code=person.code,
            state=RegistrationState.APPROVED,
            attendance=Attendance.ONLINE if person.online else Attendance.ON_SITE,
            job_title=person.job_title,
            about=person.about,
            languages=list(person.languages),
            value_chain_position=person.chain,
            trl_min=person.trl_min,
            trl_max=person.trl_max,
            own_table_id=self.keys.tables[person.own_table] if person.own_table else None,
            max_meetings=person.max_meetings,
            feed_token=secrets.token_urlsafe(24),
            created_at=registered,
            state_changed_at=registered + timedelta(hours=20),
            consented_at=registered,
        )

    def _belongings(self, person: demo.Participant, row: Participant) -> None:
        """Add needs, offers, absences and sign-ups of one participant."""
        for entry in (*person.needs, *person.offers):
            self.session.add(
                Entry(
                    participant_id=row.id,
                    kind=EntryKind(entry.kind),
                    title=entry.title,
                    text=entry.text,
                    keywords=list(entry.keywords),
                    trl_min=entry.trl_min,
                    trl_max=entry.trl_max,
                    partnership=entry.partnership,
                    published_at=row.created_at,
                    shown_openly_at=row.created_at,
                    created_at=row.created_at,
                    updated_at=row.created_at,
                )
            )
        for key in person.absences:
            self.session.add(Absence(participant_id=row.id, slot_id=self.keys.slots[key]))
        for key in person.sessions:
            self.session.add(
                SessionSignUp(participant_id=row.id, session_id=self.keys.sessions[key], created_at=row.created_at)
            )

    def _team(self) -> None:
        """Add the organiser, the desk and an administrator, all without a password: they sign in by link."""
        for name, email, role in TEAM:
            user = self._account(name, email)
            self.session.add(
                Staff(event_id=self.event.id, user_id=user.id, role=role, created_at=self.event.created_at)
            )
            if role is StaffRole.ORGANISER:
                self.event.created_by_id = user.id
        self._account(*ADMINISTRATOR).is_administrator = True
        self.session.flush()

    def _account(self, name: str, email: str) -> User:
        found = self.session.scalars(select(User).where(User.email == email)).first()
        if found is None:
            found = self._user(name, email)
            add(self.session, [found])
        return found
