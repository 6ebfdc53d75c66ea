"""The demo's mapping survey: a closed survey of 120 answers, a matching run, its curation, and two workshops to come.

Answers are written in bulk (`answering`), without mails; everything else goes through the services.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.transitions import Act
from app.demo.answering import SEED, Answering, words
from app.demo.partnering import PartnershipStage
from app.organisations import reference
from app.partnerships import queries as partnerships
from app.partnerships.models import MemberRole, Partnership
from app.surveys import queries, services
from app.surveys.models import (
    Curation,
    FindingKind,
    FollowUpKind,
    MatchFinding,
    MatchingRun,
    SurveyCampaign,
)
from app.surveys.services import FollowUpPlan

ANSWERS = 120
OPEN_FOR = timedelta(days=42)
AGO = timedelta(days=320)
"""How long before today the survey opened, at the earliest."""
Wait = Callable[[float], None]
ROLES = frozenset({"coordinator", "analyst"})


def demo_survey(session: Session, partnership: Partnership) -> SurveyCampaign | None:
    """The demo's survey, or None before it is loaded."""
    title = words()["title"]
    return next((c for c in queries.campaigns_of(session, partnership.id) if c.title == title), None)


def survey_and_match(stage: PartnershipStage) -> None:
    """The step of the partnership stage: half a year ago the regions were mapped, and then compared."""
    session, partnership = stage.session, stage.partnership
    if demo_survey(session, partnership) is not None:
        return
    stage.say(f"Mapping the regions with {ANSWERS} answers ...")
    stage.past.now = max(stage.past.now, stage.clock() - AGO)
    map_regions(session, stage.past, partnership, lead_of(session, partnership), wait=stage.past.wait)


def lead_of(session: Session, partnership: Partnership) -> User:
    """Somebody who speaks for a lead region; raises StopIteration when there is nobody."""
    given = partnerships.roles_given(session, partnership.id)
    return next(row.user for row in given if row.member is not None and row.member.role is MemberRole.LEAD)


def map_regions(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    *,
    answers: int = ANSWERS,
    wait: Wait | None = None,
) -> MatchingRun:
    """The demo's survey with its answers and its shared matching run; loads what is not there yet.

    `wait` lets days pass on the clock; without it everything happens at once.
    """
    campaign = demo_survey(session, partnership)
    if campaign is None:
        campaign = run_survey(session, clock, partnership, actor, answers=answers, wait=wait)
    runs = queries.runs_of(session, campaign)
    return runs[0] if runs else match_regions(session, clock, campaign, actor, wait=wait)


def run_survey(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    *,
    answers: int = ANSWERS,
    wait: Wait | None = None,
) -> SurveyCampaign:
    """A survey from its design to its end, with answers of every member region."""
    campaign = services.create_campaign(session, clock, actor, partnership, title=words()["title"], roles=ROLES)
    campaign.introduction = words()["introduction"].strip()
    campaign.technologies = [{"code": code, "name": name} for code, name in words()["technologies"].items()]
    campaign.segments = with_white_spot(campaign.segments)
    session.flush()
    act = Act(actor.id, ROLES)
    services.move(session, clock, campaign, "open", act)
    rng = random.Random(SEED)  # noqa: S311 - invented answers, not secrets
    Answering(session, campaign, clock(), rng, OPEN_FOR if wait else timedelta(0)).write(answers)
    if wait:
        wait(OPEN_FOR.days + 5)
    services.move(session, clock, campaign, "close", act)
    return campaign


def with_white_spot(segments: list[Any]) -> list[Any]:
    """The value chain with the segment that some regions need and none offers, in its place."""
    spot = words()["white_spot"]
    row = {"code": spot["segment"], "name": spot["name"], "parent": "", "nace": [], "note": spot["note"]}
    place = next((n for n, each in enumerate(segments, 1) if each["code"] == spot["after"]), len(segments))
    return [*segments[:place], row, *segments[place:]]


def match_regions(
    session: Session, clock: Clock, campaign: SurveyCampaign, actor: User, *, wait: Wait | None = None
) -> MatchingRun:
    """A run on the answers, curated and shared, the report published, and two workshops planned."""
    act = Act(actor.id, ROLES)
    parameters, note = services.Parameters(), "All segments count the same"
    run = services.compute_run(session, clock, actor, campaign, parameters, act, note)
    if wait:
        wait(9)
    kept = _curate(session, clock, run, actor)
    services.move_run(session, clock, run, "curate", act)
    services.move_run(session, clock, run, "share", act)
    services.move(session, clock, campaign, "analyse", act)
    services.move(session, clock, campaign, "publish_report", act)
    for finding in kept[:2]:
        names = " and ".join(reference.regions().label(code) for code in finding.regions)
        segment = dict(run.snapshot["segments"])[finding.segment]
        plan = FollowUpPlan(FollowUpKind.WORKSHOP, f"{segment}: what {names} can do together", finding.reason)
        services.follow_up(session, clock, actor, finding, plan)
    return run


def _curate(session: Session, clock: Clock, run: MatchingRun, actor: User) -> list[MatchFinding]:
    """Keep the first findings of each kind with the written reasons, reject one; returns those kept."""
    findings = queries.findings_of(session, run.id)
    pairs = [f for f in findings if f.kind is FindingKind.COMPLEMENTARITY]
    chosen = pairs[:4] + [f for f in findings if f.kind is not FindingKind.COMPLEMENTARITY and f.rank <= 2]
    chosen += [finding for finding in findings if _met(finding) and finding not in chosen]
    for number, finding in enumerate(chosen):
        text = _said_of(finding) or words()["kept"][number % len(words()["kept"])]
        headline = text.get("headline", "") if finding.kind is FindingKind.COMPLEMENTARITY else ""
        curation = Curation.EDITED if headline else Curation.KEPT
        services.curate(session, clock, actor, finding, curation=curation, headline=headline, reason=text["reason"])
    for finding in [pair for pair in pairs[4:] if pair not in chosen][:1]:
        reason = words()["rejected"]["reason"]
        services.curate(session, clock, actor, finding, curation=Curation.REJECTED, headline="", reason=reason)
    return chosen


def _said_of(finding: MatchFinding) -> dict[str, Any] | None:
    """What is said of this finding and no other: of the white spot, and of those whose people came together later."""
    spot: dict[str, Any] = words()["white_spot"]
    return spot if finding.segment == spot["segment"] else _met(finding)


def _met(finding: MatchFinding) -> dict[str, Any] | None:
    """What is said of a finding whose people were brought together at the project days; None of any other."""
    segments = {line["segment"] for line in finding.evidence}
    return next(
        (
            row
            for row in words()["met"]
            if row["kind"] == finding.kind.value
            and set(row["regions"]) <= set(finding.regions)
            and row["segment"] in segments
        ),
        None,
    )
