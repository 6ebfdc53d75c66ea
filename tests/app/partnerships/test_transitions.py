"""Every transition of the shipped machines: who may take it, what has to hold, what the audit trail says.

What is expected stands here, written by hand from the process itself, and not read from the templates.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import count

import pytest

from app.core.errors import Conflict, Forbidden, Invalid
from app.core.machines import known_guards
from app.core.models import AuditEntry
from app.core.transitions import Act, create, history, take
from app.partnerships.dossier_models import SupportRequest
from app.partnerships.facts import CaseFacts, MemberFacts, RegionFacts, ScoreFacts
from app.partnerships.models import Partnership, PartnershipMember
from app.partnerships.templates import SHIPPED, shipped
from tests.factories.partnerships import make_area

ROLES = ("lead", "region", "mandated", "expert", "eligibility_officer", "evaluator", "secretariat")
TODAY = date(2027, 3, 1)


@dataclass(frozen=True)
class Row:
    """key; from; to; who; guards; whether it needs a comment; whether it begins a new version."""

    key: str
    source: str
    target: str
    who: str
    guards: str = ""
    comment: bool = False
    reopens: bool = False


S3 = [
    Row("start", "", "intake", "region mandated", "contact_complete"),
    Row("assign_expert", "intake", "expert_assigned", "secretariat", "expert_named"),
    Row("skip_expert", "intake", "scoping", "secretariat"),
    Row("decline", "intake", "closed", "secretariat", comment=True),
    Row("begin_scoping", "expert_assigned", "scoping", "expert"),
    Row("agree_scoping", "scoping", "scoping_agreed", "lead", "scoping_complete scoping_signed"),
    Row("reopen_scoping", "scoping_agreed eoi_draft", "scoping", "lead", comment=True, reopens=True),
    Row("draft_eoi", "scoping_agreed", "eoi_draft", "lead"),
    Row("submit_eoi", "eoi_draft", "eoi_submitted", "lead", "eoi_complete window_open precheck_passed"),
    Row("return_eoi", "eoi_submitted", "eoi_draft", "secretariat", "deadline_set", comment=True),
    Row("find_eligible", "eoi_submitted", "eligible", "eligibility_officer",
        "not_own_case checklist_complete rules_met"),
    Row("find_not_eligible", "eoi_submitted", "not_eligible", "eligibility_officer",
        "not_own_case checklist_complete a_rule_fails", comment=True),
    Row("approve", "eligible", "approved", "evaluator", "not_own_case scores_complete minutes_kept"),
    Row("defer", "eligible", "deferred", "evaluator", "not_own_case scores_complete minutes_kept", comment=True),
    Row("reject", "eligible", "rejected", "evaluator", "not_own_case scores_complete minutes_kept", comment=True),
    Row("resubmit", "not_eligible rejected deferred", "eoi_draft", "lead", reopens=True),
    Row("reopen_check", "eligible not_eligible", "eoi_submitted", "secretariat", comment=True, reopens=True),
    Row("reopen_decision", "approved deferred rejected", "eligible", "secretariat", comment=True, reopens=True),
    Row("activate", "approved", "active", "secretariat", "lead_present"),
    Row("rescope", "active", "rescoping", "lead secretariat", comment=True, reopens=True),
    Row("finish_rescoping", "rescoping", "active", "lead secretariat", "scoping_complete scoping_signed"),
    Row("rest", "active", "dormant", "lead secretariat", comment=True),
    Row("wake", "dormant", "active", "lead secretariat", comment=True),
    Row("merge", "active dormant", "merged", "lead secretariat", comment=True),
    Row("separate", "merged", "active", "secretariat", comment=True, reopens=True),
    Row("abandon", "expert_assigned scoping scoping_agreed eoi_draft", "closed", "lead secretariat", comment=True),
    Row("close", "active dormant", "closed", "lead secretariat", comment=True),
    Row("reopen", "closed", "scoping", "secretariat", comment=True, reopens=True),
]  # fmt: skip
VANGUARD = [
    Row("start", "", "proposal", "region mandated", "contact_complete"),
    Row("accept", "proposal", "learn", "secretariat"),
    Row("decline", "proposal", "closed", "secretariat", comment=True),
    Row("connect", "learn", "connect", "lead", "scoping_complete scoping_signed several_regions"),
    Row("demonstrate", "connect", "demonstrate", "lead", "several_regions"),
    Row("commercialise", "demonstrate", "commercialise", "lead", "several_regions"),
    Row("learn_again", "connect demonstrate commercialise", "learn", "lead secretariat", comment=True, reopens=True),
    Row("connect_again", "demonstrate commercialise", "connect", "lead secretariat", comment=True, reopens=True),
    Row("pause", "learn connect demonstrate", "paused", "lead secretariat", comment=True),
    Row("resume", "paused", "learn", "lead secretariat", comment=True, reopens=True),
    Row("close", "learn connect demonstrate commercialise paused", "closed", "lead secretariat", comment=True),
    Row("reopen", "closed", "learn", "secretariat", comment=True, reopens=True),
]
NETWORK = [
    Row("start", "", "draft", "region mandated", "contact_complete"),
    Row("activate", "draft", "active", "lead secretariat", "lead_present several_regions"),
    Row("redraft", "active", "draft", "lead secretariat", comment=True, reopens=True),
    Row("pause", "active", "paused", "lead secretariat", comment=True),
    Row("resume", "paused", "active", "lead secretariat"),
    Row("close", "draft active paused", "closed", "lead secretariat", comment=True),
    Row("reopen", "closed", "active", "lead secretariat", comment=True, reopens=True),
]
MEMBERSHIP = [
    Row("found", "", "member", "region mandated", "region_free"),
    Row("invite", "", "invited", "lead secretariat", "region_free"),
    Row("ask", "", "requested", "region mandated", "region_free"),
    Row("confirm", "invited", "member", "region lead", "membership_evidence"),
    Row("accept", "requested", "member", "lead secretariat", "membership_evidence"),
    Row("decline", "requested invited", "declined", "lead secretariat", comment=True),
    Row("withdraw", "requested invited", "withdrawn", "region"),
    Row("leave", "member", "left", "region lead secretariat", "a_lead_remains", comment=True),
    Row("review", "member", "requested", "secretariat", "a_lead_remains", comment=True, reopens=True),
    Row("return", "left declined withdrawn", "requested", "region", "region_free", reopens=True),
]
OPEN_MEMBERSHIP = [replace(row, guards="") if row.guards == "membership_evidence" else row for row in MEMBERSHIP]
SUPPORT = [
    Row("ask", "", "requested", "lead", "partnership_at_work"),
    Row("grant", "requested", "granted", "secretariat"),
    Row("refuse", "requested", "refused", "secretariat", comment=True),
    Row("withdraw", "requested granted", "withdrawn", "lead"),
    Row("deliver", "granted", "delivered", "secretariat lead"),
    Row("reopen", "delivered refused withdrawn", "requested", "lead secretariat", "partnership_at_work", True, True),
]
MACHINES = {
    ("s3-baseline", "partnership"): S3,
    ("s3-baseline", "membership"): MEMBERSHIP,
    ("s3-baseline", "support_request"): SUPPORT,
    ("vanguard-four-steps", "partnership"): VANGUARD,
    ("generic-network", "partnership"): NETWORK,
    ("generic-network", "membership"): OPEN_MEMBERSHIP,
}
ROWS = [(*place, row) for place, rows in MACHINES.items() for row in rows]
NAMES = [f"{template}-{machine}-{row.key}" for template, machine, row in ROWS]

JUDGED = ScoreFacts(
    hard_rules=frozenset({"regions", "relevance"}),
    findings={"regions": "met", "relevance": "met"},
    evaluators_needed=2,
    evaluators_done=2,
    minutes="Both evaluators agree.",
)
OPEN = CaseFacts(
    state="active",
    today=TODAY,
    regions=(RegionFacts("PT11", True), RegionFacts("ES51", False)),
    has_expert=True,
    is_frozen={"scoping_note": True},
    open_window=True,
    answer_due=date(2027, 3, 20),
    judging=JUDGED,
    member=MemberFacts(is_lead=True, leads_left=1, has_letter=True, priorities=1),
)


def with_judging(**changes) -> CaseFacts:
    return replace(OPEN, judging=replace(JUDGED, **changes))


def with_member(**changes) -> CaseFacts:
    return replace(OPEN, member=replace(OPEN.member, **changes))


ONE_FAILS = {"regions": "not_met", "relevance": "met"}
SHUT = {
    "contact_complete": [replace(OPEN, contact_missing=("summary",))],
    "expert_named": [replace(OPEN, has_expert=False)],
    "scoping_complete": [replace(OPEN, missing={"scoping_note": ("Vision",)})],
    "scoping_signed": [
        replace(OPEN, is_frozen={"scoping_note": False}),
        replace(OPEN, is_frozen={}),
        replace(OPEN, unsigned_leads=("Norte",)),
        replace(OPEN, regions=(RegionFacts("ES51", False),)),
    ],
    "eoi_complete": [replace(OPEN, missing={"expression_of_interest": ("Relevance",)})],
    "window_open": [
        replace(OPEN, open_window=False, answer_due=None),
        replace(OPEN, open_window=False, answer_due=date(2027, 2, 28)),
    ],
    "precheck_passed": [replace(OPEN, failed_checks=("2 regions",))],
    "deadline_set": [replace(OPEN, answer_due=None), replace(OPEN, answer_due=TODAY)],
    "not_own_case": [replace(OPEN, actor_conflict="You wrote on it.")],
    "checklist_complete": [
        with_judging(findings={"regions": "met"}),
        with_judging(findings={"regions": "met", "relevance": "unclear"}),
        with_judging(without_evidence=frozenset({"regions"})),
    ],
    "rules_met": [with_judging(findings=ONE_FAILS)],
    "a_rule_fails": [OPEN],
    "scores_complete": [with_judging(evaluators_done=1)],
    "minutes_kept": [with_judging(minutes="  ")],
    "lead_present": [replace(OPEN, regions=(RegionFacts("ES51", False),)), replace(OPEN, regions=())],
    "several_regions": [replace(OPEN, regions=(RegionFacts("ES51", True),))],
    "region_free": [with_member(region_taken=True)],
    "membership_evidence": [with_member(has_letter=False), with_member(priorities=0)],
    "a_lead_remains": [with_member(leads_left=0)],
    "partnership_at_work": [replace(OPEN, state="approved"), replace(OPEN, state="dormant")],
}
OPEN_AT_THE_LIMIT = {
    "window_open": [replace(OPEN, answer_due=None), replace(OPEN, open_window=False, answer_due=TODAY)],
    "deadline_set": [replace(OPEN, answer_due=date(2027, 3, 2))],
    "membership_evidence": [with_member(has_letter=False, priorities=0, needs_evidence=False)],
    "a_lead_remains": [with_member(is_lead=False, leads_left=0)],
    "a_rule_fails": [with_judging(findings=ONE_FAILS)],
    "partnership_at_work": [replace(OPEN, state="rescoping")],
    "scores_complete": [with_judging(evaluators_done=3)],
}


def open_facts(row: Row) -> CaseFacts:
    """Facts under which every guard of a transition is open."""
    return with_judging(findings=ONE_FAILS) if "a_rule_fails" in row.guards else OPEN


@pytest.fixture
def subject(request, app, session, clock):
    """A new row for a machine to drive, in a state, or not yet in the database; under the template of the test."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    with app.test_request_context():
        area, numbers = make_area(session), count(1)

        def partnership():
            return Partnership(
                slug=f"case-{next(numbers)}", name="A case", area_id=area.id,
                template_key=parameters.get("template", "s3-baseline"), template_version=1, phase="set_up",
                contact={}, created_at=clock(),
            )  # fmt: skip

        def make(machine: str, state: str):
            row = partnership()
            if machine != "partnership":
                row.state, row.version = "active", 1
                session.add(row)
                session.flush()
                row = part_of(machine, row)
            if state:
                row.state, row.version = state, 1
                session.add(row)
                session.flush()
            return row

        def part_of(machine: str, whole: Partnership):
            if machine == "membership":
                return PartnershipMember(partnership_id=whole.id, nuts="ES51", nuts_version="2024", created_at=clock())
            return SupportRequest(
                partnership_id=whole.id, service="mapping", need="Help", starts_on=TODAY, ends_on=TODAY,
                created_at=clock(),
            )  # fmt: skip

        yield make


def act(role: str, row: Row, actor_id: int | None = None) -> Act:
    return Act(actor_id, frozenset({role}), "Because." if row.comment else "", [("note.pdf", "ab" * 32)])


def run(session, clock, machine, row: Row, subject, role: str, case: CaseFacts) -> None:
    if row.source:
        take(session, clock, machine, row.key, subject, act(role, row), case)
    else:
        create(session, clock, machine, row.key, subject, act(role, row), case)


def trail(session, machine: str, subject) -> list[AuditEntry]:
    return history(session, machine, subject.id) if subject.id else []


def test_the_tables_name_every_transition_of_every_shipped_machine(app):
    for key in SHIPPED:
        for name, machine in shipped(key).machines.items():
            if (key, name) in MACHINES:
                rows = MACHINES[key, name]
                assert [t.key for t in machine.transitions] == [row.key for row in rows], (key, name)
    assert {"partnership", "membership", "support_request"} <= set(shipped("s3-baseline").machines)
    same = shipped("vanguard-four-steps").machine("membership") == shipped("s3-baseline").machine("membership")
    assert same, "tested once for both"


def test_every_guard_has_its_shut_cases(app):
    used = {guard for _template, _machine, row in ROWS for guard in row.guards.split()}
    assert used == set(SHUT)
    assert used <= known_guards()


@pytest.mark.parametrize(("template", "machine", "row"), ROWS, ids=NAMES)
def test_allowed_roles_pass_and_the_audit_trail_says_all(session, clock, subject, template, machine, row):
    """From each source, by each allowed role: the state changes, and exactly one entry tells who, what and why."""
    found = shipped(template).machine(machine)
    for state in row.source.split() or [""]:
        for role in row.who.split():
            thing = subject(machine, state)
            before = len(trail(session, machine, thing))
            version = thing.version if row.source else 0
            run(session, clock, found, row, thing, role, open_facts(row))
            assert thing.state == row.target
            assert thing.version == (1 if not row.source else version + 1 if row.reopens else version)
            entries = trail(session, machine, thing)[before:]
            assert [entry.action for entry in entries] == [f"{machine}.{row.key}"]
            assert entries[0].at == clock()
            assert entries[0].detail == {
                "role": role, "from": state, "to": row.target, "version": thing.version,
                "comment": "Because." if row.comment else "",
                "documents": [{"name": "note.pdf", "sha256": "ab" * 32}],
            }  # fmt: skip


@pytest.mark.parametrize(("template", "machine", "row"), ROWS, ids=NAMES)
def test_every_other_role_is_refused_and_nothing_happens(session, clock, subject, template, machine, row):
    found = shipped(template).machine(machine)
    others = [role for role in ROLES if role not in row.who.split()]
    state = (row.source.split() or [""])[0]
    thing = subject(machine, state)
    before = len(trail(session, machine, thing))
    for role in [*others, "stranger"]:
        with pytest.raises(Forbidden):
            run(session, clock, found, row, thing, role, open_facts(row))
    step = take if row.source else create
    with pytest.raises(Forbidden):
        step(session, clock, found, row.key, thing, Act(None, frozenset(), "Because."), open_facts(row))
    assert thing.state == (state or None)
    assert len(trail(session, machine, thing)) == before


@pytest.mark.parametrize(("template", "machine", "row"), ROWS, ids=NAMES)
def test_each_guard_shuts_the_way_when_it_is_alone_to_do_so(session, clock, subject, template, machine, row):
    found = shipped(template).machine(machine)
    state, role = (row.source.split() or [""])[0], row.who.split()[0]
    for name in row.guards.split():
        for case in SHUT[name]:
            thing = subject(machine, state)
            before = len(trail(session, machine, thing))
            with pytest.raises(Invalid) as refused:
                run(session, clock, found, row, thing, role, case)
            assert refused.value.code == "guard_closed", name
            assert thing.state == (state or None)
            assert len(trail(session, machine, thing)) == before


@pytest.mark.parametrize(("template", "machine", "row"), ROWS, ids=NAMES)
def test_guards_are_open_right_at_their_limit(session, clock, subject, template, machine, row):
    found = shipped(template).machine(machine)
    state, role = (row.source.split() or [""])[0], row.who.split()[0]
    for name in row.guards.split():
        for case in OPEN_AT_THE_LIMIT.get(name, []):
            thing = subject(machine, state)
            run(session, clock, found, row, thing, role, case)
            assert thing.state == row.target, name


@pytest.mark.parametrize(
    ("template", "machine", "row"), [r for r in ROWS if r[2].comment], ids=[n for n, r in zip(NAMES, ROWS, strict=True)
                                                                           if r[2].comment]
)  # fmt: skip
def test_a_step_that_needs_a_reason_does_not_go_without(session, clock, subject, template, machine, row):
    thing = subject(machine, row.source.split()[0])
    silent = Act(None, frozenset({row.who.split()[0]}), "   ")
    with pytest.raises(Invalid) as refused:
        take(session, clock, shipped(template).machine(machine), row.key, thing, silent, open_facts(row))
    assert refused.value.code == "comment_needed"


@pytest.mark.parametrize(("template", "machine", "row"), ROWS, ids=NAMES)
def test_a_step_is_not_taken_from_another_state(session, clock, subject, template, machine, row):
    found = shipped(template).machine(machine)
    for state in sorted(found.keys - set(row.source.split())):
        if row.source:
            thing = subject(machine, state)
            with pytest.raises(Conflict):
                run(session, clock, found, row, thing, row.who.split()[0], open_facts(row))


def test_only_the_precheck_may_be_overridden_and_only_with_remarks(session, clock, subject):
    machine = shipped("s3-baseline").machine("partnership")
    failed = replace(OPEN, failed_checks=("2 regions count.",))
    thing = subject("partnership", "eoi_draft")
    lead = frozenset({"lead"})
    with pytest.raises(Invalid, match="needs a comment"):
        take(session, clock, machine, "submit_eoi", thing, Act(None, lead, "", override=True), failed)
    closed = replace(failed, open_window=False, answer_due=None)
    with pytest.raises(Invalid, match="No submission window"):
        take(session, clock, machine, "submit_eoi", thing, Act(None, lead, "Soon.", override=True), closed)
    assert thing.state == "eoi_draft"
    take(
        session,
        clock,
        machine,
        "submit_eoi",
        thing,
        Act(None, lead, "A third region signs soon.", override=True),
        failed,
    )
    assert thing.state == "eoi_submitted"
    assert trail(session, "partnership", thing)[-1].detail["overridden"] == ["2 regions count."]


def test_of_two_who_act_at_once_one_is_told(app, session, clock, subject):
    """The second one's view of the row is stale: it believes in the state the first one has left."""
    machine = shipped("s3-baseline").machine("partnership")
    thing = subject("partnership", "intake")
    session.commit()
    with app.extensions["database"].open(read_only=True) as other:
        stale = other.get(type(thing), thing.id)
        assert stale.state == "intake"
        other.commit()
        take(session, clock, machine, "skip_expert", thing, Act(None, frozenset({"secretariat"})), OPEN)
        session.commit()
        with pytest.raises(Conflict, match="faster"):
            take(other, clock, machine, "decline", stale, Act(None, frozenset({"secretariat"}), "No."), OPEN)
        other.rollback()
    session.expire_all()
    assert thing.state == "scoping"
