"""The secretariat's desk."""

from datetime import UTC

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.organisations.reference import translated
from app.partnerships import forms, picture, queries, services
from app.partnerships.blueprint import Page, blueprint, clock, page, submitted
from app.partnerships.dossier_models import SubmissionWindow
from app.partnerships.models import PartnershipRole, Role
from app.partnerships.policy import secretariat
from app.partnerships.templates import shipped

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
