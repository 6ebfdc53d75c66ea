"""Meeting requests as a table of the organiser's export."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import in_zone
from app.core.exchange import ExchangeSheet, add_sheet
from app.core.tables import Sheet
from app.events.models import Event
from app.matching.queries import scores_of_pairs
from app.meetings.models import MeetingRequest
from app.meetings.queries import PEOPLE
from app.registrations.models import Participant

HEADER = (
    *("request", "state", "priority", "recipient_priority", "mutual", "must", "length", "score"),
    *("requester_code", "requester", "requester_organisation"),
    *("recipient_code", "recipient", "recipient_organisation"),
    *("message", "answer_reason", "created_at", "answered_at"),
)


def export_requests(session: Session, event: Event) -> Sheet:
    """Every request of the event; score is the reciprocal one, from 0 to 100; times are the event's."""
    query = select(MeetingRequest).where(MeetingRequest.event_id == event.id).options(*PEOPLE)
    rows = session.scalars(query.order_by(MeetingRequest.id)).all()
    scores = scores_of_pairs(session, [(row.requester_id, row.recipient_id) for row in rows])
    return Sheet(
        "requests",
        HEADER,
        [
            [
                row.code,
                row.state.value,
                row.priority.value,
                row.recipient_priority.value if row.recipient_priority else None,
                "yes" if row.mutual else "no",
                "yes" if row.must_place else "no",
                row.length,
                round(found.score * 100) if (found := scores.get((row.requester_id, row.recipient_id))) else None,
                *_who(row.requester),
                *_who(row.recipient),
                row.message,
                row.answer_reason,
                in_zone(row.created_at, event.time_zone),
                in_zone(row.answered_at, event.time_zone) if row.answered_at else None,
            ]
            for row in rows
        ],
    )


def _who(person: Participant) -> tuple[str, str, str]:
    return person.code, person.user.name, person.organisation.name


def register() -> None:
    """Add the table to every export."""
    add_sheet(ExchangeSheet("requests", _l("Meeting requests"), 40, export_requests))
