"""What follows a transition of a partnership: those whose turn it is, and the lead regions, hear of it by mail."""

from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock
from app.organisations.reference import translated
from app.partnerships import mails, queries
from app.partnerships.models import Partnership
from app.partnerships.services import QUIET

ALWAYS = {"lead"}


@facts.state_changed.connect
def tell_those_concerned(
    session: Session, *, machine: str, subject: Any, before: str, actor_id: int | None, clock: Clock, **_more: Any
) -> None:
    """Mail the lead regions and everybody who can take the next step, except the one who took this one."""
    if machine != "partnership" or not isinstance(subject, Partnership) or session.info.get(QUIET):
        return
    found = queries.machine_of(session, subject, "partnership")
    state = found.state(subject.state)
    next_roles = {role for t in found.leaving(state.key) if not t.reopens for role in t.roles}
    people = [user for user in _people(session, subject, next_roles | ALWAYS) if user.id != actor_id]
    comment = str(queries.last_comment(session, subject)) if before else ""
    mails.send_state(
        session, clock, subject, people, state=translated(state.name), hint=translated(state.hint), comment=comment
    )


def _people(session: Session, partnership: Partnership, roles: set[str]) -> list[User]:
    rows = [*queries.roles_given(session, partnership.id), *queries.roles_given(session, None)]
    users = {row.user_id: row.user for row in rows}
    return [user for user in users.values() if queries.roles_of(session, partnership, user) & roles]
