"""The form of a need or an offer."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.errors import Invalid
from app.marketplace import rules
from app.marketplace.models import Entry, EntryKind
from app.marketplace.services import EntryData
from app.organisations import reference


def trimmed(value: str | None) -> str:
    """Filter: without white space around it, never None."""
    return (value or "").strip()


def level_or_none(value: Any) -> int | None:
    """Coerce a choice: the empty one means any level."""
    return int(value) if str(value or "").isdecimal() else None


class EntryForm(FlaskForm):
    """A need or an offer; which of the two is part of the address."""

    title = StringField(
        _l("In one line"), filters=[trimmed], validators=[InputRequired(), Length(max=rules.TITLE_LENGTH)],
        render_kw={"maxlength": rules.TITLE_LENGTH},
    )  # fmt: skip
    text = TextAreaField(
        _l("In detail"), filters=[trimmed], validators=[Length(max=rules.TEXT_LENGTH)],
        description=_l("Use the words a partner would look for: material, process, product, market."),
        render_kw={"rows": 5, "maxlength": rules.TEXT_LENGTH},
    )  # fmt: skip
    keywords = StringField(
        _l("Keywords"), filters=[trimmed], validators=[Length(max=800)],
        description=_l("Up to twelve, parted by commas."),
    )  # fmt: skip
    partnership = SelectField(_l("Kind of partnership"), default="")
    trl_min = SelectField(_l("Readiness level from"), coerce=level_or_none)
    trl_max = SelectField(_l("up to"), coerce=level_or_none)


def entry_form(entry: Entry | None = None) -> EntryForm:
    """A form with its choices, filled from an entry where one is given."""
    values: dict[str, Any] | None = None
    if entry is not None:
        values = {name: getattr(entry, name) for name in ("title", "text", "trl_min", "trl_max")}
        values |= {"keywords": ", ".join(entry.keywords), "partnership": entry.partnership or ""}
    form = EntryForm(data=values)
    form.partnership.choices = [("", _("Open")), *reference.partnership_kinds().choices()]
    levels = [("", _("Any")), *((code, f"{code} – {name}") for code, name in reference.readiness_levels().choices())]
    form.trl_min.choices = form.trl_max.choices = levels
    return form


def entry_data(form: EntryForm, kind: EntryKind) -> EntryData:
    """What a form says of an entry."""
    return EntryData(
        kind=kind,
        title=form.title.data,
        text=form.text.data,
        keywords=tuple(rules.keywords_of(form.keywords.data)),
        trl_min=form.trl_min.data,
        trl_max=form.trl_max.data,
        partnership=form.partnership.data or None,
    )


def attach(form: Form, error: Invalid) -> None:
    """Show an error of a service at its field."""
    if error.field in form:
        form[error.field].errors = [*form[error.field].errors, error.message]
    else:
        form.form_errors.append(error.message)
