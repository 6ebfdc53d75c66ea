"""Puts the time and space of a demo world into the database: event, slots, tables, programme."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.core.database import Base
from app.demo import world as demo
from app.events import models as events


@dataclass(slots=True)
class Keys:
    """The ids that the keys of a world got in the database."""

    types: dict[str, int] = field(default_factory=dict)
    slots: dict[str, int] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)


def add(session: Session, rows: Sequence[Base]) -> None:
    """Add rows and learn their ids."""
    session.add_all(rows)
    session.flush()


@dataclass(slots=True)
class SpaceLoading:
    """Loads one event without its people."""

    session: Session
    world: demo.World
    now: datetime
    event: events.Event = field(init=False)
    keys: Keys = field(default_factory=Keys)

    def load(self) -> tuple[events.Event, Keys]:
        """Load everything; return the event and the ids of its parts."""
        self._event()
        self._types()
        self._slots()
        self._places()
        self._programme()
        return self.event, self.keys

    def _event(self) -> None:
        row = self.world.event
        self.event = events.Event(
            slug=row.slug,
            name=row.name,
            summary=row.summary,
            description=row.description,
            place=row.place,
            time_zone=row.time_zone,
            format=events.EventFormat.MIXED,
            phase=events.Phase.REGISTRATION,
            accent=row.accent,
            max_meetings=row.max_meetings,
            min_meetings=row.min_meetings,
            max_open_requests=row.max_open_requests,
            registration_closes_at=row.registration_closes_at,
            booking_closes_at=row.booking_closes_at,
            created_at=self.now - timedelta(days=90),
        )
        self.session.add(self.event)
        self.session.flush()

    def _types(self) -> None:
        rows = [
            events.ParticipantType(
                event_id=self.event.id, key=row.key, name=row.name, position=n, max_meetings=row.max_meetings
            )
            for n, row in enumerate(self.world.types)
        ]
        add(self.session, rows)
        self.keys.types = {row.key: row.id for row in rows}
        add(
            self.session,
            [
                events.MeetingPermission(
                    event_id=self.event.id, from_type_id=self.keys.types[one], to_type_id=self.keys.types[other]
                )
                for one, other in self.world.permissions
            ],
        )

    def _slots(self) -> None:
        windows = {
            row.key: events.MeetingWindow(
                event_id=self.event.id,
                day=row.day,
                starts=row.starts,
                ends=row.ends,
                slot_minutes=row.slot_minutes,
                break_minutes=row.break_minutes,
            )
            for row in self.world.windows
        }
        add(self.session, list(windows.values()))
        rows = [
            events.Slot(
                event_id=self.event.id,
                window_id=windows[row.window].id,
                key=row.key,
                day=row.day,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            for row in self.world.slots
        ]
        add(self.session, rows)
        self.keys.slots = {row.key: row.id for row in rows}

    def _places(self) -> None:
        zones = {
            row.name: events.Zone(event_id=self.event.id, name=row.name, position=n, is_online=row.is_online)
            for n, row in enumerate(self.world.zones)
        }
        add(self.session, list(zones.values()))
        rows = [
            events.MeetingTable(
                event_id=self.event.id,
                zone_id=zones[row.zone].id,
                label=row.label,
                position=n,
                link=row.link,
                serves_both=row.link is not None,  # people at the venue join those who stay at home
            )
            for n, row in enumerate(self.world.tables)
        ]
        add(self.session, rows)
        self.keys.tables = {row.label: row.id for row in rows}

    def _programme(self) -> None:
        rooms = {
            row.name: events.Room(event_id=self.event.id, name=row.name, capacity=row.capacity, position=n)
            for n, row in enumerate(self.world.rooms)
        }
        add(self.session, list(rooms.values()))
        people = {person.code: person for person in self.world.participants}
        names = {row.key: row.name for row in self.world.organisations}
        rows = {
            row.key: events.EventSession(
                event_id=self.event.id,
                room_id=rooms[row.room].id,
                kind=events.SessionKind(row.kind),
                title=row.title,
                abstract=row.abstract,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                capacity=row.capacity,
                sign_up=row.sign_up,
                speakers=[
                    events.Speaker(name=people[code].name, affiliation=names[people[code].organisation], position=n)
                    for n, code in enumerate(row.speakers)
                ],
            )
            for row in self.world.sessions
        }
        add(self.session, list(rows.values()))
        self.keys.sessions = {key: row.id for key, row in rows.items()}
