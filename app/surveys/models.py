"""Tables of mapping surveys and of the matching runs that rest on them.

Segments, questions and answers are JSON in the shapes of `chains.py`, `questions.py` and `answers.py`, checked before
they are written. States are keys of the machines in `process.py`.
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Base, enum_column
from app.organisations.editions import keep_editions, listed
from app.organisations.models import Organisation
from app.partnerships.models import Partnership


class SurveyCampaign(Base):
    """One mapping survey of a partnership. `version` rises with every new wave, as its machine reopens it."""

    __tablename__ = "survey_campaign"
    __table_args__ = (UniqueConstraint("partnership_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(150))
    introduction: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    """The wave."""
    last_day: Mapped[date | None]
    segments: Mapped[list[Any]]
    chain_version: Mapped[int] = mapped_column(default=1)
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    technologies: Mapped[list[Any]]
    blocks: Mapped[list[str]]
    required_blocks: Mapped[list[str]]
    own_questions: Mapped[list[Any]]
    reminder_days: Mapped[int | None]
    """Days after which somebody who has not submitted is reminded, again and again up to three times; None: never."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    partnership: Mapped[Partnership] = relationship()


class SurveyRole(enum.Enum):
    COORDINATOR = "coordinator"
    ANALYST = "analyst"
    CONTACT = "contact"


class SurveyStaff(Base):
    """Who works on a survey. A contact speaks for one region (`nuts`), the others for the whole (empty)."""

    __tablename__ = "survey_staff"
    __table_args__ = (
        UniqueConstraint("campaign_id", "user_id", "role", "nuts"),
        CheckConstraint("(role = 'contact') = (nuts <> '')", name="contacts_have_a_region"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaign.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[SurveyRole] = mapped_column(enum_column(SurveyRole))
    nuts: Mapped[str] = mapped_column(String(5), default="")
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class SurveyResponse(Base):
    """One organisation's answer in one wave: the invitation first, then what came of it.

    The personal link is signed, not stored: it holds the row's number and `link_nonce`; a new nonce revokes it.
    """

    __tablename__ = "survey_response"
    __table_args__ = (
        UniqueConstraint("campaign_id", "code"),
        UniqueConstraint("campaign_id", "wave", "email"),
        Index("ix_survey_response_progress", "campaign_id", "wave", "nuts", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaign.id", ondelete="CASCADE"))
    wave: Mapped[int]
    code: Mapped[str] = mapped_column(String(12))
    nuts: Mapped[str] = mapped_column(String(5))
    """The member region the answer counts for."""
    nuts_version: Mapped[str] = mapped_column(String(8))
    email: Mapped[str | None] = mapped_column(String(320))
    """None once it was deleted on request."""
    person: Mapped[str] = mapped_column(String(160), default="")
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    respondent_type: Mapped[str | None] = mapped_column(String(40))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    link_nonce: Mapped[str | None] = mapped_column(String(32))
    """None: no link works."""
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("survey_response.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """Who answered on behalf; None: the respondent."""
    validated_at: Mapped[datetime | None]
    validated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(Text, default="")
    """Why it was returned, or deletion asked for."""
    deletion_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    campaign: Mapped[SurveyCampaign] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class SurveyAnswer(Base):
    """One block of a response. `revision` rises with every save, so that two open pages do not overwrite each other."""

    __tablename__ = "survey_answer"
    __table_args__ = (UniqueConstraint("response_id", "block"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("survey_response.id", ondelete="CASCADE"))
    block: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]]
    visibility: Mapped[str] = mapped_column(String(20))
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class MatchingRun(Base):
    """One computation on the answers of a wave. What it was made of and what came out never changes afterwards."""

    __tablename__ = "matching_run"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("survey_campaign.id", ondelete="CASCADE"))
    number: Mapped[int]
    wave: Mapped[int]
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(String(400), default="")
    parameters: Mapped[dict[str, Any]]
    snapshot: Mapped[dict[str, Any]]
    """Regions, segments, technologies, and the statements of every response under a number, without names and texts."""
    result: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of parameters, snapshot and result."""
    code_version: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    campaign: Mapped[SurveyCampaign] = relationship()


class FindingKind(enum.Enum):
    COMPLEMENTARITY = "complementarity"
    CRITICAL_MASS = "critical_mass"
    CHALLENGE = "challenge"
    WHITE_SPOT = "white_spot"


class Curation(enum.Enum):
    OPEN = "open"
    KEPT = "kept"
    EDITED = "edited"
    REJECTED = "rejected"


class MatchFinding(Base):
    """One finding of a run, e.g. two regions that complement each other; figures and evidence never change."""

    __tablename__ = "match_finding"
    __table_args__ = (UniqueConstraint("run_id", "kind", "rank"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("matching_run.id", ondelete="CASCADE"))
    kind: Mapped[FindingKind] = mapped_column(enum_column(FindingKind))
    rank: Mapped[int]
    regions: Mapped[list[str]]
    """NUTS codes; of a complementarity or a critical mass the two."""
    segment: Mapped[str] = mapped_column(String(40), default="")
    technology: Mapped[str] = mapped_column(String(40), default="")
    figures: Mapped[dict[str, Any]]
    evidence: Mapped[list[Any]]
    """What it rests on: {side, region, response, block, item, priority, segment, technology}, by row numbers."""
    curation: Mapped[Curation] = mapped_column(enum_column(Curation), default=Curation.OPEN)
    headline: Mapped[str] = mapped_column(String(300), default="")
    """What the analyst makes of it, in a sentence."""
    reason: Mapped[str] = mapped_column(String(1000), default="")
    curated_at: Mapped[datetime | None]
    curated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    run: Mapped[MatchingRun] = relationship()


class FollowUpKind(enum.Enum):
    WORKSHOP = "workshop"
    INVITATIONS = "invitations"
    REQUEST = "request"


class FollowUpState(enum.Enum):
    DRAFT = "draft"
    TAKEN_UP = "taken_up"
    DROPPED = "dropped"


class MatchFollowUp(Base):
    """What is to come of a finding: a workshop, a list of people to invite, a meeting request at an event.

    Later features take it up when they hear of it (`follow_up_made`) and say where it went in `link`.
    """

    __tablename__ = "match_follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("match_finding.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FollowUpKind] = mapped_column(enum_column(FollowUpKind))
    state: Mapped[FollowUpState] = mapped_column(enum_column(FollowUpState), default=FollowUpState.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    responses: Mapped[list[Any]]
    """Numbers of the responses whose people are wanted."""
    place: Mapped[str] = mapped_column(String(80), default="")
    """Where it should go, as a later feature names its places, e.g. 'event:3'."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    link: Mapped[str] = mapped_column(String(300), default="")
    """Path of the page where it was taken up."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    finding: Mapped[MatchFinding] = relationship()


def _codes_of_segments(segments: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    return {"nace": [code for segment in segments for code in segment.get("nace", ())]}


def _codes_of_content(content: Mapping[str, Any]) -> dict[str, list[str]]:
    """Codes of a form, of a matrix or of list entries, by the names of their questions."""
    rows = content.get("items") or [content, *(row for row in content.values() if isinstance(row, dict))]
    found: dict[str, list[str]] = {}
    for row in rows:
        for name, scheme in QUESTIONS.items():
            found.setdefault(scheme, []).extend(listed(row.get(name)))
    return found


QUESTIONS = {
    "nuts": "nuts", "activities": "nace", "countries": "iso3166-1", "trl": "trl", "trl_from": "trl", "trl_to": "trl",
}  # fmt: skip
"""Questions whose answers are codes of a scheme; all other lists are ours, with the version of `codes.py`."""

keep_editions(SurveyCampaign, segments=_codes_of_segments)
keep_editions(SurveyStaff, nuts="nuts")
keep_editions(SurveyAnswer, content=_codes_of_content)


UNCHANGING = {
    MatchingRun: ("campaign_id", "number", "wave", "parameters", "snapshot", "result", "digest", "code_version"),
    MatchFinding: ("run_id", "kind", "rank", "regions", "segment", "technology", "figures", "evidence"),
}


class RunIsImmutable(RuntimeError):
    """Something tried to change what a run was made of or what came out."""


def _refuse_change(_mapper: Any, _connection: Any, row: Any) -> None:
    state = inspect(row)
    changed = [name for name in UNCHANGING[type(row)] if state.attrs[name].history.has_changes()]
    if changed:
        raise RunIsImmutable(f"{type(row).__name__} {row.id}: {', '.join(changed)}")


for _kind in UNCHANGING:
    event.listen(_kind, "before_update", _refuse_change)
