"""Phase 1 through its pages: from the scoping note to the decision, and everything that is refused on the way."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.core.models import AuditEntry, Mail, StoredFile
from app.partnerships import gathering, judging, queries, services
from app.partnerships.dossier_models import (
    CommitmentLetter,
    ConflictDeclaration,
    CriterionScore,
    Decision,
    DocumentVersion,
    PassageComment,
    SignOff,
    Submission,
    SupportRequest,
)
from app.partnerships.models import MemberRole, PartnershipMember, Role
from app.partnerships.templates import shipped
from tests.app.core.test_files import PDF
from tests.factories.partnerships import bring_to, make_member, make_partnership, make_user

HOME = "/partnerships/textiles"
NOTE = {
    "f-title": "Circular Textiles", "f-platform": "industrial_modernisation", "f-vision": "Fibres stay in use.",
    "f-mission": "Connect recyclers.", "f-objective": "Six projects.", "f-scope": "Cotton and wool.",
    "f-market": "Workwear.", "f-complementarity": "Sorting there, spinning here.", "f-governance": "A board.",
    "f-action_plan-0-action": "Survey", "f-action_plan-0-owner": "Norte", "f-action_plan-0-start": "2027-04-01",
}  # fmt: skip
INTEREST = {
    "f-relevance": "High.", "f-added_value": "Together.", "f-granularity": "Fine.", "f-stakeholder_plan": "Clusters.",
    "f-balance": "North and south.", "f-stakeholder_kinds": ["cluster", "company", "university"], "f-open": "1",
    "f-truth": "1",
}  # fmt: skip
JSON = {"Accept": "application/json"}


@pytest.fixture
def pages(circle, sign_in):
    """A browser for each role."""
    return {name: sign_in(user) for name, user in circle.by_role().items()} | {"stranger": sign_in(circle.stranger)}


def state(circle, session) -> str:
    session.expire_all()
    return circle.partnership.state


def step(page, key: str, **form):
    return page.post(f"{HOME}/step/{key}", data=form, headers=JSON)


def write(page, kind: str, form, revision: int = 0):
    return page.post(f"{HOME}/documents/{kind}/edit", data={**form, "revision": revision})


def letter(page, member: int, **more):
    form = {
        "file": (io.BytesIO(more.pop("content", PDF)), more.pop("name", "letter.pdf")), "signatory": "Ana Reis",
        "function": "Head", "authority": "Region", "signed_on": "2027-02-01", "months": "24", "fte": "1",
        "budget": "1000",
    }  # fmt: skip
    return page.post(f"{HOME}/regions/{member}/letter", data=form | more)


def priority(page, member: int, title: str = "Textiles"):
    form = {"title": title, "link": "https://strategy.example/s3.pdf", "page": "3", "quote": "Textiles first."}
    return page.post(f"{HOME}/regions/{member}/priorities", data=form)


def open_window(session, clock, circle, rules: str = "jrc_2019"):
    now = clock()
    return services.open_window(
        session, clock, circle.secretariat, template_key="s3-baseline", rule_set=rules, name="Spring",
        opens_at=now - timedelta(days=5), closes_at=now + timedelta(days=30),
    )  # fmt: skip


def ready_to_submit(circle, session, clock, pages):
    """A case with two leads and a third region, letters, links, a window and a written expression of interest."""
    circle.region_member.role = MemberRole.LEAD
    third = make_user(session, clock, "Tea Third")
    make_member(session, clock, circle.partnership, third, "ITC4")
    bring_to(session, circle.partnership, "eoi_draft")
    open_window(session, clock, circle)
    for page, member in ((pages["lead"], circle.lead_member), (pages["region"], circle.region_member)):
        assert letter(page, member.id).status_code == 302
        assert priority(page, member.id).status_code == 302
    assert write(pages["lead"], "expression_of_interest", INTEREST).status_code == 302


# The scoping note


def test_the_way_from_the_intake_to_an_agreed_scoping_note(circle, session, pages):
    assert step(pages["lead"], "assign_expert").status_code == 403
    assert step(pages["secretariat"], "assign_expert").status_code == 302
    assert step(pages["expert"], "begin_scoping").status_code == 302
    assert write(pages["expert"], "scoping_note", NOTE).status_code == 302
    assert step(pages["lead"], "agree_scoping").status_code == 422
    pages["lead"].post(f"{HOME}/documents/scoping_note/freeze", data={"note": "First"})
    assert step(pages["lead"], "agree_scoping").status_code == 422
    signed = pages["lead"].post(f"{HOME}/documents/scoping_note/sign/{circle.lead_member.id}")
    assert signed.status_code == 302
    assert step(pages["lead"], "agree_scoping").status_code == 302
    assert state(circle, session) == "scoping_agreed"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "partnership.agree_scoping")).one()
    version = session.scalars(select(DocumentVersion)).one()
    assert entry.detail["documents"] == [{"name": "scoping_note v1", "sha256": version.sha256}]
    assert (entry.actor_id, entry.detail["role"]) == (circle.lead.id, "lead")


def test_only_lead_regions_sign_and_only_for_themselves(circle, session, pages):
    bring_to(session, circle.partnership, "scoping")
    write(pages["lead"], "scoping_note", NOTE)
    draft = pages["lead"].post(f"{HOME}/documents/scoping_note/sign/{circle.lead_member.id}", headers=JSON)
    assert draft.status_code == 409
    pages["lead"].post(f"{HOME}/documents/scoping_note/freeze")
    address = f"{HOME}/documents/scoping_note/sign"
    assert pages["region"].post(f"{address}/{circle.lead_member.id}", headers=JSON).status_code == 403
    assert pages["region"].post(f"{address}/{circle.region_member.id}", headers=JSON).status_code == 403
    assert pages["expert"].post(f"{address}/{circle.lead_member.id}", headers=JSON).status_code == 403
    assert pages["lead"].post(f"{address}/{circle.lead_member.id}").status_code == 302
    assert pages["lead"].post(f"{address}/{circle.lead_member.id}", headers=JSON).status_code == 409
    assert session.query(SignOff).count() == 1


def test_a_change_after_freezing_begins_a_version_that_nobody_signed(circle, session, pages):
    bring_to(session, circle.partnership, "scoping")
    write(pages["lead"], "scoping_note", NOTE)
    pages["lead"].post(f"{HOME}/documents/scoping_note/freeze")
    pages["lead"].post(f"{HOME}/documents/scoping_note/sign/{circle.lead_member.id}")
    changed = NOTE | {"f-scope": "Cotton, wool and polyester.", "f-objective": "Seven projects."}
    assert write(pages["region"], "scoping_note", changed, 1).status_code == 302
    first, second = session.scalars(select(DocumentVersion).order_by(DocumentVersion.number)).all()
    assert first.content["scope"] == "Cotton and wool."
    assert second.frozen_at is None
    assert step(pages["lead"], "agree_scoping").status_code == 422
    page = pages["expert"].get(f"{HOME}/documents/scoping_note/compare").text
    assert "Thematic scope" in page
    assert "Key objective" in page
    assert "Vision" not in page
    assert pages["lead"].get(f"{HOME}/documents/scoping_note?version=1").status_code == 200
    assert pages["lead"].get(f"{HOME}/documents/scoping_note?version=9").status_code == 404


def test_two_who_write_at_once_do_not_overwrite_each_other(circle, session, pages):
    bring_to(session, circle.partnership, "scoping")
    assert write(pages["lead"], "scoping_note", NOTE, 0).status_code == 302
    late = write(pages["region"], "scoping_note", NOTE | {"f-vision": "Mine is longer."}, 0)
    assert late.status_code == 422
    assert "Lena Lead saved this document in the meantime" in late.text
    assert "Mine is longer." in late.text
    assert session.scalars(select(DocumentVersion)).one().content["vision"] == "Fibres stay in use."
    assert write(pages["region"], "scoping_note", NOTE | {"f-vision": "Mine is longer."}, 1).status_code == 302


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"f-title": "x" * 151}, "151 characters are too many"),
        ({"f-platform": "moon"}, "Choose one from the list"),
        ({"f-sdgs": ["sdg_1", "sdg_99"]}, "Choose from the list"),
        ({"f-sdgs": [f"sdg_{n}" for n in range(1, 8)]}, "Choose at most 6"),
        ({"f-action_plan-0-start": "soon"}, "year-month-day"),
        ({"f-action_plan-0-owner": ""}, "Fill in “Owner”"),
        ({"f-project_ideas-0-title": "A", "f-project_ideas-0-kind": "demonstrator", "f-project_ideas-0-trl_now": "10"},
         "from 1 to 9"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_saved(circle, session, pages, form, words):
    bring_to(session, circle.partnership, "scoping")
    answer = write(pages["lead"], "scoping_note", NOTE | form)
    assert answer.status_code == 422
    assert words in answer.text
    assert session.query(DocumentVersion).count() == 0


def test_more_rows_save_nothing_and_lose_nothing(circle, session, pages):
    bring_to(session, circle.partnership, "scoping")
    answer = write(pages["lead"], "scoping_note", NOTE | {"more": "action_plan"})
    assert answer.status_code == 200
    assert "f-action_plan-5-action" in answer.text
    assert "Fibres stay in use." in answer.text
    assert session.query(DocumentVersion).count() == 0


def test_documents_are_written_at_their_stage_by_their_writers(circle, session, pages):
    assert pages["lead"].get(f"{HOME}/documents/scoping_note/edit", headers=JSON).status_code == 409
    bring_to(session, circle.partnership, "eoi_draft")
    assert write(pages["expert"], "expression_of_interest", INTEREST).status_code == 403
    assert pages["evaluator"].get(f"{HOME}/documents/expression_of_interest/edit", headers=JSON).status_code == 403
    assert write(pages["region"], "expression_of_interest", INTEREST).status_code == 302
    assert pages["lead"].get(f"{HOME}/documents/minutes", headers=JSON).status_code == 404


def test_comments_hang_on_passages_and_are_closed_not_removed(circle, session, pages):
    bring_to(session, circle.partnership, "scoping")
    write(pages["lead"], "scoping_note", NOTE)
    address = f"{HOME}/documents/scoping_note/comments"
    form = {"field": "scope", "quote": "Cotton", "body": "And polyester?"}
    assert pages["expert"].post(address, data=form).status_code == 302
    assert pages["expert"].post(address, data=form | {"field": "nothing"}).status_code == 422
    assert pages["expert"].post(address, data=form | {"body": ""}).status_code == 422
    made = session.scalars(select(PassageComment)).one()
    reply = {"field": "scope", "body": "In the next version.", "reply_to": made.id}
    assert pages["lead"].post(address, data=reply).status_code == 302
    page = pages["region"].get(f"{HOME}/documents/scoping_note").text
    assert "<mark>Cotton</mark>" in page
    assert "In the next version." in page
    close = f"{HOME}/comments/{made.id}/resolve"
    assert pages["evaluator"].post(close, headers=JSON).status_code == 403
    assert pages["lead"].post(close).status_code == 302
    session.expire_all()
    assert made.resolved_by_id == circle.lead.id
    page = pages["region"].get(f"{HOME}/documents/scoping_note").text
    assert "And polyester?" in page
    assert "<mark>Cotton</mark>" not in page


def test_a_comment_is_text_and_never_markup(circle, session, pages):
    bring_to(session, circle.partnership, "scoping")
    write(pages["lead"], "scoping_note", NOTE | {"f-scope": "<script>alert(1)</script> & wool"})
    form = {"field": "scope", "quote": "<script>", "body": "<img src=x onerror=alert(1)>"}
    pages["expert"].post(f"{HOME}/documents/scoping_note/comments", data=form)
    page = pages["lead"].get(f"{HOME}/documents/scoping_note").text
    assert "<script>alert" not in page
    assert "<mark>&lt;script&gt;</mark>" in page
    assert "<img src=x" not in page


# Letters, priorities, members


def test_a_letter_needs_its_file_and_a_refused_one_leaves_nothing(circle, session, pages):
    address = circle.lead_member.id
    assert letter(pages["lead"], address, content=b"MZ", name="letter.pdf").status_code == 422
    assert letter(pages["lead"], address, name="letter.exe").status_code == 415
    assert letter(pages["lead"], address, signed_on="2027-03-02").status_code == 422
    assert letter(pages["lead"], address, months="-1").status_code == 422
    assert letter(pages["region"], address).status_code == 403
    assert session.query(StoredFile).count() == 0
    assert letter(pages["lead"], address).status_code == 302
    assert letter(pages["lead"], address, months="36").status_code == 302
    old, new = session.scalars(select(CommitmentLetter).order_by(CommitmentLetter.id)).all()
    assert old.replaced_at is not None
    assert gathering.current_letter(session, circle.lead_member).id == new.id
    assert session.query(StoredFile).count() == 2


def test_a_priority_is_of_the_region_itself_and_shared_by_its_partnerships(circle, session, clock, pages):
    assert priority(pages["lead"], circle.lead_member.id).status_code == 302
    assert priority(pages["lead"], circle.lead_member.id).status_code == 422
    assert priority(pages["lead"], circle.region_member.id).status_code == 403
    for link in ("javascript:alert(1)", "javascript://example.org/%0Aalert(1)", "file://example.org/s3.pdf", "s3.pdf"):
        form = {"title": "Other", "link": link}
        bad = pages["lead"].post(f"{HOME}/regions/{circle.lead_member.id}/priorities", data=form)
        assert bad.status_code == 422, link
    known = queries.priorities_of(session, "PT11")[0]
    foreign = {"priority_id": known.id}
    address = f"{HOME}/regions/{circle.region_member.id}/priorities"
    assert pages["region"].post(address, data=foreign, headers=JSON).status_code == 403


def test_a_region_joins_an_active_partnership_with_letter_and_strategy(circle, session, pages):
    bring_to(session, circle.partnership, "active")
    assert pages["stranger"].post(f"{HOME}/join", data={"nuts": "PT11"}).status_code == 422
    assert pages["stranger"].post(f"{HOME}/join", data={"nuts": "AT22", "motivation": "Felt."}).status_code == 302
    member = session.scalars(select(PartnershipMember).where(PartnershipMember.nuts == "AT22")).one()
    accept = f"{HOME}/regions/{member.id}/step/accept"
    assert pages["stranger"].post(accept, headers=JSON).status_code == 403
    assert pages["lead"].post(accept, headers=JSON).status_code == 422
    assert letter(pages["stranger"], member.id).status_code == 302
    assert pages["lead"].post(accept, headers=JSON).status_code == 422
    assert priority(pages["stranger"], member.id, "Felt").status_code == 302
    assert pages["lead"].post(accept).status_code == 302
    session.expire_all()
    assert (member.state, member.joined_at is not None) == ("member", True)
    leave = f"{HOME}/regions/{member.id}/step/leave"
    assert pages["region"].post(leave, data={"comment": "No."}, headers=JSON).status_code == 403
    assert pages["stranger"].post(leave, headers=JSON).status_code == 422
    assert pages["stranger"].post(leave, data={"comment": "Other plans."}).status_code == 302
    session.expire_all()
    assert (member.state, member.left_at is not None) == ("left", True)


def test_whoever_asks_to_join_sees_nothing_more_than_before_and_the_own_request(circle, session, pages):
    bring_to(session, circle.partnership, "active")
    write_note(circle, session, pages)
    assert letter(pages["lead"], circle.lead_member.id).status_code == 302
    pages["stranger"].post(f"{HOME}/join", data={"nuts": "AT22"})
    member = session.scalars(select(PartnershipMember).where(PartnershipMember.nuts == "AT22")).one()
    own, stored = f"{HOME}/regions/{member.id}", session.scalars(select(StoredFile)).one()
    assert pages["stranger"].get(own).status_code == 200
    assert own in pages["stranger"].get(f"{HOME}/").text
    closed = ("documents", "documents/scoping_note", "submission", "regions", "history", "support",
              f"regions/{circle.lead_member.id}")  # fmt: skip
    for path in closed:
        assert pages["stranger"].get(f"{HOME}/{path}").status_code == 403, path
    assert pages["stranger"].get(f"/documents/{stored.id}").status_code == 403
    assert letter(pages["stranger"], member.id).status_code == 302
    uploaded = session.scalars(select(StoredFile).order_by(StoredFile.id.desc())).first()
    assert pages["stranger"].get(f"/documents/{uploaded.id}").status_code == 200


def write_note(circle, session, pages) -> None:
    """A scoping note that insiders can read."""
    state_before = circle.partnership.state
    bring_to(session, circle.partnership, "scoping")
    assert write(pages["lead"], "scoping_note", NOTE).status_code == 302
    bring_to(session, circle.partnership, state_before)


def test_regions_learn_of_the_judging_when_it_is_decided(circle, session, clock, pages):
    submitted_case(circle, session, clock, pages)
    declare(pages["eligibility_officer"])
    check_all(pages["eligibility_officer"])
    assert "Rule judged" in pages["secretariat"].get(f"{HOME}/history").text
    seen = pages["lead"].get(f"{HOME}/history").text
    assert "Rule judged" not in seen
    assert "Interests declared" not in seen
    assert "Version frozen" in seen


def test_the_last_lead_region_stays(circle, session, pages):
    leave = f"{HOME}/regions/{circle.lead_member.id}/step/leave"
    role = f"{HOME}/regions/{circle.lead_member.id}/role/participant"
    assert pages["lead"].post(leave, data={"comment": "Bye."}, headers=JSON).status_code == 422
    assert pages["lead"].post(role, headers=JSON).status_code == 422
    assert pages["lead"].post(f"{HOME}/regions/{circle.region_member.id}/role/lead").status_code == 302
    assert pages["lead"].post(role).status_code == 302
    session.expire_all()
    assert circle.lead_member.role is MemberRole.PARTICIPANT


def test_lead_regions_invite_and_the_invited_region_confirms(circle, session, sign_in, pages):
    form = {"nuts": "DE21", "name": "Uta Upper", "email": "uta@example.org"}
    assert pages["region"].post(f"{HOME}/regions", data=form, headers=JSON).status_code == 403
    assert pages["lead"].post(f"{HOME}/regions", data=form).status_code == 302
    member = session.scalars(select(PartnershipMember).where(PartnershipMember.nuts == "DE21")).one()
    assert session.scalars(select(Mail).where(Mail.recipient == "uta@example.org")).one()
    uta = sign_in(next(r.user for r in queries.roles_given(session, circle.partnership.id) if r.member_id == member.id))
    assert uta.get(f"{HOME}/").status_code == 200
    assert uta.post(f"{HOME}/regions/{member.id}/step/confirm").status_code == 302
    session.expire_all()
    assert member.state == "member"
    assert queries.roles_of(session, circle.partnership, circle.region) == {"region"}


def test_a_mandated_organisation_acts_only_with_its_mandate(circle, session, sign_in, pages):
    form = {
        "role": Role.MANDATED_ORGANISATION.value, "member_id": circle.lead_member.id, "name": "Mia Mandate",
        "email": "mia@example.org",
    }  # fmt: skip
    assert pages["lead"].post(f"{HOME}/people", data=form).status_code == 422
    with_file = form | {"mandate": (io.BytesIO(PDF), "mandate.pdf")}
    assert pages["lead"].post(f"{HOME}/people", data=with_file).status_code == 302
    row = next(r for r in queries.roles_given(session, circle.partnership.id) if r.role is Role.MANDATED_ORGANISATION)
    assert queries.roles_of(session, circle.partnership, row.user) == {"lead", "region", "mandated"}
    row.mandate_file_id = None
    session.commit()
    assert queries.roles_of(session, circle.partnership, row.user) == frozenset()


def test_lead_regions_do_not_name_experts_and_a_role_ends(circle, session, pages):
    form = {"role": "expert", "member_id": 0, "name": "Ed", "email": "ed@example.org"}
    assert pages["lead"].post(f"{HOME}/people", data=form).status_code == 422
    assert pages["secretariat"].post(f"{HOME}/people", data=form).status_code == 302
    rows = queries.roles_given(session, circle.partnership.id)
    expert = next(r for r in rows if r.user.email == "ed@example.org")
    assert pages["lead"].post(f"{HOME}/people/{expert.id}/end", headers=JSON).status_code == 403
    assert pages["secretariat"].post(f"{HOME}/people/{expert.id}/end").status_code == 302
    session.expire_all()
    assert expert.ended_at is not None


# Submission


def test_submission_freezes_the_text_and_keeps_the_precheck(circle, session, clock, pages):
    ready_to_submit(circle, session, clock, pages)
    assert pages["region"].get(f"{HOME}/submission").status_code == 200
    assert pages["expert"].post(f"{HOME}/submission", headers=JSON).status_code == 403
    assert pages["lead"].post(f"{HOME}/submission").status_code == 302
    assert state(circle, session) == "eoi_submitted"
    made = session.scalars(select(Submission)).one()
    assert made.document.frozen_at is not None
    assert {r["rule"]: r["met"] for r in made.precheck if r["weight"] == "hard"} == {
        "regions": True, "s3_link": True, "commitment": True,
    }  # fmt: skip
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "partnership.submit_eoi")).one()
    assert [d["name"] for d in entry.detail["documents"]] == ["expression_of_interest v1", "letter.pdf", "letter.pdf"]


def test_a_failed_precheck_is_shown_and_may_be_explained(circle, session, clock, pages):
    ready_to_submit(circle, session, clock, pages)
    third = session.scalars(select(PartnershipMember).where(PartnershipMember.nuts == "ITC4")).one()
    third.state = "left"
    refused = pages["lead"].post(f"{HOME}/submission")
    assert refused.status_code == 422
    assert "2 regions from 2 Member States count" in refused.text
    assert session.query(Submission).count() == 0
    assert session.scalars(select(DocumentVersion)).one().frozen_at is None
    silent = pages["lead"].post(f"{HOME}/submission", data={"override": "1"})
    assert silent.status_code == 422
    remarks = {"override": "1", "comment": "Lombardy signs next week."}
    assert pages["lead"].post(f"{HOME}/submission", data=remarks).status_code == 302
    assert session.scalars(select(Submission)).one().remarks == "Lombardy signs next week."


def test_nothing_is_submitted_outside_a_window_or_with_gaps(circle, session, clock, pages):
    ready_to_submit(circle, session, clock, pages)
    clock.advance(timedelta(days=31))
    late = pages["lead"].post(f"{HOME}/submission", data={"override": "1", "comment": "Please."})
    assert late.status_code == 422
    assert "No submission window is open" in late.text
    clock.advance(timedelta(days=-31))
    newest = session.scalars(select(DocumentVersion)).one()
    newest.content = newest.content | {"truth": False, "relevance": ""}
    gaps = pages["lead"].post(f"{HOME}/submission")
    assert gaps.status_code == 422
    assert "Still empty: Relevance of the area" in gaps.text
    assert session.query(Submission).count() == 0


def test_the_secretariat_returns_a_submission_until_a_day(circle, session, clock, pages):
    ready_to_submit(circle, session, clock, pages)
    pages["lead"].post(f"{HOME}/submission")
    form = {"due": "2027-03-20", "reason": "A letter is not legible."}
    address = f"{HOME}/submission/return"
    assert pages["lead"].post(address, data=form, headers=JSON).status_code == 403
    assert pages["secretariat"].post(address, data=form | {"due": "2027-02-01"}).status_code == 422
    assert pages["secretariat"].post(address, data=form | {"reason": ""}).status_code == 422
    assert state(circle, session) == "eoi_submitted"
    assert pages["secretariat"].post(address, data=form).status_code == 302
    assert (state(circle, session), circle.partnership.answer_due) == ("eoi_draft", date(2027, 3, 20))
    assert write(pages["lead"], "expression_of_interest", INTEREST | {"f-relevance": "Higher."}, 1).status_code == 302
    assert pages["lead"].post(f"{HOME}/submission").status_code == 302
    first, second = session.scalars(select(Submission).order_by(Submission.number)).all()
    assert first.document.content["relevance"] == "High."
    assert second.document.content["relevance"] == "Higher."
    assert circle.partnership.answer_due is None


# Judging


def submitted_case(circle, session, clock, pages):
    ready_to_submit(circle, session, clock, pages)
    assert pages["lead"].post(f"{HOME}/submission").status_code == 302


def declare(page, answer: str = "no", reason: str = ""):
    return page.post(f"{HOME}/judging/declare", data={"has_conflict": answer, "reason": reason}, headers=JSON)


def check_all(page, **findings):
    for rule in ("regions", "s3_link", "commitment", "relevance"):
        form = {"finding": findings.get(rule, "met"), "evidence": "Page 3."}
        assert page.post(f"{HOME}/judging/rules/{rule}", data=form, headers=JSON).status_code == 302


def points(**changes):
    criteria = {rule.key: rule.points for rule in shipped("s3-baseline").rule_set("jrc_2019").soft()}
    return {f"points-{key}": value for key, value in (criteria | changes).items()}


def test_declarations_and_scores_outlive_the_account_without_its_name(circle, session, clock, sign_in, pages):
    submitted_case(circle, session, clock, pages)
    declare(pages["eligibility_officer"])
    check_all(pages["eligibility_officer"])
    assert pages["eligibility_officer"].post(f"{HOME}/judging/eligibility/eligible").status_code == 302
    gone = make_user(session, clock, "Gus Gone")
    services.give_role(session, clock, circle.administrator, gone, Role.EVALUATOR)
    session.commit()
    for page in (pages["evaluator"], sign_in(gone)):
        declare(page)
        assert page.post(f"{HOME}/judging/scores", data=points()).status_code == 302
    session.delete(gone)
    session.commit()
    declared = session.scalars(select(ConflictDeclaration).order_by(ConflictDeclaration.number)).all()
    assert [(row.number, row.user_id) for row in declared] == [
        (1, circle.officer.id), (2, circle.evaluator.id), (3, None),
    ]  # fmt: skip
    submission = session.scalars(select(Submission)).one()
    assert judging.complete_evaluators(session, submission, shipped("s3-baseline").rule_set("jrc_2019")) == [
        declared[1].id, declared[2].id,
    ]  # fmt: skip
    page = pages["secretariat"].get(f"{HOME}/judging").text
    assert "Judge 3 (account gone)" in page
    assert "Gus Gone" not in page


def test_the_way_from_submission_to_approval_and_work(circle, session, clock, sign_in, pages):
    submitted_case(circle, session, clock, pages)
    declare(pages["eligibility_officer"])
    officer = pages["eligibility_officer"]
    settle = f"{HOME}/judging/eligibility/eligible"
    assert officer.post(settle, headers=JSON).status_code == 422
    check_all(officer)
    assert (
        officer.post(f"{HOME}/judging/eligibility/not_eligible", data={"comment": "x"}, headers=JSON).status_code == 422
    )
    assert officer.post(settle).status_code == 302
    other = make_user(session, clock, "Emil Evaluator")
    services.give_role(session, clock, circle.administrator, other, Role.EVALUATOR)
    session.commit()
    decision = {"outcome": "approved", "minutes": "Both agree."}
    for number, page in enumerate((pages["evaluator"], sign_in(other))):
        declare(page)
        assert page.post(f"{HOME}/judging/decision", data=decision, headers=JSON).status_code == 422
        too_many = page.post(f"{HOME}/judging/scores", data=points(leads=11))
        assert too_many.status_code == 422
        assert "give 0 to 10 points" in too_many.text
        assert page.post(f"{HOME}/judging/scores", data=points(leads=10 - number)).status_code == 302
    with_file = decision | {"file": (io.BytesIO(PDF), "minutes.pdf")}
    assert pages["evaluator"].post(f"{HOME}/judging/decision", data=decision | {"minutes": ""}).status_code == 422
    assert pages["evaluator"].post(f"{HOME}/judging/decision", data=with_file).status_code == 302
    assert state(circle, session) == "approved"
    made = session.scalars(select(Decision)).one()
    assert (made.minutes, made.file.name) == ("Both agree.", "minutes.pdf")
    assert session.query(CriterionScore).count() == 14
    assert step(pages["lead"], "activate").status_code == 403
    assert step(pages["secretariat"], "activate").status_code == 302
    assert (state(circle, session), circle.partnership.phase) == ("active", "mapping")


def test_a_rule_that_fails_ends_the_case_until_the_next_submission(circle, session, clock, pages):
    submitted_case(circle, session, clock, pages)
    officer = pages["eligibility_officer"]
    declare(officer)
    bare = officer.post(f"{HOME}/judging/rules/regions", data={"finding": "not_met"}, headers=JSON)
    assert bare.status_code == 422
    unknown = {"finding": "met", "evidence": "x"}
    assert officer.post(f"{HOME}/judging/rules/taste", data=unknown, headers=JSON).status_code == 422
    check_all(officer, relevance="not_met")
    assert officer.post(f"{HOME}/judging/eligibility/eligible", headers=JSON).status_code == 422
    closing = officer.post(f"{HOME}/judging/eligibility/not_eligible", data={"comment": "Not relevant."})
    assert closing.status_code == 302
    assert state(circle, session) == "not_eligible"
    assert step(pages["lead"], "resubmit").status_code == 302
    session.expire_all()
    assert (circle.partnership.state, circle.partnership.version) == ("eoi_draft", 2)


def test_whoever_has_not_declared_cannot_judge(circle, session, clock, pages):
    submitted_case(circle, session, clock, pages)
    form = {"finding": "met", "evidence": "Page 3."}
    answer = pages["eligibility_officer"].post(f"{HOME}/judging/rules/regions", data=form, headers=JSON)
    assert answer.status_code == 403
    assert "Declare first" in answer.json["detail"]


def test_an_evaluator_with_a_conflict_is_refused_for_good(circle, session, clock, pages):
    submitted_case(circle, session, clock, pages)
    bring_to(session, circle.partnership, "eligible")
    evaluator = pages["evaluator"]
    assert declare(evaluator, "yes").status_code == 422
    assert declare(evaluator, "yes", "My brother leads the cluster.").status_code == 302
    assert declare(evaluator, "no").status_code == 422
    for address, form in (("scores", points()), ("decision", {"outcome": "approved", "minutes": "Fine."})):
        answer = evaluator.post(f"{HOME}/judging/{address}", data=form, headers=JSON)
        assert (answer.status_code, answer.json["code"]) == (403, "conflict_of_interest")
    assert (
        step(evaluator, "approve").status_code == 302
    )  # leads back to the page; the step is taken on its own page only
    assert state(circle, session) == "eligible"
    assert session.query(CriterionScore).count() == 0
    assert session.scalars(select(ConflictDeclaration)).one().has_conflict


@pytest.mark.parametrize("how", ["represents", "expert", "wrote", "founded"])
def test_nobody_judges_an_own_case_whatever_they_declare(circle, session, clock, sign_in, pages, how):
    submitted_case(circle, session, clock, pages)
    bring_to(session, circle.partnership, "eligible")
    party = {
        "represents": circle.region, "expert": circle.expert, "founded": circle.lead, "wrote": circle.stranger,
    }[how]  # fmt: skip
    if how == "wrote":
        bring_to(session, circle.partnership, "eoi_draft")
        services.save_draft(session, clock, circle.partnership, party, "expression_of_interest", {}, 1)
        bring_to(session, circle.partnership, "eligible")
    if how == "represents":
        row = next(r for r in queries.roles_given(session, circle.partnership.id) if r.user_id == party.id)
        services.end_role(session, clock, circle.administrator, row)  # a former role counts, too
    services.give_role(session, clock, circle.administrator, party, Role.EVALUATOR)
    session.commit()
    page = sign_in(party)
    assert declare(page, "no").status_code == 422
    answer = page.post(f"{HOME}/judging/scores", data=points(), headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (403, "conflict_of_interest")
    assert session.query(CriterionScore).count() == 0


def test_others_do_not_judge_at_all(circle, session, clock, pages):
    submitted_case(circle, session, clock, pages)
    form = {"finding": "met", "evidence": "x"}
    for name in ("lead", "region", "expert", "stranger"):
        answer = pages[name].post(f"{HOME}/judging/rules/regions", data=form, headers=JSON)
        assert answer.status_code in {403, 404}, name
    declare(pages["evaluator"])
    assert pages["evaluator"].post(f"{HOME}/judging/rules/regions", data=form, headers=JSON).status_code == 403
    assert declare(pages["secretariat"]).status_code == 403


def test_evaluators_do_not_see_the_scores_of_others_before_their_own(circle, session, clock, sign_in, pages):
    submitted_case(circle, session, clock, pages)
    bring_to(session, circle.partnership, "eligible")
    other = make_user(session, clock, "Emil Evaluator")
    services.give_role(session, clock, circle.administrator, other, Role.EVALUATOR)
    session.commit()
    emil = sign_in(other)
    declare(emil)
    declare(pages["evaluator"])
    emil.post(f"{HOME}/judging/scores", data=points())
    assert 'id="scores"' not in pages["evaluator"].get(f"{HOME}/judging").text
    pages["evaluator"].post(f"{HOME}/judging/scores", data=points())
    assert 'id="scores"' in pages["evaluator"].get(f"{HOME}/judging").text


# Support, windows, mails


def test_support_is_asked_for_by_active_partnerships_and_answered(circle, session, pages):
    form = {"service": "mapping", "need": "A survey.", "starts_on": "2027-04-01", "ends_on": "2027-06-30"}
    assert pages["lead"].post(f"{HOME}/support", data=form).status_code == 422
    bring_to(session, circle.partnership, "active")
    assert pages["region"].post(f"{HOME}/support", data=form, headers=JSON).status_code == 403
    assert pages["lead"].post(f"{HOME}/support", data=form | {"ends_on": "2027-03-01"}).status_code == 422
    assert pages["lead"].post(f"{HOME}/support", data=form | {"service": "magic"}).status_code == 422
    assert pages["lead"].post(f"{HOME}/support", data=form).status_code == 302
    made = session.scalars(select(SupportRequest)).one()
    grant = f"{HOME}/support/{made.id}/step/grant"
    assert pages["lead"].post(grant, headers=JSON).status_code == 403
    assert pages["secretariat"].post(grant).status_code == 302
    session.expire_all()
    assert made.state == "granted"
    assert "Request for support: Grant" in pages["lead"].get(f"{HOME}/history").text


def test_windows_of_one_process_do_not_overlap(circle, session, pages):
    form = {"name": "Spring", "rules": "s3-baseline|jrc_2019", "opens_at": "2027-02-01T00:00",
            "closes_at": "2027-03-31T23:59"}  # fmt: skip
    address = "/partnerships/desk/windows"
    assert pages["lead"].post(address, data=form).status_code == 403
    assert pages["secretariat"].post(address, data=form).status_code == 302
    assert pages["secretariat"].post(address, data=form | {"name": "Again"}).status_code == 422
    backwards = form | {"opens_at": "2027-09-01T00:00", "closes_at": "2027-08-01T00:00"}
    assert pages["secretariat"].post(address, data=backwards).status_code == 422


def test_those_whose_turn_it_is_and_the_leads_hear_of_a_step(circle, session, pages):
    session.query(Mail).delete()
    step(pages["secretariat"], "assign_expert", comment="Knows textiles.")
    mails = {mail.recipient: mail for mail in session.scalars(select(Mail))}
    assert set(mails) == {circle.expert.email, circle.lead.email}
    assert "Expert assigned" in mails[circle.lead.email].subject
    assert "Knows textiles." in mails[circle.lead.email].body
    assert "http://localhost/partnerships/textiles/" in mails[circle.lead.email].body


def test_the_desk_is_for_the_secretariat(circle, session, client, pages, sign_in):
    for path in ("desk", "desk/windows", "desk/people", "desk/areas"):
        assert pages["secretariat"].get(f"/partnerships/{path}").status_code == 200, path
        assert sign_in(circle.administrator).get(f"/partnerships/{path}").status_code == 200, path
        for outsider in ("lead", "expert", "evaluator", "stranger"):
            assert pages[outsider].get(f"/partnerships/{path}").status_code == 403, path
        assert client.get(f"/partnerships/{path}").status_code == 302, path


def test_the_list_asks_the_same_few_questions_however_long_it_is(app, circle, session, clock, queries, sign_in):
    page = sign_in(circle.administrator)
    page.get("/partnerships/")
    with queries() as first:
        assert page.get("/partnerships/").status_code == 200
    with app.app_context():
        for number in range(4):
            make_partnership(session, clock, circle.stranger, slug=f"case-{number}")
    session.commit()
    with queries() as second:
        assert page.get("/partnerships/").status_code == 200
    assert len(second) == len(first)
