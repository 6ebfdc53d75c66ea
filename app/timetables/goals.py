"""The goals of a run in the organiser's words, and how their order is changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.core.errors import Invalid
from app.timetables import engine

TITLES = {
    "value": _l("Value"),
    "fairness": _l("Fair shares"),
    "compactness": _l("Compact days"),
    "moves": _l("Short ways"),
    "preferences": _l("Better times"),
    "stability": _l("As published"),
}
WORDS = {
    "value": _l("As many wanted meetings as possible; what people want most counts most."),
    "fairness": _l("Nobody below the wanted minimum while others have more."),
    "compactness": _l("Few breaks and idle slots between a person's meetings."),
    "moves": _l("Few changes of table and of zone, no hurries between zones."),
    "preferences": _l("Meetings in the slots people prefer, not in those they would rather avoid."),
    "stability": _l("Meetings that are published already stay where they are."),
}
TOLERANCES = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1)


@dataclass(frozen=True)
class Goal:
    """A goal and the share of it, in [0, 1], that the goals after it may cost."""

    name: str
    tolerance: float = 0.0

    @property
    def title(self) -> str:
        return str(TITLES[self.name])

    @property
    def words(self) -> str:
        return str(WORDS[self.name])

    @property
    def percent(self) -> str:
        """'0.5 %'; empty without a tolerance."""
        return f"{100 * self.tolerance:g} %" if self.tolerance else ""


USUAL = tuple(Goal(name) for name in engine.GOALS)


def checked(goals: Sequence[Goal]) -> tuple[Goal, ...]:
    """All goals, those not named behind the others; raises Invalid for a strange or doubled one or a bad tolerance."""
    names = [goal.name for goal in goals]
    if set(names) - set(TITLES) or len(set(names)) < len(names):
        raise Invalid(_("The goals are not in a clear order; load the page again."), field="goal")
    if any(not 0 <= goal.tolerance <= 1 for goal in goals):
        raise Invalid(_("A tolerance lies between 0 and 100 percent."), field="goal")
    return (*goals, *(goal for goal in USUAL if goal.name not in names))


def goals_in(sent: MultiDict[str, str], usual: tuple[Goal, ...]) -> tuple[Goal, ...]:
    """The goals of a form: `goal` in order, `tolerance-NAME` each; `usual` when none was sent. Raises Invalid."""
    names = sent.getlist("goal")
    if not names:
        return usual
    try:
        return checked([Goal(name, float(sent.get(f"tolerance-{name}", "0"))) for name in names])
    except ValueError as error:
        raise Invalid(_("A tolerance lies between 0 and 100 percent."), field="goal") from error


def moved(goals: Sequence[Goal], name: str, step: str) -> tuple[Goal, ...]:
    """The goals with one of them a place further up or down; at the end of the list nothing changes."""
    found = list(goals)
    place = next((i for i, goal in enumerate(found) if goal.name == name), None)
    if place is None or step not in {"up", "down"}:
        raise Invalid(_("The goals are not in a clear order; load the page again."), field="goal")
    other = place - 1 if step == "up" else place + 1
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return tuple(found)
