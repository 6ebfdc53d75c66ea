"""Forms of matching: a participant's wishes, an organiser's decisions."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FloatField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange

from app.matching.decisions import Decisions, preset_of
from app.matching.sentences import part_name, preset_name
from app.matching.weights import PARTS, PRESETS, SUBSTANCE, Weights


class WishForm(FlaskForm):
    """What a participant wishes of a partner; the choices are filled in by the page."""

    positions = SelectMultipleField(
        _l("Their place in the value chain"), description=_l("A neighbouring place counts half.")
    )
    types = SelectMultipleField(_l("What they are"))
    sizes = SelectMultipleField(_l("Their size"))
    countries = SelectMultipleField(_l("Their country"), description=_l("Only countries that take part are listed."))


class DecisionForm(FlaskForm):
    """The organiser's decisions; weights are written in whole numbers, only their proportions matter."""

    common_slot = BooleanField(
        _l("Propose only pairs with a free slot in common"),
        description=_l("Looks at absences and sessions signed up for."),
    )
    floor = IntegerField(
        _l("Leave pairs below this score out"),
        validators=[InputRequired(), NumberRange(0, 90)],
        description=_l("0 shows all."),
    )
    good = IntegerField(
        _l("A match is good from this score on"),
        validators=[InputRequired(), NumberRange(5, 95)],
        description=_l("Who has none is listed below with what would help."),
    )
    per_organisation = IntegerField(
        _l("Colleagues of one organisation on one list, at most"), validators=[InputRequired(), NumberRange(1, 20)]
    )
    cap_factor = FloatField(
        _l("Nobody is on more lists than so many times the average"), validators=[InputRequired(), NumberRange(1, 20)]
    )
    quiet_boost = IntegerField(
        _l("Points of order for those with few requests"),
        validators=[InputRequired(), NumberRange(0, 50)],
        description=_l("Moves them up in lists; the score itself stays."),
    )
    quiet_below = IntegerField(_l("Few requests means fewer than"), validators=[InputRequired(), NumberRange(0, 50)])


class PresetForm(FlaskForm):
    preset = SelectField(_l("Start from a type of event"))


for _part in PARTS:
    setattr(DecisionForm, f"weight_{_part}", IntegerField(validators=[InputRequired(), NumberRange(0, 100)]))


def decision_form(decisions: Decisions) -> DecisionForm:
    """The form filled with decisions; what was sent goes first."""
    values: dict[str, Any] = {
        "common_slot": decisions.common_slot,
        "floor": round(100 * decisions.floor),
        "good": round(100 * decisions.good),
        "per_organisation": decisions.per_organisation,
        "cap_factor": decisions.cap_factor,
        "quiet_boost": round(100 * decisions.quiet_boost),
        "quiet_below": decisions.quiet_below,
    }
    whole = sum(decisions.weights.as_dict().values())
    values.update({f"weight_{part}": round(100 * w / whole) for part, w in decisions.weights.as_dict().items()})
    form = DecisionForm(data=values)
    for part in PARTS:
        form[f"weight_{part}"].label.text = part_name(part)
    return form


def decisions_from(form: DecisionForm, present: Decisions) -> Decisions | None:
    """The decisions that a valid form holds; None, with the error in the form, when no substance has a weight."""
    typed = {part: int(form[f"weight_{part}"].data or 0) for part in PARTS}
    if not any(typed[part] for part in SUBSTANCE):
        names = ", ".join(part_name(part) for part in SUBSTANCE)
        form["weight_text"].errors = [_l("At least one of these needs a weight: %(names)s.", names=names)]
        return None
    weights = _as_typed(typed, present.weights)
    return Decisions(
        preset=preset_of(weights) or (present.preset if weights == present.weights else ""),
        weights=weights,
        common_slot=form.common_slot.data,
        floor=form.floor.data / 100,
        good=form.good.data / 100,
        per_organisation=form.per_organisation.data,
        cap_factor=form.cap_factor.data,
        quiet_boost=form.quiet_boost.data / 100,
        quiet_below=form.quiet_below.data,
    )


def _as_typed(typed: dict[str, int], present: Weights) -> Weights:
    """Weights as typed; rounding for display must not change those that were left alone."""
    for known in (present, *PRESETS.values()):
        whole = sum(known.as_dict().values())
        if all(round(100 * weight / whole) == typed[part] for part, weight in known.as_dict().items()):
            return known
    return Weights(**{part: weight / 100 for part, weight in typed.items()})


def preset_choices() -> list[tuple[str, str]]:
    """Names of the presets, for a list of links."""
    return [(name, preset_name(name)) for name in PRESETS]
