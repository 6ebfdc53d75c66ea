"""State machines as data: states, and transitions that name who may take them and what has to hold.

A machine is read from a process template and checked when it is read, so that a wrong one never runs. A guard is a pure
function, registered by name: it gets the facts of the case and returns what stands in the way, one sentence each; no
sentence means that the way is open. `app/core/transitions.py` takes a transition and writes it down.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

KEY = r"^[a-z][a-z0-9_]{0,39}$"
Guard = Callable[[Any], Sequence[str]]
_guards: dict[str, Guard] = {}


def guard(name: str) -> Callable[[Guard], Guard]:
    """Register a pure function as the guard of this name. It returns the obstacles, translated; none: open."""

    def register(function: Guard) -> Guard:
        if name in _guards and _guards[name] is not function:
            raise ValueError(f"two guards are called {name!r}")
        _guards[name] = function
        return function

    return register


def known_guards() -> frozenset[str]:
    """The names of all registered guards."""
    return frozenset(_guards)


class Data(BaseModel):
    """Base of what templates hold: unknown names are faults, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class State(Data):
    """One state. `done` states are finished work that can be reopened; `public` ones are shown to everybody."""

    key: str = Field(pattern=KEY)
    name: str = Field(min_length=1, max_length=80)
    phase: str | None = None
    kind: Literal["open", "done", "stopped"] = "open"
    public: bool = False
    hint: str = Field(default="", max_length=400)


class GuardUse(Data):
    """A guard of a transition; with `override` somebody may go on in spite of it and has to say why."""

    name: str = Field(pattern=KEY)
    override: bool = False


class Transition(Data):
    """One way from any of the states `source` to `target`; without a source it creates the subject.

    `reopens` starts a new version of the subject: finished work is taken up again and nothing of it is lost.
    """

    key: str = Field(pattern=KEY)
    name: str = Field(min_length=1, max_length=80)
    source: tuple[str, ...]
    target: str
    roles: tuple[str, ...] = Field(min_length=1)
    guards: tuple[GuardUse, ...] = ()
    comment: Literal["none", "optional", "required"] = "optional"
    reopens: bool = False
    hint: str = Field(default="", max_length=400)


class Machine(Data):
    """States and transitions of one kind of subject; `name` is also the kind under which the audit trail files it."""

    name: str = Field(pattern=KEY)
    title: str = Field(min_length=1, max_length=80)
    states: tuple[State, ...] = Field(min_length=2)
    transitions: tuple[Transition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> "Machine":
        faults = list(_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def state(self, key: str) -> State:
        """The state of this key; raises KeyError."""
        return next(s for s in self.states if s.key == key) if key in self.keys else _missing(key)

    def transition(self, key: str) -> Transition:
        """The transition of this key; raises KeyError."""
        found = next((t for t in self.transitions if t.key == key), None)
        return found if found is not None else _missing(key)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all states."""
        return frozenset(s.key for s in self.states)

    @property
    def creating(self) -> tuple[Transition, ...]:
        """The transitions that bring a subject into being."""
        return tuple(t for t in self.transitions if not t.source)

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """The transitions out of a state, in the template's order."""
        return tuple(t for t in self.transitions if state in t.source)


def _missing(key: str) -> Any:
    raise KeyError(key)


def _faults(machine: Machine) -> Iterable[str]:
    """What makes a machine unfit to run, in words that name the place."""
    yield from _twice("state", [s.key for s in machine.states])
    yield from _twice("transition", [t.key for t in machine.transitions])
    for transition in machine.transitions:
        for key in {*transition.source, transition.target} - machine.keys:
            yield f"transition {transition.key}: there is no state {key!r}"
    if not machine.creating:
        yield "no transition creates a subject (one with an empty source)"
    for key in sorted(machine.keys - _reached(machine)):
        yield f"state {key}: no transition leads there"
    for state in machine.states:
        if state.kind == "done" and not any(t.reopens for t in machine.leaving(state.key)):
            yield f"state {state.key}: finished work must have a transition that reopens it"
    unknown = {g.name for t in machine.transitions for g in t.guards} - known_guards()
    for name in sorted(unknown):
        yield f"there is no guard {name!r}"


def _twice(what: str, keys: Sequence[str]) -> Iterable[str]:
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"two {what}s are called {key!r}"


def _reached(machine: Machine) -> frozenset[str]:
    found = {t.target for t in machine.creating}
    while True:
        more = {t.target for t in machine.transitions if found & set(t.source)} - found
        if not more:
            return frozenset(found)
        found |= more


@dataclass(frozen=True)
class Obstacle:
    """Why a transition is shut: the guard, its sentence, and whether a reason may override it."""

    guard: str
    sentence: str
    can_override: bool


def obstacles(transition: Transition, facts: Any) -> list[Obstacle]:
    """What stands in the way of a transition, guard by guard; empty when all are open."""
    return [
        Obstacle(use.name, sentence, use.override) for use in transition.guards for sentence in _guards[use.name](facts)
    ]


def may_take(transition: Transition, roles: Collection[str]) -> bool:
    """True when one of these roles is allowed to take the transition."""
    return bool(set(transition.roles) & set(roles))
