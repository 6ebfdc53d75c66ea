"""Socket events of a workshop's room; each names the event's `slug` and the session's `number`.

`join_workshop`  {since}                                            messages "workshop" with consecutive versions
`workshop_add`   {kind, text, token, group, source, owner, due}     {entry}
`workshop_set`   {entry, state}
`workshop_vote`  {entry, on}
`workshop_group` {group}
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.accounts.policy import need_user
from app.core.clock import Clock
from app.core.database import session
from app.core.errors import Forbidden, Invalid
from app.core.guard import guarded_event
from app.core.sockets import Answer, enter, on
from app.workshops import services, showing
from app.workshops.models import EntryKind, EntryState
from app.workshops.policy import current_workshop, leading_roles, room_participant, workshop_reader, workshop_room
from app.workshops.services import EntryData
from app.workshops.services.collecting import entry_of
from app.workshops.services.telling import room_of


def _clock() -> Clock:
    found: Clock = current_app.extensions["clock"]
    return found


@on("join_workshop", writes=True)
@guarded_event(workshop_reader)
def join_workshop(values: Mapping[str, Any]) -> Answer:
    """Listen to a workshop; a participant of the room is noted as present while it is open."""
    workshop, me = current_workshop(), room_participant()
    enter(room_of(workshop))
    if me is not None and _in_room(values):
        services.enter(session(), _clock(), workshop, me)
    found = showing.missed(session(), workshop, values.get("since"))
    return {"version": workshop.revision, "missed": [{"event": "workshop", **change} for change in found]}


def _in_room(values: Mapping[str, Any]) -> bool:
    """A member of the partnership may read without being of the room."""
    try:
        workshop_room.check(values)
    except Forbidden:
        return False
    return True


def entry_data(values: Mapping[str, Any]) -> EntryData:
    """What somebody sent, by form or by socket. Raises Invalid with the field."""
    try:
        kind = EntryKind(values.get("kind"))
    except ValueError:
        raise Invalid(_("Choose what it is."), field="kind") from None
    return EntryData(
        kind=kind,
        text=_words(values, "text"),
        token=_words(values, "token"),
        group_id=_number(values, "group"),
        source_id=_number(values, "source"),
        owner=_words(values, "owner"),
        due=_day(_words(values, "due")),
    )


def _words(values: Mapping[str, Any], name: str) -> str:
    found = values.get(name) or ""
    if not isinstance(found, str):
        raise Invalid(_("This page is out of date. Reload it."), field=name)
    return found


def _number(values: Mapping[str, Any], name: str) -> int | None:
    found = values.get(name)
    if found in (None, ""):
        return None
    text = str(found)
    if isinstance(found, bool) or not text.isdecimal() or len(text) > 12:
        raise Invalid(_("This page is out of date. Reload it."), field=name)
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("Write the date as year-month-day, e.g. 2027-03-31."), field="due") from None


@on("workshop_add", writes=True)
@guarded_event(workshop_room)
def add(values: Mapping[str, Any]) -> Answer:
    """Add an entry; the answer holds it, so that the page of the sender can show it at once."""
    workshop = current_workshop()
    data = entry_data(values)
    entry = services.add_entry(session(), _clock(), need_user(), workshop, data, leads=bool(leading_roles()))
    return {"entry": entry.id}


@on("workshop_set", writes=True)
@guarded_event(workshop_reader)
def set_state(values: Mapping[str, Any]) -> Answer:
    """Agree, tick off, drop or take up again; who owns a follow-up need not be of the room any more."""
    try:
        state = EntryState(values.get("state"))
    except ValueError:
        raise Invalid(_("This page is out of date. Reload it."), field="state") from None
    workshop = current_workshop()
    entry = entry_of(session(), workshop, _number(values, "entry"))
    leads = bool(leading_roles())
    services.set_state(session(), _clock(), need_user(), workshop, entry, state, leads=leads)
    return {"entry": entry.id}


@on("workshop_vote", writes=True)
@guarded_event(workshop_room)
def vote(values: Mapping[str, Any]) -> Answer:
    """Support an idea, or no longer."""
    workshop = current_workshop()
    entry = entry_of(session(), workshop, _number(values, "entry"))
    services.vote(session(), _clock(), need_user(), workshop, entry, on=bool(values.get("on")))
    return {"entry": entry.id}


@on("workshop_group", writes=True)
@guarded_event(workshop_room)
def group(values: Mapping[str, Any]) -> Answer:
    """Choose one's group."""
    me = room_participant()
    if me is None:
        raise Forbidden(_("Only participants are in groups."))
    services.choose_group(session(), _clock(), current_workshop(), me, _number(values, "group"))
    return {}
