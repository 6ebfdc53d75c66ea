"""Forms of an event's set-up."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    URLField,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp

from app.core.forms import trimmed
from app.events.models import Approval, EventFormat, SessionKind, StaffRole
from app.events.programme import LONGEST_MEETING
from app.events.walking import HIGHEST_PRICE, LONGEST_WALK

ACCENTS = ("lagoon", "cobalt", "iris", "plum", "rose", "rust", "moss", "slate")
FORMATS = [
    (EventFormat.ON_SITE.value, _l("On site")),
    (EventFormat.ONLINE.value, _l("Online")),
    (EventFormat.MIXED.value, _l("Mixed: on site and online")),
]
KEY = Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Use small letters, digits and single hyphens only."))
# Participants click these: no other scheme, javascript: least of all.
WEB = Regexp(r"(?i)^https?://[^\s/?#]+([/?#]\S*)?$", message=_l("Write the whole address, starting with https://."))


BOTH = _l("People on site and people online can meet here")
BOTH_HINT = _l("A table with a screen, or an online room that people at the venue may join.")


class NewEventForm(FlaskForm):
    """What an event needs to exist; all else has its own page."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    slug = StringField(
        _l("Short name in addresses"),
        description=_l("Small letters, digits and hyphens, e.g. materials-2027."),
        filters=[trimmed],
        validators=[InputRequired(), Length(min=3, max=60), KEY],
    )
    place = StringField(_l("Place"), filters=[trimmed], validators=[Optional(), Length(max=200)])
    time_zone = SelectField(_l("Time zone of the event"), validators=[InputRequired()])
    format = SelectField(_l("Format"), choices=FORMATS)
    summary = TextAreaField(_l("In one or two sentences"), filters=[trimmed], validators=[Optional(), Length(max=500)])


class SettingsForm(FlaskForm):
    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    summary = TextAreaField(_l("In one or two sentences"), filters=[trimmed], validators=[Optional(), Length(max=500)])
    description = TextAreaField(
        _l("Description"), filters=[trimmed], validators=[Optional(), Length(max=10_000)], render_kw={"rows": 8}
    )
    place = StringField(_l("Place"), filters=[trimmed], validators=[Optional(), Length(max=200)])
    time_zone = SelectField(_l("Time zone of the event"), validators=[InputRequired()])
    format = SelectField(_l("Format"), choices=FORMATS)
    accent = SelectField(_l("Colour"), choices=[(name, name.capitalize()) for name in ACCENTS])
    approval = SelectField(
        _l("Registrations"),
        choices=[
            (Approval.ORGANISER.value, _l("An organiser approves each")),
            (Approval.AUTOMATIC.value, _l("Approved at once")),
        ],
    )
    registration_closes_at = DateTimeLocalField(_l("Registration closes (event time)"), validators=[Optional()])
    booking_closes_at = DateTimeLocalField(_l("Requests close (event time)"), validators=[Optional()])
    min_meetings = IntegerField(
        _l("Wanted minimum of meetings per person"), validators=[Optional(), NumberRange(0, 200)], default=0
    )
    max_meetings = IntegerField(
        _l("Most meetings per person"),
        description=_l("Empty: as many as there are slots."),
        validators=[Optional(), NumberRange(0, 200)],
    )
    meeting_length = IntegerField(
        _l("Slots a meeting lasts"),
        description=_l("Several neighbouring slots make a longer meeting. Types and single requests can differ."),
        validators=[Optional(), NumberRange(1, LONGEST_MEETING)],
        default=1,
    )
    max_in_a_row = IntegerField(
        _l("Most meetings in a row"),
        description=_l("After so many slots with meetings everybody gets a free one. Empty: no limit."),
        validators=[Optional(), NumberRange(1, 100)],
    )
    max_open_requests = IntegerField(
        _l("Most requests a person can have sent"),
        description=_l("Open and accepted ones count. Empty: no limit."),
        validators=[Optional(), NumberRange(0, 1000)],
    )
    programme_public = BooleanField(_l("Anybody can see the programme of sessions"))


class WindowForm(FlaskForm):
    day = DateField(_l("Day"), validators=[InputRequired()])
    starts = TimeField(_l("From"), validators=[InputRequired()])
    ends = TimeField(_l("Until"), validators=[InputRequired()])
    slot_minutes = IntegerField(
        _l("Minutes per meeting"), validators=[InputRequired(), NumberRange(5, 240)], default=20
    )
    break_minutes = IntegerField(_l("Minutes between"), validators=[InputRequired(), NumberRange(0, 120)], default=5)


class ZoneForm(FlaskForm):
    name = StringField(_l("Name of the zone"), filters=[trimmed], validators=[InputRequired(), Length(max=60)])
    is_online = BooleanField(_l("Its tables are online rooms"))


class TablesForm(FlaskForm):
    zone_id = SelectField(_l("Zone"), coerce=int)
    prefix = StringField(
        _l("Label begins with"), validators=[Optional(), Length(max=30)], default="T", description=_l("e.g. T, Booth ")
    )
    first = IntegerField(_l("First number"), validators=[InputRequired(), NumberRange(0, 99_999)], default=1)
    count = IntegerField(_l("How many"), validators=[InputRequired(), NumberRange(1, 500)], default=10)
    serves_both = BooleanField(BOTH, description=BOTH_HINT)
    link = URLField(_l("Link (online rooms)"), filters=[trimmed], validators=[Optional(), Length(max=500), WEB])


class TableForm(FlaskForm):
    label = StringField(_l("Label"), filters=[trimmed], validators=[InputRequired(), Length(max=40)])
    zone_id = SelectField(_l("Zone"), coerce=int)
    serves_both = BooleanField(BOTH, description=BOTH_HINT)
    link = URLField(_l("Link (online rooms)"), filters=[trimmed], validators=[Optional(), Length(max=500), WEB])


class RoomForm(FlaskForm):
    name = StringField(_l("Name of the room"), filters=[trimmed], validators=[InputRequired(), Length(max=80)])
    capacity = IntegerField(_l("Seats"), validators=[Optional(), NumberRange(1, 100_000)])
    link = URLField(_l("Link, when online"), filters=[trimmed], validators=[Optional(), Length(max=500), WEB])


SESSION_KINDS = [
    (SessionKind.PLENARY.value, _l("Plenary")),
    (SessionKind.TALK.value, _l("Talk")),
    (SessionKind.PITCH.value, _l("Pitches")),
    (SessionKind.WORKSHOP.value, _l("Workshop")),
    (SessionKind.NETWORKING.value, _l("Networking")),
    (SessionKind.BREAK.value, _l("Break")),
]


class SessionForm(FlaskForm):
    title = StringField(_l("Title"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    kind = SelectField(_l("Kind"), choices=SESSION_KINDS)
    starts = DateTimeLocalField(_l("Starts (event time)"), validators=[InputRequired()])
    ends = DateTimeLocalField(_l("Ends (event time)"), validators=[InputRequired()])
    room_id = SelectField(_l("Room"), coerce=int)
    link = URLField(_l("Link, when online"), filters=[trimmed], validators=[Optional(), Length(max=500), WEB])
    capacity = IntegerField(
        _l("Places"), description=_l("Empty: as many as want."), validators=[Optional(), NumberRange(1, 100_000)]
    )
    sign_up = BooleanField(_l("People sign up; no meeting is then placed at this time for them"), default=True)
    is_public = BooleanField(_l("Shown in the public programme"), default=True)
    speakers = TextAreaField(
        _l("Speakers"),
        description=_l("One a line: name, then a semicolon and the organisation."),
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 3},
    )
    abstract = TextAreaField(_l("What it is about"), validators=[Optional(), Length(max=5000)], render_kw={"rows": 5})


class TypeForm(FlaskForm):
    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=80)])
    key = StringField(_l("Key in import files"), filters=[trimmed], validators=[InputRequired(), Length(max=40), KEY])
    max_meetings = IntegerField(_l("Most meetings"), validators=[Optional(), NumberRange(0, 200)])
    max_open_requests = IntegerField(_l("Most requests sent"), validators=[Optional(), NumberRange(0, 1000)])


class StaffForm(FlaskForm):
    email = EmailField(_l("E-mail address"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)])
    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    role = SelectField(
        _l("Role"),
        choices=[
            (StaffRole.DESK.value, _l("Desk staff: checks people in, moves meetings on the day")),
            (StaffRole.ORGANISER.value, _l("Organiser: everything")),
        ],
    )


FORBIDDEN, PRICED = "forbidden", "priced"
INTERPRETER_LANGUAGES = 5


class WalkingForm(FlaskForm):
    """What a hurry means; the minutes are added per pair of zones."""

    rule = RadioField(
        _l("When somebody could not be there in time"),
        choices=[
            (FORBIDDEN, _l("Such meetings are never placed one after the other")),
            (PRICED, _l("They are placed only where that is worth more than the price below")),
        ],
        default=FORBIDDEN,
        validators=[InputRequired()],
    )
    price = IntegerField(
        _l("Price of a hurry"),
        description=_l("In points of value. An ordinary meeting is worth some dozens; the runs show the values."),
        validators=[Optional(), NumberRange(1, HIGHEST_PRICE)],
    )


def walk_field(low: int, high: int) -> str:
    """The name of the field for the way between two zones."""
    return f"walk_{low}_{high}"


def walking_form(pairs: Mapping[tuple[int, int], str], values: Mapping[str, Any]) -> WalkingForm:
    """The form with a field for each pair of zone ids, the smaller first; `pairs` says what it is called."""
    fields = {
        walk_field(*pair): IntegerField(label, validators=[Optional(), NumberRange(1, LONGEST_WALK)])
        for pair, label in pairs.items()
    }
    form: WalkingForm = type("EventWalkingForm", (WalkingForm,), fields)(data=values)
    return form


class InterpreterForm(FlaskForm):
    """One interpreter."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    language_1 = SelectField(_l("First language"), default="")
    language_2 = SelectField(_l("Second language"), default="")
    language_3 = SelectField(_l("Third language"), default="")
    language_4 = SelectField(_l("Fourth language"), default="")
    language_5 = SelectField(_l("Fifth language"), default="")
    max_meetings = IntegerField(
        _l("Most meetings"),
        description=_l("Empty: as many as there are slots."),
        validators=[Optional(), NumberRange(0, 200)],
    )

    @property
    def language_fields(self) -> list[Any]:
        """The fields of the languages, in order."""
        return [self[f"language_{n}"] for n in range(1, INTERPRETER_LANGUAGES + 1)]

    @property
    def languages(self) -> list[str]:
        """The codes chosen, in order."""
        return [field.data for field in self.language_fields if field.data]
