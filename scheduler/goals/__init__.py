"""What a good schedule is: six goals, each in a module of its own, in an order the organiser chooses.

The order is lexicographic: a later goal is served only as far as no earlier one suffers, or suffers no more than its
*tolerance*, a share of what the earlier goal had reached. ``Goal("value", 0.01)`` gives up to a hundredth of the value
for whatever comes after it.

| goal | what is counted | lower is better |
| value | sum of the values of the placed requests | no |
| fairness | meetings missing to the wanted minimum | yes |
| compactness | breaks plus idle slots | yes |
| moves | changes of table, of zone, and the price of hurries | yes |
| preferences | meetings in unwelcome slots, once for each participant concerned | yes |
| stability | meetings of the baseline schedule that are not where they were | yes |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

VALUE, FAIRNESS, COMPACTNESS = "value", "fairness", "compactness"
MOVES, PREFERENCES, STABILITY = "moves", "preferences", "stability"
NAMES = (VALUE, FAIRNESS, COMPACTNESS, MOVES, PREFERENCES, STABILITY)


@dataclass(frozen=True, slots=True)
class Goal:
    """One of ``NAMES`` and the share of it, in [0, 1], that later goals may cost."""

    name: str
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"there is no goal {self.name!r}; the goals are {', '.join(NAMES)}")
        if not 0 <= self.tolerance <= 1:
            raise ValueError(f"the tolerance of {self.name} must be between 0 and 1, is {self.tolerance}")


DEFAULT = tuple(Goal(name) for name in NAMES)


def complete(goals: Sequence[Goal]) -> tuple[Goal, ...]:
    """The goals in their order, those not named behind them; raises ``ValueError`` when one is named twice."""
    names = [goal.name for goal in goals]
    if len(set(names)) < len(names):
        raise ValueError("a goal is named twice")
    return (*goals, *(goal for goal in DEFAULT if goal.name not in names))


def comes_first(goals: Sequence[Goal], one: str, other: str) -> bool:
    """Whether a goal stands before another."""
    names = [goal.name for goal in goals]
    return names.index(one) < names.index(other)


def tolerance(goals: Sequence[Goal], name: str) -> float:
    """The tolerance of a goal."""
    return next(goal.tolerance for goal in goals if goal.name == name)


def fairness_may_cost_value(goals: Sequence[Goal]) -> bool:
    """Whether fairness comes first, or value has a tolerance."""
    return comes_first(goals, FAIRNESS, VALUE) or tolerance(goals, VALUE) > 0


def parse(text: str) -> tuple[Goal, ...]:
    """``"fairness, value:0.01"`` as goals in their order; raises ``ValueError`` for anything else."""
    found = []
    for part in text.split(","):
        name, _, share = part.strip().partition(":")
        try:
            found.append(Goal(name, float(share or 0)))
        except ValueError as error:
            raise ValueError(f"{part.strip()!r} is no goal with a tolerance: {error}") from None
    return complete(found)
