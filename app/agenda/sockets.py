"""Socket events of live pages: each join names who may, and answers with what the page missed.

`join_agenda`      {slug, since}  one's own agenda: messages "agenda" with consecutive versions
`join_event`       {slug, since}  public programme and venue screen: "programme", "timetable"
`join_organisers`  {slug}         staff pages: whatever features announce to organisers
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.agenda import queries, rules
from app.agenda.policy import programme_visible
from app.core.database import session
from app.core.guard import guarded_event
from app.core.sockets import Answer, enter, on
from app.events.policy import event_of, event_staff
from app.registrations.models import Participant
from app.registrations.policy import current_participant, participant


@on("join_agenda")
@guarded_event(participant)
def join_agenda(values: Mapping[str, Any]) -> Answer:
    """Listen to one's own agenda. The room is entered first: what happens meanwhile arrives twice, never not at all."""
    me = current_participant()
    enter(f"participant:{me.id}")
    since = values.get("since")
    version = session().scalars(select(Participant.agenda_version).where(Participant.id == me.id)).one()
    if since == version:
        return {"version": version, "missed": []}
    missed = None
    if isinstance(since, int) and 0 <= since < version:
        missed = queries.changes_since(session(), me.id, since)
    if not missed:
        agenda = queries.agenda_of(session(), event_of(values), me.id)
        missed = [rules.fresh_start(agenda)]
    return {"version": missed[-1]["version"], "missed": [{"event": "agenda", **change} for change in missed]}


@on("join_event")
@guarded_event(programme_visible)
def join_event(values: Mapping[str, Any]) -> Answer:
    """Listen to the public programme and the venue screen."""
    event = event_of(values)
    enter(f"event:{event.id}")
    return {"revision": event.timetable_revision}


@on("join_organisers")
@guarded_event(event_staff)
def join_organisers(values: Mapping[str, Any]) -> Answer:
    """Listen to what concerns the running of the event."""
    event = event_of(values)
    enter(f"organisers:{event.id}")
    return {"revision": event.timetable_revision}
