"""Who may judge a case, and how far its judging has come."""

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.partnerships.checks import CHECKS
from app.partnerships.dossier_models import (
    ChecklistEntry,
    ConflictDeclaration,
    CriterionScore,
    DocumentAuthor,
    DocumentVersion,
    Submission,
    SubmissionWindow,
)
from app.partnerships.facts import CaseFacts, ScoreFacts
from app.partnerships.models import REGION_ROLES, Partnership, PartnershipRole, Role
from app.partnerships.templates import RuleSet, Template

DRAFT = "eoi_draft"
INVOLVED = (*REGION_ROLES, Role.EXPERT)


def latest_submission(session: Session, partnership: Partnership) -> Submission | None:
    """The submission that is being judged, or was judged last."""
    query = select(Submission).where(Submission.partnership_id == partnership.id)
    return session.scalars(query.order_by(-Submission.number)).first()


def rule_set_of(process: Template, window: SubmissionWindow | None) -> RuleSet | None:
    """The rules of a window; without a window those that come first in the process."""
    if window is not None:
        return process.rule_set(window.rule_set)
    return process.rule_sets[0] if process.rule_sets else None


def involvement(session: Session, partnership: Partnership, user: User) -> str:
    """Why an account is party to a case and may not judge it, in a sentence; empty when it is not.

    Whoever speaks or spoke for a region, was its expert, handed in the intake or wrote on a document is party to it.
    """
    roles = select(PartnershipRole.role).where(
        PartnershipRole.user_id == user.id,
        PartnershipRole.partnership_id == partnership.id,
        PartnershipRole.role.in_(INVOLVED),
    )
    if partnership.created_by_id == user.id or session.scalars(roles.limit(1)).first() is not None:
        return str(_("You take part in this partnership yourself; nobody judges their own case."))
    wrote = (
        select(DocumentAuthor.id)
        .join(DocumentVersion, DocumentVersion.id == DocumentAuthor.version_id)
        .where(DocumentVersion.partnership_id == partnership.id, DocumentAuthor.user_id == user.id)
    )
    if session.scalars(wrote.limit(1)).first() is not None:
        return str(_("You wrote on a document of this case; nobody judges their own case."))
    return ""


def declaration_of(session: Session, submission: Submission, user: User) -> ConflictDeclaration | None:
    """What an account declared about a submission."""
    query = select(ConflictDeclaration).where(
        ConflictDeclaration.submission_id == submission.id, ConflictDeclaration.user_id == user.id
    )
    return session.scalars(query).first()


def declarations_made(session: Session, submission: Submission) -> int:
    """How many have declared on a submission; they are numbered from 1 and never removed."""
    query = select(func.count(ConflictDeclaration.id)).where(ConflictDeclaration.submission_id == submission.id)
    return session.scalar(query) or 0


def conflict(session: Session, partnership: Partnership, user: User | None) -> str:
    """Why an account may not judge the current submission now; empty when it may."""
    if user is None:
        return str(_("Please sign in first."))
    submission = latest_submission(session, partnership)
    if found := involvement(session, partnership, user):
        return found
    declared = declaration_of(session, submission, user) if submission else None
    if declared is None:
        return str(_("Declare first whether you have a conflict of interest in this case."))
    return str(_("You declared a conflict of interest in this case.")) if declared.has_conflict else ""


def with_judgement(
    session: Session, process: Template, partnership: Partnership, case: CaseFacts, actor: User | None, clock: Clock
) -> CaseFacts:
    """The case with its pre-check and what officers and evaluators found so far."""
    submission = latest_submission(session, partnership)
    rule_set = rule_set_of(process, rules_window(session, process, partnership, clock))
    if rule_set is None:
        return case
    failed = tuple(
        result.finding
        for rule in rule_set.hard()
        if rule.check is not None
        for result in [CHECKS[rule.check].run(case, rule.parameters)]
        if not result.is_met
    )
    case = replace(case, failed_checks=failed, actor_conflict=conflict(session, partnership, actor))
    if submission is None:
        return case
    return replace(case, judging=_judging(session, submission, rule_set))


def rules_window(
    session: Session, process: Template, partnership: Partnership, clock: Clock
) -> SubmissionWindow | None:
    """The window whose rules hold for a case: that of its submission, or the open one while a new one is prepared.

    A case that came back to be completed stays under the rules it was handed in under.
    """
    submission = latest_submission(session, partnership)
    if submission is None or (partnership.state == DRAFT and partnership.answer_due is None):
        return open_window(session, clock, process)
    return submission.window


def open_window(session: Session, clock: Clock, process: Template) -> SubmissionWindow | None:
    """The window of a process in which a submission is taken now; the one that closes first."""
    now = clock()
    query = select(SubmissionWindow).where(
        SubmissionWindow.template_key == process.key, SubmissionWindow.opens_at <= now, SubmissionWindow.closes_at > now
    )
    return session.scalars(query.order_by(SubmissionWindow.closes_at)).first()


def _judging(session: Session, submission: Submission, rule_set: RuleSet) -> ScoreFacts:
    entries = session.scalars(select(ChecklistEntry).where(ChecklistEntry.submission_id == submission.id)).all()
    findings = {entry.rule: entry.finding.value for entry in entries}
    bare = {e.rule for e in entries if not e.evidence.strip() and e.file_id is None}
    return ScoreFacts(
        hard_rules=frozenset(rule.key for rule in rule_set.hard()),
        findings=findings,
        without_evidence=frozenset(bare),
        evaluators_needed=rule_set.evaluators,
        evaluators_done=len(complete_evaluators(session, submission, rule_set)),
    )


def complete_evaluators(session: Session, submission: Submission, rule_set: RuleSet) -> list[int]:
    """Declarations without a conflict whose judge scored every soft criterion of a submission."""
    free = select(ConflictDeclaration.id).where(
        ConflictDeclaration.submission_id == submission.id, ConflictDeclaration.has_conflict.is_(False)
    )
    wanted = {rule.key for rule in rule_set.soft()}
    scored: dict[int, set[str]] = {}
    for score in session.scalars(select(CriterionScore).where(CriterionScore.submission_id == submission.id)):
        scored.setdefault(score.declaration_id, set()).add(score.criterion)
    return [number for number in session.scalars(free) if wanted <= scored.get(number, set())]
