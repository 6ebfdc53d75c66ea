"""Pages of sign-in and of one's own account."""

from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from app.accounts import mails, passwords, services
from app.accounts.forms import ChangePasswordForm, EmailForm, NewPasswordForm, ProfileForm, SignInForm, TokenForm
from app.accounts.models import LinkPurpose, User
from app.accounts.policy import need_user, signed_in, signed_in_user
from app.accounts.queries import normal_email, user_by_email, user_of_cookie
from app.core import audit
from app.core.database import session as unit
from app.core.errors import Invalid
from app.core.guard import guarded, public
from app.core.limits import limiter

blueprint = Blueprint("accounts", __name__)


def safe_path(target: str | None) -> str | None:
    """A path of this site, or None: nobody is sent elsewhere by a link of ours."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def start_session(user: User, *, remember: bool) -> None:
    """Sign in with a fresh session, so that one planted before cannot be carried over."""
    session.clear()
    session.permanent = remember
    login_user(user)


def _address_of_form() -> str:
    """Rate-limit key: the address typed in, so that guessing from many machines is slowed too."""
    return "email:" + normal_email(request.form.get("email", ""))


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("20/minute;100/hour", methods=["POST"], key_func=get_remote_address)
@limiter.limit("10/minute;30/hour", methods=["POST"], key_func=_address_of_form)
@guarded(public)
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in by password, or ask for a link by mail."""
    form = SignInForm(next=request.args.get("next", ""))
    target = safe_path(form.next.data)
    if signed_in_user():
        return redirect(target or url_for("home.index"))
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 200 if request.method == "GET" else 422
    clock = current_app.extensions["clock"]
    user = services.check_sign_in(unit(), form.email.data, form.password.data)
    if user is None:
        form.password.errors = [_("Address and password do not fit together. You can also ask for a link by mail.")]
        return render_template("accounts/sign_in.html", form=form), 422
    start_session(user, remember=form.remember.data)
    audit.record(unit(), clock, actor_id=user.id, action="account.sign_in", subject_kind="user", subject_id=user.id)
    return redirect(target or url_for("home.index"))


@blueprint.post("/sign-in/by-mail")
@limiter.limit("10/minute;40/hour", key_func=get_remote_address)
@limiter.limit("3/minute;10/hour", key_func=_address_of_form)
@guarded(public)
def sign_in_by_mail() -> str | tuple[str, int]:
    """Mail a one-time link. The answer is the same whether or not there is such an account."""
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=SignInForm(email=form.email.data), mail_form=form), 422
    user = user_by_email(unit(), form.email.data)
    if user is not None and user.is_active:
        mails.send_sign_in_link(unit(), current_app.extensions["clock"], user, safe_path(form.next.data))
    return render_template("accounts/look_into_mail.html", email=form.email.data)


@blueprint.route("/link/<token>", methods=["GET", "POST"])
@limiter.limit("60/minute")
@guarded(public)
def link(token: str) -> str | Response | tuple[str, int]:
    """A one-time link. Opening it changes nothing (mail scanners do); the button uses it up."""
    clock = current_app.extensions["clock"]
    found = services.find_link(unit(), clock, token)
    chooses_password = found.purpose is LinkPurpose.RESET
    form = NewPasswordForm() if chooses_password else TokenForm()
    if form.validate_on_submit():
        try:
            if chooses_password:
                passwords.check_password(form.password.data, email=found.user.email, name=found.user.name)
        except Invalid as error:
            form.password.errors = [error.message]
        else:
            services.use_link(unit(), clock, token)
            if chooses_password:
                services.set_password(unit(), clock, found.user, form.password.data)
                mails.send_password_changed(unit(), clock, found.user)
            start_session(found.user, remember=False)
            return redirect(safe_path(found.next_path) or url_for("home.index"))
    status = 200 if request.method == "GET" else 422
    return render_template("accounts/link.html", form=form, user=found.user, purpose=found.purpose), status


@blueprint.route("/forgotten", methods=["GET", "POST"])
@limiter.limit("5/minute;20/hour", methods=["POST"])
@guarded(public)
def forgotten() -> str | tuple[str, int]:
    """Ask for a link to choose a new password."""
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten.html", form=form), 200 if request.method == "GET" else 422
    user = user_by_email(unit(), form.email.data)
    if user is not None and user.is_active:
        mails.send_reset_link(unit(), current_app.extensions["clock"], user)
    return render_template("accounts/look_into_mail.html", email=form.email.data)


@blueprint.post("/sign-out")
@guarded(public)
def sign_out() -> Response:
    """End this session."""
    logout_user()
    session.clear()
    return redirect(url_for("home.index"))


@blueprint.route("/account", methods=["GET", "POST"])
@guarded(signed_in)
def account() -> str | Response | tuple[str, int]:
    """Name and time zone of one's own account."""
    user = need_user()
    form = ProfileForm(name=user.name, time_zone=user.time_zone or "", reminder_mails=user.reminder_mails)
    form.time_zone.choices = [("", _("As my device says")), *((z, z) for z in sorted(available_timezones()))]
    if form.validate_on_submit():
        user.name = form.name.data
        user.time_zone = form.time_zone.data or None
        user.reminder_mails = form.reminder_mails.data
        flash(_("Saved."), "success")
        return redirect(url_for("accounts.account"))
    password_form = ChangePasswordForm(formdata=None)
    status = 200 if request.method == "GET" else 422
    return render_template("accounts/account.html", form=form, password_form=password_form, user=user), status


@blueprint.post("/account/password")
@limiter.limit("10/minute;30/hour")
@guarded(signed_in)
def change_password() -> str | Response | tuple[str, int]:
    """Set or change one's password; every other device is signed out."""
    user = need_user()
    clock = current_app.extensions["clock"]
    form = ChangePasswordForm()
    if form.validate_on_submit():
        if user.password_hash and not passwords.verify_password(user.password_hash, form.current.data or ""):
            form.current.errors = [_("This is not your current password.")]
        else:
            try:
                services.set_password(unit(), clock, user, form.password.data)
            except Invalid as error:
                form.password.errors = [error.message]
            else:
                mails.send_password_changed(unit(), clock, user)
                start_session(user, remember=False)
                flash(_("Your password is changed; other devices are signed out."), "success")
                return redirect(url_for("accounts.account"))
    profile = ProfileForm(
        formdata=None, name=user.name, time_zone=user.time_zone or "", reminder_mails=user.reminder_mails
    )
    profile.time_zone.choices = [("", _("As my device says")), *((z, z) for z in sorted(available_timezones()))]
    return render_template("accounts/account.html", form=profile, password_form=form, user=user), 422


@blueprint.post("/account/sign-out-everywhere")
@guarded(signed_in)
def sign_out_everywhere() -> Response:
    """End every session of the account, this one included."""
    services.sign_out_everywhere(unit(), current_app.extensions["clock"], need_user())
    logout_user()
    session.clear()
    flash(_("You are signed out on all devices."), "success")
    return redirect(url_for("accounts.sign_in"))


def load_user(cookie_id: str) -> User | None:
    """Flask-Login's user loader."""
    return user_of_cookie(unit(), cookie_id)


def init_app(app: Flask) -> None:
    """Give Flask-Login its loader."""
    app.extensions["login_manager"].user_loader(load_user)
