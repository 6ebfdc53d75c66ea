"""Process templates: phases, roles, documents with their fields, rule sets and machines, as versioned data.

The shipped ones are JSON files in `processes/`; a machine may stand in a file of its own in `processes/shared/`, so
that several templates use the same. Copies that an administrator edits are rows of `process_template`. Both are checked
when they are read: a template with a fault is refused with every place that is wrong.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from flask_babel import gettext as _
from pydantic import Field, ValidationError, model_validator

from app.core.errors import CellError, ImportRefused
from app.core.machines import KEY, Data, Machine
from app.partnerships.checks import CHECKS

SHIPPED = ("s3-baseline", "vanguard-four-steps", "generic-network")
TEMPLATE_KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"
DEFAULT = "s3-baseline"


class Named(Data):
    """A key and what people call it."""

    key: str = Field(pattern=KEY)
    name: str = Field(min_length=1, max_length=120)
    hint: str = Field(default="", max_length=600)


class Choice(Named):
    """One of the choices of a list; keys of lists may hold hyphens in sources, here they do not."""


class Column(Named):
    """A column of a field that is a table of rows."""

    kind: Literal["text", "long", "choice", "number", "date"] = "text"
    required: bool = False
    max: int = Field(default=200, ge=1, le=10_000)
    choices: str = ""
    """The name of a list of the template."""


class DocumentField(Named):
    """A field of a document. `max` counts characters, for rows their number, for numbers it is the largest value."""

    kind: Literal["text", "long", "choice", "choices", "rows", "number", "tick"] = "text"
    required: bool = False
    max: int = Field(default=200, ge=1, le=20_000)
    choices: str = ""
    columns: tuple[Column, ...] = ()
    section: str = Field(default="", max_length=120)


class DocumentType(Named):
    """A document of the process: its fields in their order, and whether lead regions sign it."""

    fields: tuple[DocumentField, ...] = Field(min_length=1)
    signed: bool = False
    states: tuple[str, ...] = Field(min_length=1)
    """The states of a partnership in which it is written on."""


class Rule(Named):
    """One rule or criterion. `check` names the automatic part, `parameters` its limits; none: people judge alone."""

    weight: Literal["hard", "soft"] = "hard"
    check: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    points: int = Field(default=0, ge=0, le=100)
    """Most points of a soft criterion."""
    source: str = Field(default="", max_length=300)


class WindowHabit(Data):
    """When expressions of interest are usually taken: month and day, both ends included."""

    name: str
    opens: str = Field(pattern=r"^\d\d-\d\d$")
    closes: str = Field(pattern=r"^\d\d-\d\d$")


class RuleSet(Named):
    """The eligibility rules and criteria of one regime."""

    rules: tuple[Rule, ...] = Field(min_length=1)
    windows: tuple[WindowHabit, ...] = ()
    evaluators: int = Field(default=1, ge=1, le=20)
    """How many evaluators without a conflict must have scored."""

    def hard(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.weight == "hard")

    def soft(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.weight == "soft")


class Template(Data):
    """A whole process."""

    format: Literal[1]
    key: str = Field(pattern=TEMPLATE_KEY, max_length=40)
    version: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=120)
    summary: str = Field(default="", max_length=1000)
    sources: tuple[str, ...] = ()
    phases: tuple[Named, ...] = Field(min_length=1)
    roles: tuple[Named, ...] = Field(min_length=1)
    lists: dict[str, tuple[Choice, ...]] = Field(default_factory=dict)
    documents: tuple[DocumentType, ...] = ()
    rule_sets: tuple[RuleSet, ...] = ()
    services: tuple[Named, ...] = ()
    machines: dict[str, Machine]

    @model_validator(mode="after")
    def _sound(self) -> "Template":
        faults = list(_faults(self))
        if faults:
            raise Unsound(faults)
        return self

    def machine(self, name: str) -> Machine:
        """The machine of a kind of subject; raises KeyError when this process has none."""
        return self.machines[name]

    def document(self, key: str) -> DocumentType | None:
        """The document type of a key, or None when this process has none."""
        return next((d for d in self.documents if d.key == key), None)

    def rule_set(self, key: str) -> RuleSet | None:
        """The rule set of a key, or None."""
        return next((r for r in self.rule_sets if r.key == key), None)

    def phase(self, key: str) -> Named | None:
        """The phase of a key, or None."""
        return next((p for p in self.phases if p.key == key), None)

    def role_name(self, key: str) -> str:
        """What people call a role, translated."""
        found = next((r for r in self.roles if r.key == key), None)
        return _(found.name) if found else key


class Unsound(ValueError):
    """Parts of a template that do not fit together: the place of each, and what is wrong."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _place, message in faults))
        self.faults = faults


Faults = Iterable[tuple[str, str]]


def _faults(template: Template) -> Faults:
    for needed in ("partnership", "membership"):
        if needed not in template.machines:
            yield "machines", f"machines: there is no machine {needed!r}"
    for name, machine in template.machines.items():
        if machine.name != name:
            yield f"machines.{name}", f"machine {name}: it calls itself {machine.name!r}"
        yield from _machine_faults(template, machine, f"machines.{name}")
    for group, items in (("phases", template.phases), ("roles", template.roles), ("services", template.services)):
        yield from _doubles(items, group)
    yield from _doubles(template.documents, "documents")
    yield from _doubles(template.rule_sets, "rule_sets")
    for at, document in enumerate(template.documents):
        yield from _document_faults(template, document, f"documents.{at}")
    for at, rule_set in enumerate(template.rule_sets):
        yield from _doubles(rule_set.rules, f"rule_sets.{at}.rules")
        for number, rule in enumerate(rule_set.rules):
            yield from _rule_faults(rule, f"rule_sets.{at}.rules.{number}")


def _doubles(items: Sequence[Named], place: str) -> Faults:
    keys = [item.key for item in items]
    for at, item in enumerate(items):
        if item.key in keys[:at]:
            yield f"{place}.{at}.name", f"there are two with the key {item.key!r}"


def _machine_faults(template: Template, machine: Machine, place: str) -> Faults:
    phases, roles = {p.key for p in template.phases}, {r.key for r in template.roles}
    for at, state in enumerate(machine.states):
        here = f"{place}.states.{at}.phase"
        if state.phase is not None and state.phase not in phases:
            yield here, f"state {state.key}: there is no phase {state.phase!r}"
        if machine.name == "partnership" and state.phase is None:
            yield here, f"state {state.key}: it belongs to no phase"
    for at, transition in enumerate(machine.transitions):
        for role in sorted(set(transition.roles) - roles):
            yield f"{place}.transitions.{at}.roles", f"transition {transition.key}: there is no role {role!r}"


def _document_faults(template: Template, document: DocumentType, place: str) -> Faults:
    known = template.machines["partnership"].keys if "partnership" in template.machines else frozenset()
    for key in sorted(set(document.states) - known):
        yield f"{place}.states", f"there is no state {key!r}"
    yield from _doubles(document.fields, f"{place}.fields")
    for at, field in enumerate(document.fields):
        here = f"{place}.fields.{at}"
        if (field.kind == "rows") != bool(field.columns):
            yield f"{here}.kind", "rows and only rows have columns"
        yield from _doubles(field.columns, f"{here}.columns")
        yield from _list_faults(template, field, here)
        for number, column in enumerate(field.columns):
            yield from _list_faults(template, column, f"{here}.columns.{number}")


def _list_faults(template: Template, part: "DocumentField | Column", here: str) -> Faults:
    if part.kind in {"choice", "choices"} and part.choices not in template.lists:
        yield f"{here}.choices", f"there is no list {part.choices!r}" if part.choices else "choose the list"


def _rule_faults(rule: Rule, place: str) -> Faults:
    if rule.check is None:
        return
    if rule.check not in CHECKS:
        yield f"{place}.check", f"there is no check {rule.check!r}"
        return
    wanted = CHECKS[rule.check].parameters
    for name in sorted(set(rule.parameters) ^ set(wanted)):
        yield f"{place}.parameters.{name}", f"parameter {name!r} is {'missing' if name in wanted else 'unknown'}"
    for name, value in rule.parameters.items():
        if name in wanted and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            yield f"{place}.parameters.{name}", f"parameter {name!r} must be a whole number from 0"


def read_template(data: dict[str, Any]) -> Template:
    """The template of raw data. Raises ImportRefused with every fault and its place; nothing is kept."""
    try:
        return Template.model_validate(data)
    except ValidationError as error:
        cells = [CellError(0, place, message) for fault in error.errors() for place, message in _places(fault)]
        raise ImportRefused(_("This template has faults; nothing was saved."), cells) from error


def _places(fault: Any) -> Faults:
    inner = fault.get("ctx", {}).get("error")
    if isinstance(inner, Unsound):
        return inner.faults
    place = ".".join(str(part) for part in fault["loc"])
    return [(place, _words(fault["type"], fault.get("ctx", {})) or fault["msg"].removeprefix("Value error, "))]


def _words(kind: str, limits: dict[str, Any]) -> str:
    """What people are told about a single value; empty for faults that only a text of JSON can have."""
    if kind == "string_too_short":
        return str(_("Fill this in."))
    if kind == "string_too_long":
        return str(_("Use at most %(n)d characters.", n=limits["max_length"]))
    if kind in {"int_parsing", "int_type", "int_from_float"}:
        return str(_("Write a whole number."))
    if kind in {"greater_than_equal", "less_than_equal"}:
        low, high = limits.get("ge"), limits.get("le")
        return str(_("Use %(n)d or more.", n=low)) if low is not None else str(_("Use %(n)d or less.", n=high))
    if kind == "too_short":
        return str(_("There must be at least one."))
    return ""


def parse_template(text: str) -> Template:
    """The template of a JSON text. Raises ImportRefused; a fault of the JSON itself comes with its line."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        fault = CellError(error.lineno, "", _("This is not JSON: %(fault)s.", fault=error.msg))
        raise ImportRefused(_("This template has faults; nothing was saved."), [fault]) from error
    if not isinstance(data, dict):
        fault = CellError(1, "", _("A template is a JSON object."))
        raise ImportRefused(_("This template has faults; nothing was saved."), [fault])
    return read_template(data)


def shipped_data(key: str) -> dict[str, Any]:
    """The raw data of a shipped template, with shared machines put in."""
    folder = files("app.partnerships") / "processes"
    data: dict[str, Any] = json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))
    for name, machine in data["machines"].items():
        if isinstance(machine, str):
            data["machines"][name] = json.loads((folder / "shared" / machine).read_text(encoding="utf-8"))
    for name, rows in data.get("lists", {}).items():
        if isinstance(rows, str):
            data["lists"][name] = json.loads((folder / "shared" / rows).read_text(encoding="utf-8"))
    return data


@cache
def shipped(key: str) -> Template:
    """A shipped template; raises KeyError for another key."""
    if key not in SHIPPED:
        raise KeyError(key)
    return read_template(shipped_data(key))
