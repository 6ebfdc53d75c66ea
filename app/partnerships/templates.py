"""Process templates: phases, roles, documents with their fields, rule sets and machines, as versioned data.

The shipped ones are JSON files in `processes/`; a machine may stand in a file of its own in `processes/shared/`, so
that several templates use the same. Copies that an administrator edits are rows of `process_template`. Both are checked
when they are read: a template with a fault is refused with every place that is wrong.
"""

import json
from collections.abc import Iterable
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
            raise ValueError("; ".join(faults))
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


def _faults(template: Template) -> Iterable[str]:
    for needed in ("partnership", "membership"):
        if needed not in template.machines:
            yield f"machines: there is no machine {needed!r}"
    for name, machine in template.machines.items():
        if machine.name != name:
            yield f"machine {name}: it calls itself {machine.name!r}"
        yield from (f"machine {name}, {fault}" for fault in _machine_faults(template, machine))
    for document in template.documents:
        yield from (f"document {document.key}, {fault}" for fault in _document_faults(template, document))
    for rule_set in template.rule_sets:
        for rule in rule_set.rules:
            yield from (f"rule set {rule_set.key}, rule {rule.key}: {fault}" for fault in _rule_faults(rule))


def _machine_faults(template: Template, machine: Machine) -> Iterable[str]:
    phases, roles = {p.key for p in template.phases}, {r.key for r in template.roles}
    for state in machine.states:
        if state.phase is not None and state.phase not in phases:
            yield f"state {state.key}: there is no phase {state.phase!r}"
        if machine.name == "partnership" and state.phase is None:
            yield f"state {state.key}: it belongs to no phase"
    for transition in machine.transitions:
        for role in sorted(set(transition.roles) - roles):
            yield f"transition {transition.key}: there is no role {role!r}"


def _document_faults(template: Template, document: DocumentType) -> Iterable[str]:
    known = template.machines["partnership"].keys if "partnership" in template.machines else frozenset()
    for key in sorted(set(document.states) - known):
        yield f"there is no state {key!r}"
    keys = [f.key for f in document.fields]
    for key in sorted({k for k in keys if keys.count(k) > 1}):
        yield f"field {key}: there are two of it"
    for field in document.fields:
        if (field.kind == "rows") != bool(field.columns):
            yield f"field {field.key}: rows and only rows have columns"
        parts: list[DocumentField | Column] = [field, *field.columns]
        for part in parts:
            if part.kind in {"choice", "choices"} and part.choices not in template.lists:
                yield f"field {field.key}: there is no list {part.choices!r}"


def _rule_faults(rule: Rule) -> Iterable[str]:
    if rule.check is None:
        return
    if rule.check not in CHECKS:
        yield f"there is no check {rule.check!r}"
    else:
        yield from _parameter_faults(rule)


def _parameter_faults(rule: Rule) -> Iterable[str]:
    wanted = CHECKS[rule.check or ""].parameters
    for name in sorted(set(rule.parameters) ^ set(wanted)):
        yield f"parameter {name!r} is {'missing' if name in wanted else 'unknown'}"
    for name, value in rule.parameters.items():
        if name in wanted and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            yield f"parameter {name!r} must be a whole number from 0"


def read_template(data: dict[str, Any]) -> Template:
    """The template of raw data. Raises ImportRefused with every fault and its place; nothing is kept."""
    try:
        return Template.model_validate(data)
    except ValidationError as error:
        cells = [
            CellError(0, ".".join(str(part) for part in fault["loc"]), fault["msg"].removeprefix("Value error, "))
            for fault in error.errors()
        ]
        raise ImportRefused(_("This template has faults; nothing was saved."), cells) from error


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
