"""Tables of people and of the one-time links mailed to them."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, enum_column


class User(Base):
    """A person who can sign in. E-mail addresses are stored casefolded; one account per address."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_casefolded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    password_hash: Mapped[str | None] = mapped_column(String(256))
    is_administrator: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None] = mapped_column(String(12))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    reminder_mails: Mapped[bool] = mapped_column(default=True)
    """Wants mails about what they took on and what is due; pages show it in any case."""
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised by 'sign out everywhere' and by a new password: sessions of an older epoch end."""
    created_at: Mapped[datetime]
    email_confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

    # What Flask-Login asks of a user.
    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        """Account and epoch: a cookie of an older epoch no longer finds its user."""
        return f"{self.id}.{self.session_epoch}"


class LinkPurpose(enum.Enum):
    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    RESET = "reset"
    INVITATION = "invitation"


class OneTimeLink(Base):
    """A link that works once. Only a hash of its token is stored."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_column(LinkPurpose))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    next_path: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
