"""Forms of the timetable pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from app.timetables.options import LONGEST, MOST_WORKERS, SHORTEST, RunOptions


class RunForm(FlaskForm):
    """Start a scheduling run."""

    time_limit = IntegerField(
        _l("Time limit in seconds"),
        default=60,
        validators=[InputRequired(), NumberRange(SHORTEST, LONGEST)],
        description=_l("The run ends earlier when nothing better can be found."),
    )
    workers = IntegerField(
        _l("Workers"),
        default=2,
        validators=[InputRequired(), NumberRange(1, MOST_WORKERS)],
        description=_l("Processor cores the engine may use."),
    )
    seed = IntegerField(
        _l("Seed"),
        default=1,
        validators=[InputRequired(), NumberRange(0, 2**31 - 1)],
        description=_l("Another number gives another, equally good try."),
    )
    keep_published = BooleanField(
        _l("Leave published meetings where they are"),
        description=_l("Only new and unplaced requests get a place. Pinned meetings never move anyway."),
    )
    with_cancelled = BooleanField(
        _l("Try cancelled meetings again"), description=_l("Otherwise what was cancelled stays cancelled.")
    )

    def options(self) -> RunOptions:
        """The options as chosen."""
        return RunOptions(
            time_limit=float(self.time_limit.data),
            workers=self.workers.data,
            seed=self.seed.data,
            keep_published=self.keep_published.data,
            with_cancelled=self.with_cancelled.data,
        )


class ActionForm(FlaskForm):
    """A button: nothing but its token."""


class PlaceForm(FlaskForm):
    """A slot and a table, by their ids."""

    slot = IntegerField(_l("Slot"), validators=[InputRequired(_l("Choose a slot."))])
    table = IntegerField(_l("Table"), validators=[InputRequired(_l("Choose a table."))])


class CancelForm(FlaskForm):
    """Cancel a meeting."""

    reason = StringField(
        _l("Reason"),
        validators=[InputRequired(_l("Say why the meeting is cancelled.")), Length(max=500)],
        description=_l("The participants read it."),
    )


class PublishForm(FlaskForm):
    """Publish the draft."""

    note = StringField(
        _l("Note on this version"),
        validators=[Length(max=500)],
        description=_l("For the staff, e.g. what was changed and why."),
    )
