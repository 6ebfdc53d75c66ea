"""Forms of sign-in and account."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import Email, EqualTo, InputRequired, Length

from app.core.forms import trimmed

NEW_PASSWORD_HINT = _l("At least 12 characters. A short sentence is easy to remember and hard to guess.")


class SignInForm(FlaskForm):
    email = EmailField(
        _l("E-mail address"),
        filters=[trimmed],
        validators=[InputRequired(), Email(), Length(max=320)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"), validators=[InputRequired(), Length(max=256)], render_kw={"autocomplete": "current-password"}
    )
    remember = BooleanField(_l("Keep me signed in on this device"))
    next = HiddenField()


class EmailForm(FlaskForm):
    email = EmailField(
        _l("E-mail address"),
        filters=[trimmed],
        validators=[InputRequired(), Email(), Length(max=320)],
        render_kw={"autocomplete": "email"},
    )
    next = HiddenField()


class NewPasswordForm(FlaskForm):
    password = PasswordField(
        _l("New password"),
        description=NEW_PASSWORD_HINT,
        validators=[InputRequired(), Length(max=256)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("New password once more"),
        validators=[InputRequired(), EqualTo("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(_l("Current password"), render_kw={"autocomplete": "current-password"})


class ProfileForm(FlaskForm):
    name = StringField(
        _l("Name"),
        filters=[trimmed],
        validators=[InputRequired(), Length(max=160)],
        render_kw={"autocomplete": "name"},
    )
    time_zone = SelectField(
        _l("Time zone"), description=_l("Shown beside the event's own time when it differs."), default=""
    )
    reminder_mails = BooleanField(
        _l("Remind me by mail of what I took on"),
        description=_l("Before the day and once after it. Your pages show it in any case."),
    )


class InviteUserForm(FlaskForm):
    email = EmailField(_l("E-mail address"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)])
    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    is_administrator = BooleanField(_l("Administrator of this installation"))


class TokenForm(FlaskForm):
    """A form with nothing but the CSRF token, for buttons."""
