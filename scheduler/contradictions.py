"""The check before any solving: contradictions that make every schedule illegal, found by looking.

Each finding is a proof, so a problem that passes may still turn out impossible later, never the other way
round.
"""

from __future__ import annotations

from collections import defaultdict

from scheduler.errors import ImpossibleError
from scheduler.instance import Instance, Option


def refuse_contradictions(inst: Instance) -> None:
    """Raise ``ImpossibleError`` for the first contradiction, naming its place in the problem."""
    _musts_can_be_held(inst)
    _pins_do_not_clash(inst)
    _musts_fit_their_people(inst)


def _musts_can_be_held(inst: Instance) -> None:
    for r, must in enumerate(inst.must):
        if must and not inst.options[r]:
            request = inst.problem.requests[r]
            why = "its pin does not fit" if request.pinned else "no slot in which everybody can meet"
            raise ImpossibleError("must_impossible", f"requests[{r}]", f"{request.id} must be placed, but has {why}")


def _pins_do_not_clash(inst: Instance) -> None:
    """Two pinned meetings that need the same participant or table in the same slot, whoever goes."""
    taken: dict[tuple[int, int], int] = {}
    problem = inst.problem
    for r, request in enumerate(problem.requests):
        if request.pinned is None or not inst.options[r] or r in inst.truncated:
            continue
        slot = problem.slot_index[request.pinned.slot]
        for unit in _always_needed(inst.options[r]):
            other = taken.setdefault((unit, slot), r)
            if other != r:
                name = inst.unit_name(unit)
                sentence = f"{request.id} and requests[{other}] ({problem.requests[other].id}) both need {name}"
                raise ImpossibleError("pins_clash", f"requests[{r}].pinned", f"{sentence} in {request.pinned.slot}")


def _always_needed(options: tuple[Option, ...]) -> set[int]:
    return set.intersection(*(set(option.units) for option in options))


def _musts_fit_their_people(inst: Instance) -> None:
    needed: defaultdict[int, int] = defaultdict(int)
    for r, must in enumerate(inst.must):
        if must and r not in inst.truncated:
            for unit in _always_needed(inst.options[r]):
                needed[unit] += 1
    for unit, count in needed.items():
        if count > inst.limit[unit] and unit < inst.n_people:
            person = inst.problem.participants[unit]
            sentence = f"{person.id} must attend {count} meetings and can attend {inst.limit[unit]}"
            raise ImpossibleError("musts_exceed", f"participants[{unit}]", sentence)
