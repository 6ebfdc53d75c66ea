"""Gathers from the database what guards and checks look at."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import User
from app.core.clock import Clock
from app.organisations import reference
from app.partnerships import judging, queries, rules
from app.partnerships.dossier_models import CommitmentLetter, DocumentVersion, SignOff
from app.partnerships.facts import CaseFacts, LetterFacts, MemberFacts, RegionFacts
from app.partnerships.models import (
    LEFT_STATES,
    MemberRole,
    Partnership,
    PartnershipMember,
    PartnershipRole,
    Role,
)
from app.partnerships.templates import Template


def intake_facts(partnership: Partnership) -> CaseFacts:
    """The facts of a case that does not exist yet."""
    values = {
        "name": partnership.name, "summary": partnership.summary, "contact name": partnership.contact.get("name"),
        "contact address": partnership.contact.get("email"),
    }  # fmt: skip
    return CaseFacts(contact_missing=tuple(name for name, value in values.items() if not value))


def case_facts(session: Session, clock: Clock, partnership: Partnership, actor: User | None) -> CaseFacts:
    """Everything guards of the machine `partnership` may ask, as one acts on it now."""
    process = queries.template_of(session, partnership)
    members = queries.members_of(session, partnership.id)
    newest = newest_versions(session, partnership)
    today = clock().date()
    case = CaseFacts(
        state=partnership.state,
        today=today,
        regions=tuple(region_facts(session, members, newest)),
        contact_missing=intake_facts(partnership).contact_missing,
        has_expert=_has_expert(session, partnership),
        missing=_missing(process, newest),
        is_frozen={kind: version.frozen_at is not None for kind, version in newest.items()},
        unsigned_leads=tuple(_unsigned(session, members, newest.get("scoping_note"))),
        open_window=judging.open_window(session, clock, process) is not None,
        answer_due=partnership.answer_due,
    )
    return judging.with_judgement(session, process, partnership, case, actor, clock)


def newest_versions(session: Session, partnership: Partnership) -> dict[str, DocumentVersion]:
    """The newest version of each document, by its key."""
    query = select(DocumentVersion).where(DocumentVersion.partnership_id == partnership.id)
    return {version.kind: version for version in session.scalars(query.order_by(DocumentVersion.number))}


def frozen_documents(session: Session, partnership: Partnership) -> list[tuple[str, str]]:
    """Name and hash of the newest version of each document that is frozen."""
    newest = newest_versions(session, partnership)
    return [(f"{v.kind} v{v.number}", v.sha256) for v in newest.values() if v.sha256]


def region_facts(
    session: Session, members: Sequence[PartnershipMember], newest: dict[str, DocumentVersion]
) -> list[RegionFacts]:
    """The regions with letters and links. Kinds of stakeholders come from the documents and count for all."""
    kinds = _stakeholder_kinds(newest)
    letters_by_member = current_letters(session, members)
    mandated = _members_with_mandate(session, members)
    return [
        RegionFacts(
            nuts=member.nuts,
            is_lead=member.role is MemberRole.LEAD,
            priorities=len(member.priorities),
            letter=letter_facts(letters_by_member.get(member.id)),
            has_mandate=member.id in letters_by_member or member.id in mandated,
            stakeholder_kinds=kinds,
        )
        for member in members
    ]


def current_letters(session: Session, members: Sequence[PartnershipMember]) -> dict[int, CommitmentLetter]:
    """The commitment letter of each region that no newer one replaced, by member."""
    query = select(CommitmentLetter).where(
        CommitmentLetter.member_id.in_([m.id for m in members]), CommitmentLetter.replaced_at.is_(None)
    )
    rows = session.scalars(query.options(joinedload(CommitmentLetter.file)).order_by(CommitmentLetter.id))
    return {row.member_id: row for row in rows}


def _members_with_mandate(session: Session, members: Sequence[PartnershipMember]) -> set[int]:
    query = select(PartnershipRole.member_id).where(
        PartnershipRole.member_id.in_([m.id for m in members]), PartnershipRole.mandate_file_id.is_not(None)
    )
    return {number for number in session.scalars(query) if number is not None}


def _stakeholder_kinds(newest: dict[str, DocumentVersion]) -> frozenset[str]:
    found: set[str] = set()
    if note := newest.get("scoping_note"):
        found |= {row.get("kind", "") for row in note.content.get("community") or []}
    if interest := newest.get("expression_of_interest"):
        found |= set(interest.content.get("stakeholder_kinds") or [])
        found |= {row.get("kind", "") for row in interest.content.get("community") or []}
    return frozenset(found - {""})


def current_letter(session: Session, member: PartnershipMember) -> CommitmentLetter | None:
    """The commitment letter of one region that no newer one replaced."""
    return current_letters(session, [member]).get(member.id)


def letter_facts(letter: CommitmentLetter | None) -> LetterFacts | None:
    """What checks ask of a letter."""
    if letter is None:
        return None
    return LetterFacts(True, letter.signatory, letter.authority, letter.signed_on, letter.months)


def _mandates(session: Session, member: PartnershipMember) -> list[PartnershipRole]:
    query = select(PartnershipRole).where(
        PartnershipRole.member_id == member.id, PartnershipRole.mandate_file_id.is_not(None)
    )
    return list(session.scalars(query.options(joinedload(PartnershipRole.mandate))))


def letters(session: Session, member: PartnershipMember) -> list[tuple[str, str]]:
    """Name and hash of the letters of a region that are on file."""
    found = []
    if letter := current_letter(session, member):
        found.append((letter.file.name, letter.file.sha256))
    return found + [(r.mandate.name, r.mandate.sha256) for r in _mandates(session, member) if r.mandate]


def _has_expert(session: Session, partnership: Partnership) -> bool:
    query = select(PartnershipRole.id).where(
        PartnershipRole.partnership_id == partnership.id,
        PartnershipRole.role == Role.EXPERT,
        PartnershipRole.ended_at.is_(None),
    )
    return session.scalars(query.limit(1)).first() is not None


def _missing(process: Template, newest: dict[str, DocumentVersion]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for document in process.documents:
        version = newest.get(document.key)
        content = version.content if version else {}
        found[document.key] = tuple(
            reference.translated(field.name) for field in rules.missing_fields(document, content)
        )
    return found


def _unsigned(session: Session, members: Sequence[PartnershipMember], note: DocumentVersion | None) -> list[str]:
    signed: set[int] = set()
    if note is not None:
        signed = set(session.scalars(select(SignOff.member_id).where(SignOff.version_id == note.id)))
    leads = [m for m in members if m.role is MemberRole.LEAD]
    return [reference.regions().label(m.nuts) for m in leads if m.id not in signed]


def member_facts(session: Session, clock: Clock, partnership: Partnership, member: PartnershipMember) -> CaseFacts:
    """What guards of the machine `membership` ask."""
    everybody = queries.members_of(session, partnership.id, everybody=True)
    others = [m for m in everybody if m.id != member.id]
    live = [m for m in others if m.state not in LEFT_STATES]
    leads = [m for m in others if m.state == queries.MEMBER and m.role is MemberRole.LEAD]
    is_new = member.id is None
    machine = queries.machine_of(session, partnership, "partnership")
    return CaseFacts(
        state=partnership.state,
        today=clock().date(),
        member=MemberFacts(
            is_lead=member.role is MemberRole.LEAD,
            leads_left=len(leads),
            region_taken=any(m.nuts == member.nuts for m in live),
            has_letter=not is_new and bool(letters(session, member)),
            priorities=0 if is_new else len(member.priorities),
            # While it is being set up regions gather first; letters and links come before the submission.
            needs_evidence=machine.state(partnership.state).public,
        ),
    )
