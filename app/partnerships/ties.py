"""What of a process guards, services and pages rely on, and so stays from version to version, whoever edits it how."""

from collections.abc import Iterator

from flask_babel import gettext as _

from app.core.errors import CellError
from app.core.machines import Machine
from app.partnerships.templates import DocumentField, Template

ROLES = {"lead", "region", "mandated", "expert", "eligibility_officer", "evaluator", "secretariat"}
"""Roles that people are given (`models.Role`) or that follow from them (`queries.roles_of`)."""
FIELDS = {
    "scoping_note": {"community": {"kind"}},
    "expression_of_interest": {"community": {"kind"}, "stakeholder_kinds": set[str]()},
}
"""Documents, fields and columns that guards and checks read (`guards.py`, `gathering.py`)."""


def kept_roles(template: Template) -> dict[str, str]:
    """Which roles stay, and why."""
    used = {role for machine in template.machines.values() for step in machine.transitions for role in step.roles}
    found = {role.key: _("Somebody in this role takes steps.") for role in template.roles if role.key in used}
    return found | {role.key: _("People are given this role.") for role in template.roles if role.key in ROLES}


def kept_phases(template: Template) -> dict[str, str]:
    """Which phases stay, and why."""
    used = {state.phase for machine in template.machines.values() for state in machine.states}
    return {phase.key: _("States lie in this phase.") for phase in template.phases if phase.key in used}


def broken(before: Template, after: Template) -> list[CellError]:
    """Each tie that a new version would break, with its place."""
    return [CellError(0, place, message) for place, message in _broken(before, after)]


def _broken(before: Template, after: Template) -> Iterator[tuple[str, str]]:
    gone = {role.key for role in before.roles if role.key in ROLES} - {role.key for role in after.roles}
    for role in sorted(gone):
        yield "roles", _("The role “%(name)s” is relied on; it stays.", name=before.role_name(role))
    yield from _broken_documents(before, after)
    for name, machine in before.machines.items():
        if name not in after.machines:
            yield f"machines.{name}", _("This machine is relied on; it stays.")
        else:
            yield from _broken_machine(f"machines.{name}", machine, after.machines[name])


def _broken_documents(before: Template, after: Template) -> Iterator[tuple[str, str]]:
    for key, fields in FIELDS.items():
        old, new = before.document(key), after.document(key)
        if old is None:
            continue
        if new is None:
            yield "documents", _("The document “%(name)s” is relied on; it stays.", name=_(old.name))
            continue
        place = f"documents.{after.documents.index(new)}"
        there = {field.key: field for field in new.fields}
        for field in old.fields:
            if field.key in fields and not _same_kind(field, there.get(field.key), fields[field.key]):
                yield place, _("Rules read the field “%(name)s”; it stays, and stays of its kind.", name=_(field.name))


def _same_kind(old: DocumentField, new: DocumentField | None, columns: set[str]) -> bool:
    if new is None or new.kind != old.kind or new.choices != old.choices:
        return False
    kinds = {column.key: (column.kind, column.choices) for column in new.columns}
    return all(kinds.get(c.key) == (c.kind, c.choices) for c in old.columns if c.key in columns)


def _broken_machine(place: str, before: Machine, after: Machine) -> Iterator[tuple[str, str]]:
    states = {state.key: (state.kind, state.public) for state in after.states}
    for state in before.states:
        if states.get(state.key) != (state.kind, state.public):
            yield place, _("The state “%(name)s” is relied on; it stays as it is.", name=_(state.name))
    steps = {step.key: step for step in after.transitions}
    for step in before.transitions:
        new = steps.get(step.key)
        same = new is not None and (new.source, new.target, new.reopens) == (step.source, step.target, step.reopens)
        if not same or new is None or not set(step.guards) <= set(new.guards):
            message = _("The step “%(name)s” is relied on; where it leads and its guards stay.", name=_(step.name))
            yield place, message
