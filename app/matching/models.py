"""Tables of matching: what was computed, what people and organisers decided, and what came of it."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, enum_column
from app.organisations.editions import keep_editions


class Recommendation(Base):
    """How well `other` complements `participant`, as last computed. Scores lie in [0, 1]."""

    __tablename__ = "recommendation"
    __table_args__ = (
        UniqueConstraint("participant_id", "other_id"),
        Index("ix_recommendation_ranked", "participant_id", "score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    score: Mapped[float]
    """Reciprocal score: harmonic mean of both directions."""
    gain: Mapped[float]
    """Directed score: what `other` offers to the needs of `participant`."""
    give: Mapped[float]
    """Directed score: what `participant` offers to the needs of `other`."""
    place: Mapped[int | None]
    """Place in the fair list of `participant`, 1 the first; None for a pair that is kept for other reasons."""
    reasons: Mapped[list[Any]]
    """Reason data, most weighty first; `sentences` turns them into words."""
    figures: Mapped[dict[str, Any]]
    """The parts behind the score: {"gain": {part: figure or None}, "give": …}; what learning reads."""
    computed_at: Mapped[datetime]


class MatchingSettings(Base):
    """What the organiser decided about matching at an event, and how the last computation came out.

    An event without a row uses the defaults of `weights` and `decisions`.
    """

    __tablename__ = "matching_settings"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    decisions: Mapped[dict[str, Any]]
    """As `decisions.Decisions.as_data` writes them; empty for the defaults."""
    revision: Mapped[int] = mapped_column(default=0)
    """Rises with every change of the decisions; a scorer kept in memory is thrown away when it differs."""
    report: Mapped[dict[str, Any]]
    """Figures of the last computation, as `overview.Overview.as_data` writes them; empty before the first."""
    computed_at: Mapped[datetime | None]
    proposal: Mapped[dict[str, Any]]
    """Learnt weights that won on held-back data and wait for the organiser, as `learning` writes them; or empty."""


class ProfileState(Base):
    """How often a profile changed, and which of its revisions the stored scores are of."""

    __tablename__ = "profile_state"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    scored: Mapped[int] = mapped_column(default=0)


class PartnerWish(Base):
    """What a participant wishes of a partner, and whether they want their list ranked. No row: no wish, ranked."""

    __tablename__ = "partner_wish"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    positions: Mapped[list[str]]
    """Wanted places in the value chain."""
    types: Mapped[list[str]]
    """Keys of participant types."""
    sizes: Mapped[list[str]]
    countries: Mapped[list[str]]
    sectors: Mapped[list[str]]
    """NACE codes of any level."""
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    ranked: Mapped[bool] = mapped_column(default=True)
    """False: partners come in alphabetical order unless asked otherwise."""


keep_editions(PartnerWish, positions="value-chain", sizes="organisation-size", countries="iso3166-1", sectors="nace")


class MarkKind(enum.Enum):
    SAVED = "saved"
    DISMISSED = "dismissed"


class RecommendationMark(Base):
    """A participant saved or dismissed somebody; nobody else sees it."""

    __tablename__ = "recommendation_mark"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[MarkKind] = mapped_column(enum_column(MarkKind))
    created_at: Mapped[datetime]


class MatchLabel(Base):
    """What came of one meeting request: the ground that weights are learnt from and lists are judged by."""

    __tablename__ = "match_label"
    __table_args__ = (UniqueConstraint("event_id", "request_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    request_code: Mapped[str] = mapped_column(String(20))
    asker_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    asked_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    """State of the request when last heard of: open, accepted, declined, withdrawn."""
    answered_at: Mapped[datetime | None]
    mutual: Mapped[bool] = mapped_column(default=False)
    held: Mapped[bool | None]
    """Whether the meeting took place; None while nobody knows."""
    rating: Mapped[float | None]
    """How it was rated, in [0, 1]; None without a rating."""
    figures: Mapped[dict[str, Any]]
    """The parts as they stood when it was asked, like `Recommendation.figures`; empty when no score was at hand."""


class TextEmbedding(Base):
    """The vector of one text under one model, kept by the hash of the text; only used with the embeddings extra."""

    __tablename__ = "text_embedding"

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of model name and text, hexadecimal."""
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """float16, little-endian, of length 1."""
