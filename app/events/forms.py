"""Forms of an event's set-up."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.accounts.forms import trimmed
from app.events.models import EventFormat

FORMATS = [
    (EventFormat.ON_SITE.value, _l("On site")),
    (EventFormat.ONLINE.value, _l("Online")),
    (EventFormat.MIXED.value, _l("Mixed: on site and online")),
]


class NewEventForm(FlaskForm):
    """What an event needs to exist; all else has its own page."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    slug = StringField(
        _l("Short name in addresses"),
        description=_l("Small letters, digits and hyphens, e.g. materials-2027."),
        filters=[trimmed],
        validators=[
            InputRequired(),
            Length(min=3, max=60),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Use small letters, digits and single hyphens only.")),
        ],
    )
    place = StringField(_l("Place"), filters=[trimmed], validators=[Optional(), Length(max=200)])
    time_zone = SelectField(_l("Time zone of the event"), validators=[InputRequired()])
    format = SelectField(_l("Format"), choices=FORMATS)
    summary = TextAreaField(_l("In one or two sentences"), filters=[trimmed], validators=[Optional(), Length(max=500)])
