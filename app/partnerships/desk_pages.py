"""The secretariat's desk, and the administrator's processes."""

import json
from datetime import UTC

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts.policy import administrator, need_user
from app.core.database import session
from app.core.errors import ImportRefused, Invalid, NotFound
from app.core.guard import guarded
from app.organisations.reference import translated
from app.partnerships import diagrams, forms, picture, queries, services
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.dossier_models import SubmissionWindow
from app.partnerships.models import PartnershipRole, Role
from app.partnerships.policy import secretariat
from app.partnerships.services import processes
from app.partnerships.templates import SHIPPED, Template, shipped

PLATFORM_ROLES = (Role.ELIGIBILITY_OFFICER, Role.EVALUATOR, Role.SECRETARIAT)


@blueprint.get("/desk")
@guarded(secretariat)
def desk() -> Page:
    """All cases by where they stand, with what waits for the secretariat first."""
    lines = picture.partnership_lines(session(), need_user())
    waiting = {"intake", "eoi_submitted", "approved", "proposal"}
    lines = sorted(lines, key=lambda line: (line.state.key not in waiting, line.partnership.name))
    return page("desk", lines=lines, waiting=waiting)


@blueprint.route("/desk/windows", methods=["GET", "POST"])
@guarded(secretariat)
def windows() -> Page:
    """Submission windows: planned, open and closed."""
    form = forms.WindowForm()
    regimes = [(process, rule_set) for process in queries.newest_templates(session()) for rule_set in process.rule_sets]
    form.rules.choices = [(f"{p.key}|{r.key}", f"{translated(p.name)}: {translated(r.name)}") for p, r in regimes]

    def work() -> None:
        template_key, _bar, rule_set = (form.rules.data or "").partition("|")
        services.open_window(
            session(), clock(), need_user(), template_key=template_key, rule_set=rule_set, name=form.name.data or "",
            opens_at=form.opens_at.data.replace(tzinfo=UTC), closes_at=form.closes_at.data.replace(tzinfo=UTC),
        )  # fmt: skip

    if submitted(form, work, _("The window is planned.")):
        return redirect(url_for("partnerships.windows"))
    rows = session().scalars(select(SubmissionWindow).order_by(SubmissionWindow.opens_at.desc())).all()
    names = {(p.key, r.key): translated(r.name) for p, r in regimes}
    bad = request.method == "POST"
    return page("windows", bad=bad, form=form, rows=rows, names=names, now=clock()(), regimes=regimes)


@blueprint.route("/desk/people", methods=["GET", "POST"])
@guarded(secretariat)
def platform_people() -> Page:
    """Secretariat, eligibility officers and evaluators of all partnerships."""
    form, user = forms.PersonForm(), need_user()
    names = {
        Role.ELIGIBILITY_OFFICER.value: _("Eligibility officer"),
        Role.EVALUATOR.value: _("Evaluator"),
        Role.SECRETARIAT.value: _("Secretariat"),
    }
    form.role.choices = list(names.items())
    form.member_id.choices = [(0, _("No region"))]
    form.member_id.data = 0

    def work() -> None:
        services.invite_to_role(
            session(), clock(), user, Role(form.role.data), None, email=form.email.data or "",
            name=form.name.data or "", path=url_for("partnerships.index"),
        )  # fmt: skip

    if submitted(form, work, _("The role is given; the mail is on its way.")):
        return redirect(url_for("partnerships.platform_people"))
    rows = queries.roles_given(session(), None)
    return page("platform_people", bad=request.method == "POST", form=form, rows=rows, names=names)


@blueprint.post("/desk/people/<int:number>/end")
@guarded(secretariat)
def end_platform_person(number: int) -> Response:
    """End a role in all partnerships."""
    row = session().get(PartnershipRole, number)
    if row is None or row.partnership_id is not None:
        raise NotFound(_("There is no such role."))
    services.end_role(session(), clock(), need_user(), row)
    flash(_("The role has ended."), "success")
    return redirect(url_for("partnerships.platform_people"))


@blueprint.route("/desk/areas", methods=["GET", "POST"])
@guarded(secretariat)
def thematic_areas() -> Page:
    """Thematic areas."""
    form = forms.AreaForm()
    form.platform.choices = [(c.key, translated(c.name)) for c in shipped("s3-baseline").lists["platforms"]]

    def work() -> None:
        services.add_area(
            session(), key=form.key.data or "", name=form.name.data or "", platform=form.platform.data,
            description=form.description.data or "",
        )  # fmt: skip

    if submitted(form, work, _("The area is added.")):
        return redirect(url_for("partnerships.thematic_areas"))
    names = dict(form.platform.choices)
    return page("areas", bad=request.method == "POST", form=form, rows=queries.areas(session()), names=names)


# Processes


def find_process(key: str, version: int | None = None) -> Template:
    """A process by key, its newest version unless one is named; raises NotFound."""
    try:
        found = (
            queries.newest_template(session(), key) if version is None else queries.template(session(), key, version)
        )
    except KeyError:
        found = None
    if found is None:
        raise NotFound(_("There is no such process."))
    return found


@blueprint.get("/processes")
@guarded(administrator)
def process_list() -> Page:
    """All processes of this installation."""
    return page("processes", rows=queries.newest_templates(session()), shipped=SHIPPED)


@blueprint.route("/processes/<key>", methods=["GET", "POST"])
@guarded(administrator)
def process(key: str) -> Page:
    """One process: its phases, machines as diagrams, rules; and a form to copy it."""
    found, form = find_process(key, request.args.get("version", type=int)), forms.CopyProcessForm()
    made: list[Template] = []

    def work() -> None:
        made.append(
            processes.copy_template(
                session(), clock(), need_user(), found, key=form.key.data or "", name=form.name.data or ""
            )
        )

    if submitted(form, work, _("The copy is made; now change it.")):
        return redirect(url_for("partnerships.edit_process", key=made[0].key))
    return page(
        "process",
        bad=request.method == "POST",
        found=found,
        form=form,
        is_shipped=key in SHIPPED,
        versions=processes.versions_of(session(), key),
        guards_text=diagrams.guards_text,
    )


@blueprint.route("/processes/<key>/edit", methods=["GET", "POST"])
@guarded(administrator)
def edit_process(key: str) -> Page:
    """Write the next version of an own process; every fault is named with its place."""
    found, form, faults = find_process(key), forms.EditProcessForm(), []
    if request.method == "GET":
        data = processes.template_data(session(), key, found.version)
        form.text.data = json.dumps(data, indent=1, ensure_ascii=False)
    if form.validate_on_submit():
        try:
            with session().begin_nested():
                made = processes.edit_template(
                    session(), clock(), need_user(), key, form.text.data or "", form.note.data or ""
                )
        except ImportRefused as error:
            faults = error.cells
        except Invalid as error:
            form.text.errors = [error.message]
        else:
            flash(_("Version %(n)d is kept; running partnerships stay under theirs.", n=made.version), "success")
            return redirect(url_for("partnerships.process", key=key))
    return page("edit_process", bad=request.method == "POST", found=found, form=form, faults=faults)
