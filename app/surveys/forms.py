"""Forms of surveys. Answers have none: their fields follow from the questions."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    EmailField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from app.core.forms import trimmed


class NewForm(FlaskForm):
    """A new survey."""

    title = StringField(_l("Title"), filters=[trimmed], validators=[InputRequired(), Length(max=150)])


class SettingsForm(FlaskForm):
    """What everybody asked sees, and when it ends."""

    title = StringField(_l("Title"), filters=[trimmed], validators=[InputRequired(), Length(max=150)])
    introduction = TextAreaField(
        _l("Introduction"),
        description=_l("Stands above the questions: what the answers are for, and who looks at them."),
        filters=[trimmed],
        validators=[Optional(), Length(max=20000)],
        render_kw={"rows": 6},
    )
    last_day = DateField(
        _l("Last day"), description=_l("The survey closes by itself after this day."), validators=[Optional()]
    )
    reminder_days = IntegerField(
        _l("Remind after days"),
        description=_l("Three reminders at most, only to those who have not submitted. Empty: none."),
        validators=[Optional(), NumberRange(1, 90)],
    )


class QuestionsForm(FlaskForm):
    """Which parts are asked."""

    blocks = SelectMultipleField(_l("Parts that are asked"))
    required = SelectMultipleField(_l("Parts that are needed"), validators=[Optional()])
    technologies = TextAreaField(
        _l("Technologies to choose from"),
        description=_l("One a line: “code; name”, or only the name. Needs and offers are compared by them."),
        validators=[Optional(), Length(max=20000)],
        render_kw={"rows": 8},
    )


class StaffForm(FlaskForm):
    """Name somebody for the survey."""

    email = EmailField(_l("Mail address"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)])
    name = StringField(_l("Name"), filters=[trimmed], validators=[Optional(), Length(max=160)])
    role = SelectField(_l("Role"))
    nuts = SelectField(_l("Region"), description=_l("For regional contacts."), validators=[Optional()])


class InviteForm(FlaskForm):
    """Ask organisations of a region."""

    nuts = SelectField(_l("Region"))
    lines = TextAreaField(
        _l("Who is asked"),
        description=_l("One a line: mail address; organisation; person. Only the address is needed."),
        validators=[InputRequired(), Length(max=100_000)],
        render_kw={"rows": 6, "placeholder": "ines@example.org; Aurinko Materials; Ines Carvalho"},
    )


class ActForm(FlaskForm):
    """A step with a comment."""

    comment = TextAreaField(_l("Comment"), filters=[trimmed], validators=[Optional(), Length(max=4000)])


class ImportForm(FlaskForm):
    """Files to import."""

    file = MultipleFileField(_l("Files"))


class RunForm(FlaskForm):
    """How a matching run is computed."""

    note = StringField(_l("Note"), filters=[trimmed], validators=[Optional(), Length(max=400)])
    grain = RadioField(_l("Compare by"))
    measure = RadioField(_l("Strength of a region is"))
    minimum = IntegerField(
        _l("Smallest number of respondents a figure rests on"),
        description=_l("Three or more; it cannot be lowered."),
        validators=[InputRequired(), NumberRange(3, 50)],
        default=3,
    )
    validated_only = BooleanField(_l("Count validated answers only"))


class CurateForm(FlaskForm):
    """What an analyst makes of a finding."""

    curation = RadioField(_l("Decision"))
    headline = StringField(
        _l("In your words"),
        description=_l("Shown in place of the computed sentence when you edit the finding."),
        filters=[trimmed],
        validators=[Optional(), Length(max=300)],
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("The partnership sees it."),
        filters=[trimmed],
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 3},
    )


class FollowUpForm(FlaskForm):
    """What is to come of a finding."""

    kind = RadioField(_l("What is to come of it"))
    title = StringField(_l("Title"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    text = TextAreaField(_l("What it is about"), validators=[Optional(), Length(max=5000)], render_kw={"rows": 6})
    place = SelectField(
        _l("Event"), description=_l("A workshop becomes a session of the event you choose."), validators=[Optional()]
    )
    starts = DateTimeLocalField(_l("Begins"), description=_l("In the time of the event."), validators=[Optional()])
    ends = DateTimeLocalField(_l("Ends"), validators=[Optional()])
