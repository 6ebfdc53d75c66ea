"""The demo partnership's set-up, from intake to approval, all by the services that people use."""

import io
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.accounts.services import find_or_create_user
from app.core.transitions import Act
from app.demo.letters import letter
from app.demo.partnering import PartnershipStage, Past, content, demo_partnership
from app.organisations.models import Organisation
from app.organisations.reference import region_country, regions
from app.organisations.services import OrganisationData, find_or_create
from app.partnerships import queries, services
from app.partnerships.dossier_models import Finding, Outcome
from app.partnerships.models import MemberRole, Partnership, PartnershipMember, Role, ThematicArea
from app.partnerships.services.drafting import document_type

Row = dict[str, Any]
REGION = Role.REGION_REPRESENTATIVE


def person(session: Session, past: Past, pair: list[str]) -> User:
    """An account of an invented person."""
    user = find_or_create_user(session, past, name=pair[0], email=pair[1])
    user.email_confirmed_at = user.email_confirmed_at or past()
    return user


def authority(session: Session, past: Past, row: Row) -> Organisation:
    """The authority of a region as an organisation."""
    data = OrganisationData(name=row["authority"], country=region_country(row["nuts"]), kind="public", nuts=row["nuts"])
    return find_or_create(session, past, None, data)


def write_scoping_note(stage: PartnershipStage) -> None:
    """Intake, expert, regions that join, two versions of the note with comments between them, signatures."""
    if demo_partnership(stage.session) is not None:
        return
    stage.say("Founding the demo partnership ...")
    stage.session.info[services.QUIET] = True
    session, past = stage.session, stage.past
    lead = content()["regions"][0]
    founder = person(session, past, lead["person"])
    partnership = services.found_partnership(session, past, founder, intake(session, past, lead))
    _members(session, past, partnership, founder)
    _staff(session, past, partnership)
    secretariat = person(session, past, content()["people"]["secretariat"])
    expert = person(session, past, content()["people"]["expert"])
    past.wait(6)
    take(session, past, partnership, secretariat, "assign_expert", "Has led two mapping exercises on textiles.")
    past.wait(3)
    take(session, past, partnership, expert, "begin_scoping")
    _write_note(session, past, partnership, founder)
    take(session, past, partnership, founder, "agree_scoping")


def intake(session: Session, past: Past, lead: Row) -> services.Intake:
    """The contact form of the first region."""
    known = select(ThematicArea).where(ThematicArea.key == content()["area"]["key"])
    area = session.scalars(known).first() or services.add_area(session, **content()["area"])
    about = content()["partnership"]
    return services.Intake(
        name=about["name"],
        slug=about["slug"],
        acronym=about["acronym"],
        summary=about["summary"],
        area_id=area.id,
        nuts=lead["nuts"],
        contact_name=lead["person"][0],
        contact_email=lead["person"][1],
        organisation=authority(session, past, lead),
    )


def take(session: Session, past: Past, partnership: Partnership, actor: User, step: str, comment: str = "") -> None:
    """Take a step of the partnership in the actor's own roles."""
    roles = queries.roles_of(session, partnership, actor)
    services.move(session, past, partnership, actor, step, Act(actor.id, roles, comment))


def _members(session: Session, past: Past, partnership: Partnership, founder: User) -> None:
    for row in content()["regions"]:
        user, organisation = person(session, past, row["person"]), authority(session, past, row)
        member = next((m for m in queries.members_of(session, partnership.id) if m.nuts == row["nuts"]), None)
        if member is None:
            past.wait(2)
            member = services.add_member(
                session, past, partnership, founder, nuts=row["nuts"], way="invite", organisation=organisation,
                role=MemberRole.LEAD if row["lead"] else MemberRole.PARTICIPANT,
                roles=queries.roles_of(session, partnership, founder),
            )  # fmt: skip
            services.give_role(session, past, founder, user, REGION, partnership, member=member)
            past.wait(1)
            services.move_member(session, past, member, user, "confirm")
        member.motivation, member.contribution = row["motivation"], row["contribution"]
        _evidence(session, past, member, user, row)


def _evidence(session: Session, past: Past, member: PartnershipMember, user: User, row: Row) -> None:
    """The region's strategy priority and commitment letter."""
    title, code, page, quote = row["priority"]
    link = f"https://strategy.example/{row['nuts'].lower()}/s3-2021-2027.pdf"
    priority = services.add_priority(session, past, user, row["nuts"], {"title": title, "link": link, "code": code})
    services.link_priority(session, member, priority, page=page, quote=quote)
    name = regions().label(row["nuts"], "en")
    lines = [
        row["authority"], "", f"Commitment of {name} ({row['nuts']})", "",
        f"We commit ourselves to the partnership “{content()['partnership']['name']}” for {row['months']} months",
        f"and put {row['fte']} full-time equivalents and {row['budget']:,} euros at its disposal.", "",
        "Signed by the head of the authority.",
    ]  # fmt: skip
    upload = FileStorage(io.BytesIO(letter(lines)), f"commitment-{row['nuts']}.pdf")
    values = {
        "signatory": row["person"][0], "function": "Head of the authority", "authority": row["authority"],
        "signed_on": past().date(), "months": row["months"], "fte": row["fte"], "budget": float(row["budget"]),
    }  # fmt: skip
    services.add_letter(session, past, member, user, upload, values)


def _staff(session: Session, past: Past, partnership: Partnership) -> None:
    people = content()["people"]
    secretariat = person(session, past, people["secretariat"])
    services.give_role(session, past, secretariat, secretariat, Role.SECRETARIAT)
    services.give_role(session, past, secretariat, person(session, past, people["officer"]), Role.ELIGIBILITY_OFFICER)
    for pair in [*people["evaluators"], people["conflicted"]]:
        services.give_role(session, past, secretariat, person(session, past, pair), Role.EVALUATOR)
    services.give_role(session, past, secretariat, person(session, past, people["expert"]), Role.EXPERT, partnership)


def _write_note(session: Session, past: Past, partnership: Partnership, founder: User) -> None:
    kind, text = "scoping_note", dict(content()["scoping_note"])
    version = services.save_draft(session, past, partnership, founder, kind, text, 0)
    services.freeze(session, past, partnership, founder, kind, "First draft for all regions")
    for row in content()["comments"]:
        past.wait(2)
        author = _commenter(session, past, row["by"])
        document = document_type(session, partnership, kind)
        made = services.comment(
            session, past, version, document, author, field=row["field"], quote=row["quote"], body=row["body"]
        )
        services.resolve(session, past, made, founder)
    past.wait(10)
    text |= content()["second_draft"]
    version = services.save_draft(session, past, partnership, founder, kind, text, version.revision)
    services.freeze(
        session, past, partnership, founder, kind, "Objective by kinds of projects; reuse in workwear added"
    )
    past.wait(8)
    for member in queries.members_of(session, partnership.id):
        if member.role is MemberRole.LEAD:
            services.sign(session, past, member, _speaker(session, past, member.nuts), kind)


def _commenter(session: Session, past: Past, who: str) -> User:
    return person(session, past, content()["people"]["expert"]) if who == "expert" else _speaker(session, past, who)


def _speaker(session: Session, past: Past, nuts: str) -> User:
    row = next(row for row in content()["regions"] if row["nuts"] == nuts)
    return person(session, past, row["person"])


def submit_and_judge(stage: PartnershipStage) -> None:
    """The expression of interest: written, submitted in a window, checked, scored, approved; work begins."""
    partnership = stage.partnership
    if partnership.state != "scoping_agreed":
        return
    stage.session.info[services.QUIET] = True
    session, past = stage.session, stage.past
    past.now = stage.clock() - timedelta(days=410)
    people = content()["people"]
    founder = _speaker(session, past, content()["regions"][0]["nuts"])
    secretariat, officer = person(session, past, people["secretariat"]), person(session, past, people["officer"])
    services.open_window(
        session, past, secretariat, template_key=partnership.template_key, rule_set="jrc_2019",
        name=f"Window {past().year}", opens_at=past() - timedelta(days=20), closes_at=past() + timedelta(days=40),
    )  # fmt: skip
    take(session, past, partnership, founder, "draft_eoi")
    interest = content()["expression_of_interest"]
    services.save_draft(session, past, partnership, founder, "expression_of_interest", interest, 0)
    past.wait(12)
    services.submit(session, past, partnership, founder)
    past.wait(9)
    services.declare(session, past, partnership, officer, has_conflict=False)
    for rule, (finding, evidence) in content()["checklist"].items():
        judgement = services.Judgement(Finding(finding), evidence)
        services.judge_rule(session, past, partnership, officer, rule, judgement)
    services.settle_eligibility(session, past, partnership, officer, is_eligible=True)
    _decide(session, past, partnership)
    past.wait(14)
    take(session, past, partnership, secretariat, "activate")
    past.wait(20)
    wanted = content()["support"]
    made = services.ask_for_support(
        session, past, partnership, founder, service=wanted["service"], need=wanted["need"],
        starts_on=past().date(), ends_on=past().date() + timedelta(days=180),
    )  # fmt: skip
    services.move_support(session, past, made, secretariat, "grant", "Two experts, ten days each.")


def _decide(session: Session, past: Past, partnership: Partnership) -> None:
    people = content()["people"]
    conflicted = person(session, past, people["conflicted"])
    services.declare(session, past, partnership, conflicted, has_conflict=True, reason=people["conflict"])
    evaluators = [person(session, past, pair) for pair in people["evaluators"]]
    for number, evaluator in enumerate(evaluators):
        past.wait(4)
        services.declare(session, past, partnership, evaluator, has_conflict=False)
        points = {criterion: given[number] for criterion, given in content()["scores"].items()}
        services.score(session, past, partnership, evaluator, points, {})
    past.wait(5)
    minutes = str(content()["decision"]["minutes"]).strip()
    signed = FileStorage(io.BytesIO(letter(minutes.splitlines())), "minutes-of-the-decision.pdf")
    services.decide(session, past, partnership, evaluators[0], Outcome.APPROVED, minutes=minutes, upload=signed)
