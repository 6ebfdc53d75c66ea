"""Collecting ideas, decisions and follow-ups."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.workshops import queries, rules
from app.workshops.models import (
    EntryKind,
    EntryState,
    Workshop,
    WorkshopEntry,
    WorkshopGroup,
    WorkshopVote,
)
from app.workshops.process import ENDED, OPEN
from app.workshops.reminding import keep_reminding
from app.workshops.services.telling import lock, tell_entry

TOKEN_LENGTH = 40
OWNER_LENGTH = 160


@dataclass(frozen=True)
class EntryData:
    """What somebody sends. `token` names the sending: the same one again changes nothing."""

    kind: EntryKind
    text: str
    token: str
    group_id: int | None = None
    source_id: int | None = None
    owner: str = ""
    due: date | None = None


def add_entry(
    session: Session, clock: Clock, actor: User, workshop: Workshop, data: EntryData, *, leads: bool
) -> WorkshopEntry:
    """Add an entry and show it to the room. A decision of somebody who leads is agreed, another one is proposed.

    Sent twice it is there once, and the first one is returned. Raises Invalid with the field, Conflict unless the
    workshop is open (who leads it may add until the minutes are finished).
    """
    lock(session, workshop)
    known = session.scalars(
        select(WorkshopEntry).where(WorkshopEntry.workshop_id == workshop.id, WorkshopEntry.token == data.token)
    ).first()
    if known is not None:
        return known
    if workshop.state != OPEN and not (leads and workshop.state == "held"):
        raise Conflict(_("This workshop does not take entries now."), code="workshop_not_open")
    _check(session, clock, actor, workshop, data)
    owner = _owner(session, workshop, data.owner) if data.kind is EntryKind.FOLLOW_UP else None
    agreed = data.kind is EntryKind.DECISION and leads
    entry = WorkshopEntry(
        workshop_id=workshop.id,
        kind=data.kind,
        state=EntryState.AGREED if agreed else EntryState.OPEN,
        text=" ".join(data.text.split()),
        token=data.token,
        group_id=data.group_id,
        source_id=data.source_id,
        owner_id=owner.id if owner else None,
        owner_name=" ".join(data.owner.split()) if data.kind is EntryKind.FOLLOW_UP else "",
        due=data.due if data.kind is EntryKind.FOLLOW_UP else None,
        created_at=clock(),
        changed_at=clock(),
    )
    entry.author = actor
    session.add(entry)
    tell_entry(session, clock, workshop, entry)
    if entry.kind is EntryKind.FOLLOW_UP:
        keep_reminding(session, clock)
    return entry


def _check(session: Session, clock: Clock, actor: User, workshop: Workshop, data: EntryData) -> None:
    text = data.text.strip()
    if not text:
        raise Invalid(_("Write something first."), field="text")
    if len(text) > rules.TEXT_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=rules.TEXT_LENGTH), field="text")
    if not 8 <= len(data.token) <= TOKEN_LENGTH or not data.token.isascii() or not data.token.isprintable():
        raise Invalid(_("This page is out of date. Reload it."), field="token")
    if data.kind is EntryKind.FOLLOW_UP:
        if not data.owner.strip() or len(data.owner) > OWNER_LENGTH:
            raise Invalid(_("Say who takes care of it."), field="owner")
        if data.due is None:
            raise Invalid(_("Say until when, as a date."), field="due")
        if data.due < workshop.session.starts_at.date():
            raise Invalid(_("The date lies before the workshop."), field="due")
    if data.group_id is not None:
        group = session.get(WorkshopGroup, data.group_id)
        if group is None or group.workshop_id != workshop.id:
            raise Invalid(_("There is no such group in this workshop."), field="group")
    if data.source_id is not None:
        entry_of(session, workshop, data.source_id)
    lately = select(func.count()).where(
        WorkshopEntry.workshop_id == workshop.id,
        WorkshopEntry.author_id == actor.id,
        WorkshopEntry.created_at > clock() - timedelta(minutes=1),
    )
    if (session.scalar(lately) or 0) >= rules.PER_MINUTE:
        raise Conflict(_("That is a lot at once; wait a minute."), code="too_fast")


def _owner(session: Session, workshop: Workshop, name: str) -> User | None:
    """The account of exactly this name in the room, if there is one and only one."""
    wanted = " ".join(name.split()).casefold()
    users = [person.participant.user for person in queries.people_of(session, workshop)]
    users += [row.user for row in queries.facilitators_of(session, workshop.id)]
    found = {user.id: user for user in users if user.name.casefold() == wanted}
    return next(iter(found.values())) if len(found) == 1 else None


def entry_of(session: Session, workshop: Workshop, number: object) -> WorkshopEntry:
    """An entry of a workshop; raises NotFound."""
    found = session.get(WorkshopEntry, number) if isinstance(number, int) else None
    if found is None or found.workshop_id != workshop.id:
        raise NotFound(_("There is no such entry in this workshop."))
    return found


def set_state(
    session: Session,
    clock: Clock,
    actor: User,
    workshop: Workshop,
    entry: WorkshopEntry,
    state: EntryState,
    *,
    leads: bool,
) -> None:
    """Agree on a decision, tick a follow-up off, drop an entry or take it up again.

    Doing it twice changes nothing. Raises Forbidden by the rules, Conflict when the workshop has ended and it is no
    follow-up.
    """
    lock(session, workshop)
    session.refresh(entry)
    if entry.state is state:
        return
    allowed = rules.may_set(
        entry.kind, entry.state, state, leads=leads, is_author=entry.author_id == actor.id,
        is_owner=entry.owner_id == actor.id,
    )  # fmt: skip
    if not allowed:
        raise Forbidden(_("You may not change this entry like that."))
    if workshop.state in ENDED and entry.kind is not EntryKind.FOLLOW_UP and not (leads and workshop.state == "held"):
        raise Conflict(_("The workshop has ended; its minutes say what was agreed."), code="workshop_not_open")
    before = entry.state
    entry.state, entry.changed_at = state, clock()
    audit.record(
        session, clock, actor_id=actor.id, action="workshop_entry.state", subject_kind="workshop_entry",
        subject_id=entry.id, event_id=workshop.session.event_id,
        detail={"workshop": workshop.id, "before": before.value, "after": state.value},
    )  # fmt: skip
    tell_entry(session, clock, workshop, entry)
    if entry.kind is EntryKind.FOLLOW_UP and state is EntryState.OPEN:
        keep_reminding(session, clock)


def vote(session: Session, clock: Clock, actor: User, workshop: Workshop, entry: WorkshopEntry, *, on: bool) -> None:
    """Support an idea, or no longer. Doing it twice changes nothing. Raises Conflict unless the workshop is open."""
    lock(session, workshop)
    if workshop.state != OPEN:
        raise Conflict(_("This workshop does not take votes now."), code="workshop_not_open")
    if entry.kind is not EntryKind.IDEA or entry.state is EntryState.DROPPED:
        raise Invalid(_("Only ideas that are not dropped can be supported."))
    mine = (WorkshopVote.entry_id == entry.id, WorkshopVote.user_id == actor.id)
    present = session.scalars(select(WorkshopVote.id).where(*mine)).first() is not None
    if present == on:
        return
    if on:
        session.add(WorkshopVote(entry_id=entry.id, user_id=actor.id))
    else:
        session.execute(delete(WorkshopVote).where(*mine))
    tell_entry(session, clock, workshop, entry)
