"""What pages and live messages say of a workshop; the same for everybody in the room."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.workshops import queries
from app.workshops.models import Workshop, WorkshopEntry
from app.workshops.queries import Person

MISSED_AT_MOST = 300
"""A page that missed more changes than these gets the whole state instead."""


def entry_message(entry: WorkshopEntry, votes: int) -> dict[str, Any]:
    """An entry as pages draw it."""
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "state": entry.state.value,
        "text": entry.text,
        "token": entry.token,
        "group": entry.group_id,
        "source": entry.source_id,
        "author_id": entry.author_id,
        "author": entry.author.name if entry.author else "",
        "owner_id": entry.owner_id,
        "owner": entry.owner_name,
        "due": entry.due.isoformat() if entry.due else "",
        "votes": votes,
    }


def person_message(person: Person) -> dict[str, Any]:
    """A person of the room as pages draw it."""
    attendance = person.attendance
    return {
        "id": person.participant.id,
        "name": person.participant.user.name,
        "organisation": person.participant.organisation.name,
        "group": attendance.group_id if attendance else None,
        "here": person.is_here,
    }


def entries(session: Session, found: Sequence[WorkshopEntry]) -> list[dict[str, Any]]:
    """Entries with their support."""
    votes = queries.votes_of(session, [entry.id for entry in found])
    return [entry_message(entry, votes.get(entry.id, 0)) for entry in found]


def people(session: Session, workshop: Workshop, only: Collection[int] | None = None) -> list[dict[str, Any]]:
    """People of the room, all or some."""
    return [person_message(person) for person in queries.people_of(session, workshop, only)]


def whole(session: Session, workshop: Workshop) -> dict[str, Any]:
    """Everything that a page shows, as one change that replaces what it had."""
    return {
        "version": workshop.revision,
        "replace": True,
        "state": workshop.state,
        "entries": entries(session, queries.entries_of(session, workshop.id)),
        "people": people(session, workshop),
    }


def missed(session: Session, workshop: Workshop, since: object) -> list[dict[str, Any]]:
    """What a page that stands at revision `since` has to apply, in order."""
    if since == workshop.revision:
        return []
    if isinstance(since, int) and 0 <= since < workshop.revision:
        found = queries.changes_since(session, workshop.id, since, MISSED_AT_MOST)
        if found and len(found) <= MISSED_AT_MOST and found[0].revision == since + 1:
            return [change.payload for change in found]
    return [whole(session, workshop)]
