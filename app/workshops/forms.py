"""Forms of workshops."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.core.forms import trimmed
from app.workshops.models import EntryKind


class EntryForm(FlaskForm):
    """What somebody adds; the page's script sends the same by socket."""

    kind = RadioField(
        _l("What is it?"),
        choices=[
            (EntryKind.IDEA.value, _l("Idea")),
            (EntryKind.DECISION.value, _l("Decision")),
            (EntryKind.FOLLOW_UP.value, _l("Follow-up")),
        ],
        default=EntryKind.IDEA.value,
    )
    text = TextAreaField(
        _l("Text"), filters=[trimmed], validators=[InputRequired(), Length(max=1000)], render_kw={"rows": 2}
    )
    owner = StringField(_l("Who takes care of it"), filters=[trimmed], validators=[Optional(), Length(max=160)])
    due = DateField(_l("Until"), validators=[Optional()])
    group = SelectField(_l("Group"), validators=[Optional()])
    source = HiddenField()
    token = HiddenField()


class GroupForm(FlaskForm):
    group = SelectField(_l("My group"), validators=[Optional()])


class PurposeForm(FlaskForm):
    purpose = TextAreaField(
        _l("What the workshop is for"), filters=[trimmed], validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 4},
    )  # fmt: skip
    partnership = SelectField(_l("Partnership it serves"), validators=[Optional()])


class AgendaForm(FlaskForm):
    agenda = TextAreaField(
        _l("Agenda"),
        description=_l("One item a line: minutes; title; who. For example: 20; What we need; Lena Lead"),
        validators=[Optional(), Length(max=16_000)],
        render_kw={"rows": 7},
    )


class GroupsForm(FlaskForm):
    groups = TextAreaField(
        _l("Groups"),
        description=_l("One a line: name; topic; place. For example: Sorting; Who buys the bales?; Table 3"),
        validators=[Optional(), Length(max=16_000)],
        render_kw={"rows": 5},
    )


class ParticipantForm(FlaskForm):
    participant = SelectField(_l("Participant"), validators=[InputRequired()])


class FindingForm(FlaskForm):
    finding = SelectField(_l("Finding"), validators=[InputRequired()])


class MinutesForm(FlaskForm):
    text = TextAreaField(
        _l("Minutes"),
        description=_l("A line that begins with “# ” is a heading, one that begins with “- ” a point."),
        validators=[Optional(), Length(max=60_000)],
        render_kw={"rows": 26},
    )
    based_on = HiddenField()


class UploadForm(FlaskForm):
    file = FileField(_l("Minutes written elsewhere (PDF, DOCX, ODT)"))
    based_on = HiddenField()
