"""Writes on needs and offers."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, facts, jobs
from app.core.clock import Clock
from app.core.errors import Conflict
from app.marketplace import checks, mails
from app.marketplace.details import Details, read
from app.marketplace.indexing import index_entries
from app.marketplace.interests import decline, express, grant, note_look, withdraw
from app.marketplace.models import Entry, EntryKind, EntryState, Interest, InterestState, ProfileKind, Reach
from app.marketplace.rules import LIFETIME, renewable
from app.marketplace.upkeep import TEND, TEND_EVERY
from app.organisations.models import Organisation
from app.registrations.models import Participant
from app.registrations.queries import GONE

__all__ = [
    "EntryData",
    "add_entry",
    "add_own_entry",
    "change_entry",
    "data_of",
    "decline",
    "express",
    "grant",
    "hide",
    "index_entries",
    "note_look",
    "publish",
    "remove_entry",
    "renew",
    "withdraw",
]


@dataclass(frozen=True)
class EntryData:
    """A need or an offer as somebody wrote it; `partnership` is a code of `reference.partnership_kinds`, `concealed`
    holds codes of `rules.CONCEALABLE`, empty places mean: as the organisation says."""

    kind: EntryKind
    title: str
    text: str = ""
    keywords: tuple[str, ...] = ()
    trl_min: int | None = None
    trl_max: int | None = None
    partnership: str | None = None
    summary: str = ""
    profile: ProfileKind | None = None
    details: Details = field(default_factory=lambda: read({}))
    state: EntryState = EntryState.PUBLISHED
    reach: Reach = Reach.EVENT
    anonymous: bool = False
    concealed: tuple[str, ...] = ()
    country: str | None = None
    nuts: str | None = None
    nace: str | None = None
    segment: str | None = None
    languages: tuple[str, ...] = ()


def data_of(entry: Entry) -> EntryData:
    """What an entry says, as it would be written again."""
    columns = {name: getattr(entry, name) for name in EntryData.__dataclass_fields__}
    lists = {name: tuple(columns[name] or ()) for name in ("keywords", "concealed", "languages")}
    return EntryData(**{**columns, **lists, "details": read(entry.details or {})})


def add_entry(session: Session, clock: Clock, actor: User | None, participant: Participant, data: EntryData) -> Entry:
    """Add a need or an offer of a registration. Raises Invalid with the field, Conflict when the registration ended."""
    if participant.state in GONE:
        raise Conflict(_("This registration has ended; its needs and offers cannot change."))
    return _add(session, clock, actor, Entry(participant=participant, owner=participant.user), data)


def add_own_entry(
    session: Session, clock: Clock, owner: User, organisation: Organisation | None, data: EntryData
) -> Entry:
    """Add a need or an offer outside events; without an organisation it is the person's own. Raises Invalid."""
    entry = Entry(participant=None, owner=owner, organisation=organisation)
    return _add(session, clock, owner, entry, replace(data, reach=Reach.MEMBERS))


def _add(session: Session, clock: Clock, actor: User | None, entry: Entry, data: EntryData) -> Entry:
    if entry.participant is not None:
        entry.organisation = entry.participant.organisation
    with session.no_autoflush:
        values = checks.checked(session, entry, data, is_new=True)
    for name, value in values.items():
        setattr(entry, name, value)
    entry.created_at = entry.updated_at = clock()
    _publication(entry, clock(), None)
    session.add(entry)
    session.flush()
    _done(session, clock, actor, entry, "entry.add")
    return entry


def change_entry(session: Session, clock: Clock, actor: User | None, entry: Entry, data: EntryData) -> bool:
    """Change an entry; False when nothing differs. Raises like `add_entry`."""
    if entry.participant is None:
        data = replace(data, reach=Reach.MEMBERS)
    elif entry.participant.state in GONE and data.reach is Reach.EVENT:
        raise Conflict(_("This registration has ended; its needs and offers cannot change."))
    values = checks.checked(session, entry, data, is_new=False)
    if all(getattr(entry, name) == value for name, value in values.items()):
        return False
    before = entry.reach
    for name, value in values.items():
        setattr(entry, name, value)
    entry.updated_at = clock()
    _publication(entry, clock(), before)
    session.flush()
    _done(session, clock, actor, entry, "entry.change")
    return True


def _publication(entry: Entry, now: datetime, reach_before: Reach | None) -> None:
    """Bring the dates in line with what is shown to whom."""
    if entry.reach is Reach.EVENT:
        entry.expires_at = entry.expiry_told_at = None
    if entry.state is EntryState.HIDDEN:
        return
    widened = reach_before is Reach.EVENT and entry.reach is Reach.MEMBERS
    if entry.published_at is None or widened:
        entry.published_at = now
    if not entry.anonymous and entry.shown_openly_at is None:
        entry.shown_openly_at = now
    if entry.reach is Reach.MEMBERS and entry.expires_at is None:
        entry.expires_at = now + LIFETIME


def publish(session: Session, clock: Clock, actor: User | None, entry: Entry) -> None:
    """Show an entry that was hidden."""
    change_entry(session, clock, actor, entry, replace(data_of(entry), state=EntryState.PUBLISHED))


def hide(session: Session, clock: Clock, actor: User | None, entry: Entry) -> None:
    """Show an entry to nobody any more; whoever waits for an answer, or got one, keeps what they saw."""
    change_entry(session, clock, actor, entry, replace(data_of(entry), state=EntryState.HIDDEN))


def renew(session: Session, clock: Clock, actor: User, entry: Entry) -> None:
    """Let an entry stay another year from now. Raises Conflict while its end is far."""
    if not renewable(entry.expires_at, clock()):
        raise Conflict(_("This entry is shown for a long time yet; renew it in its last thirty days."))
    entry.expires_at, entry.expiry_told_at = clock() + LIFETIME, None
    session.flush()
    _record(session, clock, actor, entry, "entry.renew")
    _plan_upkeep(session, clock)


def remove_entry(session: Session, clock: Clock, actor: User | None, entry: Entry) -> None:
    """Delete an entry; meeting requests that came of it stay, and whoever waits for an answer about it is told."""
    participant = entry.participant
    waiting = select(Interest).where(Interest.entry_id == entry.id, Interest.state == InterestState.OPEN)
    for interest in session.scalars(waiting).all():
        mails.send_removed(session, clock, interest)
    _record(session, clock, actor, entry, "entry.remove")
    session.delete(entry)
    session.flush()
    if participant is not None:
        facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)


def _done(session: Session, clock: Clock, actor: User | None, entry: Entry, action: str) -> None:
    _record(session, clock, actor, entry, action)
    if entry.reach is Reach.MEMBERS:
        _plan_upkeep(session, clock)
    index_entries(session, [entry.id])
    if entry.participant is not None:
        facts.tell_participant_changed(session, participant=entry.participant, actor=actor, clock=clock)


def _plan_upkeep(session: Session, clock: Clock) -> None:
    jobs.enqueue(session, TEND, {}, clock, delay=TEND_EVERY, once=True)


def _record(session: Session, clock: Clock, actor: User | None, entry: Entry, action: str) -> None:
    detail: dict[str, Any] = {"kind": entry.kind.value, "title": entry.title, "state": entry.state.value}
    if entry.participant is not None:
        detail["participant"] = entry.participant.code
    if entry.anonymous:
        detail["anonymous"] = True
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind="entry",
        subject_id=entry.id,
        event_id=entry.participant.event_id if entry.participant else None,
        detail=detail,
    )
