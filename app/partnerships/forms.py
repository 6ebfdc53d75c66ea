"""Forms of partnerships."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import URL, DataRequired, Email, InputRequired, Length, NumberRange, Optional, Regexp

from app.core.filetypes import ACCEPTED
from app.core.forms import trimmed

TEXT = {"rows": 4}
KEY = Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Use small letters, digits and single hyphens only."))
FILE = {"accept": ACCEPTED}
FILE_NOTE = _l("PDF, Word, Excel, PowerPoint, OpenDocument, PNG or JPEG, without macros.")


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


class CommentForm(FlaskForm):
    """A comment on a passage."""

    field = SelectField(_l("Part of the document"))
    quote = StringField(
        _l("Passage (optional)"),
        description=_l("Mark the words in the text above, or copy them here."),
        filters=[trimmed],
        validators=[Optional(), Length(max=500)],
    )
    body = TextAreaField(
        _l("Comment"), filters=[trimmed], validators=[InputRequired(), Length(max=4000)], render_kw=TEXT
    )
    reply_to = HiddenField()


class JoinForm(FlaskForm):
    """A region asks to join, or is invited."""

    nuts = SelectField(_l("Region"), validators=[InputRequired()])
    motivation = TextAreaField(
        _l("Motivation"), filters=[trimmed], validators=[Optional(), Length(max=2000)], render_kw=TEXT
    )
    contribution = TextAreaField(
        _l("What the region brings in"), filters=[trimmed], validators=[Optional(), Length(max=2000)], render_kw=TEXT
    )


class InviteRegionForm(JoinForm):
    """An invited region gets a person who speaks for it."""

    name = StringField(
        _l("Who speaks for the region"), filters=[trimmed], validators=[InputRequired(), Length(max=160)]
    )
    email = EmailField(_l("Mail address"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)])


class PersonForm(FlaskForm):
    """Somebody who gets a role."""

    role = SelectField(_l("Role"))
    member_id = SelectField(_l("Speaks for the region"), coerce=int)
    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    email = EmailField(_l("Mail address"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)])
    mandate = FileField(_l("Mandate letter"), description=_l("For a mandated organisation."), render_kw=FILE)


class LetterForm(FlaskForm):
    """A commitment letter."""

    file = FileField(
        _l("Signed letter"), description=FILE_NOTE, validators=[FileRequired(_l("Choose the file."))], render_kw=FILE
    )
    signatory = StringField(_l("Signed by"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    function = StringField(_l("Function"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    authority = StringField(
        _l("Representative authority"), filters=[trimmed], validators=[InputRequired(), Length(max=200)]
    )
    signed_on = DateField(_l("Date of the letter"), validators=[InputRequired()])
    months = IntegerField(_l("Committed for (months)"), validators=[InputRequired(), NumberRange(0, 240)])
    fte = DecimalField(
        _l("Staff (full-time equivalents)"), default=0, validators=[Optional(), NumberRange(0, 1000)], places=2
    )
    budget = DecimalField(
        _l("Budget (euros)"), default=0, validators=[Optional(), NumberRange(0, 1_000_000_000)], places=2
    )


class PriorityForm(FlaskForm):
    """A priority of a region's strategy, and where the strategy says so."""

    title = StringField(_l("Priority"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    link = URLField(
        _l("Address of the strategy"),
        filters=[trimmed],
        validators=[
            InputRequired(),
            Length(max=500),
            URL(message=_l("Write the whole address, starting with https://.")),
        ],
    )
    code = StringField(_l("Number or code"), filters=[trimmed], validators=[Optional(), Length(max=40)])
    page = StringField(_l("Page"), filters=[trimmed], validators=[Optional(), Length(max=40)])
    quote = TextAreaField(
        _l("What it says (at most 500 characters)"),
        filters=[trimmed],
        validators=[Optional(), Length(max=500)],
        render_kw=TEXT,
    )


class ReturnForm(FlaskForm):
    """A submission goes back."""

    due = DateField(_l("To be completed until"), validators=[InputRequired()])
    reason = TextAreaField(
        _l("What is missing"), filters=[trimmed], validators=[InputRequired(), Length(max=4000)], render_kw=TEXT
    )


class DeclarationForm(FlaskForm):
    """Declaration of interests."""

    has_conflict = RadioField(
        _l("Conflict of interest"),
        choices=[
            ("no", _l("I have no personal, professional or financial interest in this case.")),
            ("yes", _l("I have a conflict of interest and will not judge this case.")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    reason = StringField(_l("What the conflict is"), filters=[trimmed], validators=[Optional(), Length(max=1000)])


class FindingForm(FlaskForm):
    """The finding on one rule."""

    finding = RadioField(
        _l("Finding"),
        choices=[("met", _l("Met")), ("not_met", _l("Not met")), ("unclear", _l("Unclear"))],
        validators=[InputRequired(_l("Choose one."))],
    )
    evidence = TextAreaField(_l("Evidence"), filters=[trimmed], validators=[Optional(), Length(max=4000)])
    comment = TextAreaField(_l("Comment"), filters=[trimmed], validators=[Optional(), Length(max=4000)])
    file = FileField(_l("Evidence as a file"), render_kw=FILE)


class DecisionForm(FlaskForm):
    """The decision with its minutes."""

    outcome = RadioField(
        _l("Decision"),
        choices=[("approved", _l("Approve")), ("deferred", _l("Defer")), ("rejected", _l("Reject"))],
        validators=[InputRequired(_l("Choose one."))],
    )
    minutes = TextAreaField(
        _l("Minutes"),
        description=_l("Who took part, what was weighed, what was decided and why."),
        filters=[trimmed],
        validators=[InputRequired(), Length(max=20_000)],
        render_kw={"rows": 8},
    )
    file = FileField(_l("Signed minutes as a file"), description=FILE_NOTE, render_kw=FILE)


class SupportForm(FlaskForm):
    """A request for support."""

    service = SelectField(_l("Service"))
    need = TextAreaField(_l("Need"), filters=[trimmed], validators=[InputRequired(), Length(max=4000)], render_kw=TEXT)
    starts_on = DateField(_l("From"), validators=[InputRequired()])
    ends_on = DateField(_l("Until"), validators=[InputRequired()])


class WindowForm(FlaskForm):
    """A submission window; times in UTC."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=120)])
    rules = SelectField(_l("Process and rule set"))
    opens_at = DateTimeLocalField(_l("Opens (UTC)"), validators=[InputRequired()])
    closes_at = DateTimeLocalField(_l("Closes (UTC)"), validators=[InputRequired()])


class AreaForm(FlaskForm):
    """A thematic area."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=150)])
    key = StringField(_l("Short name"), filters=[trimmed], validators=[InputRequired(), Length(max=60), KEY])
    platform = SelectField(_l("Platform"))
    description = TextAreaField(_l("Description"), filters=[trimmed], validators=[Optional(), Length(max=2000)])


class CopyProcessForm(FlaskForm):
    """A copy of a process."""

    name = StringField(_l("Name of the copy"), filters=[trimmed], validators=[InputRequired(), Length(max=120)])
    key = StringField(_l("Short name"), filters=[trimmed], validators=[InputRequired(), Length(max=40), KEY])


class NoteForm(FlaskForm):
    """What is changed in a new version of a process."""

    note = StringField(_l("What is changed"), filters=[trimmed], validators=[DataRequired(), Length(max=400)])


class EditProcessForm(FlaskForm):
    """A new version of a process, as JSON."""

    text = TextAreaField(
        _l("The process as JSON"),
        validators=[InputRequired(), Length(max=400_000)],
        render_kw={"rows": 30, "spellcheck": "false", "class_": "form-control code"},
    )
    note = StringField(_l("What is changed"), filters=[trimmed], validators=[DataRequired(), Length(max=400)])
