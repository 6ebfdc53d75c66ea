"""The way in: account, person and organisation; the rest of the profile follows on pages of its own."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import login_user
from werkzeug.wrappers import Response

from app.accounts import mails as account_mails
from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.policy import signed_in_user
from app.accounts.queries import normal_email, user_by_email
from app.core.database import session
from app.core.errors import Forbidden, Invalid
from app.core.guard import guarded
from app.core.limits import limiter
from app.events.models import Event, ParticipantType
from app.events.policy import current_event, event_visible
from app.events.queries import types_of
from app.organisations import services as organisations
from app.organisations.models import Organisation
from app.organisations.services import OrganisationData
from app.registrations import services
from app.registrations.blueprint import blueprint, clock, now
from app.registrations.forms import (
    AccountForm,
    OrganisationForm,
    PersonForm,
    RegistrationForm,
    attach,
    fill_organisation,
    fill_person,
    person_values,
)
from app.registrations.models import Attendance, RegistrationState
from app.registrations.queries import participant_of
from app.registrations.services import ProfileData

Answer = str | Response | tuple[str, int]
ORGANISATION_FIELDS = {"name": "organisation"}


def _signed_in() -> bool:
    return signed_in_user() is not None


def _address_of_form() -> str:
    return "email:" + normal_email(request.form.get("email", ""))


@blueprint.route("/register", methods=["GET", "POST"])
@limiter.limit("20/minute;100/hour", methods=["POST"], key_func=get_remote_address, exempt_when=_signed_in)
@limiter.limit("5/minute;20/hour", methods=["POST"], key_func=_address_of_form, exempt_when=_signed_in)
@guarded(event_visible)
def register(slug: str) -> Answer:
    """Register for the event; somebody who is not signed in makes an account on the way."""
    event, user = current_event(), signed_in_user()
    existing = participant_of(session(), event.id, user.id) if user else None
    if existing is not None and existing.state is not RegistrationState.CANCELLED:
        return redirect(url_for("registrations.profile", slug=slug))
    try:
        services.check_door(event, now())
    except Forbidden as reason:
        status = 200 if request.method == "GET" else reason.status
        return render_template("registrations/closed.html", reason=reason.message), status
    if user is None:
        return _account_step(event)
    form = RegistrationForm(data=person_values(existing) if existing else None)
    types = types_of(session(), event.id)
    fill_person(form, event, types)
    fill_organisation(form)
    if form.validate_on_submit():
        try:
            organisation = organisations.find_or_create(session(), clock(), user, organisation_data(form))
            services.register(session(), clock(), user, event, user, profile_data(form, organisation, types))
        except Invalid as error:
            attach(form, error, ORGANISATION_FIELDS)
        else:
            flash(_("You are registered. The next steps make you easy to find."), "success")
            return redirect(url_for("marketplace.entries", slug=slug, journey=1))
    status = 200 if request.method == "GET" else 422
    return render_template("registrations/register.html", form=form, user=user), status


def _account_step(event: Event) -> Answer:
    """Make an account, or sign in to the one there is. What is answered about an address that has an account already
    goes to that address only."""
    form = AccountForm()
    if not form.validate_on_submit():
        return render_template("registrations/account.html", form=form), 200 if request.method == "GET" else 422
    here = url_for("registrations.register", slug=event.slug)
    email, password = form.email.data, form.password.data
    user = accounts.check_sign_in(session(), email, password) if password else None
    if user is None:
        existing = user_by_email(session(), email)
        if existing is None and password:
            try:
                user = accounts.create_user(session(), clock(), email=email, name=form.name.data, password=password)
            except Invalid as error:
                attach(form, error)
                return render_template("registrations/account.html", form=form), 422
        else:
            reached = existing or accounts.create_user(session(), clock(), email=email, name=form.name.data)
            if reached.is_active:
                account_mails.send_sign_in_link(session(), clock(), reached, here)
            return render_template("accounts/look_into_mail.html", email=email)
    _start_session(user)
    return redirect(here)


def _start_session(user: User) -> None:
    cookie.clear()
    login_user(user)


def organisation_data(form: OrganisationForm) -> OrganisationData:
    """What a form says of an organisation."""
    return OrganisationData(
        name=form.organisation.data,
        country=form.country.data,
        kind=form.kind.data,
        size=form.size.data or None,
        nuts=form.nuts.data or None,
        nace=form.nace.data or None,
        website=form.website.data or None,
    )


def profile_data(form: PersonForm, organisation: Organisation, types: Any) -> ProfileData:
    """What a form says of a person."""
    chosen: ParticipantType = next(kind for kind in types if kind.id == form.type.data)
    return ProfileData(
        organisation=organisation,
        type=chosen,
        attendance=Attendance(form.attendance.data) if "attendance" in form else Attendance.ON_SITE,
        job_title=form.job_title.data,
        about=form.about.data,
        languages=form.languages,
        value_chain_position=form.value_chain_position.data or None,
        trl_min=form.trl_min.data,
        trl_max=form.trl_max.data,
    )
