"""Forms of monitoring reports."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.core.forms import trimmed
from app.feedback.figures import COUNTED

TEXT = [Optional(), Length(max=8000)]


class ReportForm(FlaskForm):
    """The written parts; `for_figures` adds a correction and its reason for each figure."""

    summary = TextAreaField(
        _l("Summary"),
        description=_l("What mattered in this half-year."),
        filters=[trimmed],
        validators=TEXT,
        render_kw={"rows": 6},
    )
    difficulties = TextAreaField(
        _l("Difficulties"),
        description=_l("What stood in the way. “None” is an answer."),
        filters=[trimmed],
        validators=TEXT,
        render_kw={"rows": 5},
    )
    support_wanted = TextAreaField(
        _l("Support wanted"),
        description=_l("From whom, for what. “None” is an answer."),
        filters=[trimmed],
        validators=TEXT,
        render_kw={"rows": 5},
    )
    outlook = TextAreaField(_l("The next half-year"), filters=[trimmed], validators=TEXT, render_kw={"rows": 5})
    based_on = HiddenField(validators=[InputRequired()])


def for_figures() -> type[ReportForm]:
    """The form with a correction of each figure."""
    fields: dict[str, Any] = {}
    for key in COUNTED:
        fields[f"value_{key}"] = IntegerField(_l("Corrected"), validators=[Optional(), NumberRange(min=0)])
        fields[f"reason_{key}"] = StringField(_l("Why"), filters=[trimmed], validators=[Optional(), Length(max=500)])
    return type("ReportFormWithFigures", (ReportForm,), fields)


class BeginForm(FlaskForm):
    starts_on = SelectField(_l("Half-year"))
