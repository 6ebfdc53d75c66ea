"""Forms of the timetable pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from app.timetables.goals import Goal
from app.timetables.options import LONGEST, MOST_WORKERS, SHORTEST, Mode, RunOptions

MODES = [
    (Mode.FRESH.value, _l("Everything anew")),
    (Mode.REPLAN.value, _l("As few moves as possible from what is published")),
    (Mode.FILL.value, _l("No moves: only fill free places")),
]


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
    mode = RadioField(_l("How"), choices=MODES, default=Mode.FRESH.value)
    with_cancelled = BooleanField(
        _l("Try cancelled meetings again"), description=_l("Otherwise what was cancelled stays cancelled.")
    )

    def options(self, goals: tuple[Goal, ...]) -> RunOptions:
        """The options as chosen, with these goals."""
        return RunOptions(
            time_limit=float(self.time_limit.data),
            workers=self.workers.data,
            seed=self.seed.data,
            with_cancelled=self.with_cancelled.data,
            mode=Mode(self.mode.data),
            goals=goals,
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
