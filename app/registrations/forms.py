"""Forms of registration and profile."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from app.core.errors import Invalid
from app.events.models import Event, EventFormat, ParticipantType
from app.organisations import reference
from app.registrations.models import Attendance, Participant
from app.registrations.services import ABOUT_LENGTH, JOB_TITLE_LENGTH, REASON_LENGTH

LANGUAGES_AT_MOST = 4


def trimmed(value: str | None) -> str:
    """Filter: without white space around it, never None."""
    return (value or "").strip()


def number_or_none(value: Any) -> int | None:
    """Coerce a choice: the empty one means None."""
    return int(value) if str(value or "").isdecimal() else None


class AccountForm(FlaskForm):
    """The first step for somebody who is not signed in."""

    name = StringField(
        _l("Your name"), filters=[trimmed], validators=[InputRequired(), Length(max=160)],
        render_kw={"autocomplete": "name"},
    )  # fmt: skip
    email = EmailField(
        _l("E-mail address"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)],
        description=_l("Confirmations and your timetable go there."), render_kw={"autocomplete": "username"},
    )  # fmt: skip
    password = PasswordField(
        _l("Password"), validators=[Length(max=256)],
        description=_l("At least 12 characters. Leave it empty to get a link by mail instead; no password needed."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip


class PersonForm(FlaskForm):
    """What a participant says of themselves."""

    type = RadioField(_l("You take part as"), coerce=int, validators=[InputRequired()])
    attendance = RadioField(_l("You come"), default=Attendance.ON_SITE.value)
    job_title = StringField(
        _l("Job title"), filters=[trimmed], validators=[Length(max=JOB_TITLE_LENGTH)],
        render_kw={"autocomplete": "organization-title", "maxlength": JOB_TITLE_LENGTH},
    )  # fmt: skip
    about = TextAreaField(
        _l("About you and your work"), filters=[trimmed], validators=[Length(max=ABOUT_LENGTH)],
        description=_l("Two or three sentences: what you work on and whom you hope to meet."),
        render_kw={"rows": 5, "maxlength": ABOUT_LENGTH},
    )  # fmt: skip
    language_1 = SelectField(_l("Language you speak best"), default="en")
    language_2 = SelectField(_l("Second language"), default="")
    language_3 = SelectField(_l("Third language"), default="")
    language_4 = SelectField(_l("Fourth language"), default="")
    value_chain_position = SelectField(_l("Place in the value chain"), default="")
    trl_min = SelectField(_l("Readiness level from"), coerce=number_or_none)
    trl_max = SelectField(_l("up to"), coerce=number_or_none)

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes chosen, in order."""
        chosen = (self[f"language_{n}"].data for n in range(1, LANGUAGES_AT_MOST + 1))
        return tuple(dict.fromkeys(code for code in chosen if code))


class OrganisationForm(FlaskForm):
    """An organisation: an existing one by name and country, or a new one with its details."""

    country = SelectField(_l("Country"), validators=[InputRequired()])
    organisation = StringField(
        _l("Name of the organisation"), filters=[trimmed], validators=[InputRequired(), Length(max=200)],
        description=_l("Choose it from the list when it appears there, so that you share one entry with colleagues."),
        render_kw={"autocomplete": "organization", "maxlength": 200, "list": "organisation-list"},
    )  # fmt: skip
    kind = SelectField(_l("Kind of organisation"), default="")
    size = SelectField(_l("Size"), default="")
    nuts = SelectField(_l("Region (NUTS)"), default="")
    nace = SelectField(_l("Sector (NACE)"), default="")
    website = StringField(
        _l("Website"), filters=[trimmed], validators=[Length(max=300)],
        render_kw={"autocomplete": "url", "inputmode": "url", "placeholder": "https://"},
    )  # fmt: skip


class RegistrationForm(PersonForm, OrganisationForm):
    """The second step: person and organisation together."""

    consent = BooleanField(
        _l("Participants and organisers of this event may see my name, organisation and profile."),
        validators=[InputRequired(_l("Without this nobody could find you; registration needs it."))],
    )


class AddParticipantForm(RegistrationForm):
    """The organiser registers somebody."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    email = EmailField(_l("E-mail address"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)])
    invite = BooleanField(_l("Mail an invitation with a sign-in link"), default=True)
    consent = None


class MyOrganisationForm(OrganisationForm):
    """Correct the entry of an organisation, or move to another one."""

    change = RadioField(_l("What has changed?"), default="correct")


class ImportForm(FlaskForm):
    """A workbook, or one CSV file per table."""

    file = FileField(_l("Participants"))
    entries = FileField(_l("Needs and offers"))
    invite = BooleanField(_l("Mail everybody who is new an invitation with a sign-in link"))


class ReasonForm(FlaskForm):
    """A reason that is mailed to the participant."""

    reason = TextAreaField(
        _l("Reason"), filters=[trimmed], validators=[Length(max=REASON_LENGTH)],
        render_kw={"rows": 3, "maxlength": REASON_LENGTH},
    )  # fmt: skip


class LimitsForm(FlaskForm):
    """One person's own limits."""

    max_meetings = IntegerField(_l("Most meetings"), validators=[Optional(), NumberRange(0, 200)])
    min_meetings = IntegerField(_l("Fewest meetings"), validators=[Optional(), NumberRange(0, 200)])
    own_table = SelectField(_l("Stays at table"), coerce=number_or_none)


def fill_person(form: PersonForm, event: Event, types: Iterable[ParticipantType]) -> None:
    """Set the choices of a person's fields; attendance is asked at mixed events only."""
    form.type.choices = [(kind.id, kind.name) for kind in types]
    if len(form.type.choices) == 1 and form.type.data is None:
        form.type.data = form.type.choices[0][0]
    if event.format is EventFormat.MIXED:
        form.attendance.choices = [
            (Attendance.ON_SITE.value, _("to the venue")),
            (Attendance.ONLINE.value, _("online")),
        ]
    else:
        del form.attendance
    languages = reference.languages().choices()
    for number in range(1, LANGUAGES_AT_MOST + 1):
        form[f"language_{number}"].choices = [("", _("None")), *languages]
    form.value_chain_position.choices = [("", _("Not sure")), *reference.value_chain().choices()]
    levels = trl_choices()
    form.trl_min.choices = form.trl_max.choices = levels


def trl_choices() -> list[tuple[Any, str]]:
    """Readiness levels for a select field, the empty choice first."""
    return [("", _("Any")), *((code, f"{code} – {name}") for code, name in reference.readiness_levels().choices())]


def fill_organisation(form: OrganisationForm) -> None:
    """Set the choices of an organisation's fields; regions are those of the country chosen so far."""
    form.country.choices = [("", _("Choose a country")), *reference.countries().choices()]
    form.kind.choices = [("", _("Choose")), *reference.organisation_kinds().choices()]
    form.size.choices = [("", _("Not known")), *reference.organisation_sizes().choices()]
    form.nuts.choices = _regions(form.country.data, form.nuts.data)
    form.nace.choices = _sectors(form.nace.data)


def _regions(country: str | None, chosen: str | None) -> list[tuple[str, str]]:
    entries = reference.regions_of(country or "", 2)
    choices = [("", _("Choose a region")), *((entry.code, f"{entry.name} ({entry.code})") for entry in entries)]
    if chosen and chosen in reference.regions() and chosen not in dict(choices):
        choices.append((chosen, f"{reference.regions().label(chosen)} ({chosen})"))
    return choices


def _sectors(chosen: str | None) -> dict[str, list[tuple[str, str]]]:
    """Divisions under their sections; a finer code that is set already stays on offer."""
    activities = reference.activities()
    groups = {"": [("", _("Not sure"))]}
    for section in activities.children():
        below = [(entry.code, f"{entry.code} {entry.name}") for entry in activities.children(section.code)]
        groups[f"{section.code} – {section.name}"] = below
    if chosen and chosen in activities and activities.require(chosen).level != 2:
        groups[""].append((chosen, f"{chosen} {activities.label(chosen)}"))
    return groups


def person_values(participant: Participant) -> dict[str, Any]:
    """Form values of a participant as it is."""
    values: dict[str, Any] = {
        "type": participant.type_id,
        "attendance": participant.attendance.value,
        "job_title": participant.job_title,
        "about": participant.about,
        "value_chain_position": participant.value_chain_position or "",
        "trl_min": participant.trl_min,
        "trl_max": participant.trl_max,
    }
    for number in range(1, LANGUAGES_AT_MOST + 1):
        known = participant.languages[number - 1 : number]
        values[f"language_{number}"] = known[0] if known else ""
    return values


def attach(form: Form, error: Invalid, names: dict[str, str] | None = None) -> None:
    """Show an error of a service at its field; `names` maps the service's field names to the form's."""
    name = (names or {}).get(error.field or "", error.field or "")
    if name in form:
        form[name].errors = [*form[name].errors, error.message]
    else:
        form.form_errors.append(error.message)
