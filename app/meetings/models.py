"""Tables of meeting requests."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.events.models import MeetingTable, Slot
from app.registrations.models import Participant
from app.surveys.models import MatchFinding


class Priority(enum.Enum):
    MUST = "must"
    HIGH = "high"
    NORMAL = "normal"


class RequestState(enum.Enum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


LIVE_REQUEST_STATES = (RequestState.OPEN, RequestState.ACCEPTED)


class MeetingRequest(Base):
    """One participant asks another for a meeting. At most one live request joins a pair, whoever asked.

    `low_id` and `high_id` are the two participants in ascending order; the partial unique index rests on them.
    """

    __tablename__ = "meeting_request"
    __table_args__ = (
        CheckConstraint("requester_id <> recipient_id", name="two_people"),
        CheckConstraint("low_id < high_id", name="pair_ordered"),
        CheckConstraint("length is null or length between 1 and 12", name="length_sane"),
        UniqueConstraint("event_id", "code"),
        Index(
            "uq_meeting_request_live_pair",
            "low_id",
            "high_id",
            unique=True,
            sqlite_where=text("state in ('open', 'accepted')"),
            postgresql_where=text("state in ('open', 'accepted')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    """Stable name in exchange files, e.g. 'r00042'."""
    requester_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    low_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    high_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[Priority] = mapped_column(enum_column(Priority), default=Priority.NORMAL)
    recipient_priority: Mapped[Priority | None] = mapped_column(enum_column(Priority, "recipient_priority"))
    """What the recipient thinks of it; set on accepting, or when both had asked each other."""
    mutual: Mapped[bool] = mapped_column(default=False)
    """Both asked for each other."""
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState), default=RequestState.OPEN)
    answer_reason: Mapped[str] = mapped_column(String(500), default="")
    must_place: Mapped[bool] = mapped_column(default=False)
    """Set by the organiser: a timetable without this meeting is not legal."""
    length: Mapped[int | None]
    """How many neighbouring slots the meeting lasts; None: as the participant types or the event say."""
    any_colleague: Mapped[bool] = mapped_column(default=False)
    """Any participant of the recipient's organisation may take the meeting."""
    is_proposed: Mapped[bool] = mapped_column(default=False)
    """Asked in the requester's name by an analyst who saw the two in a match between regions."""
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("match_finding.id", ondelete="SET NULL"), index=True)
    """The finding of a matching run it comes from."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    requester: Mapped[Participant] = relationship(foreign_keys=requester_id)
    recipient: Mapped[Participant] = relationship(foreign_keys=recipient_id)
    finding: Mapped[MatchFinding | None] = relationship()
    proposed_by: Mapped[User | None] = relationship()
    pin: Mapped["RequestPin | None"] = relationship(back_populates="request", cascade="all, delete-orphan")


class RequestPin(Base):
    """The slot, and perhaps the table, a meeting is fixed to when it is placed."""

    __tablename__ = "request_pin"

    request_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"))
    table_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_table.id", ondelete="CASCADE"))

    request: Mapped[MeetingRequest] = relationship(back_populates="pin")
    slot: Mapped[Slot] = relationship()
    table: Mapped[MeetingTable | None] = relationship()


class AllowedSlot(Base):
    """One of the only slots a request may be placed in; a request without any row may go anywhere."""

    __tablename__ = "request_allowed_slot"

    request_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True)


class Precedence(Base):
    """When both are placed, `earlier` lies in an earlier slot than `later`."""

    __tablename__ = "request_precedence"

    earlier_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), primary_key=True)
    later_id: Mapped[int] = mapped_column(ForeignKey("meeting_request.id", ondelete="CASCADE"), primary_key=True)


class Veto(Base):
    """`participant` does not want to meet `other`; nobody but the organiser ever learns of it."""

    __tablename__ = "veto"
    __table_args__ = (UniqueConstraint("participant_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class MatchInvitation(Base):
    """Somebody behind a match who was not registered was invited to an event: once for each event and answer."""

    __tablename__ = "match_invitation"
    __table_args__ = (UniqueConstraint("event_id", "response_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    response_id: Mapped[int] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"))
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("match_finding.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime]
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
