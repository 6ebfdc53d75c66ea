"""Forms of investment projects."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    EmailField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import URL, Email, InputRequired, Length, NumberRange, Optional

from app.core.forms import trimmed
from app.projects.kinds import (
    CostCategory,
    FundingState,
    Instrument,
    PartnerKind,
    PartnerRole,
    ProjectType,
    RegionCategory,
    Source,
    StateAid,
)
from app.projects.models import PersonRole
from app.projects.wording import choices

GROUPED = re.compile(r"^\d{1,3}([ .,'’\u00a0\u202f]\d{3})+$|^\d+$")
NONE = ("", "–")


class EurosField(IntegerField):
    """Whole euros, with or without separators between thousands: 1400000, 1 400 000, 1,400,000."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; raises ValueError with how to write it."""
        text = (valuelist[0] if valuelist else "").replace("€", "").strip()
        if not text:
            self.data = None
            return
        if not GROUPED.match(text):
            self.data = None
            raise ValueError(_("Write whole euros, e.g. 1 400 000."))
        self.data = int(re.sub(r"\D", "", text))


class ProjectForm(FlaskForm):
    """What a project is about."""

    title = StringField(_l("Title"), filters=[trimmed], validators=[InputRequired(), Length(max=150)])
    acronym = StringField(_l("Acronym"), filters=[trimmed], validators=[Optional(), Length(max=20)])
    type = SelectField(_l("Type"))
    problem = TextAreaField(
        _l("Problem"),
        description=_l("What regions or companies cannot do alone, and what that costs them."),
        filters=[trimmed],
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 5},
    )
    solution = TextAreaField(
        _l("Solution"),
        description=_l("What is built or done together, and what is new about it."),
        filters=[trimmed],
        validators=[Optional(), Length(max=4000)],
        render_kw={"rows": 5},
    )
    regions = SelectMultipleField(_l("Regions of the partnership"), validators=[Optional()])
    other_regions = StringField(
        _l("Other regions"),
        description=_l("NUTS codes, separated by commas, e.g. AT22, ITC4."),
        filters=[trimmed],
        validators=[Optional(), Length(max=400)],
    )
    segments = SelectMultipleField(_l("Segments of the value chain"), validators=[Optional()])
    trl_start = IntegerField(_l("Readiness level at the start"), validators=[Optional(), NumberRange(1, 9)])
    trl_target = IntegerField(_l("Readiness level at the end"), validators=[Optional(), NumberRange(1, 9)])
    is_public = BooleanField(
        _l("Show it to everybody as an opportunity"),
        description=_l("Title, type, regions, problem and solution; no people, no money."),
    )
    origin = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type.choices = choices(ProjectType)


class PartnerForm(FlaskForm):
    name = StringField(_l("Organisation"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    role = SelectField(_l("Role in the project"))
    kind = SelectField(_l("Kind of organisation"))
    country = SelectField(_l("Country"), validators=[InputRequired()])
    nuts = StringField(
        _l("Region"),
        description=_l("Its NUTS code, e.g. ITH3."),
        filters=[trimmed],
        validators=[Optional(), Length(max=5)],
    )
    category = SelectField(
        _l("Category of the region"),
        description=_l("For the cohesion funds 2021–2027; calls such as I3 ask for it."),
    )
    contribution = TextAreaField(
        _l("Contribution"),
        description=_l("Money, staff, a site, equipment, customers."),
        filters=[trimmed],
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 3},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = choices(PartnerRole)
        self.kind.choices = choices(PartnerKind)
        self.category.choices = [NONE, *choices(RegionCategory)]


class LetterForm(FlaskForm):
    file = FileField(_l("Signed letter"), validators=[FileRequired()])
    signed_on = DateField(_l("Signed on"), validators=[InputRequired()])
    signatory = StringField(_l("Signed by"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])


class DocumentForm(FlaskForm):
    file = FileField(_l("Document"), validators=[FileRequired()])


class IndicatorForm(FlaskForm):
    """What a project measures itself by."""

    name = StringField(_l("What is measured"), filters=[trimmed], validators=[InputRequired(), Length(max=160)])
    unit = StringField(
        _l("Unit"), description=_l("Such as t a year, jobs or %."), filters=[trimmed], validators=[Length(max=40)]
    )
    baseline = DecimalField(_l("At the start"), default=0, places=None, validators=[Optional()])
    target = DecimalField(_l("Target"), places=None, validators=[InputRequired()])
    due = DateField(_l("By"), validators=[InputRequired()])


class ValueForm(FlaskForm):
    """What was measured on a day."""

    day = DateField(_l("Day"), validators=[InputRequired()])
    value = DecimalField(_l("Value"), places=None, validators=[InputRequired()])
    source = StringField(_l("Source"), filters=[trimmed], validators=[Optional(), Length(max=200)])


class MilestoneForm(FlaskForm):
    title = StringField(_l("Milestone"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    due = DateField(_l("By"), validators=[InputRequired()])
    measure = StringField(
        _l("Seen by"),
        description=_l("By what one sees that it is reached, with a figure."),
        filters=[trimmed],
        validators=[Optional(), Length(max=200)],
    )


class PersonForm(FlaskForm):
    email = EmailField(
        _l("Mail address of an account"), filters=[trimmed], validators=[InputRequired(), Email(), Length(max=320)]
    )
    role = SelectField(
        _l("May"),
        choices=[
            (PersonRole.READER.value, _l("Read")),
            (PersonRole.EDITOR.value, _l("Read and write")),
            (PersonRole.LEAD.value, _l("Lead the project")),
        ],
    )


class OriginForm(FlaskForm):
    origin = SelectField(_l("Came from"), validators=[InputRequired()])
    note = StringField(_l("How"), filters=[trimmed], validators=[Optional(), Length(max=500)])


class SectionForm(FlaskForm):
    """One section of a business plan."""

    text = TextAreaField(
        _l("Text"), filters=[trimmed], validators=[Optional(), Length(max=20_000)], render_kw={"rows": 14}
    )
    answered = SelectMultipleField(_l("Points that are answered"), validators=[Optional()])
    based_on = HiddenField(validators=[InputRequired()])


class CostForm(FlaskForm):
    label = StringField(_l("What for"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    category = SelectField(_l("Category"))
    euros = EurosField(_l("Euros"), validators=[InputRequired()])
    year = IntegerField(_l("Year"), validators=[InputRequired(), NumberRange(2000, 2100)])
    partner_id = SelectField(_l("Partner"), coerce=lambda value: int(value) if value else None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = choices(CostCategory)


class FundingForm(FlaskForm):
    """A funding line; `for_years` adds a field for the payment of each year."""

    name = StringField(
        _l("Who pays"),
        description=_l("The programme, bank, company or investor."),
        filters=[trimmed],
        validators=[InputRequired(), Length(max=200)],
    )
    source = SelectField(_l("Source"))
    instrument = SelectField(_l("Instrument"))
    euros = EurosField(_l("Euros"), validators=[InputRequired()])
    state = SelectField(_l("How sure"))
    decided_on = DateField(
        _l("Decided on"), description=_l("For money that is secured or was refused."), validators=[Optional()]
    )
    call_id = SelectField(_l("Call"), coerce=lambda value: int(value) if value else None)
    reference = StringField(_l("Number of the application"), filters=[trimmed], validators=[Optional(), Length(max=80)])
    covers = SelectMultipleField(
        _l("Costs it pays for"),
        description=_l("None ticked: the whole budget. Rate caps and double funding are checked against these."),
        coerce=int,
        validators=[Optional()],
    )
    loan_rate = DecimalField(_l("Interest in % a year"), places=2, validators=[Optional(), NumberRange(0, 100)])
    loan_years = IntegerField(_l("Runs for (years)"), validators=[Optional(), NumberRange(1, 50)])
    loan_grace = IntegerField(_l("Of these without repayment (years)"), validators=[Optional(), NumberRange(0, 49)])
    conditions = TextAreaField(
        _l("Conditions"), filters=[trimmed], validators=[Optional(), Length(max=4000)], render_kw={"rows": 3}
    )
    state_aid = SelectField(_l("State aid"))
    state_aid_note = StringField(
        _l("Note on state aid"),
        description=_l("Article of the block exemption, decision, or why it is no aid."),
        filters=[trimmed],
        validators=[Optional(), Length(max=500)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source.choices = choices(Source)
        self.instrument.choices = choices(Instrument)
        self.state.choices = choices(FundingState)
        self.state_aid.choices = choices(StateAid)

    def payment_fields(self) -> list[tuple[int, Any]]:
        """Year and field of each payment."""
        names = sorted(name for name in self._fields if name.startswith("paid_"))
        return [(int(name.removeprefix("paid_")), self[name]) for name in names]


def for_years(years: list[int]) -> type[FundingForm]:
    """The funding form with a payment for each of these years."""
    fields = {f"paid_{year}": EurosField(str(year), validators=[Optional()]) for year in years}
    return type("FundingFormForYears", (FundingForm,), fields)


class GapForm(FlaskForm):
    declared_gap = EurosField(_l("Declared gap in euros"), validators=[Optional()])
    gap_note = TextAreaField(
        _l("How it is to be closed"),
        filters=[trimmed],
        validators=[Optional(), Length(max=1000)],
        render_kw={"rows": 3},
    )


class CallForm(FlaskForm):
    """A call with its rules."""

    code = StringField(_l("Code"), filters=[trimmed], validators=[InputRequired(), Length(max=60)])
    title = StringField(_l("Title"), filters=[trimmed], validators=[InputRequired(), Length(max=200)])
    source = SelectField(_l("Source"))
    link = URLField(_l("Link"), filters=[trimmed], validators=[Optional(), URL(require_tld=False), Length(max=500)])
    opens_on = DateField(_l("Opens on"), validators=[Optional()])
    deadline = DateTimeLocalField(_l("Deadline (Brussels time)"), validators=[Optional()])
    rate_cap = DecimalField(
        _l("Highest rate in %"),
        description=_l("Of the costs a grant covers. Empty: no cap."),
        places=2,
        validators=[Optional(), NumberRange(0.01, 100)],
    )
    min_euros = EurosField(_l("Smallest grant"), validators=[Optional()])
    max_euros = EurosField(_l("Largest grant"), validators=[Optional()])
    min_trl = IntegerField(_l("Least readiness level at the start"), validators=[Optional(), NumberRange(1, 9)])
    min_partners = IntegerField(_l("Partners at least"), validators=[Optional(), NumberRange(0, 100)])
    min_regions = IntegerField(_l("Regions at least"), validators=[Optional(), NumberRange(0, 100)])
    min_countries = IntegerField(_l("Countries at least"), validators=[Optional(), NumberRange(0, 50)])
    categories = SelectMultipleField(_l("Categories of regions that count"), validators=[Optional()])
    min_in_categories = IntegerField(
        _l("Partners in such regions at least"), validators=[Optional(), NumberRange(0, 100)]
    )
    coordinator_in_categories = BooleanField(_l("The coordinator sits in such a region"))
    coordinator_kinds = SelectMultipleField(
        _l("The coordinator is one of"), description=_l("None ticked: any."), validators=[Optional()]
    )
    note = TextAreaField(
        _l("Note"), filters=[trimmed], validators=[Optional(), Length(max=4000)], render_kw={"rows": 3}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source.choices = choices(Source)
        self.categories.choices = choices(RegionCategory)
        self.coordinator_kinds.choices = choices(PartnerKind)


class EventForm(FlaskForm):
    event_id = SelectField(_l("Event"), coerce=int)


class LinkForm(FlaskForm):
    """A step of the trace, entered by hand; things are written as kind:number."""

    thing = SelectField(_l("This"), validators=[InputRequired()])
    source = SelectField(_l("came from"), validators=[InputRequired()])
    note = StringField(_l("How do we know"), filters=[trimmed], validators=[Optional(), Length(max=500)])
