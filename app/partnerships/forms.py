"""Forms of partnerships."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional

from app.core.forms import trimmed

TEXT = {"rows": 4}


class IntakeForm(FlaskForm):
    """With what a region proposes a partnership."""

    name = StringField(_l("Name of the partnership"), filters=[trimmed], validators=[InputRequired(), Length(max=150)])
    slug = StringField(
        _l("Short name in addresses"),
        description=_l("Small letters, digits and hyphens, e.g. textiles-2030."),
        filters=[trimmed],
        validators=[InputRequired(), Length(min=3, max=60)],
    )
    acronym = StringField(_l("Acronym"), filters=[trimmed], validators=[Optional(), Length(max=20)])
    area_id = SelectField(_l("Thematic area"), coerce=int)
    template_key = SelectField(_l("Process"))
    summary = TextAreaField(
        _l("The idea"),
        description=_l("Which regions could do what together, and why now."),
        filters=[trimmed],
        validators=[InputRequired(), Length(max=2000)],
        render_kw={"rows": 6},
    )
    nuts = SelectField(_l("Your region"), validators=[InputRequired()])
    contact_name = StringField(_l("Contact person"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    contact_email = EmailField(
        _l("Mail address of the contact"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)]
    )
