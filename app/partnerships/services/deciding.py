"""Judging a submission: declarations, the eligibility checklist, scores, the decision. Nobody judges an own case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core import audit, files
from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.models import StoredFile
from app.core.transitions import Act
from app.partnerships import gathering, judging, queries
from app.partnerships.dossier_models import (
    ChecklistEntry,
    ConflictDeclaration,
    CriterionScore,
    Decision,
    Finding,
    Outcome,
    Submission,
)
from app.partnerships.facts import CaseFacts
from app.partnerships.models import Partnership
from app.partnerships.services.casework import move
from app.partnerships.templates import RuleSet

OUTCOME_STEPS = {Outcome.APPROVED: "approve", Outcome.DEFERRED: "defer", Outcome.REJECTED: "reject"}
JUDGES = {"eligibility_officer", "evaluator"}
EVIDENCE = "judging"
"""Documents that a finding rests on; for those who judge. Minutes belong to the partnership."""


@dataclass(frozen=True)
class Judgement:
    """An officer's finding on one rule."""

    finding: Finding
    evidence: str = ""
    comment: str = ""
    upload: FileStorage | None = None


def current_submission(session: Session, partnership: Partnership) -> Submission:
    """The submission being judged; raises Conflict when nothing was submitted."""
    found = judging.latest_submission(session, partnership)
    if found is None:
        raise Conflict(_("Nothing has been submitted yet."))
    return found


def rules_of(session: Session, submission: Submission) -> RuleSet:
    """The rule set a submission is judged by."""
    process = queries.template_of(session, submission.partnership)
    found = process.rule_set(submission.window.rule_set)
    if found is None:
        raise Conflict(_("The rule set of this window is gone from the process."))
    return found


def declare(
    session: Session, clock: Clock, partnership: Partnership, actor: User, *, has_conflict: bool, reason: str = ""
) -> ConflictDeclaration:
    """Declare whether there is a conflict of interest, once for each submission; a conflict cannot be taken back.

    Raises Forbidden for somebody who does not judge, Invalid for a conflict without a reason, Conflict for a second.
    """
    if not queries.roles_of(session, partnership, actor) & JUDGES:
        raise Forbidden(_("Only those who judge the case declare their interests."))
    submission = current_submission(session, partnership)
    if has_conflict and not reason.strip():
        raise Invalid(_("Say in a few words what the conflict is."), field="reason")
    if not has_conflict and (found := judging.involvement(session, partnership, actor)):
        raise Invalid(found, field="has_conflict")
    if judging.declaration_of(session, submission, actor) is not None:
        raise Conflict(_("You have declared already."))
    row = ConflictDeclaration(
        submission_id=submission.id,
        number=judging.declarations_made(session, submission) + 1,
        user=actor,
        has_conflict=has_conflict,
        reason=reason.strip(),
        declared_at=clock(),
    )
    session.add(row)
    audit.record(
        session, clock, actor_id=actor.id, action="judging.declare", subject_kind="partnership",
        subject_id=partnership.id,
        detail={"comment": _("Conflict of interest") if has_conflict else _("No conflict of interest")},
    )  # fmt: skip
    session.flush()
    return row


def _check_judge(session: Session, partnership: Partnership, actor: User, role: str, state: str) -> Submission:
    if role not in queries.roles_of(session, partnership, actor):
        raise Forbidden(_("Your role does not allow this."))
    if found := judging.conflict(session, partnership, actor):
        raise Forbidden(found, code="conflict_of_interest")
    if partnership.state != state:
        raise Conflict(_("The case is not at this stage."))
    return current_submission(session, partnership)


def judge_rule(
    session: Session, clock: Clock, partnership: Partnership, actor: User, rule: str, judgement: Judgement
) -> ChecklistEntry:
    """Enter the finding on one hard rule; it can be changed until the case moves on.

    Raises Forbidden for the wrong role or a conflict, Conflict at another stage, Invalid for an unknown rule, or for a
    clear finding without evidence.
    """
    submission = _check_judge(session, partnership, actor, "eligibility_officer", "eoi_submitted")
    if rule not in {r.key for r in rules_of(session, submission).hard()}:
        raise Invalid(_("There is no such rule."), field="rule")
    query = select(ChecklistEntry).where(ChecklistEntry.submission_id == submission.id, ChecklistEntry.rule == rule)
    row = session.scalars(query).first() or ChecklistEntry(submission_id=submission.id, rule=rule)
    has_file = judgement.upload is not None and bool(judgement.upload.filename)
    if judgement.finding is not Finding.UNCLEAR and not (judgement.evidence.strip() or has_file or row.file_id):
        raise Invalid(_("Say what the finding rests on: a page, a letter, a link, or upload it."), field="evidence")
    row.finding, row.evidence, row.comment = judgement.finding, judgement.evidence.strip(), judgement.comment.strip()
    row.judged_at, row.judged_by_id = clock(), actor.id
    if has_file and judgement.upload is not None:
        row.file = _keep(session, clock, partnership, actor, judgement.upload, EVIDENCE)
    session.add(row)
    audit.record(
        session, clock, actor_id=actor.id, action="judging.rule", subject_kind="partnership", subject_id=partnership.id,
        detail={"comment": f"{rule}: {row.finding.value}", "documents": _hashes(row.file)},
    )  # fmt: skip
    session.flush()
    return row


def _keep(
    session: Session, clock: Clock, partnership: Partnership, actor: User, upload: FileStorage, kind: str
) -> StoredFile:
    return files.store_upload(session, clock, upload, subject_kind=kind, subject_id=partnership.id, actor_id=actor.id)


def _hashes(stored: StoredFile | None) -> list[dict[str, str]]:
    return [{"name": stored.name, "sha256": stored.sha256}] if stored else []


def settle_eligibility(
    session: Session, clock: Clock, partnership: Partnership, actor: User, *, is_eligible: bool, comment: str = ""
) -> None:
    """Close the checklist: eligible when every rule is met, not eligible when one is not. Raises like `move`."""
    act = Act(actor.id, queries.roles_of(session, partnership, actor), comment)
    move(session, clock, partnership, actor, "find_eligible" if is_eligible else "find_not_eligible", act)


def score(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    points: Mapping[str, int],
    reasons: Mapping[str, str],
) -> list[CriterionScore]:
    """An evaluator's points on the soft criteria, all at once; they can be changed until the decision.

    Raises Forbidden for the wrong role or a conflict, Conflict at another stage, Invalid (field: the criterion) when
    points are missing or out of range.
    """
    submission = _check_judge(session, partnership, actor, "evaluator", "eligible")
    declared = judging.declaration_of(session, submission, actor)
    if declared is None:
        raise Forbidden(_("Declare first whether you have a conflict of interest in this case."))
    query = select(CriterionScore).where(CriterionScore.declaration_id == declared.id)
    former = {row.criterion: row for row in session.scalars(query)}
    rows = []
    for rule in rules_of(session, submission).soft():
        given = points.get(rule.key)
        if given is None or not 0 <= given <= rule.points:
            raise Invalid(
                _("%(name)s: give 0 to %(n)d points.", name=_(rule.name), n=rule.points), field=f"points-{rule.key}"
            )
        row = former.get(rule.key) or CriterionScore(
            submission_id=submission.id, declaration=declared, criterion=rule.key
        )
        row.points, row.reason, row.scored_at = given, reasons.get(rule.key, "").strip()[:2000], clock()
        session.add(row)
        rows.append(row)
    audit.record(
        session, clock, actor_id=actor.id, action="judging.score", subject_kind="partnership",
        subject_id=partnership.id, detail={"points": {row.criterion: row.points for row in rows}},
    )  # fmt: skip
    session.flush()
    return rows


def decide(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    outcome: Outcome,
    *,
    minutes: str,
    upload: FileStorage | None = None,
) -> Decision:
    """Decide on a submission, with minutes. Raises Invalid while scores or minutes are missing, else like `move`."""
    submission = current_submission(session, partnership)
    stored = _keep(session, clock, partnership, actor, upload, "partnership") if upload and upload.filename else None
    documents = [*gathering.frozen_documents(session, partnership)]
    documents += [(stored.name, stored.sha256)] if stored else []

    def with_minutes(case: CaseFacts) -> CaseFacts:
        return replace(case, judging=replace(case.judging, minutes=minutes))

    act = Act(actor.id, queries.roles_of(session, partnership, actor), minutes[:4000], documents)
    move(session, clock, partnership, actor, OUTCOME_STEPS[outcome], act, with_minutes)
    number = session.scalar(select(func.count()).select_from(Decision).where(Decision.submission_id == submission.id))
    row = Decision(
        submission_id=submission.id,
        number=(number or 0) + 1,
        outcome=outcome,
        minutes=minutes.strip(),
        file_id=stored.id if stored else None,
        decided_at=clock(),
        decided_by_id=actor.id,
    )
    session.add(row)
    session.flush()
    return row
