"""Two partnerships for the journeys.

* `textiles` is being scoped: Lena speaks for its lead region; two more regions of other countries take part, and a
  submission window is open.
* `hydrogen` is eligible and waits for its evaluators, Vera and Konrad; its note has two versions and a comment.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import files
from app.core.clock import Clock
from app.partnerships import services
from app.partnerships.dossier_models import CommitmentLetter, Finding
from app.partnerships.models import MemberRole, Partnership, PartnershipMember, Role
from app.partnerships.services.drafting import document_type
from tests.app.core.test_files import PDF
from tests.factories.partnerships import bring_to, make_member, make_partnership, make_user

NOTE = {
    "title": "Hydrogen Valleys", "platform": "energy", "vision": "Steel without coal.", "mission": "Connect ports.",
    "objective": "Three projects.", "scope": "Electrolysis, storage and use in steel works.", "market": "Steel makers.",
    "complementarity": "Wind there, steel here.", "governance": "A board.", "sdgs": ["sdg_7", "sdg_13"],
    "action_plan": [{"action": "Survey", "owner": "Upper Austria", "start": "2027-04-01", "end": "2027-06-30"}],
    "community": [{"organisation": "Hydrogen cluster", "kind": "cluster", "interest": "Members"}],
}  # fmt: skip
INTEREST = {
    "relevance": "High.", "added_value": "Together.", "granularity": "Fine.", "stakeholder_plan": "Clusters.",
    "balance": "North and south.", "stakeholder_kinds": ["cluster", "company", "university"], "open": True,
    "truth": True,
}  # fmt: skip


def write_partnerships(session: Session, clock: Clock, administrator: User) -> dict[str, User]:
    """Write both; return the people by first name."""
    session.info[services.QUIET] = True
    people = {name: make_user(session, clock, f"{name} Region") for name in ("Lena", "Rui", "Tea")}
    people |= {name: make_user(session, clock, f"{name} Judge") for name in ("Vera", "Konrad", "Olaf")}
    for name in ("Vera", "Konrad"):
        services.give_role(session, clock, administrator, people[name], Role.EVALUATOR)
    services.give_role(session, clock, administrator, people["Olaf"], Role.ELIGIBILITY_OFFICER)
    now = clock()
    services.open_window(
        session, clock, administrator, template_key="s3-baseline", rule_set="jrc_2019", name="Open window",
        opens_at=now - timedelta(days=5), closes_at=now + timedelta(days=30),
    )  # fmt: skip
    textiles = make_partnership(session, clock, people["Lena"])
    make_member(session, clock, textiles, people["Rui"], "ES51")
    make_member(session, clock, textiles, people["Tea"], "ITC4")
    bring_to(session, textiles, "scoping")
    hydrogen = make_partnership(session, clock, people["Rui"], slug="hydrogen", nuts="AT31")
    hydrogen.name, hydrogen.acronym = "Hydrogen Valleys", "HYVAL"
    for nuts in ("NL11", "DE94"):
        make_member(session, clock, hydrogen, None, nuts)
    _eligible(session, clock, hydrogen, people)
    return people


def _eligible(session: Session, clock: Clock, hydrogen: Partnership, people: dict[str, User]) -> None:
    rui = people["Rui"]
    bring_to(session, hydrogen, "scoping")
    version = services.save_draft(session, clock, hydrogen, rui, "scoping_note", NOTE, 0)
    services.freeze(session, clock, hydrogen, rui, "scoping_note", "First")
    document = document_type(session, hydrogen, "scoping_note")
    services.comment(session, clock, version, document, rui, field="scope", quote="storage", body="Which kinds?")
    changed = NOTE | {"scope": "Electrolysis, salt caverns and use in steel works.", "objective": "Four projects."}
    services.save_draft(session, clock, hydrogen, rui, "scoping_note", changed, version.revision)
    bring_to(session, hydrogen, "eoi_draft")
    lead = session.query(PartnershipMember).filter_by(partnership_id=hydrogen.id, role=MemberRole.LEAD).one()
    _evidence(session, clock, lead, rui)
    services.save_draft(session, clock, hydrogen, rui, "expression_of_interest", INTEREST, 0)
    services.submit(session, clock, hydrogen, rui)
    olaf = people["Olaf"]
    services.declare(session, clock, hydrogen, olaf, has_conflict=False)
    for rule in ("regions", "s3_link", "commitment", "relevance"):
        services.judge_rule(session, clock, hydrogen, olaf, rule, services.Judgement(Finding.MET, "Page 3."))
    services.settle_eligibility(session, clock, hydrogen, olaf, is_eligible=True)


def _evidence(session: Session, clock: Clock, lead: PartnershipMember, user: User) -> None:
    values = {"title": "Hydrogen", "link": "https://strategy.example/s3.pdf", "code": "H2"}
    priority = services.add_priority(session, clock, user, lead.nuts, values)
    services.link_priority(session, lead, priority, page="12", quote="Hydrogen first.")
    stored = files.store(
        session, clock, "letter.pdf", PDF, subject_kind="partnership", subject_id=lead.partnership_id, actor_id=user.id
    )
    session.add(
        CommitmentLetter(
            member_id=lead.id, file=stored, signatory="Ana", function="Head", authority="Region", months=24,
            signed_on=clock().date(), created_at=clock(),
        )
    )  # fmt: skip
    session.flush()
