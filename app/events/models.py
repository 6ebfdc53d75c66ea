"""Tables of an event and of its time and space."""

import enum
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.organisations.editions import keep_editions


class EventFormat(enum.Enum):
    ON_SITE = "on_site"
    ONLINE = "online"
    MIXED = "mixed"


class Phase(enum.Enum):
    """Where an event stands. Later phases keep what earlier ones allow unless it would disturb the day."""

    DRAFT = "draft"
    REGISTRATION = "registration"
    BOOKING = "booking"
    SCHEDULING = "scheduling"
    LIVE = "live"
    CLOSED = "closed"


class Approval(enum.Enum):
    AUTOMATIC = "automatic"
    ORGANISER = "organiser"


class Event(Base):
    """One partnering event. Limits on meetings apply to everybody who has none of their own."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("meeting_length between 1 and 12", name="meeting_length_sane"),
        CheckConstraint("max_in_a_row is null or max_in_a_row between 1 and 100", name="max_in_a_row_sane"),
        CheckConstraint("walking_price is null or walking_price > 0", name="walking_price_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    time_zone: Mapped[str] = mapped_column(String(64))
    format: Mapped[EventFormat] = mapped_column(enum_column(EventFormat), default=EventFormat.ON_SITE)
    phase: Mapped[Phase] = mapped_column(enum_column(Phase), default=Phase.DRAFT)
    accent: Mapped[str] = mapped_column(String(20), default="lagoon")
    approval: Mapped[Approval] = mapped_column(enum_column(Approval), default=Approval.ORGANISER)
    max_meetings: Mapped[int | None]
    min_meetings: Mapped[int] = mapped_column(default=0)
    meeting_length: Mapped[int] = mapped_column(default=1)
    """How many neighbouring slots a meeting lasts, where neither the request nor a participant type says."""
    max_in_a_row: Mapped[int | None]
    """Most neighbouring slots with meetings for one person; None: no limit."""
    walking_price: Mapped[int | None]
    """What it costs, in points of value, when somebody has less time between two meetings than the walk takes; None:
    such meetings are not allowed."""
    common_language: Mapped[bool] = mapped_column(default=False)
    """Meetings need a language everybody speaks, or an interpreter."""
    max_open_requests: Mapped[int | None]
    """How many unanswered and accepted requests a participant may have sent; None: no limit."""
    registration_closes_at: Mapped[datetime | None]
    booking_closes_at: Mapped[datetime | None]
    programme_public: Mapped[bool] = mapped_column(default=True)
    timetable_revision: Mapped[int] = mapped_column(default=0)
    """Rises with every change of the published timetable; live pages catch up by it."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class StaffRole(enum.Enum):
    ORGANISER = "organiser"
    DESK = "desk"


class Staff(Base):
    """An account's role in the running of one event."""

    __tablename__ = "event_staff"
    __table_args__ = (UniqueConstraint("event_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[StaffRole] = mapped_column(enum_column(StaffRole))
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class ParticipantType(Base):
    """A role of participants in one event, e.g. 'Company' or 'Research'; `key` is stable for imports."""

    __tablename__ = "participant_type"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        CheckConstraint("meeting_length is null or meeting_length between 1 and 12", name="meeting_length_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)
    max_meetings: Mapped[int | None]
    max_open_requests: Mapped[int | None]
    meeting_length: Mapped[int | None]
    """Slots a meeting with somebody of this type lasts, unless the request says; None: as usual at the event."""


class MeetingPermission(Base):
    """Participants of `from_type` may ask those of `to_type`. An event without any row allows every pair."""

    __tablename__ = "meeting_permission"
    __table_args__ = (UniqueConstraint("from_type_id", "to_type_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    from_type_id: Mapped[int] = mapped_column(ForeignKey("participant_type.id", ondelete="CASCADE"))
    to_type_id: Mapped[int] = mapped_column(ForeignKey("participant_type.id", ondelete="CASCADE"))


class MeetingWindow(Base):
    """A stretch of one day in which meetings take place; its slots follow from its lengths. Local wall-clock times."""

    __tablename__ = "meeting_window"
    __table_args__ = (
        CheckConstraint("slot_minutes between 5 and 240", name="slot_minutes_sane"),
        CheckConstraint("break_minutes between 0 and 120", name="break_minutes_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    day: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    slot_minutes: Mapped[int]
    break_minutes: Mapped[int]


class Slot(Base):
    """One meeting time of an event. `day` is the local date; unique start times keep slots from doubling."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("event_id", "starts_at"),
        UniqueConstraint("event_id", "key"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_window.id", ondelete="SET NULL"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    """Stable name in exchange files, e.g. 'd1-01'."""
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_open: Mapped[bool] = mapped_column(default=True)


class Zone(Base):
    """A group of tables near each other, or the online rooms."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(default=0)
    is_online: Mapped[bool] = mapped_column(default=False)


class MeetingTable(Base):
    """A place for one meeting per slot: a table, a booth, or an online room with a link."""

    __tablename__ = "meeting_table"
    __table_args__ = (UniqueConstraint("event_id", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)
    link: Mapped[str | None] = mapped_column(String(500))
    is_open: Mapped[bool] = mapped_column(default=True)
    serves_both: Mapped[bool] = mapped_column(default=False)
    """People on site and people online can meet here: a table with a screen, or an online room that people at the venue
    may join."""

    zone: Mapped[Zone] = relationship()


class TableClosure(Base):
    """A slot in which a table is not to be used."""

    __tablename__ = "table_closure"
    __table_args__ = (UniqueConstraint("table_id", "slot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("meeting_table.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), index=True)


class Walk(Base):
    """Minutes it takes from one zone to another, the same both ways; `low_id` is the zone with the smaller id."""

    __tablename__ = "walk"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="pair_ordered"),
        CheckConstraint("minutes between 1 and 240", name="minutes_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    low_id: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"))
    high_id: Mapped[int] = mapped_column(ForeignKey("zone.id", ondelete="CASCADE"), index=True)
    minutes: Mapped[int]


class Interpreter(Base):
    """Somebody who helps in one meeting at a time where the participants share no language."""

    __tablename__ = "interpreter"
    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        CheckConstraint("max_meetings is null or max_meetings between 0 and 200", name="max_meetings_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(20))
    """Stable name in exchange files, e.g. 'i01'."""
    name: Mapped[str] = mapped_column(String(160))
    languages: Mapped[list[str]]
    """ISO 639-1 codes, two at least."""
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    max_meetings: Mapped[int | None]


keep_editions(Interpreter, languages="iso639-1")


class InterpreterAbsence(Base):
    """A slot in which an interpreter does not help."""

    __tablename__ = "interpreter_absence"

    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True, index=True)


class Room(Base):
    """A room for sessions; `link` for one that is online."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    capacity: Mapped[int | None]
    link: Mapped[str | None] = mapped_column(String(500))
    position: Mapped[int] = mapped_column(default=0)


class SessionKind(enum.Enum):
    PLENARY = "plenary"
    TALK = "talk"
    PITCH = "pitch"
    WORKSHOP = "workshop"
    NETWORKING = "networking"
    BREAK = "break"


class EventSession(Base):
    """A session or workshop of the programme. `capacity` None: as many as the room holds, or no limit."""

    __tablename__ = "event_session"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="SET NULL"))
    kind: Mapped[SessionKind] = mapped_column(enum_column(SessionKind), default=SessionKind.TALK)
    title: Mapped[str] = mapped_column(String(200))
    abstract: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int | None]
    sign_up: Mapped[bool] = mapped_column(default=True)
    """True: people sign up and are then away for meetings that overlap."""
    is_public: Mapped[bool] = mapped_column(default=True)
    link: Mapped[str | None] = mapped_column(String(500))
    sequence: Mapped[int] = mapped_column(default=0)
    """Calendar SEQUENCE (RFC 5545): rises when time or place change."""

    room: Mapped[Room | None] = relationship()
    speakers: Mapped[list["Speaker"]] = relationship(
        back_populates="session", cascade="all, delete-orphan", order_by="Speaker.position"
    )


class Speaker(Base):
    """Somebody who speaks in a session, with or without an account."""

    __tablename__ = "speaker"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("event_session.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    affiliation: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)

    session: Mapped[EventSession] = relationship(back_populates="speakers")
