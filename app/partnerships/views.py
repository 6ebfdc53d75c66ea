"""Pages of partnerships: the list, one partnership with its way so far, and the intake."""

from flask import Flask, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in, signed_in_user
from app.core import files, navigation
from app.core.database import session
from app.core.guard import guarded, public
from app.core.models import StoredFile
from app.core.transitions import Act
from app.partnerships import (
    case_pages,
    desk_pages,
    document_pages,
    forms,
    picture,
    process_form,
    process_pages,
    queries,
    region_pages,
    services,
)
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.models import Partnership, Role
from app.partnerships.policy import (
    current_partnership,
    current_roles,
    partnership_insider,
    partnership_lead,
    partnership_visible,
)
from app.partnerships.services.deciding import EVIDENCE

JUDGING = {"eligibility_officer", "evaluator", "secretariat"}


@blueprint.get("/")
@guarded(public)
def index() -> Page:
    """All partnerships the reader may see: own first, then public ones."""
    user = signed_in_user()
    lines = picture.partnership_lines(session(), user)
    wanted = request.args.get("q", "").strip().casefold()
    area = request.args.get("area", "")
    found = [
        line
        for line in lines
        if wanted in f"{line.partnership.name} {line.partnership.acronym} {' '.join(line.region_names)}".casefold()
        and area in {"", line.partnership.area.key}
    ]
    choices = [("", _("All"))] + [(a.key, a.name) for a in queries.areas(session())]
    typed = request.args.get("q", "").strip()
    return page(
        "index",
        lines=found,
        total=len(lines),
        area_choices=choices,
        user=user,
        q=typed,
        area=area,
        is_secretariat=queries.is_secretariat(session(), user),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@guarded(signed_in)
def new() -> Page:
    """The intake: a region proposes a partnership."""
    user = need_user()
    form = forms.IntakeForm()
    form.area_id.choices = [(area.id, area.name) for area in queries.areas(session())]
    form.template_key.choices = [(t.key, _(t.name)) for t in queries.newest_templates(session())]
    form.nuts.choices = region_pages.region_choices()
    if request.method == "GET":
        form.contact_name.data, form.contact_email.data = user.name, user.email
    made: list[Partnership] = []

    def work() -> None:
        names = ("name", "slug", "area_id", "nuts", "summary", "contact_name", "contact_email", "template_key")
        intake = services.Intake(**{name: form[name].data for name in names}, acronym=form.acronym.data or "")
        made.append(services.found_partnership(session(), clock(), user, intake))

    if submitted(form, work, _("The idea is handed in. The secretariat will be in touch.")):
        return redirect(url_for("partnerships.show", partnership=made[0].slug))
    return page("new", bad=request.method == "POST", form=form)


@blueprint.get("/<partnership>/")
@guarded(partnership_visible)
def show(partnership: str) -> Page:
    """One partnership: where it stands, who takes part, what comes next."""
    found, user = current_partnership(), signed_in_user()
    own = queries.own_members(session(), found, user)
    return page(
        "show",
        view=picture.overview(session(), clock(), found, user),
        role_names=role_names(),
        can_join=user is not None and not own,
        own_requests=[member for member in own if member.state != queries.MEMBER],
        sections=navigation.sections("partnership", found),
    )


def role_names() -> dict[str, str]:
    """What people call the roles that are given to accounts."""
    return {
        Role.REGION_REPRESENTATIVE.value: _("Region"),
        Role.MANDATED_ORGANISATION.value: _("Mandated organisation"),
        Role.EXPERT.value: _("Expert"),
        Role.ELIGIBILITY_OFFICER.value: _("Eligibility officer"),
        Role.EVALUATOR.value: _("Evaluator"),
        Role.SECRETARIAT.value: _("Secretariat"),
    }


@blueprint.post("/<partnership>/step/<step>")
@guarded(partnership_insider)
def step(partnership: str, step: str) -> Response:
    """Take a transition that needs no page of its own."""
    found, user = current_partnership(), need_user()
    comment = request.form.get("comment", "")
    act = Act(user.id, current_roles(), comment, override="override" in request.form)
    machine = queries.machine_of(session(), found, "partnership")
    if step in picture.STEPS_WITH_A_PAGE or all(t.key != step for t in machine.transitions):
        return redirect(url_for("partnerships.show", partnership=partnership))
    services.move(session(), clock(), found, user, step, act)
    flash(_("Done: %(state)s.", state=_(machine.state(found.state).name)), "success")
    return redirect(url_for("partnerships.show", partnership=partnership))


@blueprint.post("/<partnership>/phase")
@guarded(partnership_lead)
def phase(partnership: str) -> Response:
    """Say which phase an active partnership is in."""
    found, user = current_partnership(), need_user()
    services.go_to_phase(session(), clock(), found, user, request.form.get("phase", ""))
    flash(_("The phase is changed."), "success")
    return redirect(url_for("partnerships.show", partnership=partnership))


@blueprint.get("/<partnership>/documents")
@guarded(partnership_insider)
def documents(partnership: str) -> Page:
    """The documents of the process, and how far each is."""
    found = current_partnership()
    process = queries.template_of(session(), found)
    sheets = [document_pages.sheet_of(document.key) for document in process.documents]
    comments = {sheet.document.key: document_pages.comments_of(session(), sheet.version) for sheet in sheets}
    waiting = {key: sum(1 for row in rows if row.resolved_at is None) for key, rows in comments.items()}
    writable = {s.document.key for s in sheets if document_pages.may_write(s.document.key)}
    return page("documents", sheets=sheets, waiting=waiting, writable=writable, has_rules=bool(process.rule_sets))


@blueprint.get("/<partnership>/history")
@guarded(partnership_insider)
def history(partnership: str) -> Page:
    """Every step so far: who, in which role, when, from where to where, why, with which documents."""
    return page("history", lines=picture.history_lines(session(), current_partnership(), current_roles()))


def may_read_document(stored: StoredFile) -> bool:
    """Documents of a partnership are for those who take part in it, judge it or run it.

    A region that has only asked to join reads what it handed in itself, as long as somebody speaks for it.
    """
    user, partnership = need_user(), session().get(Partnership, stored.subject_id)
    if partnership is None:
        return False
    if queries.belongs(session(), partnership, user):
        return True
    return stored.uploaded_by_id == user.id and bool(queries.own_members(session(), partnership, user))


def may_read_evidence(stored: StoredFile) -> bool:
    """What a finding rests on is for those who judge the case, and the secretariat."""
    user, partnership = need_user(), session().get(Partnership, stored.subject_id)
    return partnership is not None and bool(queries.roles_of(session(), partnership, user) & JUDGING)


def is_insider() -> bool:
    """True when the reader has to do with the current partnership."""
    user = signed_in_user()
    return user is not None and g.get("partnership") is not None and queries.belongs(session(), g.partnership, user)


def is_lead() -> bool:
    """True for lead regions and the secretariat."""
    return bool(g.get("partnership_roles", frozenset()) & {"lead", "secretariat"})


def is_judge() -> bool:
    """True for those who see how the case is judged, in a process that judges."""
    return bool(g.get("partnership_roles", frozenset()) & JUDGING) and bool(
        queries.template_of(session(), g.partnership).rule_sets
    )


def has_support() -> bool:
    """True where the process knows support services, for insiders."""
    return is_insider() and bool(queries.template_of(session(), g.partnership).services)


def init_app(app: Flask) -> None:
    """Add the navigation entries."""
    files.readable_by("partnership", may_read_document)
    files.readable_by(EVIDENCE, may_read_evidence)
    add, entry = navigation.add_entry, navigation.NavigationEntry
    add(entry("site", "partnerships.index", _l("Partnerships"), "diagram-3", 20, also=("partnerships.",)))
    add(entry("partnership", "partnerships.show", _l("Overview"), "compass", 10))
    pages = (
        ("documents", _l("Documents"), "file-earmark-text", 20, is_insider,
         ("document", "edit_document", "compare_document", "comment_document", "submission", "return_submission")),
        ("regions", _l("Regions"), "geo-alt", 25, is_insider, ("region",)),
        ("judge", _l("Judging"), "clipboard-check", 28, is_judge, ("declare", "judge_rule", "score", "decide")),
        ("support", _l("Support"), "life-preserver", 80, has_support, ()),
        ("people", _l("People"), "people", 85, is_lead, ()),
        ("history", _l("History"), "clock-history", 90, is_insider, ()),
    )  # fmt: skip
    for name, label, icon, order, shown, also in pages:
        more = tuple(f"partnerships.{other}" for other in also)
        add(entry("partnership", f"partnerships.{name}", label, icon, order, shown=shown, also=more))


__all__ = [
    "blueprint", "case_pages", "desk_pages", "document_pages", "init_app", "process_form", "process_pages",
    "region_pages",
]  # fmt: skip
