"""The form of an entry with every field of a profile, and the small forms of the marketplace."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from pydantic import ValidationError
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.errors import Invalid
from app.marketplace import details as profiles
from app.marketplace import rules
from app.marketplace.forms import EntryForm, entry_data, set_choices, trimmed, values_of
from app.marketplace.models import Entry, EntryKind, ProfileKind, Rhythm
from app.marketplace.services import EntryData
from app.organisations import reference
from app.organisations.models import Organisation

CALL_TEXTS = ("programme", "title", "identifier", "acronym", "scheme", "budget", "link")
LANGUAGES = ("language_1", "language_2", "language_3")
TEXTS = ("role", "advantages", "specification", "ipr_notes")


def number_or_none(value: Any) -> int | None:
    """Coerce a choice: the empty one means None."""
    return int(value) if str(value or "").isdecimal() else None


def _area(label: Any, limit: int, hint: Any = "", rows: int = 4) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[trimmed],
        validators=[Length(max=limit)],
        description=hint,
        render_kw={"rows": rows, "maxlength": limit},
    )


def _line(label: Any, limit: int, hint: Any = "") -> StringField:
    return StringField(
        label, filters=[trimmed], validators=[Length(max=limit)], description=hint, render_kw={"maxlength": limit}
    )


class ProfileForm(EntryForm):
    """An entry with all that a profile can say."""

    organisation = SelectField(_l("For"), coerce=number_or_none)
    summary = _area(_l("Summary"), rules.SUMMARY_LENGTH, _l("Two or three sentences, at most 500 characters."), 3)
    country = SelectField(_l("Country"), default="")
    nuts = SelectField(_l("Region (NUTS)"), default="")
    nace = SelectField(_l("Sector (NACE)"), default="")
    segment = SelectField(_l("Place in the value chain"), default="")
    language_1 = SelectField(_l("Language"), default="")
    language_2 = SelectField(_l("Second language"), default="")
    language_3 = SelectField(_l("Third language"), default="")
    profile = SelectField(_l("Type of profile"), default="")
    role = _area(_l("What the partner should do"), rules.TEXT_LENGTH)
    advantages = _area(_l("Advantages and innovation"), 2000)
    specification = _area(_l("Technical specification or expertise sought"), 2000)
    stage = SelectField(_l("Stage of development"), default="")
    ipr = SelectField(_l("Protection"), default="")
    ipr_notes = _line(_l("Notes on protection"), 500)
    technology_keywords = _line(_l("Technology keywords"), 330, _l("Up to five, parted by commas."))
    market_keywords = _line(_l("Market keywords"), 330, _l("Up to five, parted by commas."))
    partnership_2 = SelectField(_l("Second kind of partnership"), default="")
    partnership_3 = SelectField(_l("Third kind of partnership"), default="")
    partners = SelectMultipleField(_l("Wanted partners"))
    target_countries = _line(_l("Wanted countries"), 240, _l("Two-letter codes, parted by commas, such as AT, FR."))
    sdgs = SelectMultipleField(_l("Sustainable development goals"), coerce=int)
    call_programme = _line(_l("Programme"), 200)
    call_title = _line(_l("Title of the call"), 300)
    call_identifier = _line(_l("Identifier of the call"), 100)
    call_acronym = _line(_l("Acronym of the project"), 50)
    call_scheme = _line(_l("Funding scheme"), 200)
    call_budget = _line(_l("Budget"), 100)
    call_link = _line(_l("Link"), 300)
    call_duration_weeks = IntegerField(_l("Duration in weeks"), validators=[Optional(), NumberRange(1, 520)])
    call_coordinator_required = BooleanField(_l("A coordinator is looked for"))
    call_interest_deadline = DateField(_l("Deadline for interest"), validators=[Optional()])
    call_call_deadline = DateField(_l("Deadline of the call"), validators=[Optional()])


def profile_form(entry: Entry | None, organisations: Sequence[Organisation]) -> ProfileForm:
    """A form with its choices, filled from an entry where one is given."""
    form = ProfileForm(
        data=_values(entry) if entry else {"organisation": organisations[0].id if organisations else None}
    )
    set_choices(form)
    own = [(str(one.id), one.name) for one in organisations]
    if entry and entry.organisation and entry.organisation_id not in {one.id for one in organisations}:
        own.append((str(entry.organisation_id), entry.organisation.name))
    form.organisation.choices = [*own, ("", _("myself, as a person"))]
    same = _("As the organisation") if organisations or (entry and entry.organisation) else _("Not said")
    regions = [(one.code, f"{one.name} ({one.code})") for one in reference.regions() if one.level == 2]
    sectors = [(one.code, f"{one.code} {reference.activities().name(one.code)}") for one in reference.activities()
               if one.level <= 1]  # fmt: skip
    form.country.choices = [("", same), *reference.countries().choices()]
    form.nuts.choices = [("", same), *regions]
    form.nace.choices = [("", same), *sectors]
    form.segment.choices = [("", _("Not said")), *reference.value_chain().choices()]
    for name in LANGUAGES:
        form[name].choices = [("", _("Not said")), *reference.languages().choices()]
    form.profile.choices = [
        ("", _("A plain need or offer")),
        (ProfileKind.BUSINESS.value, _("Business profile")),
        (ProfileKind.TECHNOLOGY.value, _("Technology profile")),
        (ProfileKind.RESEARCH.value, _("Research and development request")),
    ]
    form.stage.choices = [("", _("Not said")), *profiles.STAGES.items()]
    form.ipr.choices = [("", _("Not said")), *profiles.RIGHTS.items()]
    form.partnership_2.choices = form.partnership_3.choices = form.partnership.choices
    form.partners.choices = list(profiles.PARTNERS.items())
    form.sdgs.choices = [(number, str(number)) for number in range(1, 18)]
    for name, stored in _stored_codes(entry).items():
        if stored and stored not in {code for code, _name in form[name].choices}:
            form[name].choices.append((stored, stored))
    return form


def _stored_codes(entry: Entry | None) -> dict[str, str | None]:
    """Codes of a finer level than the lists show; they must not be lost when the form is saved."""
    return {"nuts": entry.nuts, "nace": entry.nace} if entry else {}


def _values(entry: Entry) -> dict[str, Any]:
    details = profiles.read(entry.details or {})
    values = values_of(entry) | {name: getattr(details, name) for name in TEXTS}
    values |= {name: getattr(entry, name) or "" for name in ("summary", "country", "nuts", "nace", "segment")}
    values |= dict(zip(LANGUAGES, entry.languages or (), strict=False))
    values |= {
        "organisation": entry.organisation_id,
        "profile": entry.profile.value if entry.profile else "",
        "stage": details.stage or "",
        "ipr": details.ipr or "",
        "technology_keywords": ", ".join(details.technology_keywords),
        "market_keywords": ", ".join(details.market_keywords),
        "partners": list(details.partners),
        "target_countries": ", ".join(details.target_countries),
        "sdgs": list(details.sdgs),
    }
    values |= dict(zip(("partnership_2", "partnership_3"), details.further_partnerships, strict=False))
    if details.call:
        values |= {f"call_{name}": value for name, value in details.call}
    return values


def profile_data(form: ProfileForm, kind: EntryKind, entry: Entry | None) -> EntryData:
    """What the form says. Raises Invalid with the field."""
    spoken = (form[name].data for name in LANGUAGES)
    return replace(
        entry_data(form, kind, entry),
        summary=form.summary.data,
        profile=ProfileKind(form.profile.data) if form.profile.data else None,
        details=_details(form),
        country=form.country.data or None,
        nuts=form.nuts.data or None,
        nace=form.nace.data or None,
        segment=form.segment.data or None,
        languages=tuple(dict.fromkeys(code for code in spoken if code)),
    )


def _details(form: ProfileForm) -> profiles.Details:
    call = {name: form[f"call_{name}"].data for name in profiles.Call.model_fields}
    further = [form.partnership_2.data, form.partnership_3.data]
    said = {
        **{name: form[name].data for name in TEXTS},
        "stage": form.stage.data or None,
        "ipr": form.ipr.data or None,
        "technology_keywords": rules.keywords_of(form.technology_keywords.data),
        "market_keywords": rules.keywords_of(form.market_keywords.data),
        "further_partnerships": [code for code in further if code],
        "partners": form.partners.data or [],
        "target_countries": [code.upper() for code in rules.keywords_of(form.target_countries.data)],
        "sdgs": form.sdgs.data or [],
        "call": call if any(call.values()) else None,
    }
    try:
        return profiles.Details.model_validate(said)
    except ValidationError as error:
        place, message = profiles.faults_of(error)[0]
        name = f"call_{place[1]}" if place[0] == "call" and len(place) > 1 else str(place[0])
        raise Invalid(message, field=name) from None


class InterestForm(FlaskForm):
    """Ask the owner of an entry to get in touch."""

    message = TextAreaField(
        _l("Your message"), filters=[trimmed],
        validators=[InputRequired(), Length(min=rules.MESSAGE_AT_LEAST, max=rules.MESSAGE_LENGTH)],
        description=_l("Who you are and what interests you. Your name and organisation go with it."),
        render_kw={"rows": 4, "maxlength": rules.MESSAGE_LENGTH},
    )  # fmt: skip


class AnswerForm(FlaskForm):
    """Grant or decline."""

    answer = _area(_l("Your answer"), rules.ANSWER_LENGTH, _l("Optional; it goes along by mail."), 2)


class SaveSearchForm(FlaskForm):
    """Keep a search."""

    name = StringField(
        _l("Name of the search"), filters=[trimmed], validators=[InputRequired(), Length(max=rules.NAME_LENGTH)],
        render_kw={"maxlength": rules.NAME_LENGTH},
    )  # fmt: skip
    rhythm = SelectField(
        _l("Mail about what is new"), default=Rhythm.WEEKLY.value,
        choices=[("never", _l("Never")), ("daily", _l("Daily")), ("weekly", _l("Weekly"))],
    )  # fmt: skip


class ProfilesFileForm(FlaskForm):
    """A file with profiles."""

    file = FileField(_l("JSON file"), validators=[FileRequired()])
