"""Tables of thematic workshops. The session itself (time, room, speakers, sign-up) is `app.events.models.EventSession`.

Nothing that was collected is deleted: what is given up is an entry in the state `dropped`.
"""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.core.models import StoredFile
from app.events.models import EventSession
from app.partnerships.models import Partnership
from app.registrations.models import Participant
from app.surveys.models import MatchFinding


class Workshop(Base):
    """What makes a workshop of a session. `state` and `version` are driven by the machine `workshop`."""

    __tablename__ = "workshop"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("event_session.id", ondelete="CASCADE"), unique=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    purpose: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    """Rises by one with every change that the room sees; pages catch up by it."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    session: Mapped[EventSession] = relationship()
    partnership: Mapped[Partnership | None] = relationship()


class WorkshopFacilitator(Base):
    """Somebody who leads a workshop besides the organisers of the event."""

    __tablename__ = "workshop_facilitator"
    __table_args__ = (UniqueConstraint("workshop_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)

    user: Mapped[User] = relationship()


class WorkshopFinding(Base):
    """A finding of a matching run that a workshop is about."""

    __tablename__ = "workshop_finding"

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"), primary_key=True)
    finding_id: Mapped[int] = mapped_column(
        ForeignKey("match_finding.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    finding: Mapped[MatchFinding] = relationship()


class WorkshopAgendaItem(Base):
    """One item of a workshop's agenda, in the order of `position`."""

    __tablename__ = "workshop_agenda_item"
    __table_args__ = (CheckConstraint("minutes between 1 and 720", name="minutes_sane"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    who: Mapped[str] = mapped_column(String(160), default="")


class WorkshopGroup(Base):
    """A group that works on a part of the topic at a place of its own."""

    __tablename__ = "workshop_group"
    __table_args__ = (UniqueConstraint("workshop_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    topic: Mapped[str] = mapped_column(String(300), default="")
    place: Mapped[str] = mapped_column(String(120), default="")


class WorkshopAttendance(Base):
    """A participant who came, and the group they work in."""

    __tablename__ = "workshop_attendance"
    __table_args__ = (UniqueConstraint("workshop_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_group.id", ondelete="SET NULL"))
    came_at: Mapped[datetime | None]
    """None: chose a group and has not come yet."""

    participant: Mapped[Participant] = relationship()


class EntryKind(enum.Enum):
    IDEA = "idea"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"


class EntryState(enum.Enum):
    """`agreed` is for decisions, `done` for follow-ups; what is dropped stays to be read."""

    OPEN = "open"
    AGREED = "agreed"
    DONE = "done"
    DROPPED = "dropped"


class WorkshopEntry(Base):
    """Something collected. `token` comes from the page that sent it: the same one sent twice is one entry."""

    __tablename__ = "workshop_entry"
    __table_args__ = (
        UniqueConstraint("workshop_id", "token"),
        CheckConstraint("kind <> 'follow_up' or (owner_name <> '' and due is not null)", name="follow_ups_are_owned"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    kind: Mapped[EntryKind] = mapped_column(enum_column(EntryKind))
    state: Mapped[EntryState] = mapped_column(enum_column(EntryState), default=EntryState.OPEN)
    text: Mapped[str] = mapped_column(String(1000))
    token: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_group.id", ondelete="SET NULL"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_entry.id", ondelete="SET NULL"))
    """The idea or decision it grew out of."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    owner_name: Mapped[str] = mapped_column(String(160), default="")
    due: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    """When its owner was reminded before the day; None: not yet."""
    overdue_told_at: Mapped[datetime | None]
    """When its owner was told that the day has passed."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    workshop: Mapped[Workshop] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])


class WorkshopVote(Base):
    """Somebody supports an idea."""

    __tablename__ = "workshop_vote"
    __table_args__ = (UniqueConstraint("entry_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("workshop_entry.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)


class WorkshopChange(Base):
    """The change that brought a workshop to `revision`. Revisions count up by one without a gap."""

    __tablename__ = "workshop_change"
    __table_args__ = (UniqueConstraint("workshop_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    revision: Mapped[int]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class WorkshopMinutes(Base):
    """One version of the minutes, with its document; earlier versions stay. An uploaded document has no text."""

    __tablename__ = "workshop_minutes"
    __table_args__ = (UniqueConstraint("workshop_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    number: Mapped[int]
    workshop_version: Mapped[int]
    """The workshop's version they were written under: reopened, it needs new ones."""
    text: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    written_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    file: Mapped[StoredFile] = relationship()
    author: Mapped[User | None] = relationship()
