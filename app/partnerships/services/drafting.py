"""Writing on documents of the process: drafts, frozen versions, comments on passages, signatures."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.partnerships import gathering, queries, rules
from app.partnerships.dossier_models import DocumentAuthor, DocumentVersion, PassageComment, SignOff
from app.partnerships.models import MemberRole, Partnership, PartnershipMember
from app.partnerships.templates import DocumentType


def document_type(session: Session, partnership: Partnership, kind: str) -> DocumentType:
    """The document of the process; raises NotFound when this process has none of this kind."""
    found = queries.template_of(session, partnership).document(kind)
    if found is None:
        raise NotFound(_("This process has no such document."))
    return found


def check_open(session: Session, partnership: Partnership, kind: str) -> DocumentType:
    """The document, if it may be written on now; raises Conflict when the case stands elsewhere."""
    document = document_type(session, partnership, kind)
    if partnership.state not in document.states:
        raise Conflict(_("“%(name)s” cannot be changed at this stage.", name=_(document.name)))
    return document


def save_draft(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    kind: str,
    content: Mapping[str, Any],
    revision: int,
) -> DocumentVersion:
    """Save the draft of a document; after a frozen version a new one begins. `revision` is what the writer had seen.

    Raises Conflict when somebody saved in between, or when the document is closed at this stage.
    """
    check_open(session, partnership, kind)
    newest = gathering.newest_versions(session, partnership).get(kind)
    if (newest.revision if newest else 0) != revision:
        raise Conflict(
            _("%(name)s saved this document in the meantime.", name=_author(newest)), code="saved_in_between"
        )
    if newest is None or newest.frozen_at is not None:
        note = gathering.newest_versions(session, partnership).get("scoping_note")
        newest = DocumentVersion(
            partnership_id=partnership.id,
            kind=kind,
            number=newest.number + 1 if newest else 1,
            revision=newest.revision if newest else 0,
            based_on_id=note.id if note is not None and kind != note.kind else None,
            created_at=clock(),
        )
        session.add(newest)
    newest.content, newest.author, newest.saved_at = dict(content), actor, clock()
    newest.revision += 1
    session.flush()
    _note_author(session, newest, actor)
    return newest


def _author(version: DocumentVersion | None) -> str:
    return version.author.name if version and version.author else _("Somebody")


def _note_author(session: Session, version: DocumentVersion, actor: User) -> None:
    known = select(DocumentAuthor.id).where(DocumentAuthor.version_id == version.id, DocumentAuthor.user_id == actor.id)
    if session.scalars(known).first() is None:
        session.add(DocumentAuthor(version_id=version.id, user_id=actor.id))
        session.flush()


def freeze(
    session: Session, clock: Clock, partnership: Partnership, actor: User, kind: str, note: str = ""
) -> DocumentVersion:
    """Close the draft as a version that can be signed and submitted. Raises Conflict when there is none."""
    check_open(session, partnership, kind)
    newest = gathering.newest_versions(session, partnership).get(kind)
    if newest is None:
        raise Conflict(_("There is nothing to freeze yet; write the document first."))
    if newest.frozen_at is not None:
        return newest
    newest.frozen_at, newest.note = clock(), note.strip()[:400]
    newest.sha256 = rules.content_hash(newest.content)
    audit.record(
        session, clock, actor_id=actor.id, action="document.freeze", subject_kind="partnership",
        subject_id=partnership.id,
        detail={"comment": newest.note, "documents": [{"name": f"{kind} v{newest.number}", "sha256": newest.sha256}]},
    )  # fmt: skip
    session.flush()
    return newest


def sign(session: Session, clock: Clock, member: PartnershipMember, actor: User, kind: str) -> SignOff:
    """Sign the newest version for a lead region. Raises Conflict while it is a draft, Forbidden for another region."""
    partnership = member.partnership
    document = document_type(session, partnership, kind)
    if not document.signed:
        raise Conflict(_("This document is not signed."))
    if member.role is not MemberRole.LEAD or member.state != queries.MEMBER:
        raise Forbidden(_("Only lead regions sign."))
    newest = gathering.newest_versions(session, partnership).get(kind)
    if newest is None or newest.frozen_at is None:
        raise Conflict(_("Freeze this version first; a draft is not signed."))
    query = select(SignOff).where(SignOff.version_id == newest.id, SignOff.member_id == member.id)
    if session.scalars(query).first() is not None:
        raise Conflict(_("Your region signed this version already."))
    row = SignOff(version_id=newest.id, member_id=member.id, user_id=actor.id, signed_at=clock())
    session.add(row)
    audit.record(
        session, clock, actor_id=actor.id, action="document.sign", subject_kind="partnership",
        subject_id=partnership.id,
        detail={
            "comment": member.nuts,
            "documents": [{"name": f"{kind} v{newest.number}", "sha256": newest.sha256}],
        },
    )  # fmt: skip
    session.flush()
    return row


def comment(
    session: Session,
    clock: Clock,
    version: DocumentVersion,
    document: DocumentType,
    actor: User,
    *,
    field: str,
    body: str,
    quote: str = "",
    reply_to: PassageComment | None = None,
) -> PassageComment:
    """Comment on a field, or on a passage quoted from it. Raises Invalid with the field that is wrong."""
    if field not in {f.key for f in document.fields}:
        raise Invalid(_("Choose the part of the document your comment is about."), field="field")
    if not body.strip() or len(body) > 4000:
        raise Invalid(_("Write a comment of at most %(n)d characters.", n=4000), field="body")
    quote = " ".join(quote.split())
    if len(quote) > 500:
        raise Invalid(_("Quote at most %(n)d characters.", n=500), field="quote")
    row = PassageComment(
        version_id=version.id,
        field=field,
        quote=quote,
        body=body.strip(),
        reply_to_id=reply_to.id if reply_to else None,
        author=actor,
        created_at=clock(),
    )
    session.add(row)
    session.flush()
    return row


def resolve(session: Session, clock: Clock, row: PassageComment, actor: User) -> None:
    """Mark a comment as dealt with; it stays readable."""
    if row.resolved_at is None:
        row.resolved_at, row.resolved_by_id = clock(), actor.id
        session.flush()
