"""Taking a transition: role and guards are checked, the state changes, and one audit entry says all about it.

Nothing is deleted. The change itself is a conditional UPDATE, so that of two people who act on the same state at the
same moment one succeeds and the other is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core import audit, facts
from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.machines import Machine, Obstacle, Transition, may_take, obstacles
from app.core.models import AuditEntry

COMMENT_LENGTH = 4000


class Subject(Protocol):
    """A row that a machine drives: its state is a key of the machine, its version rises when it is reopened."""

    id: Any
    state: Any
    version: Any


@dataclass(frozen=True)
class Act:
    """Who takes a transition, in which roles, saying what, with which documents (name, SHA-256 in hex)."""

    actor_id: int | None
    roles: frozenset[str]
    comment: str = ""
    documents: Sequence[tuple[str, str]] = ()
    override: bool = False
    """True: go on in spite of obstacles that allow it; the comment says why."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """More for the audit entry, e.g. a deadline."""


@dataclass(frozen=True)
class Choice:
    """A transition somebody may take from here, with what still stands in its way."""

    transition: Transition
    obstacles: tuple[Obstacle, ...]

    @property
    def is_open(self) -> bool:
        return not self.obstacles

    @property
    def is_onward(self) -> bool:
        """True for a step on the usual way: one that reopens nothing and needs no reason."""
        return not self.transition.reopens and self.transition.comment != "required"

    @property
    def needs_override(self) -> bool:
        return bool(self.obstacles) and all(o.can_override for o in self.obstacles)


def choices(machine: Machine, state: str, roles: frozenset[str], case: Any) -> list[Choice]:
    """What these roles may do in a state; shut transitions are there with their obstacles."""
    return [
        Choice(transition, tuple(obstacles(transition, case)))
        for transition in machine.leaving(state)
        if may_take(transition, roles)
    ]


def create(session: Session, clock: Clock, machine: Machine, key: str, subject: Subject, act: Act, case: Any) -> None:
    """Bring a new subject into its first state and write that down. The subject is not in the session yet.

    Raises Forbidden, Invalid or Conflict like `take`.
    """
    transition = machine.transition(key)
    if transition.source:
        raise ValueError(f"{key} does not create anything")
    overridden = _check(transition, act, case)
    subject.state, subject.version = transition.target, 1
    session.add(subject)
    session.flush()
    _write(session, clock, machine, transition, subject, act, "", overridden)


def take(session: Session, clock: Clock, machine: Machine, key: str, subject: Subject, act: Act, case: Any) -> None:
    """Take a transition: change the state, raise the version when it reopens, write one audit entry.

    Raises Forbidden for a wrong role, Invalid for a missing comment or a shut guard, Conflict when the subject is in
    another state (by now). After any of them nothing has changed.
    """
    transition = machine.transition(key)
    before = str(subject.state)
    if before not in transition.source:
        raise Conflict(
            _(
                "“%(step)s” is not possible now: the state is “%(state)s”. Look again.",
                step=_(transition.name),
                state=_(machine.state(before).name),
            )
        )
    overridden = _check(transition, act, case)
    session.flush()
    kind = type(subject)
    version = subject.version + 1 if transition.reopens else subject.version
    moved = session.execute(
        update(kind)
        .where(kind.id == subject.id, kind.state == before)
        .values(state=transition.target, version=version)
        .execution_options(synchronize_session=False)
        .returning(kind.id)
    ).first()
    if moved is None:
        raise Conflict(_("Somebody else was faster: this has another state by now. Look again."))
    session.refresh(subject, ["state", "version"])
    _write(session, clock, machine, transition, subject, act, before, overridden)


def _check(transition: Transition, act: Act, case: Any) -> list[str]:
    """Role, comment and guards; returns the sentences that were overridden."""
    if not may_take(transition, act.roles):
        raise Forbidden(_("Your role does not allow “%(step)s”.", step=_(transition.name)))
    if len(act.comment) > COMMENT_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the comment.", n=COMMENT_LENGTH), field="comment")
    found = obstacles(transition, case)
    overrides = bool(found) and act.override and all(o.can_override for o in found)
    if found and not overrides:
        raise Invalid(" ".join(o.sentence for o in found), code="guard_closed")
    if (transition.comment == "required" or overrides) and not act.comment.strip():
        raise Invalid(_("Say why; this step needs a comment."), field="comment", code="comment_needed")
    return [o.sentence for o in found]


def _write(
    session: Session,
    clock: Clock,
    machine: Machine,
    transition: Transition,
    subject: Subject,
    act: Act,
    before: str,
    overridden: list[str],
) -> None:
    detail: dict[str, Any] = {
        **act.detail,
        "role": next(role for role in transition.roles if role in act.roles),
        "from": before,
        "to": transition.target,
        "version": subject.version,
        "comment": act.comment.strip(),
        "documents": [{"name": name, "sha256": digest} for name, digest in act.documents],
    }
    if overridden:
        detail["overridden"] = overridden
    audit.record(
        session,
        clock,
        actor_id=act.actor_id,
        action=f"{machine.name}.{transition.key}",
        subject_kind=machine.name,
        subject_id=subject.id,
        detail=detail,
    )
    session.flush()
    facts.state_changed.send(
        session, machine=machine.name, subject=subject, transition=transition.key, before=before, actor_id=act.actor_id,
        clock=clock,
    )  # fmt: skip


def history(session: Session, machine: str, subject_id: int) -> list[AuditEntry]:
    """The transitions of a subject, oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject_kind == machine, AuditEntry.subject_id == subject_id)
    return list(session.scalars(query.order_by(AuditEntry.id)))
