"""Writes on matching runs: compute one, curate its findings, share it, draw follow-ups from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, facts, transitions
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.transitions import Act
from app.organisations.editions import editions_of
from app.partnerships.models import Partnership
from app.surveys import matching, organisations, queries
from app.surveys.matching import Parameters
from app.surveys.models import (
    Curation,
    FindingKind,
    FollowUpKind,
    FollowUpState,
    MatchFinding,
    MatchFollowUp,
    MatchingRun,
    SurveyAnswer,
    SurveyCampaign,
    SurveyResponse,
)
from app.surveys.organisations import Comparison, Respondent
from app.surveys.process import ANSWERED, SurveyFacts, machine
from app.surveys.statements import Statement, Strengths, statements_of

STATED_IN = ("positions", "capabilities", "needs", "research", "infrastructure")
"""Blocks that statements come from."""
SAME_SCORE = 0.001
LONGEST_WORKSHOP = timedelta(hours=12)
TEXT_LENGTH = 5000


def compute_run(
    session: Session,
    clock: Clock,
    actor: User,
    campaign: SurveyCampaign,
    parameters: Parameters,
    act: Act,
    note: str = "",
) -> MatchingRun:
    """Compute a run on the answers of the wave as they are now, and keep it for good.

    Raises Conflict when nobody has submitted yet, Forbidden by the machine.
    """
    snapshot = snapshot_now(session, campaign, parameters)
    if not snapshot["responses"]:
        raise Conflict(_("There are no submitted answers yet; a run has nothing to rest on."), code="no_answers")
    computed = matching.compute(snapshot, parameters)
    kept, result = parameters.plain(), computed.result
    regions = [f.regions for f in computed.findings if f.kind == FindingKind.COMPLEMENTARITY.value]
    if compared := _compared(session, snapshot, result, regions):
        respondents, comparison = compared
        kept["scorer"] = dict(comparison.scorer) | {"each_region_at_most": organisations.EACH_AT_MOST}
        result = {**result, "organisations": organisations.stored(respondents, comparison, regions)}
    session.execute(select(SurveyCampaign.id).where(SurveyCampaign.id == campaign.id).with_for_update())
    highest = session.scalar(select(func.max(MatchingRun.number)).where(MatchingRun.campaign_id == campaign.id))
    run = MatchingRun(
        campaign_id=campaign.id,
        number=(highest or 0) + 1,
        wave=campaign.version,
        note=note.strip()[:400],
        parameters=kept,
        snapshot=snapshot,
        result=result,
        digest=matching.digest_of(kept, snapshot, result),
        code_version=matching.CODE_VERSION,
        created_at=clock(),
        created_by_id=actor.id,
    )
    run.campaign = campaign
    transitions.create(session, clock, machine("matching_run"), "configure", run, act, None)
    ranks: dict[str, int] = {}
    for finding in computed.findings:
        ranks[finding.kind] = ranks.get(finding.kind, 0) + 1
        session.add(
            MatchFinding(
                run_id=run.id,
                kind=FindingKind(finding.kind),
                rank=ranks[finding.kind],
                regions=list(finding.regions),
                segment=finding.segment,
                technology=finding.technology,
                figures=finding.figures,
                evidence=finding.evidence,
            )
        )
    session.flush()
    transitions.take(session, clock, machine("matching_run"), "compute", run, act, None)
    return run


def _compared(
    session: Session,
    snapshot: Mapping[str, Any],
    result: Mapping[str, Any],
    regions: Iterable[Sequence[str]],
    best: int = organisations.BEST,
) -> tuple[list[Respondent], Comparison] | None:
    """The organisations behind a run and who goes best with whom, by a later feature; None where none compares."""
    respondents = organisations.respondents(session, snapshot, result)
    pairs = sorted((one, other) for one, other in regions)
    answers = facts.organisations_compared.send(session, respondents=respondents, regions=pairs, best=best)
    return next(((respondents, found) for _receiver, found in answers if found is not None), None)


def snapshot_now(session: Session, campaign: SurveyCampaign, parameters: Parameters) -> dict[str, Any]:
    """What a run would rest on now. Two queries, whatever the size."""
    states = tuple(s for s in ANSWERED if s != "submitted") if parameters.validated_only else ANSWERED
    counted = (
        SurveyResponse.campaign_id == campaign.id,
        SurveyResponse.wave == campaign.version,
        SurveyResponse.state.in_(states),
    )
    regions: dict[int, str] = dict(
        session.execute(select(SurveyResponse.id, SurveyResponse.nuts).where(*counted)).all()
    )
    contents: dict[int, dict[str, Any]] = {number: {} for number in regions}
    rows = session.execute(
        select(SurveyAnswer.response_id, SurveyAnswer.block, SurveyAnswer.content)
        .join(SurveyResponse, SurveyResponse.id == SurveyAnswer.response_id)
        .where(*counted, SurveyAnswer.block.in_(STATED_IN))
    )
    for number, block, content in rows:
        contents[number][block] = content
    voices: list[tuple[int, str, tuple[Statement, ...]]] = [
        (number, regions[number], statements_of(content, parameters.strengths))
        for number, content in sorted(contents.items())
    ]
    codes = queries.region_codes(session, campaign.partnership_id)
    found = matching.snapshot_of(
        codes,
        [(row["code"], row["name"]) for row in campaign.segments],
        [(row["code"], row["name"]) for row in campaign.technologies],
        voices,
        chain_version=campaign.chain_version,
    )
    return {**found, "editions": editions_of({"nuts": codes})}


def is_reproducible(run: MatchingRun) -> bool:
    """True when computing the run again from what it was made of gives what it holds.

    The scores of organisations rest on texts, which no run keeps; here they count as they stand, and
    `scores_again` looks at them.
    """
    computed = matching.compute(run.snapshot, Parameters.of(run.parameters))
    result = {**computed.result, **{key: run.result[key] for key in ("organisations",) if key in run.result}}
    return matching.digest_of(run.parameters, run.snapshot, result) == run.digest


def scores_again(session: Session, run: MatchingRun) -> bool | None:
    """True when comparing the organisations again gives the scores the run holds, to three digits; None when that
    cannot be told: it holds none, or answers or scorer have changed since."""
    kept = run.result.get("organisations")
    if kept is None:
        return None
    scorer = run.parameters["scorer"]
    regions = [pair.split(" ") for pair in kept["regions"]]
    compared = _compared(session, run.snapshot, run.result, regions, scorer["best"])
    if (
        compared is None
        or organisations.digest_of(compared[0]) != kept["answers"]
        or (dict(compared[1].scorer) | {"each_region_at_most": organisations.EACH_AT_MOST} != scorer)
    ):
        return None
    again = organisations.stored(*compared, regions)["pairs"]
    return again.keys() == kept["pairs"].keys() and all(
        len(rows) == len(again[pair])
        and all(abs(a["score"] - b["score"]) < SAME_SCORE for a, b in zip(rows, again[pair], strict=True))
        for pair, rows in kept["pairs"].items()
    )


def parameters_of(values: Mapping[str, Any], campaign: SurveyCampaign) -> Parameters:
    """Parameters from a form. Raises Invalid with the field."""
    try:
        minimum = int(values.get("minimum") or 3)
    except ValueError:
        raise Invalid(_("Write a whole number."), field="minimum") from None
    if not 3 <= minimum <= 50:
        raise Invalid(_("Figures rest on 3 to 50 respondents."), field="minimum")
    weights: dict[str, float] = {}
    for row in campaign.segments:
        text = str(values.get(f"weight-{row['code']}") or "").strip().replace(",", ".")
        if not text:
            continue
        try:
            weight = float(text)
        except ValueError:
            raise Invalid(_("“%(text)s” is not a number.", text=text[:20]), field="weights") from None
        if not 0 <= weight <= 10:
            raise Invalid(_("A weight lies between 0 and 10."), field="weights")
        if weight != 1:
            weights[row["code"]] = weight
    if campaign.segments and all(weights.get(row["code"], 1) == 0 for row in campaign.segments):
        raise Invalid(_("At least one segment has to count."), field="weights")
    return Parameters(
        grain="technology" if values.get("grain") == "technology" else "segment",
        measure="share" if values.get("measure") == "share" else "mass",
        minimum=minimum,
        weights=weights,
        validated_only=bool(values.get("validated_only")),
        strengths=Strengths(),
    )


def curate(
    session: Session,
    clock: Clock,
    actor: User,
    finding: MatchFinding,
    *,
    curation: Curation,
    headline: str,
    reason: str,
) -> None:
    """Keep, edit or reject a finding; each with a reason. Raises Invalid, Conflict once the run is past curation."""
    if finding.run.state not in {"computed", "curated"}:
        raise Conflict(_("This run is shared or dropped; take it back first to curate it."), code="run_not_open")
    headline, reason = " ".join(headline.split()), reason.strip()
    if curation is not Curation.OPEN and not reason:
        raise Invalid(_("Say why; the partnership sees this reason."), field="reason")
    if curation is Curation.EDITED and not headline:
        raise Invalid(_("Write what it comes to, in a sentence."), field="headline")
    if len(reason) > 1000 or len(headline) > 300:
        raise Invalid(_("Use at most %(n)d characters.", n=1000 if len(reason) > 1000 else 300),
                      field="reason" if len(reason) > 1000 else "headline")  # fmt: skip
    before = finding.curation
    finding.curation, finding.reason = curation, reason
    finding.headline = headline if curation is Curation.EDITED else ""
    finding.curated_at, finding.curated_by_id = clock(), actor.id
    session.flush()
    detail = {"run": finding.run_id, "before": before.value, "after": curation.value, "reason": reason}
    _note(session, clock, actor, "match_finding.curate", finding.id, detail)


def kept_count(session: Session, run: MatchingRun) -> int:
    """How many findings were kept or edited."""
    kept = MatchFinding.curation.in_((Curation.KEPT, Curation.EDITED))
    return session.scalar(select(func.count()).where(MatchFinding.run_id == run.id, kept)) or 0


def move_run(session: Session, clock: Clock, run: MatchingRun, key: str, act: Act) -> None:
    """Take a transition of a run. Raises Forbidden, Invalid, Conflict."""
    case = SurveyFacts(kept=kept_count(session, run))
    transitions.take(session, clock, machine("matching_run"), key, run, act, case)


@dataclass(frozen=True)
class FollowUpPlan:
    """What is to come of a finding. Times are aware; `place` is one of `places`, or empty."""

    kind: FollowUpKind
    title: str
    text: str = ""
    place: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def places(session: Session, actor: User, partnership: Partnership, kind: FollowUpKind) -> list[tuple[str, str, str]]:
    """Where a follow-up can go, as (place, label, time zone), each once, asked of later features: events the account
    runs and, for meeting requests, those that serve the partnership."""
    answers = facts.follow_up_places.send(session, actor=actor, partnership=partnership, kind=kind)
    found = {place[0]: place for _receiver, some in answers for place in some or []}
    return sorted(found.values(), key=lambda place: place[1].casefold())


def follow_up(session: Session, clock: Clock, actor: User, finding: MatchFinding, plan: FollowUpPlan) -> MatchFollowUp:
    """Keep a follow-up and tell later features, which may take it up at once. Raises Invalid with the field.

    Meeting requests of one finding at one event are one follow-up: asked for again, it is taken up again.
    """
    title = " ".join(plan.title.split())
    if not title or len(title) > 200:
        raise Invalid(_("Give it a title of at most %(n)d characters.", n=200), field="title")
    if len(plan.text.strip()) > TEXT_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=TEXT_LENGTH), field="text")
    offered = places(session, actor, finding.run.campaign.partnership, plan.kind) if plan.place else []
    if plan.place and plan.place not in {place for place, _label, _zone in offered}:
        raise Invalid(_("Choose one of the events you organise."), field="place")
    if plan.place and plan.kind is FollowUpKind.WORKSHOP:
        _check_times(plan)
    row = _same_requests(session, finding, plan) or _kept(session, clock, actor, finding, plan, title)
    facts.follow_up_made.send(session, follow_up=row, actor=actor, clock=clock)
    session.flush()
    return row


def _same_requests(session: Session, finding: MatchFinding, plan: FollowUpPlan) -> MatchFollowUp | None:
    if plan.kind is not FollowUpKind.REQUEST or not plan.place:
        return None
    query = select(MatchFollowUp).where(
        MatchFollowUp.finding_id == finding.id,
        MatchFollowUp.kind == FollowUpKind.REQUEST,
        MatchFollowUp.place == plan.place,
        MatchFollowUp.state != FollowUpState.DROPPED,
    )
    return session.scalars(query.order_by(MatchFollowUp.id)).first()


def _kept(
    session: Session, clock: Clock, actor: User, finding: MatchFinding, plan: FollowUpPlan, title: str
) -> MatchFollowUp:
    row = MatchFollowUp(
        finding_id=finding.id,
        kind=plan.kind,
        title=title,
        text=plan.text.strip(),
        responses=sorted({line["response"] for line in finding.evidence}),
        place=plan.place,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        created_at=clock(),
        created_by_id=actor.id,
    )
    row.finding = finding
    session.add(row)
    session.flush()
    detail = {"kind": plan.kind.value, "finding": finding.id, "place": plan.place}
    _note(session, clock, actor, "match_follow_up.make", row.id, detail)
    return row


def _check_times(plan: FollowUpPlan) -> None:
    if plan.starts_at is None or plan.ends_at is None:
        raise Invalid(_("Say when the workshop begins and ends."), field="starts")
    if not timedelta(0) < plan.ends_at - plan.starts_at <= LONGEST_WORKSHOP:
        raise Invalid(_("A workshop ends after it begins, within twelve hours."), field="ends")


def _note(session: Session, clock: Clock, actor: User, action: str, subject_id: int, detail: dict[str, Any]) -> None:
    kind = action.partition(".")[0]
    audit.record(
        session, clock, actor_id=actor.id, action=action, subject_kind=kind, subject_id=subject_id, detail=detail
    )
