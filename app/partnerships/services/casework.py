"""Moving a case: transitions of the partnership itself, and its phase."""

from collections.abc import Callable
from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.transitions import Act, take
from app.partnerships import gathering, queries
from app.partnerships.facts import CaseFacts
from app.partnerships.models import Partnership


def move(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    key: str,
    act: Act,
    complete: Callable[[CaseFacts], CaseFacts] = lambda case: case,
) -> None:
    """Take a transition of a partnership; its phase follows the state. Raises like `transitions.take`.

    The audit entry names the newest frozen documents unless the act brings its own. `complete` adds to the facts what
    comes with the step itself, such as the minutes of a decision.
    """
    process = queries.template_of(session, partnership)
    machine = process.machine("partnership")
    if not act.documents:
        act = replace(act, documents=gathering.frozen_documents(session, partnership))
    case = complete(gathering.case_facts(session, clock, partnership, actor))
    take(session, clock, machine, key, partnership, act, case)
    phase = machine.state(partnership.state).phase
    if phase is not None and machine.state(partnership.state).kind != "stopped":
        partnership.phase = phase
    session.flush()


def go_to_phase(session: Session, clock: Clock, partnership: Partnership, actor: User, phase: str) -> None:
    """An active partnership says which phase it is in; phases go back and forth. Raises Invalid, Conflict."""
    process = queries.template_of(session, partnership)
    state = process.machine("partnership").state(partnership.state)
    if process.phase(phase) is None:
        raise Invalid(_("This process has no such phase."), field="phase")
    if not state.public or state.kind != "open":
        raise Conflict(_("Phases after the set-up begin once the partnership is active."))
    before, partnership.phase = partnership.phase, phase
    audit.record(
        session, clock, actor_id=actor.id, action="partnership.phase", subject_kind="partnership",
        subject_id=partnership.id, detail={"from": before, "to": phase},
    )  # fmt: skip
    session.flush()
