"""Pages of a document of the process: read, comment, write, freeze, sign, compare."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.guard import guarded
from app.organisations.reference import regions, translated
from app.partnerships import contents, forms, gathering, queries, rules, services
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.differences import document_difference
from app.partnerships.dossier_models import DocumentVersion, PassageComment, SignOff
from app.partnerships.models import MemberRole
from app.partnerships.policy import current_partnership, current_roles, partnership_author, partnership_insider
from app.partnerships.services.drafting import check_open, document_type
from app.partnerships.templates import DocumentField, DocumentType, Template

SPARE_ROWS = 2
WRITERS = {"scoping_note": {"lead", "region", "expert"}}
"""Who writes on a document; on others than these the regions alone do."""


@dataclass(frozen=True)
class Sheet:
    """A document on a page: its type, one of its versions, and what hangs on it."""

    process: Template
    document: DocumentType
    version: DocumentVersion | None
    versions: list[DocumentVersion]
    missing: tuple[str, ...]
    is_newest: bool

    @property
    def content(self) -> dict[str, Any]:
        return self.version.content if self.version else {}

    @property
    def sections(self) -> list[tuple[str, list[DocumentField]]]:
        """The fields by section, in the order of the document."""
        found: dict[str, list[DocumentField]] = {}
        for field in self.document.fields:
            found.setdefault(field.section, []).append(field)
        return list(found.items())

    @property
    def shown(self) -> dict[str, Any]:
        """The content with names instead of keys."""
        return contents.readable(self.process, self.document, self.content)


def may_write(kind: str) -> bool:
    """True when the reader may write on this document."""
    return bool(current_roles() & WRITERS.get(kind, {"lead", "region"}))


def sheet_of(kind: str, number: int | None = None) -> Sheet:
    """A version of a document of the current partnership, by default the newest; raises NotFound."""
    partnership = current_partnership()
    document = document_type(session(), partnership, kind)
    query = select(DocumentVersion).where(
        DocumentVersion.partnership_id == partnership.id, DocumentVersion.kind == kind
    )
    query = query.options(joinedload(DocumentVersion.author))
    versions = list(session().scalars(query.order_by(-DocumentVersion.number)))
    chosen = versions[0] if versions and number is None else next((v for v in versions if v.number == number), None)
    if number is not None and chosen is None:
        raise NotFound(_("There is no such version."))
    content = chosen.content if chosen else {}
    missing = tuple(translated(field.name) for field in rules.missing_fields(document, content))
    process = queries.template_of(session(), partnership)
    return Sheet(process, document, chosen, versions, missing, chosen is None or chosen is versions[0])


@blueprint.get("/<partnership>/documents/<kind>")
@guarded(partnership_insider)
def document(partnership: str, kind: str) -> Page:
    """Read the newest version, or the one that is asked for."""
    return document_page(sheet_of(kind, request.args.get("version", type=int)), forms.CommentForm())


def document_page(sheet: Sheet, form: forms.CommentForm) -> Page:
    """The reading page with comments and signatures."""
    found = current_partnership()
    form.field.choices = [(f.key, translated(f.name)) for f in sheet.document.fields]
    leads = [m for m in queries.members_of(session(), found.id) if m.role is MemberRole.LEAD]
    signatures = signatures_of(session(), sheet.version)
    mine = {m.id for m in queries.own_members(session(), found, need_user())}
    return page(
        "document",
        bad=bool(form.errors),
        sheet=sheet,
        comments=comments_of(session(), sheet.version),
        form=form,
        may_write=may_write(sheet.document.key) and found.state in sheet.document.states,
        numbers={v.id: v.number for v in sheet.versions},
        names={f.key: f.name for f in sheet.document.fields},
        leads=[(m, signatures.get(m.id), m.id in mine) for m in leads],
    )


def comments_of(db: Session, version: DocumentVersion | None) -> list[PassageComment]:
    """The comments on a version and those before it, oldest first, each followed by its replies."""
    if version is None:
        return []
    query = (
        select(PassageComment)
        .join(DocumentVersion, DocumentVersion.id == PassageComment.version_id)
        .where(
            DocumentVersion.partnership_id == version.partnership_id,
            DocumentVersion.kind == version.kind,
            DocumentVersion.number <= version.number,
        )
    )
    rows = list(db.scalars(query.options(joinedload(PassageComment.author)).order_by(PassageComment.id)))
    first = [row for row in rows if row.reply_to_id is None]
    return [row for head in first for row in (head, *[r for r in rows if r.reply_to_id == head.id])]


def signatures_of(db: Session, version: DocumentVersion | None) -> dict[int, SignOff]:
    """The signatures under a version, by member."""
    if version is None:
        return {}
    query = select(SignOff).where(SignOff.version_id == version.id).options(joinedload(SignOff.user))
    return {row.member_id: row for row in db.scalars(query)}


@blueprint.route("/<partnership>/documents/<kind>/edit", methods=["GET", "POST"])
@guarded(partnership_author)
def edit_document(partnership: str, kind: str) -> Page:
    """Write on the draft. What was typed is never lost: neither by a fault nor by somebody who saved in between."""
    found, user = current_partnership(), need_user()
    if not may_write(kind):
        raise Forbidden(_("Your role does not allow writing on this document."))
    check_open(session(), found, kind)
    sheet = sheet_of(kind)
    revision = sheet.version.revision if sheet.version else 0
    content, problem = sheet.content, ""
    errors: dict[str, str] = {}
    if request.method == "POST":
        content, errors = contents.parse_content(sheet.process, sheet.document, request.form)
        if "more" not in request.form and not errors:
            try:
                seen = request.form.get("revision", "0")
                with session().begin_nested():
                    services.save_draft(
                        session(), clock(), found, user, kind, content, int(seen) if seen.isdecimal() else -1
                    )
            except Conflict as conflict:
                problem = conflict.message
            else:
                flash(_("The draft is saved."), "success")
                return redirect(url_for("partnerships.document", partnership=partnership, kind=kind))
    elif sheet.version is None:
        content = begin_with(kind)
    bad = bool(errors or problem)
    context = {"content": content, "errors": errors, "problem": problem, "revision": revision, "spare": SPARE_ROWS}
    # More rows were asked for: the page is given back as typed, nothing is saved and nothing is wrong.
    context["more"] = request.form.get("more", "")
    return render_template("partnerships/edit_document.html", sheet=sheet, **context), 422 if bad else 200


def begin_with(kind: str) -> dict[str, Any]:
    """What a new document knows already: the name of the partnership."""
    found = current_partnership()
    if kind != "scoping_note":
        return {}
    return {"title": found.name, "acronym": found.acronym, "platform": found.area.platform}


@blueprint.post("/<partnership>/documents/<kind>/freeze")
@guarded(partnership_author)
def freeze_document(partnership: str, kind: str) -> Response:
    """Close the draft as a version."""
    if not may_write(kind):
        raise Forbidden(_("Your role does not allow writing on this document."))
    note = request.form.get("note", "")
    version = services.freeze(session(), clock(), current_partnership(), need_user(), kind, note)
    flash(_("Version %(n)d is frozen and can be signed.", n=version.number), "success")
    return redirect(url_for("partnerships.document", partnership=partnership, kind=kind))


@blueprint.post("/<partnership>/documents/<kind>/sign/<int:member>")
@guarded(partnership_insider)
def sign_document(partnership: str, kind: str, member: int) -> Response:
    """Sign the newest version for one's own lead region."""
    found, user = current_partnership(), need_user()
    own = next((m for m in queries.own_members(session(), found, user) if m.id == member), None)
    if own is None:
        raise Forbidden(_("You do not speak for this region."))
    services.sign(session(), clock(), own, user, kind)
    flash(_("Signed for %(region)s.", region=regions().label(own.nuts)), "success")
    return redirect(url_for("partnerships.document", partnership=partnership, kind=kind))


@blueprint.post("/<partnership>/documents/<kind>/comments")
@guarded(partnership_insider)
def comment_document(partnership: str, kind: str) -> Page:
    """Comment on a passage of the newest version."""
    sheet, form = sheet_of(kind), forms.CommentForm()
    form.field.choices = [(f.key, translated(f.name)) for f in sheet.document.fields]
    version = sheet.version
    if version is None:
        raise Conflict(_("There is nothing to comment on yet."))

    def work() -> None:
        number = form.reply_to.data or ""
        head = session().get(PassageComment, int(number)) if number.isdecimal() else None
        reply_to = head if head is not None and head.version_id in {v.id for v in sheet.versions} else None
        services.comment(
            session(), clock(), version, sheet.document, need_user(), field=form.field.data, body=form.body.data or "",
            quote=form.quote.data or "", reply_to=reply_to,
        )  # fmt: skip

    if submitted(form, work, _("The comment is there.")):
        return redirect(url_for("partnerships.document", partnership=partnership, kind=kind) + "#comments")
    return document_page(sheet, form)


@blueprint.post("/<partnership>/comments/<int:number>/resolve")
@guarded(partnership_insider)
def resolve_comment(partnership: str, number: int) -> Response:
    """Mark a comment as dealt with: its author or somebody who writes on the document."""
    row = session().get(PassageComment, number)
    version = session().get(DocumentVersion, row.version_id) if row else None
    if row is None or version is None or version.partnership_id != current_partnership().id:
        raise NotFound(_("There is no such comment."))
    if row.author_id != need_user().id and not may_write(version.kind):
        raise Forbidden(_("Only its author, or those who write on the document, close a comment."))
    services.resolve(session(), clock(), row, need_user())
    return redirect(url_for("partnerships.document", partnership=partnership, kind=version.kind) + "#comments")


@blueprint.get("/<partnership>/documents/<kind>/compare")
@guarded(partnership_insider)
def compare_document(partnership: str, kind: str) -> Page:
    """The visible difference between two versions; by default the newest against the one before."""
    sheet = sheet_of(kind)
    if len(sheet.versions) < 2:
        raise NotFound(_("There is only one version so far."))
    newer = request.args.get("to", sheet.versions[0].number, type=int)
    older = request.args.get("from", newer - 1, type=int)
    one, other = sheet_of(kind, older), sheet_of(kind, newer)
    found = document_difference(sheet.document, one.shown, other.shown)
    return page("compare", sheet=sheet, older=one.version, newer=other.version, differences=found)


def open_comments(db: Session) -> int:
    """How many comments on the newest scoping note wait for an answer."""
    newest = gathering.newest_versions(db, current_partnership()).get("scoping_note")
    return sum(1 for row in comments_of(db, newest) if row.resolved_at is None and row.reply_to_id is None)
