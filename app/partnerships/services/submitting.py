"""Letters, windows, and the submission of an expression of interest."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.core import audit, files
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.transitions import Act
from app.partnerships import gathering, judging, queries
from app.partnerships.checks import CHECKS
from app.partnerships.dossier_models import CommitmentLetter, Submission, SubmissionWindow
from app.partnerships.models import Partnership, PartnershipMember
from app.partnerships.services.casework import move
from app.partnerships.services.drafting import freeze

INTEREST = "expression_of_interest"


def add_letter(
    session: Session,
    clock: Clock,
    member: PartnershipMember,
    actor: User,
    upload: FileStorage,
    values: Mapping[str, Any],
) -> CommitmentLetter:
    """Keep a region's commitment letter; an older one is replaced, not removed. Raises Invalid with the field.

    `values`: signatory, function, authority, signed_on (date), months, fte, budget (euros).
    """
    signed_on: date = values["signed_on"]
    if signed_on > clock().date():
        raise Invalid(_("The letter is dated in the future; upload it once it is signed."), field="signed_on")
    stored = files.store_upload(
        session, clock, upload, subject_kind="partnership", subject_id=member.partnership_id, actor_id=actor.id
    )
    if former := gathering.current_letter(session, member):
        former.replaced_at = clock()
    names = ("signatory", "function", "authority", "signed_on", "months", "fte", "budget")
    letter = CommitmentLetter(
        member_id=member.id, file=stored, created_at=clock(), created_by_id=actor.id,
        **{name: values[name] for name in names},
    )  # fmt: skip
    session.add(letter)
    session.flush()
    audit.record(
        session, clock, actor_id=actor.id, action="membership.letter", subject_kind="membership", subject_id=member.id,
        detail={"documents": [{"name": stored.name, "sha256": stored.sha256}], "comment": f"{letter.months} months"},
    )  # fmt: skip
    return letter


def open_window(
    session: Session,
    clock: Clock,
    actor: User,
    *,
    template_key: str,
    rule_set: str,
    name: str,
    opens_at: datetime,
    closes_at: datetime,
) -> SubmissionWindow:
    """Plan a submission window. Raises Invalid when it ends before it begins, or overlaps one of the same process."""
    process = queries.newest_template(session, template_key)
    if process is None or process.rule_set(rule_set) is None:
        raise Invalid(_("This process has no such rule set."), field="rule_set")
    if opens_at >= closes_at:
        raise Invalid(_("The window must close after it opens."), field="closes_at")
    overlapping = select(SubmissionWindow).where(
        SubmissionWindow.template_key == template_key,
        SubmissionWindow.opens_at < closes_at,
        SubmissionWindow.closes_at > opens_at,
    )
    if other := session.scalars(overlapping).first():
        raise Invalid(_("This overlaps the window “%(name)s”.", name=other.name), field="opens_at")
    row = SubmissionWindow(
        template_key=template_key,
        rule_set=rule_set,
        name=name.strip(),
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=clock(),
        created_by_id=actor.id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, clock, actor_id=actor.id, action="window.open", subject_kind="submission_window", subject_id=row.id,
        detail={"name": row.name, "rule_set": rule_set},
    )  # fmt: skip
    return row


def precheck(session: Session, clock: Clock, partnership: Partnership, actor: User | None) -> list[dict[str, Any]]:
    """The automatic part of every rule, hard ones first: [{rule, name, weight, met, finding}]."""
    process = queries.template_of(session, partnership)
    rule_set = judging.rule_set_of(process, judging.rules_window(session, process, partnership, clock))
    if rule_set is None:
        return []
    case = gathering.case_facts(session, clock, partnership, actor)
    found = []
    for rule in (*rule_set.hard(), *rule_set.soft()):
        if rule.check is not None:
            result = CHECKS[rule.check].run(case, rule.parameters)
            found.append({"rule": rule.key, "name": rule.name, "weight": rule.weight, "met": result.is_met,
                          "finding": result.finding})  # fmt: skip
    return found


def submit(
    session: Session, clock: Clock, partnership: Partnership, actor: User, *, remarks: str = "", override: bool = False
) -> Submission:
    """Submit the expression of interest. Raises Invalid while a guard is shut, Conflict outside a window.

    With `override` rules that the pre-check finds not met may be explained in the remarks. All or nothing is kept.
    """
    with session.begin_nested():
        return _submit(session, clock, partnership, actor, remarks, override)


def _submit(
    session: Session, clock: Clock, partnership: Partnership, actor: User, remarks: str, override: bool
) -> Submission:
    process = queries.template_of(session, partnership)
    results = precheck(session, clock, partnership, actor)
    window = judging.rules_window(session, process, partnership, clock)
    letters = [
        document
        for member in queries.members_of(session, partnership.id)
        for document in gathering.letters(session, member)
    ]
    version = freeze(session, clock, partnership, actor, INTEREST)
    documents = [*gathering.frozen_documents(session, partnership), *letters]
    roles = queries.roles_of(session, partnership, actor)
    act = Act(actor.id, roles, remarks, documents, override=override)
    move(session, clock, partnership, actor, "submit_eoi", act)
    if window is None:
        raise Conflict(_("No submission window is open now."))
    former = judging.latest_submission(session, partnership)
    row = Submission(
        partnership_id=partnership.id,
        number=former.number + 1 if former else 1,
        version_id=version.id,
        window_id=window.id,
        precheck=results,
        remarks=remarks.strip(),
        submitted_at=clock(),
        submitted_by_id=actor.id,
    )
    session.add(row)
    partnership.answer_due = None
    session.flush()
    return row


def return_incomplete(
    session: Session, clock: Clock, partnership: Partnership, actor: User, *, due: date, reason: str
) -> None:
    """Send a submission back until a day. Raises Invalid for a day that has passed or a missing reason."""
    with session.begin_nested():
        partnership.answer_due = due
        roles = queries.roles_of(session, partnership, actor)
        act = Act(actor.id, roles, reason, detail={"due": due.isoformat()})
        move(session, clock, partnership, actor, "return_eoi", act)
