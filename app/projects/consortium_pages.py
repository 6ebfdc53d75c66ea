"""Pages of a project's consortium: partners with their letters, and accounts with their rights."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.accounts.queries import user_by_email
from app.core.database import session
from app.core.errors import Invalid, NotFound
from app.core.filetypes import ACCEPTED
from app.core.guard import guarded
from app.core.uploads import takes_files
from app.organisations import reference
from app.projects import forms, policy, queries, services
from app.projects.blueprint import Page, blueprint, clock, page, submitted
from app.projects.kinds import PartnerKind, PartnerRole, RegionCategory
from app.projects.models import PersonRole, ProjectPartner


def _back(anchor: str = "") -> Response:
    values = request.view_args or {}
    return redirect(
        url_for(
            "projects.consortium", partnership=values["partnership"], number=values["number"], _anchor=anchor or None
        )
    )


@blueprint.get("/projects/<int:number>/consortium")
@guarded(policy.project_visible)
def consortium(partnership: str, number: int) -> Page:
    """Partners, letters, people."""
    return _consortium()


def _consortium(bad: bool = False, **given: Any) -> Page:
    project = policy.current_project()
    values: dict[str, Any] = {
        "people": queries.people_of(session(), project.id),
        "person_form": forms.PersonForm(formdata=None),
        "letter_form": forms.LetterForm(formdata=None),
        "letter_of": None,
        "accepted": ACCEPTED,
    }
    return page("consortium", bad=bad, **(values | given))


@blueprint.route("/projects/<int:number>/partners/new", methods=["GET", "POST"])
@blueprint.route("/projects/<int:number>/partners/<int:partner>", methods=["GET", "POST"])
@guarded(policy.project_writer)
def partner(partnership: str, number: int, partner: int | None = None) -> Page:
    """Add or change a partner."""
    project = policy.current_project()
    found = _partner(partner) if partner is not None else None
    form = forms.PartnerForm(obj=found)
    form.country.choices = [("", _("Choose")), *reference.countries().choices()]
    if found is not None and request.method == "GET":
        form.role.data, form.kind.data = found.role.value, found.kind.value
        form.category.data = found.category.value if found.category else ""

    def work() -> None:
        data = _data(form, found)
        if found is None:
            services.add_partner(session(), clock(), need_user(), project, data)
        else:
            services.change_partner(session(), clock(), need_user(), project, found, data)

    if submitted(form, work, _("The partner is saved.")):
        return _back("partners")
    return page("partner", bad=request.method == "POST", form=form, partner=found)


def _data(form: forms.PartnerForm, found: ProjectPartner | None) -> services.PartnerData:
    return services.PartnerData(
        name=form.name.data,
        role=PartnerRole(form.role.data),
        kind=PartnerKind(form.kind.data),
        country=form.country.data,
        nuts=(form.nuts.data or "").upper() or None,
        category=RegionCategory(form.category.data) if form.category.data else None,
        contribution=form.contribution.data or "",
        organisation_id=found.organisation_id if found else None,
    )


def _partner(number: int) -> ProjectPartner:
    found = next((row for row in policy.current_project().partners if row.id == number), None)
    if found is None:
        raise NotFound(_("This partner is not in the project any more."))
    return found


@blueprint.post("/projects/<int:number>/partners/<int:partner>/remove")
@guarded(policy.project_writer)
def remove_partner(partnership: str, number: int, partner: int) -> Response:
    """Take a partner out."""
    services.remove_partner(session(), clock(), need_user(), policy.current_project(), _partner(partner))
    flash(_("The partner is taken out."), "success")
    return _back("partners")


@blueprint.post("/projects/<int:number>/partners/<int:partner>/letter")
@takes_files
@guarded(policy.project_writer)
def letter(partnership: str, number: int, partner: int) -> Page:
    """Keep a partner's signed letter."""
    found, form = _partner(partner), forms.LetterForm()

    def work() -> None:
        services.keep_letter(
            session(), clock(), need_user(), policy.current_project(), found, form.file.data,
            signed_on=form.signed_on.data, signatory=form.signatory.data,
        )  # fmt: skip

    if submitted(form, work, _("The letter is kept.")):
        return _back("partners")
    return _consortium(bad=True, letter_form=form, letter_of=found.id)


@blueprint.post("/projects/<int:number>/people")
@guarded(policy.project_lead)
def add_person(partnership: str, number: int) -> Page:
    """Give an account a role in the project."""
    project, form = policy.current_project(), forms.PersonForm()

    def work() -> None:
        user = user_by_email(session(), form.email.data)
        if user is None:
            raise Invalid(_("There is no account with this address; the person has to sign up first."), field="email")
        services.add_person(session(), clock(), need_user(), project, user, PersonRole(form.role.data))

    if submitted(form, work, _("The account has this right now.")):
        return _back("people")
    return _consortium(bad=True, person_form=form)


@blueprint.post("/projects/<int:number>/people/<int:person>/remove")
@guarded(policy.project_lead)
def remove_person(partnership: str, number: int, person: int) -> Response:
    """Take an account's role away."""
    project = policy.current_project()
    found = next((row for row in queries.people_of(session(), project.id) if row.id == person), None)
    if found is None:
        raise NotFound(_("This is not there any more."))
    services.remove_person(session(), clock(), need_user(), project, found)
    flash(_("The account has no right any more."), "success")
    return _back("people")
