"""Published meetings as a table of the organiser's export."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.core.clock import in_zone
from app.core.exchange import ExchangeSheet, add_sheet
from app.core.tables import Sheet
from app.events.models import Event
from app.timetables import queries

HEADER = (
    *("request", "state", "starts_at", "ends_at", "table", "zone", "pinned"),
    *("participant_codes", "participants", "interpreter", "cancel_reason"),
)


def export_meetings(session: Session, event: Event) -> Sheet:
    """The meetings of the published timetable, or of the draft while nothing is published, in the event's time."""
    shown = queries.published_timetable(session, event.id) or queries.draft_timetable(session, event.id)
    rows = []
    for meeting in queries.meetings_in(session, shown.id) if shown else ():
        people = sorted((seat.participant for seat in meeting.seats), key=lambda person: person.code)
        rows.append(
            [
                meeting.request.code,
                meeting.state.value,
                in_zone(meeting.slot.starts_at, event.time_zone),
                in_zone(meeting.last_slot.ends_at, event.time_zone),
                meeting.table.label,
                meeting.table.zone.name,
                "yes" if meeting.pinned else "no",
                ", ".join(person.code for person in people),
                ", ".join(person.user.name for person in people),
                meeting.interpreter.name if meeting.interpreter else "",
                meeting.cancel_reason,
            ]
        )
    return Sheet("meetings", HEADER, rows)


def register() -> None:
    """Add the table to every export."""
    add_sheet(ExchangeSheet("meetings", _l("Meetings"), 50, export_meetings))
