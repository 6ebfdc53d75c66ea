"""Languages: people without a language in common need an interpreter who understands each of them.

needed(team)   when the languages known of its people have none in common
able(i, team)  when i shares a language with each of them
sum over meetings of interpreter i in slot t <= 1          (an interpreter is a unit, as a participant is)
"""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.problem import Interpreter, Participant


def interpreters_for(team: Sequence[Participant], helpers: Sequence[Interpreter]) -> list[int] | None:
    """Positions of the interpreters who could help this team; None when it needs none."""
    spoken = [person.languages for person in team if person.languages]
    if not spoken or frozenset.intersection(*spoken):
        return None
    return [i for i, helper in enumerate(helpers) if all(helper.languages & known for known in spoken)]
