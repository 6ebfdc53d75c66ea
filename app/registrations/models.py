"""Tables of participants."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.events.models import Event, EventSession, MeetingTable, ParticipantType
from app.organisations.editions import keep_editions
from app.organisations.models import Organisation


class RegistrationState(enum.Enum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Attendance(enum.Enum):
    ON_SITE = "on_site"
    ONLINE = "online"


class Participant(Base):
    """One account's registration for one event."""

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("event_id", "user_id"),
        UniqueConstraint("event_id", "code"),
        CheckConstraint("trl_min is null or trl_min between 1 and 9", name="trl_min_in_range"),
        CheckConstraint("trl_max is null or trl_max between 1 and 9", name="trl_max_in_range"),
        CheckConstraint("max_in_a_row is null or max_in_a_row between 1 and 100", name="max_in_a_row_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    type_id: Mapped[int] = mapped_column(ForeignKey("participant_type.id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    """Stable name in exchange files and on badges, e.g. 'p0042'."""
    state: Mapped[RegistrationState] = mapped_column(enum_column(RegistrationState), default=RegistrationState.PENDING)
    attendance: Mapped[Attendance] = mapped_column(enum_column(Attendance), default=Attendance.ON_SITE)
    job_title: Mapped[str] = mapped_column(String(160), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str]]
    """ISO 639-1 codes, most fluent first."""
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    value_chain_position: Mapped[str | None] = mapped_column(String(40))
    trl_min: Mapped[int | None]
    trl_max: Mapped[int | None]
    own_table_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_table.id", ondelete="SET NULL"))
    max_meetings: Mapped[int | None]
    min_meetings: Mapped[int | None]
    max_in_a_row: Mapped[int | None]
    """Most neighbouring slots with meetings; None: as for everybody at the event."""
    feed_token: Mapped[str] = mapped_column(String(64), unique=True)
    """Unguessable part of the personal calendar feed's address; replaced to revoke it."""
    agenda_version: Mapped[int] = mapped_column(default=0)
    """Rises with every change of this participant's agenda."""
    created_at: Mapped[datetime]
    state_changed_at: Mapped[datetime | None]
    state_reason: Mapped[str] = mapped_column(String(500), default="")
    checked_in_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    user: Mapped[User] = relationship()
    organisation: Mapped[Organisation] = relationship()
    type: Mapped[ParticipantType] = relationship()
    own_table: Mapped[MeetingTable | None] = relationship()


keep_editions(Participant, languages="iso639-1", value_chain_position="value-chain", trl_min="trl", trl_max="trl")


class Absence(Base):
    """A slot in which a participant cannot meet; sessions signed up for count beside these."""

    __tablename__ = "absence"
    __table_args__ = (UniqueConstraint("participant_id", "slot_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), index=True)


class SlotWish(Base):
    """A slot a participant prefers, or would rather not meet in. A wish, not a limit: see Absence."""

    __tablename__ = "slot_wish"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True, index=True)
    preferred: Mapped[bool]
    """True: preferred; False: disliked."""


class SessionSignUp(Base):
    """A participant's place in a session."""

    __tablename__ = "session_sign_up"
    __table_args__ = (UniqueConstraint("session_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("event_session.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]

    session: Mapped[EventSession] = relationship()
    participant: Mapped[Participant] = relationship()
