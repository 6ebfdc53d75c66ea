"""Writes on interpreters, and on whether meetings need a common language at all."""

import re
from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, facts
from app.core.clock import Clock
from app.core.errors import Invalid
from app.events import queries
from app.events.models import Event, Interpreter, InterpreterAbsence, Slot
from app.organisations import reference

MOST_MEETINGS = 200
MOST_INTERPRETERS = 500


def set_common_language(session: Session, event: Event, actor: User, clock: Clock, *, needed: bool) -> None:
    """Say whether people without a common language need an interpreter."""
    event.common_language = needed
    session.flush()
    _record(session, event, actor, clock, "event.common_language", event.id, {"needed": needed})


def save_interpreter(
    session: Session,
    event: Event,
    found: Interpreter | None,
    actor: User,
    clock: Clock,
    *,
    name: str,
    languages: Sequence[str],
    max_meetings: int | None,
) -> Interpreter:
    """Add or change an interpreter. Raises Invalid for fewer than two languages, unknown ones, or a bad limit."""
    if not name.strip():
        raise Invalid(_("Write the name; the people in the meeting read it."), field="name")
    languages = list(dict.fromkeys(languages))
    if len(languages) < 2:
        raise Invalid(_("An interpreter speaks two languages at least."), field="language_2")
    if any(code not in reference.languages() for code in languages):
        raise Invalid(_("One of these languages is unknown; choose from the list."), field="language_1")
    if max_meetings is not None and not 0 <= max_meetings <= MOST_MEETINGS:
        raise Invalid(_("Use a number from 0 to 200, or leave it empty."), field="max_meetings")
    row = found or Interpreter(event_id=event.id, code=_next_code(session, event))
    row.name, row.languages, row.max_meetings = name, languages, max_meetings
    session.add(row)
    session.flush()
    action = "interpreter.change" if found else "interpreter.add"
    _record(session, event, actor, clock, action, row.id, {"languages": languages, "max": max_meetings})
    return row


def set_absences(session: Session, event: Event, row: Interpreter, slot_ids: Collection[int]) -> None:
    """Make these exactly the slots in which an interpreter does not help; those of other events are left out."""
    known = set(session.scalars(select(Slot.id).where(Slot.event_id == event.id)))
    session.execute(delete(InterpreterAbsence).where(InterpreterAbsence.interpreter_id == row.id))
    wanted = sorted(known & set(slot_ids))
    session.add_all(InterpreterAbsence(interpreter_id=row.id, slot_id=slot_id) for slot_id in wanted)
    session.flush()


def remove_interpreter(session: Session, event: Event, row: Interpreter, actor: User, clock: Clock) -> None:
    """Remove an interpreter. Refused with Conflict while meetings need them."""
    facts.interpreter_leaving.send(session, event=event, interpreter=row, actor=actor, clock=clock)
    _record(session, event, actor, clock, "interpreter.remove", row.id, {"name": row.name})
    session.delete(row)
    session.flush()


def _next_code(session: Session, event: Event) -> str:
    present = queries.interpreters_of(session, event.id)
    if len(present) >= MOST_INTERPRETERS:
        raise Invalid(_("An event has at most %(n)s interpreters.", n=MOST_INTERPRETERS), field="name")
    numbers = [int(match[1]) for row in present if (match := re.fullmatch(r"i(\d+)", row.code))]
    return f"i{max(numbers, default=0) + 1:02d}"


def _record(
    session: Session, event: Event, actor: User, clock: Clock, action: str, subject_id: int, detail: dict[str, object]
) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action=action,
        subject_kind="event" if action.startswith("event.") else "interpreter",
        subject_id=subject_id,
        event_id=event.id,
        detail=detail,
    )
