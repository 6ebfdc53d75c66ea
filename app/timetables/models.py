"""Tables of scheduling runs, timetables and meetings. Here the database itself rules out double bookings."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, enum_column
from app.events.models import Event, Interpreter, MeetingTable, Slot
from app.meetings.models import MeetingRequest
from app.registrations.models import Participant


class RunState(enum.Enum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class SchedulingRun(Base):
    """One run of the engine, with all it takes to replay it: problem, options, seed, engine version."""

    __tablename__ = "scheduling_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    state: Mapped[RunState] = mapped_column(enum_column(RunState), default=RunState.QUEUED)
    options: Mapped[dict[str, Any]]
    seed: Mapped[int]
    engine_version: Mapped[str] = mapped_column(String(40), default="")
    problem: Mapped[str | None] = mapped_column(Text)
    schedule: Mapped[str | None] = mapped_column(Text)
    baseline: Mapped[str | None] = mapped_column(Text)
    """The published schedule when the run was asked for, which stability and re-planning start from; None without."""
    requests: Mapped[int | None]
    placed: Mapped[int | None]
    value: Mapped[int | None]
    bound: Mapped[int | None]
    measures: Mapped[dict[str, Any]]
    """What the judge measured: breaks, idle_slots, table_moves, zone_moves, below_minimum, ..."""
    points: Mapped[list[Any]]
    """Progress: [seconds, value, bound, breaks, placed] at each improvement."""
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    event: Mapped[Event] = relationship()

    @property
    def gap(self) -> float | None:
        """1 - value/bound, or None while either is unknown."""
        if self.value is None or not self.bound:
            return None
        return max(0.0, 1 - self.value / self.bound)


class TimetableState(enum.Enum):
    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"


class Timetable(Base):
    """All meetings of an event at one stage. An event has at most one draft and one published timetable."""

    __tablename__ = "timetable"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        Index(
            "uq_timetable_one_published",
            "event_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "uq_timetable_one_draft",
            "event_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int | None]
    """Version, from 1, given at publication."""
    state: Mapped[TimetableState] = mapped_column(enum_column(TimetableState), default=TimetableState.DRAFT)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("scheduling_run.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    event: Mapped[Event] = relationship()
    run: Mapped[SchedulingRun | None] = relationship()


class MeetingState(enum.Enum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class Meeting(Base):
    """A request placed at a table from a slot on, perhaps with an interpreter, up to its `last_slot`.

    What it takes of people, table and interpreter in each slot is in Seat, TableBooking and InterpreterBooking.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("timetable_id", "request_id"),
        Index(
            "uq_meeting_table_slot",
            "timetable_id",
            "table_id",
            "slot_id",
            unique=True,
            sqlite_where=text("state = 'scheduled'"),
            postgresql_where=text("state = 'scheduled'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetable.id", ondelete="CASCADE"))
    request_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    last_slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("meeting_table.id"), index=True)
    interpreter_id: Mapped[int | None] = mapped_column(ForeignKey("interpreter.id", ondelete="SET NULL"), index=True)
    state: Mapped[MeetingState] = mapped_column(enum_column(MeetingState), default=MeetingState.SCHEDULED)
    pinned: Mapped[bool] = mapped_column(default=False)
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")

    timetable: Mapped[Timetable] = relationship()
    request: Mapped[MeetingRequest] = relationship()
    slot: Mapped[Slot] = relationship(foreign_keys=slot_id)
    last_slot: Mapped[Slot] = relationship(foreign_keys=last_slot_id)
    table: Mapped[MeetingTable] = relationship()
    interpreter: Mapped[Interpreter | None] = relationship()
    seats: Mapped[list["Seat"]] = relationship(
        primaryjoin="and_(Seat.meeting_id == Meeting.id, Seat.part == 0)", viewonly=True, order_by="Seat.id"
    )
    """Who takes part, each once, in the order of the request's sides."""


class Seat(Base):
    """A participant's place in one slot of a scheduled meeting; `part` 0 is the meeting's first slot. One per
    participant and slot of a timetable."""

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("timetable_id", "participant_id", "slot_id"),
        UniqueConstraint("meeting_id", "participant_id", "part"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetable.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    part: Mapped[int] = mapped_column(default=0)

    meeting: Mapped[Meeting] = relationship()
    participant: Mapped[Participant] = relationship()


class TableBooking(Base):
    """A slot in which a scheduled meeting has its table. One per table and slot of a timetable."""

    __tablename__ = "table_booking"
    __table_args__ = (UniqueConstraint("timetable_id", "table_id", "slot_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), primary_key=True)
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetable.id", ondelete="CASCADE"))
    table_id: Mapped[int] = mapped_column(ForeignKey("meeting_table.id"))


class InterpreterBooking(Base):
    """A slot in which an interpreter helps in a scheduled meeting. One per interpreter and slot of a timetable."""

    __tablename__ = "interpreter_booking"
    __table_args__ = (UniqueConstraint("timetable_id", "interpreter_id", "slot_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), primary_key=True)
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetable.id", ondelete="CASCADE"))
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreter.id", ondelete="CASCADE"), index=True)


class Unplaced(Base):
    """An accepted request without a meeting in a timetable, and why."""

    __tablename__ = "unplaced_request"
    __table_args__ = (UniqueConstraint("timetable_id", "request_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetable.id", ondelete="CASCADE"))
    request_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(60))
    """A reason code of the engine."""
    detail: Mapped[dict[str, Any]]

    request: Mapped[MeetingRequest] = relationship()


class ChangeKind(enum.Enum):
    ADDED = "added"
    MOVED = "moved"
    CANCELLED = "cancelled"


class TimetableChange(Base):
    """One meeting that was added, moved or cancelled in the published timetable of an event."""

    __tablename__ = "timetable_change"
    __table_args__ = (Index("ix_timetable_change_event_revision", "event_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    timetable_id: Mapped[int] = mapped_column(ForeignKey("timetable.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    """The event's timetable_revision after this change; changes of one publication share it."""
    request_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"))
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind))
    old_slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="SET NULL"))
    old_last_slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="SET NULL"))
    old_table_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_table.id", ondelete="SET NULL"))
    new_slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="SET NULL"))
    new_last_slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="SET NULL"))
    new_table_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_table.id", ondelete="SET NULL"))
    participant_ids: Mapped[list[Any]]
    """Ids of everybody whom the change concerns: who sat in the meeting before, and who sits in it now."""
    reason: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    request: Mapped[MeetingRequest] = relationship()


class CalendarSequence(Base):
    """The calendar identity of a request's meeting: its UID is made of the request, its SEQUENCE never falls.

    Kept beside the meetings because a meeting is a new row in every version of the timetable.
    """

    __tablename__ = "calendar_sequence"

    request_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    cancelled: Mapped[bool] = mapped_column(default=False)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="SET NULL"))
    table_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_table.id", ondelete="SET NULL"))
