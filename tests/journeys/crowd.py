"""An event large enough that a run has work for a while: forty people who want to meet ten others each."""

import random

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.events.models import Event, MeetingTable, Zone
from tests.factories.registrations import make_participant
from tests.factories.timetables import make_request

PEOPLE, WISHES, TABLES = 40, 10, 12


def fill(session: Session, clock: Clock, event: Event, hall: Zone) -> None:
    """Add tables, people and agreed requests, always the same ones."""
    chance = random.Random(7)
    session.add_all(
        MeetingTable(event_id=event.id, zone_id=hall.id, label=f"B{n}", position=10 + n) for n in range(TABLES)
    )
    people = [make_participant(session, clock, event, f"Guest {n}") for n in range(PEOPLE)]
    pairs = {
        tuple(sorted((one.id, other.id)))
        for one in people
        for other in chance.sample([person for person in people if person is not one], WISHES)
    }
    by_id = {person.id: person for person in people}
    for low, high in sorted(pairs):
        make_request(session, clock, by_id[low], by_id[high])
