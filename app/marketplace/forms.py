"""The form of a need or an offer at an event."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.core.errors import Invalid
from app.marketplace import rules
from app.marketplace.models import Entry, EntryKind, EntryState, Reach
from app.marketplace.services import EntryData, data_of
from app.organisations import reference

PARTS = {
    "text": _l("The description"),
    "keywords": _l("Keywords"),
    "country": _l("Country and region"),
    "region": _l("Region"),
    "sector": _l("Sector"),
    "segment": _l("Place in the value chain"),
    "languages": _l("Languages"),
}
"""Names of `rules.CONCEALABLE`."""


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
    members = BooleanField(
        _l("Show it in the marketplace too"),
        description=_l("There everybody who is signed in here finds it, beyond this event, for a year."),
    )
    hidden = BooleanField(_l("Keep it hidden for now"), description=_l("Nobody else finds it until you publish it."))
    anonymous = BooleanField(
        _l("Anonymous"),
        description=_l(
            "Name and organisation are shown only to those whose interest you granted, and to the organisers of the "
            "event it was written for. Recommendations name people, so an anonymous entry does not count in them. Once "
            "shown with your name it cannot become anonymous."
        ),
    )
    concealed = SelectMultipleField(
        _l("Also keep back"), choices=list(PARTS.items()),
        description=_l("What would let readers guess who you are. Search and filters do not use it either."),
    )  # fmt: skip


def entry_form(entry: Entry | None = None) -> EntryForm:
    """A form with its choices, filled from an entry where one is given."""
    form = EntryForm(data=values_of(entry) if entry else None)
    set_choices(form)
    return form


def values_of(entry: Entry) -> dict[str, Any]:
    """The fields as an entry fills them."""
    values = {name: getattr(entry, name) for name in ("title", "text", "trl_min", "trl_max", "anonymous")}
    return values | {
        "keywords": ", ".join(entry.keywords),
        "partnership": entry.partnership or "",
        "members": entry.reach is Reach.MEMBERS,
        "hidden": entry.state is EntryState.HIDDEN,
        "concealed": list(entry.concealed or ()),
    }


def set_choices(form: EntryForm) -> None:
    """Fill in the lists to choose from, in the reader's language."""
    form.partnership.choices = [("", _("Open")), *reference.partnership_kinds().choices()]
    levels = [("", _("Any")), *((code, f"{code} – {name}") for code, name in reference.readiness_levels().choices())]
    form.trl_min.choices = form.trl_max.choices = levels


def entry_data(form: EntryForm, kind: EntryKind, entry: Entry | None = None) -> EntryData:
    """What a form says of an entry; what it has no field for stays as it was."""
    former = data_of(entry) if entry else EntryData(kind, "")
    return replace(
        former,
        title=form.title.data,
        text=form.text.data,
        keywords=tuple(rules.keywords_of(form.keywords.data)),
        trl_min=form.trl_min.data,
        trl_max=form.trl_max.data,
        partnership=form.partnership.data or None,
        reach=Reach.MEMBERS if form.members.data else Reach.EVENT,
        state=EntryState.HIDDEN if form.hidden.data else EntryState.PUBLISHED,
        anonymous=bool(form.anonymous.data),
        concealed=tuple(form.concealed.data or ()),
    )


def attach(form: Form, error: Invalid) -> None:
    """Show an error of a service at its field."""
    if error.field in form:
        form[error.field].errors = [*form[error.field].errors, error.message]
    else:
        form.form_errors.append(error.message)
