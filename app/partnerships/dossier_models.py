"""Tables of phase 1: versions of the scoping note and the expression of interest, and how they are judged.

What was signed, submitted or decided is never changed: a version is frozen first, and the next edit makes a new one.
"""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.core.models import StoredFile
from app.organisations.editions import keep_editions
from app.partnerships.models import Partnership, PartnershipMember


class DocumentVersion(Base):
    """One version of a document of the process, e.g. the scoping note; `kind` is its key in the template.

    The newest version is the draft as long as `frozen_at` is empty; `revision` rises with every save and keeps two
    people from overwriting each other.
    """

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("partnership_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    revision: Mapped[int] = mapped_column(default=0)
    content: Mapped[dict[str, Any]]
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    note: Mapped[str] = mapped_column(String(400), default="")
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("document_version.id"))
    """The scoping note an expression of interest goes back to."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Hash of the frozen content."""

    author: Mapped[User | None] = relationship()


def _codes_of_content(content: Any) -> dict[str, list[str]]:
    """Goals and readiness levels anywhere in a document: its template calls them sdg_9, and trl_now, trl_target."""
    found: dict[str, list[str]] = {"sdg": [], "trl": []}
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found["trl"] += [str(level) for key, level in value.items() if key.startswith("trl_") and level]
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and value.startswith("sdg_"):
            found["sdg"].append(value.removeprefix("sdg_"))
    return found


keep_editions(DocumentVersion, content=_codes_of_content)


class DocumentAuthor(Base):
    """Everybody who wrote on a version; whoever wrote on a case never judges it."""

    __tablename__ = "document_author"
    __table_args__ = (UniqueConstraint("version_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)


class PassageComment(Base):
    """A comment on a passage of a version: a field of the document and the words it is about."""

    __tablename__ = "passage_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    quote: Mapped[str] = mapped_column(String(500), default="")
    body: Mapped[str] = mapped_column(Text)
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("passage_comment.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    author: Mapped[User | None] = relationship(foreign_keys=[author_id])


class SignOff(Base):
    """A lead region's signature under one frozen version."""

    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("version_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("partnership_member.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    signed_at: Mapped[datetime]

    user: Mapped[User | None] = relationship()
    member: Mapped[PartnershipMember] = relationship()


class CommitmentLetter(Base):
    """A region's letter: who signed it, for how many months, with which means. A newer letter replaces it."""

    __tablename__ = "commitment_letter"
    __table_args__ = (
        CheckConstraint("months between 0 and 240", name="months_sane"),
        CheckConstraint("fte >= 0", name="fte_sane"),
        CheckConstraint("budget >= 0", name="budget_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("partnership_member.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    signatory: Mapped[str] = mapped_column(String(160))
    function: Mapped[str] = mapped_column(String(160))
    authority: Mapped[str] = mapped_column(String(200))
    signed_on: Mapped[date]
    months: Mapped[int]
    fte: Mapped[float] = mapped_column(default=0)
    """Staff put at the partnership's disposal, full-time equivalents."""
    budget: Mapped[float] = mapped_column(Numeric(14, 2, asdecimal=False), default=0)
    """Euros over the whole period."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    replaced_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = relationship()
    member: Mapped[PartnershipMember] = relationship()


class SubmissionWindow(Base):
    """When expressions of interest under a template are taken, and by which of its rule sets they are judged."""

    __tablename__ = "submission_window"
    __table_args__ = (CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_key: Mapped[str] = mapped_column(String(40), index=True)
    rule_set: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class Submission(Base):
    """One submission of an expression of interest: the frozen text, the pre-check as it was shown, the remarks."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("partnership_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    number: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    window_id: Mapped[int] = mapped_column(ForeignKey("submission_window.id"))
    precheck: Mapped[list[Any]]
    """Results of the automatic rules: [{rule, met, finding}]."""
    remarks: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    partnership: Mapped[Partnership] = relationship()
    document: Mapped[DocumentVersion] = relationship()
    window: Mapped[SubmissionWindow] = relationship()


class Finding(enum.Enum):
    MET = "met"
    NOT_MET = "not_met"
    UNCLEAR = "unclear"


class ChecklistEntry(Base):
    """The eligibility officer's finding on one rule of a submission, with the evidence it rests on."""

    __tablename__ = "checklist_entry"
    __table_args__ = (UniqueConstraint("submission_id", "rule"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(String(40))
    finding: Mapped[Finding] = mapped_column(enum_column(Finding))
    evidence: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    judged_at: Mapped[datetime]
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    file: Mapped[StoredFile | None] = relationship()


class ConflictDeclaration(Base):
    """What an officer or evaluator declared about own interests before judging a submission.

    Kept for good: when the account goes, the row stays without its name, and `number` tells the judges of a submission
    apart.
    """

    __tablename__ = "conflict_declaration"
    __table_args__ = (UniqueConstraint("submission_id", "user_id"), UniqueConstraint("submission_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    has_conflict: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    declared_at: Mapped[datetime]

    user: Mapped[User | None] = relationship()


class CriterionScore(Base):
    """An evaluator's points on one soft criterion of a submission, with the reason.

    They hang on the evaluator's declaration, which comes before them and outlives the account.
    """

    __tablename__ = "criterion_score"
    __table_args__ = (
        UniqueConstraint("declaration_id", "criterion"),
        CheckConstraint("points between 0 and 100", name="points_sane"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("conflict_declaration.id", ondelete="CASCADE"))
    criterion: Mapped[str] = mapped_column(String(40))
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(String(2000), default="")
    scored_at: Mapped[datetime]

    declaration: Mapped[ConflictDeclaration] = relationship()


class Outcome(enum.Enum):
    APPROVED = "approved"
    DEFERRED = "deferred"
    REJECTED = "rejected"


class Decision(Base):
    """The evaluators' decision on a submission, with its minutes. A reopened decision is followed by another one."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome))
    minutes: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    file: Mapped[StoredFile | None] = relationship()


class SupportRequest(Base):
    """A partnership asks for one of the support services. `state` and `version` are driven by its own machine."""

    __tablename__ = "support_request"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    service: Mapped[str] = mapped_column(String(40))
    """A key of the template's list of services."""
    need: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    partnership: Mapped[Partnership] = relationship()
