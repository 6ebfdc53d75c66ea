"""Forms of asking and answering."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from app.core.forms import trimmed
from app.meetings.models import Priority
from app.meetings.rules import MESSAGE_MAX, REASON_MAX

PRIORITIES = [
    (Priority.NORMAL.value, _l("Normal")),
    (Priority.HIGH.value, _l("High")),
    (Priority.MUST.value, _l("Must")),
]


class AskForm(FlaskForm):
    message = TextAreaField(
        _l("Message"),
        description=_l("Say what you would like to talk about: which need, which offer."),
        filters=[trimmed],
        validators=[Optional(), Length(max=MESSAGE_MAX)],
        render_kw={"rows": 4},
    )
    priority = RadioField(_l("How much it matters to you"), choices=PRIORITIES, default=Priority.NORMAL.value)
    any_colleague = BooleanField(_l("A colleague of theirs may take the meeting instead"))


class AnswerForm(FlaskForm):
    priority = RadioField(_l("How much it matters to you"), choices=PRIORITIES, default=Priority.NORMAL.value)
    reason = StringField(_l("Reason (they see it)"), filters=[trimmed], validators=[Optional(), Length(max=REASON_MAX)])
