"""Tables of needs and offers, the interest people take in them, and the searches they keep."""

import enum
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.organisations.editions import keep_editions, listed
from app.organisations.models import Organisation
from app.registrations.models import Participant


class EntryKind(enum.Enum):
    NEED = "need"
    OFFER = "offer"


class EntryState(enum.Enum):
    PUBLISHED = "published"
    HIDDEN = "hidden"


class Reach(enum.Enum):
    EVENT = "event"
    MEMBERS = "members"


class ProfileKind(enum.Enum):
    BUSINESS = "business"
    TECHNOLOGY = "technology"
    RESEARCH = "research"


class InterestState(enum.Enum):
    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Rhythm(enum.Enum):
    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class DisclosureWay(enum.Enum):
    GRANT = "grant"
    LOOK = "look"


def new_code() -> str:
    """An address that says nothing: numbers in a row would tell which entries were written together."""
    return secrets.token_hex(8)


def _of_registration(column: Any) -> Any:
    """Default of a column: as the registration says that the entry belongs to; nothing without one."""

    def found(context: DefaultExecutionContext) -> Any:
        number = context.get_current_parameters().get("participant_id")  # type: ignore[no-untyped-call]
        return context.connection.scalar(select(column).where(Participant.id == number)) if number else None

    return found


class Entry(Base):
    """A need or an offer. It belongs to an account and may be shown at one event, in the marketplace, or both."""

    __tablename__ = "marketplace_entry"
    __table_args__ = (
        CheckConstraint("trl_min is null or trl_min between 1 and 9", name="trl_min_in_range"),
        CheckConstraint("trl_max is null or trl_max between 1 and 9", name="trl_max_in_range"),
        CheckConstraint("trl_min is null or trl_max is null or trl_min <= trl_max", name="trl_range_ordered"),
        CheckConstraint("not (anonymous and shown_openly_at is not null)", name="shown_openly_stays_open"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True, default=new_code)
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True, default=_of_registration(Participant.user_id)
    )
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="SET NULL"),
        index=True,
        default=_of_registration(Participant.organisation_id),
    )
    """None: the person's own."""
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="SET NULL"), index=True)
    """The registration that shows it at an event; the entry outlives it."""
    kind: Mapped[EntryKind] = mapped_column(enum_column(EntryKind))
    state: Mapped[EntryState] = mapped_column(enum_column(EntryState), default=EntryState.PUBLISHED)
    reach: Mapped[Reach] = mapped_column(enum_column(Reach), default=Reach.EVENT)
    """EVENT: approved participants and staff of the event. MEMBERS: everybody who is signed in, too."""
    anonymous: Mapped[bool] = mapped_column(default=False)
    concealed: Mapped[list[str]] = mapped_column(default=list)
    """Parts of an anonymous entry that are kept back together with the name: codes of `rules.CONCEALABLE`."""
    title: Mapped[str] = mapped_column(String(256))
    summary: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[list[str]]
    trl_min: Mapped[int | None]
    trl_max: Mapped[int | None]
    partnership: Mapped[str | None] = mapped_column(String(40))
    """A code of `reference.PARTNERSHIP_KINDS`."""
    profile: Mapped[ProfileKind | None] = mapped_column(enum_column(ProfileKind))
    """With the kind this is one of the five profile types of the Enterprise Europe Network; None: neither."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What a profile says beyond the columns; `details.Details` is its shape."""
    country: Mapped[str | None] = mapped_column(String(2))
    """This and the next four: None or empty means as the organisation, or the registration, says."""
    nuts: Mapped[str | None] = mapped_column(String(5))
    nace: Mapped[str | None] = mapped_column(String(8))
    segment: Mapped[str | None] = mapped_column(String(40))
    languages: Mapped[list[str]] = mapped_column(default=list)
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    published_at: Mapped[datetime | None]
    """When its present readers could see it first; a digest calls it new from here on."""
    shown_openly_at: Mapped[datetime | None]
    """When it was first shown with its owner's name. From then on it cannot become anonymous."""
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it leaves the marketplace; at its event it stays."""
    expiry_told_at: Mapped[datetime | None]
    indexed_as: Mapped[str | None] = mapped_column(String(32))
    """Fingerprint of what the index says of it; None: not in the index yet."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    owner: Mapped[User] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    participant: Mapped[Participant | None] = relationship()

    @property
    def registration(self) -> Participant:
        """The registration of an entry that was found through one."""
        assert self.participant is not None
        return self.participant


def _codes_of_details(details: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        "sdg": listed(details.get("sdgs")),
        "iso3166-1": listed(details.get("target_countries")),
        "partnership-kind": listed(details.get("further_partnerships")),
    }


keep_editions(
    Entry,
    country="iso3166-1",
    nuts="nuts",
    nace="nace",
    segment="value-chain",
    trl_min="trl",
    trl_max="trl",
    partnership="partnership-kind",
    languages="iso639-1",
    details=_codes_of_details,
)


class Interest(Base):
    """Somebody asks the owner of an entry to get in touch. Granted, each side learns who the other is."""

    __tablename__ = "marketplace_interest"
    __table_args__ = (
        Index(
            "uq_marketplace_interest_live",
            "entry_id",
            "sender_id",
            unique=True,
            sqlite_where=text("state in ('open', 'granted')"),
            postgresql_where=text("state in ('open', 'granted')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True, default=new_code)
    entry_id: Mapped[int] = mapped_column(ForeignKey("marketplace_entry.id", ondelete="CASCADE"), index=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    state: Mapped[InterestState] = mapped_column(enum_column(InterestState), default=InterestState.OPEN)
    message: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    """When it left the state open."""
    expires_at: Mapped[datetime]

    entry: Mapped[Entry] = relationship()
    sender: Mapped[User] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Disclosure(Base):
    """Who learnt, or looked at, whose anonymous entry it is: at most one row a day for each way."""

    __tablename__ = "marketplace_disclosure"
    __table_args__ = (UniqueConstraint("entry_id", "viewer_id", "way", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("marketplace_entry.id", ondelete="CASCADE"))
    viewer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    way: Mapped[DisclosureWay] = mapped_column(enum_column(DisclosureWay))
    day: Mapped[date]
    at: Mapped[datetime]
    shown: Mapped[list[str]]
    """Names of what was shown, e.g. 'name', 'organisation', 'email', 'text'."""

    viewer: Mapped[User] = relationship()


class SavedSearch(Base):
    """What somebody looks for again and again, with a mail about what is new if they wish."""

    __tablename__ = "marketplace_saved_search"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    criteria: Mapped[dict[str, Any]]
    """As `search.Criteria.as_data` writes it."""
    rhythm: Mapped[Rhythm] = mapped_column(enum_column(Rhythm), default=Rhythm.NEVER)
    told_until: Mapped[datetime]
    """What was published up to here is not new."""
    token: Mapped[str] = mapped_column(String(64), unique=True)
    """In the address that ends its mails; good for nothing else."""
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()


# The index: made from what a reader without further rights sees of an entry, and of nothing else.


class Term(Base):
    """A word that some entry holds, folded."""

    __tablename__ = "marketplace_term"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(40), unique=True)


class TermPiece(Base):
    """Three letters in a row of a word, with a blank before and after it: leads from a slip to the words near it."""

    __tablename__ = "marketplace_term_piece"

    piece: Mapped[str] = mapped_column(String(3), primary_key=True)
    term_id: Mapped[int] = mapped_column(
        ForeignKey("marketplace_term.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Posting(Base):
    """An entry holds a word; the weight says in how prominent a place."""

    __tablename__ = "marketplace_posting"

    entry_id: Mapped[int] = mapped_column(ForeignKey("marketplace_entry.id", ondelete="CASCADE"), primary_key=True)
    term_id: Mapped[int] = mapped_column(
        ForeignKey("marketplace_term.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    weight: Mapped[int]


class FacetValue(Base):
    """An entry can be found under this value of this facet."""

    __tablename__ = "marketplace_facet_value"
    __table_args__ = (Index("ix_marketplace_facet_value_found", "facet", "value", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("marketplace_entry.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)
