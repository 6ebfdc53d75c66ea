"""Writes on campaigns: creation, design, people, states and waves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts import mails as account_mails
from app.accounts.models import User
from app.accounts.services import find_or_create_user
from app.core import audit, jobs, transitions
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.transitions import Act
from app.partnerships import queries as partnerships
from app.partnerships.models import Partnership
from app.surveys import chains, queries
from app.surveys.chains import Segment
from app.surveys.models import MatchingRun, SurveyAnswer, SurveyCampaign, SurveyResponse, SurveyRole, SurveyStaff
from app.surveys.process import ANSWERED, VISIBLE_RUNS, SurveyFacts, machine
from app.surveys.questions import OPTIONAL_KEYS, OWN_KINDS, Kind
from app.surveys.services import invitations

OWN_QUESTIONS_AT_MOST = 20
OPTIONS_AT_MOST = 20
DESIGN_STATES = ("design",)
UPKEEP = "surveys.upkeep"
"""The job that reminds and closes; it queues itself again as long as a survey is open."""
UPKEEP_PAUSE = timedelta(hours=6)


def create_campaign(
    session: Session, clock: Clock, actor: User, partnership: Partnership, *, title: str, roles: frozenset[str]
) -> SurveyCampaign:
    """A new survey in design, with the partnership's value chain, or the default one. Raises Invalid, Forbidden."""
    title = " ".join(title.split())
    if not title or len(title) > 150:
        raise Invalid(_("Give the survey a title of at most %(n)d characters.", n=150), field="title")
    taken = [each.code.replace("-", "_") for each in queries.campaigns_of(session, partnership.id)]
    campaign = SurveyCampaign(
        partnership_id=partnership.id,
        code=chains.code_of(title, taken).replace("_", "-"),
        title=title,
        segments=[segment.plain() for segment in _chain_of(session, partnership)],
        technologies=[],
        blocks=list(OPTIONAL_KEYS),
        required_blocks=[],
        own_questions=[],
        reminder_days=7,
        created_at=clock(),
        created_by_id=actor.id,
    )
    campaign.partnership = partnership
    transitions.create(session, clock, machine("survey_campaign"), "create", campaign, Act(actor.id, roles), None)
    return campaign


def _chain_of(session: Session, partnership: Partnership) -> list[Segment]:
    rows = partnerships.segments_of(session, partnership.id)
    if len(rows) < 2:
        return chains.default_segments()
    keys = {row.id: row.key for row in rows}
    return [Segment(r.key, r.name, keys.get(r.parent_id or 0, ""), tuple(r.nace), r.description) for r in rows]


def save_settings(
    session: Session, clock: Clock, actor: User, campaign: SurveyCampaign, values: Mapping[str, Any]
) -> None:
    """Change title, introduction, last day and reminders; at any time before the answers are locked. Raises Invalid."""
    _check_changeable(campaign, ("design", "open"))
    title = " ".join(str(values["title"]).split())
    if not title or len(title) > 150:
        raise Invalid(_("Give the survey a title of at most %(n)d characters.", n=150), field="title")
    days, last_day = values.get("reminder_days"), values.get("last_day")
    if days is not None and not 1 <= days <= 90:
        raise Invalid(_("Remind after 1 to 90 days, or leave it empty."), field="reminder_days")
    if last_day is not None and last_day < clock().date() and last_day != campaign.last_day:
        raise Invalid(_("This day has passed; choose a later one."), field="last_day")
    campaign.title, campaign.introduction = title, str(values.get("introduction") or "").strip()[:20_000]
    campaign.last_day, campaign.reminder_days = last_day, days
    _note(session, clock, actor, campaign, "settings", {"last_day": str(last_day), "reminder_days": days})


def save_chain(
    session: Session, clock: Clock, actor: User, campaign: SurveyCampaign, segments: Sequence[Segment]
) -> None:
    """Replace the value chain; its version rises when it is another one. Raises Invalid that names the segment."""
    _check_changeable(campaign, DESIGN_STATES)
    plain = [segment.plain() for segment in chains.checked_segments(segments)]
    if plain == campaign.segments:
        return
    campaign.segments, campaign.chain_version = plain, campaign.chain_version + 1
    _note(session, clock, actor, campaign, "chain", {"version": campaign.chain_version, "segments": len(plain)})


def save_questions(
    session: Session,
    clock: Clock,
    actor: User,
    campaign: SurveyCampaign,
    *,
    blocks: Sequence[str],
    required: Sequence[str],
    technologies: str,
    own: Sequence[Mapping[str, Any]],
) -> None:
    """Choose the parts that are asked and needed, technologies, and questions of the survey's own. Raises Invalid."""
    _check_changeable(campaign, DESIGN_STATES)
    chosen = [key for key in OPTIONAL_KEYS if key in blocks]
    if not chosen:
        raise Invalid(_("Choose at least one part."), field="blocks")
    campaign.technologies = chains.checked_technologies(technologies)
    campaign.own_questions = checked_own(own)
    campaign.blocks = chosen
    campaign.required_blocks = [key for key in chosen if key in required and key != "authority"]
    _note(session, clock, actor, campaign, "questions", {"blocks": chosen, "own": len(campaign.own_questions)})


def checked_own(raw: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Questions of a survey's own, tidied: {label, kind, options as lines, required}. Raises Invalid by number."""
    found: list[dict[str, Any]] = []
    for number, each in enumerate((row for row in raw if str(row.get("label", "")).strip()), start=1):
        label = " ".join(str(each["label"]).split())[:300]
        kind = str(each.get("kind") or "text")
        if kind not in {k.value for k in OWN_KINDS}:
            raise Invalid(_("Question %(n)d: unknown kind of answer.", n=number), field="own")
        lines = [" ".join(line.split())[:120] for line in str(each.get("options") or "").splitlines() if line.strip()]
        options = [[chains.code_of(line), line] for line in lines]
        if kind in {Kind.CHOICE.value, Kind.MULTI.value} and not 2 <= len(options) <= OPTIONS_AT_MOST:
            raise Invalid(_("Question %(n)d needs from 2 to %(m)d options.", n=number, m=OPTIONS_AT_MOST), field="own")
        if len({code for code, _label in options}) < len(options):
            raise Invalid(_("Question %(n)d has an option twice.", n=number), field="own")
        name = str(each.get("name") or "") or chains.code_of(label, [row["name"] for row in found])
        if not re.fullmatch(r"[a-z0-9_]{1,40}", name) or any(row["name"] == name for row in found):
            name = chains.code_of(f"{label} {number}", [row["name"] for row in found])
        found.append(
            {"name": name, "label": label, "kind": kind, "options": options, "required": bool(each.get("required"))}
        )
    if len(found) > OWN_QUESTIONS_AT_MOST:
        raise Invalid(_("Add at most %(n)d questions.", n=OWN_QUESTIONS_AT_MOST), field="own")
    return found


def add_staff(
    session: Session,
    clock: Clock,
    actor: User,
    campaign: SurveyCampaign,
    *,
    email: str,
    name: str,
    role: SurveyRole,
    nuts: str,
) -> SurveyStaff:
    """Name a coordinator, an analyst or a region's contact, and invite them by mail. Raises Invalid with the field."""
    nuts = nuts if role is SurveyRole.CONTACT else ""
    if role is SurveyRole.CONTACT and nuts not in queries.region_codes(session, campaign.partnership_id):
        raise Invalid(_("Choose the member region the contact speaks for."), field="nuts")
    user = find_or_create_user(session, clock, email=email, name=name or email.partition("@")[0])
    here = (SurveyStaff.campaign_id == campaign.id, SurveyStaff.user_id == user.id, SurveyStaff.role == role)
    if session.scalars(select(SurveyStaff).where(*here, SurveyStaff.nuts == nuts)).first():
        raise Invalid(_("%(name)s has this role already.", name=user.name), field="email")
    row = SurveyStaff(campaign_id=campaign.id, user_id=user.id, role=role, nuts=nuts, created_at=clock())
    row.user = user
    session.add(row)
    session.flush()
    what = _("to work on the survey “%(title)s”", title=campaign.title)
    path = f"/partnerships/{campaign.partnership.slug}/surveys/{campaign.code}/"
    account_mails.send_invitation(session, clock, user, what, actor.name, path)
    _note(session, clock, actor, campaign, "staff", {"user": user.id, "role": role.value, "region": nuts})
    return row


def remove_staff(session: Session, clock: Clock, actor: User, campaign: SurveyCampaign, row: SurveyStaff) -> None:
    """Take a role away."""
    _note(session, clock, actor, campaign, "staff_removed", {"user": row.user_id, "role": row.role.value})
    session.delete(row)
    session.flush()


def facts_of(session: Session, clock: Clock, campaign: SurveyCampaign) -> SurveyFacts:
    """What the guards of the campaign look at."""
    wave = (MatchingRun.campaign_id == campaign.id, MatchingRun.wave == campaign.version)
    states = list(session.scalars(select(MatchingRun.state).where(*wave)))
    return SurveyFacts(
        campaign_state=campaign.state,
        segments=len(campaign.segments),
        regions=len(queries.region_codes(session, campaign.partnership_id)),
        closing_day_passed=campaign.last_day is not None and campaign.last_day < clock().date(),
        computed_runs=sum(state not in {"configured", "dropped"} for state in states),
        shared_runs=sum(state in VISIBLE_RUNS for state in states),
    )


def move(session: Session, clock: Clock, campaign: SurveyCampaign, key: str, act: Act) -> None:
    """Take a transition of the campaign, and what belongs to it. Raises Forbidden, Invalid, Conflict.

    Opening mails the invitations, locking locks the answers, a new wave invites everybody again.
    """
    if key == "analyse":
        act = replace(act, detail={**act.detail, "locked": _lock(session, campaign)})
    if key == "new_wave":
        before = campaign.version
        transitions.take(
            session, clock, machine("survey_campaign"), key, campaign, act, facts_of(session, clock, campaign)
        )
        _carry_over(session, clock, campaign, before)
        campaign.last_day = None
        session.flush()
        return
    transitions.take(session, clock, machine("survey_campaign"), key, campaign, act, facts_of(session, clock, campaign))
    if key in {"open", "extend"}:
        invitations.send_waiting(session, clock, campaign)
        jobs.enqueue(session, UPKEEP, {}, clock, delay=UPKEEP_PAUSE, once=True)


def _lock(session: Session, campaign: SurveyCampaign) -> int:
    """Lock every answer that counts; one entry in the audit trail stands for all. Links then only show."""
    locked = session.execute(
        update(SurveyResponse)
        .where(
            SurveyResponse.campaign_id == campaign.id,
            SurveyResponse.wave == campaign.version,
            SurveyResponse.state.in_(ANSWERED),
        )
        .values(state="locked")
        .execution_options(synchronize_session=False)
        .returning(SurveyResponse.id)
    )
    number = len(locked.all())
    session.expire_all()
    return number


def _carry_over(session: Session, clock: Clock, campaign: SurveyCampaign, wave: int) -> None:
    """Everybody of the former wave is asked again and starts from their former answers."""
    former = session.scalars(
        select(SurveyResponse).where(
            SurveyResponse.campaign_id == campaign.id,
            SurveyResponse.wave == wave,
            SurveyResponse.state.not_in(("withdrawn", "erased")),
            SurveyResponse.email.is_not(None),
        )
    ).all()
    number = invitations.next_number(session, campaign)
    made = [
        invitations.blank(clock, campaign, row, number + place, wave=campaign.version)
        for place, row in enumerate(former)
    ]
    session.add_all(made)
    session.flush()
    successor = {row.previous_id: row for row in made}
    answers = session.scalars(select(SurveyAnswer).where(SurveyAnswer.response_id.in_([row.id for row in former])))
    session.add_all(
        SurveyAnswer(
            response_id=successor[answer.response_id].id,
            block=answer.block,
            content=answer.content,
            visibility=answer.visibility,
            saved_at=answer.saved_at,
        )
        for answer in answers
    )
    session.flush()


def close_overdue(session: Session, clock: Clock, today: date) -> int:
    """Close the surveys whose last day has passed; returns how many."""
    overdue = session.scalars(
        select(SurveyCampaign).where(SurveyCampaign.state == "open", SurveyCampaign.last_day < today)
    ).all()
    for campaign in overdue:
        move(session, clock, campaign, "close", Act(None, frozenset({"coordinator"}), _("The last day has passed.")))
    return len(overdue)


def _check_changeable(campaign: SurveyCampaign, states: Sequence[str]) -> None:
    if campaign.state not in states:
        raise Conflict(
            _("This cannot be changed any more: the survey is “%(state)s”.", state=_state_name(campaign)),
            code="survey_not_in_design",
        )


def _state_name(campaign: SurveyCampaign) -> str:
    return str(_(machine("survey_campaign").state(campaign.state).name))


def _note(
    session: Session, clock: Clock, actor: User, campaign: SurveyCampaign, what: str, detail: dict[str, Any]
) -> None:
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action=f"survey_campaign.{what}",
        subject_kind="survey_campaign",
        subject_id=campaign.id,
        detail=detail,
    )


def answered_count(session: Session, campaign: SurveyCampaign) -> int:
    """How many answers of the wave count."""
    query = select(func.count()).where(
        SurveyResponse.campaign_id == campaign.id,
        SurveyResponse.wave == campaign.version,
        SurveyResponse.state.in_(ANSWERED),
    )
    return session.scalar(query) or 0
