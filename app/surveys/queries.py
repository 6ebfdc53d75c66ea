"""Reads of surveys, answers and matching runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core.errors import NotFound
from app.organisations import reference
from app.partnerships import queries as partnerships
from app.partnerships.models import MemberPriority, PartnershipMember, RegionalPriority
from app.surveys import questions
from app.surveys.behind import Behind, BehindPair, pairs_behind, people_behind
from app.surveys.models import (
    MatchFinding,
    MatchFollowUp,
    MatchingRun,
    SurveyAnswer,
    SurveyCampaign,
    SurveyResponse,
    SurveyStaff,
)
from app.surveys.process import ANSWERED, ENDED, VISIBLE_RUNS
from app.surveys.questions import Asked
from app.surveys.wording import finding_words

__all__ = ["Behind", "BehindPair", "finding_words", "pairs_behind", "people_behind"]


def campaigns_of(session: Session, partnership_id: int) -> list[SurveyCampaign]:
    """The surveys of a partnership, the newest first."""
    query = select(SurveyCampaign).where(SurveyCampaign.partnership_id == partnership_id)
    return list(session.scalars(query.order_by(SurveyCampaign.id.desc())))


def campaign_named(session: Session, partnership_id: int, code: str) -> SurveyCampaign:
    """The survey of this code; raises NotFound."""
    query = select(SurveyCampaign).where(SurveyCampaign.partnership_id == partnership_id, SurveyCampaign.code == code)
    found = session.scalars(query.options(joinedload(SurveyCampaign.partnership))).first()
    if found is None:
        raise NotFound(_("There is no survey at this address."))
    return found


def region_codes(session: Session, partnership_id: int) -> list[str]:
    """The NUTS codes of the member regions, in alphabetical order."""
    return sorted(member.nuts for member in partnerships.members_of(session, partnership_id))


def region_of(code: str, regions: Sequence[str]) -> str | None:
    """The member region a NUTS code lies in: the finest of those that hold it; None outside all of them."""
    entries = reference.regions()
    if code not in entries:
        return None
    above = {code, *(entry.code for entry in entries.parents(code))}
    return max(above & set(regions), key=len, default=None)


def priorities_of(session: Session, partnership_id: int, nuts: str | None = None) -> list[RegionalPriority]:
    """The regional priorities the members rest on, of one region or of all."""
    linked = (
        select(MemberPriority.priority_id)
        .join(PartnershipMember, PartnershipMember.id == MemberPriority.member_id)
        .where(PartnershipMember.partnership_id == partnership_id)
    )
    if nuts is not None:
        linked = linked.where(PartnershipMember.nuts == nuts)
    query = select(RegionalPriority).where(RegionalPriority.id.in_(linked))
    return list(session.scalars(query.order_by(RegionalPriority.nuts, RegionalPriority.id)))


def asked_of(session: Session, campaign: SurveyCampaign, nuts: str | None) -> Asked:
    """What a campaign asks organisations of a region; None: of any region."""
    priorities = priorities_of(session, campaign.partnership_id, nuts)
    return questions.asked_by(
        [(row["code"], row["name"]) for row in campaign.segments],
        technologies=[(row["code"], row["name"]) for row in campaign.technologies],
        priorities=[(str(each.id), each.title) for each in priorities],
        keys=campaign.blocks,
        own=campaign.own_questions,
        required=campaign.required_blocks,
    )


def staff_of(session: Session, campaign_id: int) -> list[SurveyStaff]:
    """Who works on a survey."""
    query = select(SurveyStaff).where(SurveyStaff.campaign_id == campaign_id).options(joinedload(SurveyStaff.user))
    return list(session.scalars(query.order_by(SurveyStaff.role, SurveyStaff.nuts, SurveyStaff.id)))


def staff_rows(session: Session, campaign_id: int, user: User) -> list[SurveyStaff]:
    """What one account does in a survey."""
    query = select(SurveyStaff).where(SurveyStaff.campaign_id == campaign_id, SurveyStaff.user_id == user.id)
    return list(session.scalars(query))


def response_named(session: Session, campaign: SurveyCampaign, code: str) -> SurveyResponse:
    """The response of this code; raises NotFound."""
    query = select(SurveyResponse).where(SurveyResponse.campaign_id == campaign.id, SurveyResponse.code == code)
    found = session.scalars(query.options(joinedload(SurveyResponse.campaign))).first()
    if found is None:
        raise NotFound(_("There is no answer with the code %(code)s.", code=code))
    return found


def answers_of(session: Session, response_id: int) -> dict[str, SurveyAnswer]:
    """The blocks of a response, by key."""
    rows = session.scalars(select(SurveyAnswer).where(SurveyAnswer.response_id == response_id))
    return {row.block: row for row in rows}


def contents_of(session: Session, response_id: int) -> dict[str, dict[str, Any]]:
    """The answers of a response, by block."""
    return {key: row.content for key, row in answers_of(session, response_id).items()}


@dataclass(frozen=True)
class RegionProgress:
    """How far a region is: responses by state; `expected` leaves out those that were withdrawn."""

    nuts: str
    states: dict[str, int]
    last_saved: Any = None

    @property
    def expected(self) -> int:
        return sum(n for state, n in self.states.items() if state not in ENDED)

    @property
    def answered(self) -> int:
        return sum(self.states.get(state, 0) for state in ANSWERED)

    @property
    def validated(self) -> int:
        return self.states.get("validated", 0) + self.states.get("locked", 0)

    @property
    def share(self) -> float:
        """Answered of expected, 0 to 1."""
        return self.answered / self.expected if self.expected else 0.0


@dataclass(frozen=True)
class Progress:
    """How far a wave is, by region and as a whole."""

    regions: list[RegionProgress]
    by_type: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> RegionProgress:
        states: dict[str, int] = {}
        for region in self.regions:
            for state, n in region.states.items():
                states[state] = states.get(state, 0) + n
        return RegionProgress("", states)


def progress_of(session: Session, campaign: SurveyCampaign, regions: Sequence[str]) -> Progress:
    """Progress of the current wave; a region without responses is there with none. Two queries, whatever the size."""
    here = (SurveyResponse.campaign_id == campaign.id, SurveyResponse.wave == campaign.version)
    counted: dict[str, dict[str, int]] = {nuts: {} for nuts in regions}
    saved: dict[str, Any] = {}
    rows = session.execute(
        select(SurveyResponse.nuts, SurveyResponse.state, func.count(), func.max(SurveyResponse.saved_at))
        .where(*here)
        .group_by(SurveyResponse.nuts, SurveyResponse.state)
    )
    for nuts, state, n, last in rows:
        counted.setdefault(nuts, {})[state] = n
        saved[nuts] = max(filter(None, (saved.get(nuts), last)), default=None)
    answered = case((SurveyResponse.state.in_(ANSWERED), 1))
    types = session.execute(
        select(SurveyResponse.respondent_type, func.count(answered))
        .where(*here)
        .group_by(SurveyResponse.respondent_type)
    )
    by_type = {kind: n for kind, n in types if kind and n}
    return Progress([RegionProgress(nuts, states, saved.get(nuts)) for nuts, states in counted.items()], by_type)


@dataclass(frozen=True)
class ResponsePage:
    """One page of responses."""

    rows: list[SurveyResponse]
    total: int


def responses_of(
    session: Session,
    campaign: SurveyCampaign,
    *,
    regions: Sequence[str] | None = None,
    nuts: str = "",
    state: str = "",
    text: str = "",
    page: int = 1,
    per_page: int = 50,
) -> ResponsePage:
    """Responses of the current wave by region and organisation; `regions` limits to those one may see (None: all)."""
    query = select(SurveyResponse).where(
        SurveyResponse.campaign_id == campaign.id, SurveyResponse.wave == campaign.version
    )
    if regions is not None:
        query = query.where(SurveyResponse.nuts.in_(regions))
    if nuts:
        query = query.where(SurveyResponse.nuts == nuts)
    if state:
        query = query.where(SurveyResponse.state == state)
    if text:
        like = [
            column.icontains(text, autoescape=True)
            for column in (SurveyResponse.organisation_name, SurveyResponse.person, SurveyResponse.email)
        ]
        query = query.where(like[0] | like[1] | like[2] | (SurveyResponse.code == text))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    query = query.order_by(SurveyResponse.nuts, func.lower(SurveyResponse.organisation_name), SurveyResponse.id)
    return ResponsePage(list(session.scalars(query.limit(per_page).offset((page - 1) * per_page))), total)


def runs_of(session: Session, campaign: SurveyCampaign, *, visible_only: bool = False) -> list[MatchingRun]:
    """The matching runs of a survey, the newest first; with `visible_only` those the partnership sees."""
    query = select(MatchingRun).where(MatchingRun.campaign_id == campaign.id).order_by(MatchingRun.number.desc())
    return list(session.scalars(query.where(MatchingRun.state.in_(VISIBLE_RUNS)) if visible_only else query))


def run_numbered(session: Session, campaign: SurveyCampaign, number: int) -> MatchingRun:
    """The run of this number; raises NotFound."""
    query = select(MatchingRun).where(MatchingRun.campaign_id == campaign.id, MatchingRun.number == number)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_("There is no matching run of this number."))
    return found


def findings_of(session: Session, run_id: int) -> list[MatchFinding]:
    """The findings of a run, by kind and rank."""
    query = select(MatchFinding).where(MatchFinding.run_id == run_id)
    return list(session.scalars(query.order_by(MatchFinding.kind, MatchFinding.rank)))


def follow_ups_of(session: Session, run_id: int) -> list[MatchFollowUp]:
    """What is to come of a run's findings, the newest first."""
    query = select(MatchFollowUp).join(MatchFinding).where(MatchFinding.run_id == run_id)
    return list(session.scalars(query.options(joinedload(MatchFollowUp.finding)).order_by(MatchFollowUp.id.desc())))


def follow_up_numbered(session: Session, run: MatchingRun, row: int) -> MatchFollowUp:
    """A follow-up of a run by its number; raises NotFound."""
    found = session.get(MatchFollowUp, row)
    if found is None or found.finding.run_id != run.id:
        raise NotFound(_("There is no such follow-up in this run."))
    return found
