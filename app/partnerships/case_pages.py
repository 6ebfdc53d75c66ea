"""Pages of a case: submit, return, declare, check, score, decide; and requests for support."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import AppError, Forbidden, Invalid, NotFound
from app.core.guard import guarded
from app.core.transitions import choices
from app.core.uploads import takes_files
from app.partnerships import forms, gathering, judging, queries, services
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.dossier_models import (
    ChecklistEntry,
    ConflictDeclaration,
    CriterionScore,
    Decision,
    Finding,
    Outcome,
    Submission,
    SupportRequest,
)
from app.partnerships.facts import CaseFacts
from app.partnerships.policy import (
    current_partnership,
    current_roles,
    partnership_insider,
    partnership_judge,
    partnership_lead,
    secretariat,
)
from app.partnerships.services.deciding import rules_of
from app.partnerships.services.support import support_machine


@blueprint.route("/<partnership>/submission", methods=["GET", "POST"])
@guarded(partnership_insider)
def submission(partnership: str) -> Page:
    """The pre-check, what is still missing, and the submission; former submissions with what became of them."""
    found, user = current_partnership(), need_user()
    problem = ""
    if request.method == "POST":
        remarks, override = request.form.get("comment", ""), "override" in request.form
        try:
            services.submit(session(), clock(), found, user, remarks=remarks, override=override)
        except AppError as error:
            if not isinstance(error, Invalid):
                raise
            problem = error.message
        else:
            flash(_("Submitted. The eligibility officer takes over."), "success")
            return redirect(url_for("partnerships.submission", partnership=partnership))
    return submission_page(problem, forms.ReturnForm(formdata=None))


def submission_page(problem: str, return_form: forms.ReturnForm) -> Page:
    """The page of submissions."""
    found, user = current_partnership(), need_user()
    process = queries.template_of(session(), found)
    machine = process.machine("partnership")
    case = gathering.case_facts(session(), clock(), found, user)
    steps = {c.transition.key: c for c in choices(machine, found.state, current_roles(), case)}
    window = judging.rules_window(session(), process, found, clock())
    return page(
        "submission",
        bad=bool(problem or return_form.errors),
        problem=problem,
        results=services.precheck(session(), clock(), found, user),
        rule_set=judging.rule_set_of(process, window),
        window=judging.open_window(session(), clock(), process),
        step=steps.get("submit_eoi"),
        return_form=return_form if "return_eoi" in steps else None,
        missing=case.missing.get("expression_of_interest", ()),
        submissions=submissions_of(found.id),
        decisions=decisions_of(found.id),
    )


def submissions_of(partnership_id: int) -> list[Submission]:
    """All submissions of a partnership, newest first."""
    query = select(Submission).where(Submission.partnership_id == partnership_id)
    query = query.options(joinedload(Submission.window), joinedload(Submission.document))
    return list(session().scalars(query.order_by(-Submission.number)))


def decisions_of(partnership_id: int) -> dict[int, list[Decision]]:
    """The decisions on each submission, oldest first."""
    query = select(Decision).join(Submission, Submission.id == Decision.submission_id)
    query = query.where(Submission.partnership_id == partnership_id).options(joinedload(Decision.file))
    found: dict[int, list[Decision]] = {}
    for row in session().scalars(query.order_by(Decision.number)):
        found.setdefault(row.submission_id, []).append(row)
    return found


@blueprint.post("/<partnership>/submission/return")
@guarded(partnership_insider)
def return_submission(partnership: str) -> Page:
    """The secretariat sends a submission back until a day."""
    found, user, form = current_partnership(), need_user(), forms.ReturnForm()

    def work() -> None:
        services.return_incomplete(session(), clock(), found, user, due=form.due.data, reason=form.reason.data or "")

    if "secretariat" not in current_roles():
        secretariat.check({})
    if submitted(form, work, _("The submission is back with the lead regions.")):
        return redirect(url_for("partnerships.submission", partnership=partnership))
    return submission_page("", form)


@blueprint.get("/<partnership>/judging")
@guarded(partnership_judge)
def judge(partnership: str) -> Page:
    """The judging of the current submission, as far as the reader takes part in it."""
    return judging_page({})


def judging_page(bad_forms: dict[str, Any], problem: str = "", errors: dict[str, str] | None = None) -> Page:
    """The page of officers and evaluators, with whatever came back on it."""
    found, user = current_partnership(), need_user()
    current = judging.latest_submission(session(), found)
    if current is None:
        return page("judging", submission=None)
    rule_set = rules_of(session(), current)
    entries = session().scalars(
        select(ChecklistEntry)
        .where(ChecklistEntry.submission_id == current.id)
        .options(joinedload(ChecklistEntry.file))
    )
    scores = session().scalars(
        select(CriterionScore)
        .where(CriterionScore.submission_id == current.id)
        .options(joinedload(CriterionScore.declaration).joinedload(ConflictDeclaration.user))
        .order_by(CriterionScore.declaration_id)
    )
    declared = session().scalars(
        select(ConflictDeclaration)
        .where(ConflictDeclaration.submission_id == current.id)
        .options(joinedload(ConflictDeclaration.user))
        .order_by(ConflictDeclaration.number)
    )
    machine = queries.machine_of(session(), found, "partnership")
    case = gathering.case_facts(session(), clock(), found, user)
    by_judge: dict[ConflictDeclaration, dict[str, CriterionScore]] = {}
    for row in scores:
        by_judge.setdefault(row.declaration, {})[row.criterion] = row
    own = judging.declaration_of(session(), current, user)
    return page(
        "judging",
        bad=bool(bad_forms or problem or errors),
        problem=problem,
        errors=errors or {},
        submission=current,
        rule_set=rule_set,
        precheck={result["rule"]: result for result in current.precheck},
        entries={entry.rule: entry for entry in entries},
        scores=by_judge,
        mine=by_judge.get(own, {}) if own else {},
        declared=list(declared),
        own=own,
        involvement=judging.involvement(session(), found, user),
        conflict=judging.conflict(session(), found, user),
        declaration_form=bad_forms.get("declaration") or forms.DeclarationForm(formdata=None),
        finding_form=bad_forms.get("finding"),
        finding_rule=bad_forms.get("rule"),
        decision_form=bad_forms.get("decision") or forms.DecisionForm(formdata=None),
        steps={c.transition.key: c for c in choices(machine, found.state, current_roles(), case)},
        complete=len(judging.complete_evaluators(session(), current, rule_set)),
        decisions=decisions_of(found.id).get(current.id, []),
    )


@blueprint.post("/<partnership>/judging/declare")
@guarded(partnership_judge)
def declare(partnership: str) -> Page:
    """Declare whether there is a conflict of interest."""
    found, user, form = current_partnership(), need_user(), forms.DeclarationForm()

    def work() -> None:
        services.declare(
            session(), clock(), found, user, has_conflict=form.has_conflict.data == "yes", reason=form.reason.data or ""
        )

    if submitted(form, work, _("Your declaration is kept.")):
        return redirect(url_for("partnerships.judge", partnership=partnership))
    return judging_page({"declaration": form})


@blueprint.post("/<partnership>/judging/rules/<rule>")
@takes_files
@guarded(partnership_judge)
def judge_rule(partnership: str, rule: str) -> Page:
    """Enter the finding on one rule."""
    found, user, form = current_partnership(), need_user(), forms.FindingForm()
    refuse_judging()

    def work() -> None:
        judgement = services.Judgement(
            Finding(form.finding.data), form.evidence.data or "", form.comment.data or "", form.file.data
        )
        services.judge_rule(session(), clock(), found, user, rule, judgement)

    if submitted(form, work, _("The finding is kept.")):
        return redirect(url_for("partnerships.judge", partnership=partnership) + f"#rule-{rule}")
    return judging_page({"finding": form, "rule": rule})


def refuse_judging() -> None:
    """Whoever has a conflict gets no further than this, whatever the form holds."""
    if found := judging.conflict(session(), current_partnership(), need_user()):
        raise Forbidden(found, code="conflict_of_interest")


@blueprint.post("/<partnership>/judging/eligibility/<any(eligible, not_eligible):result>")
@guarded(partnership_judge)
def settle(partnership: str, result: str) -> Response:
    """Close the checklist."""
    services.settle_eligibility(
        session(), clock(), current_partnership(), need_user(), is_eligible=result == "eligible",
        comment=request.form.get("comment", ""),
    )  # fmt: skip
    flash(_("The checklist is closed."), "success")
    return redirect(url_for("partnerships.judge", partnership=partnership))


@blueprint.post("/<partnership>/judging/scores")
@guarded(partnership_judge)
def score(partnership: str) -> Page:
    """Enter one's points on all criteria."""
    found, user = current_partnership(), need_user()
    refuse_judging()
    sent = {k.removeprefix("points-"): v for k, v in request.form.items() if k.startswith("points-")}
    points = {key: int(value) for key, value in sent.items() if value.isdecimal() and len(value) <= 3}
    reasons = {k.removeprefix("reason-"): v for k, v in request.form.items() if k.startswith("reason-")}
    try:
        with session().begin_nested():
            services.score(session(), clock(), found, user, points, reasons)
    except Invalid as error:
        return judging_page({}, error.message, {error.field or "": error.message})
    flash(_("Your scores are kept."), "success")
    return redirect(url_for("partnerships.judge", partnership=partnership))


@blueprint.post("/<partnership>/judging/decision")
@takes_files
@guarded(partnership_judge)
def decide(partnership: str) -> Page:
    """Decide, with minutes."""
    found, user, form = current_partnership(), need_user(), forms.DecisionForm()
    refuse_judging()

    def work() -> None:
        services.decide(
            session(), clock(), found, user, Outcome(form.outcome.data), minutes=form.minutes.data or "",
            upload=form.file.data,
        )  # fmt: skip

    if submitted(form, work, _("The decision is kept, with its minutes.")):
        return redirect(url_for("partnerships.judge", partnership=partnership))
    return judging_page({"decision": form})


@blueprint.route("/<partnership>/support", methods=["GET", "POST"])
@guarded(partnership_insider)
def support(partnership: str) -> Page:
    """Requests for support: ask, and see what became of them."""
    found, user, form = current_partnership(), need_user(), forms.SupportForm()
    process, machine = queries.template_of(session(), found), support_machine(session(), found)
    form.service.choices = [(s.key, _(s.name)) for s in process.services]

    def work() -> None:
        services.ask_for_support(
            session(), clock(), found, user, service=form.service.data, need=form.need.data or "",
            starts_on=form.starts_on.data, ends_on=form.ends_on.data,
        )  # fmt: skip

    if submitted(form, work, _("Asked for. The secretariat will answer.")):
        return redirect(url_for("partnerships.support", partnership=partnership))
    query = select(SupportRequest).where(SupportRequest.partnership_id == found.id).order_by(-SupportRequest.id)
    case = CaseFacts(state=found.state)
    rows = [
        (row, machine.state(row.state), choices(machine, row.state, current_roles(), case))
        for row in session().scalars(query)
    ]
    may_ask = "lead" in current_roles() and found.state in {"active", "rescoping"}
    names = {s.key: _(s.name) for s in process.services}
    return page("support", bad=request.method == "POST", form=form, rows=rows, may_ask=may_ask, names=names)


@blueprint.post("/<partnership>/support/<int:number>/step/<step>")
@guarded(partnership_lead)
def support_step(partnership: str, number: int, step: str) -> Response:
    """Take a transition of a support request."""
    row = session().get(SupportRequest, number)
    machine = support_machine(session(), current_partnership())
    if row is None or row.partnership_id != current_partnership().id:
        raise NotFound(_("There is no such request."))
    if all(t.key != step or not t.source for t in machine.transitions):
        raise NotFound(_("There is no such step."))
    services.move_support(session(), clock(), row, need_user(), step, request.form.get("comment", ""))
    flash(_("Done: %(state)s.", state=_(machine.state(row.state).name)), "success")
    return redirect(url_for("partnerships.support", partnership=partnership))
