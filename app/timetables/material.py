"""What a problem is made of, read from the database in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.events.models import Event, EventFormat, Interpreter, MeetingTable, Slot, Zone
from app.events.queries import closures_of, interpreter_absences, interpreters_of, neighbours, slots_of, walks_of
from app.matching.models import Recommendation
from app.meetings.models import AllowedSlot, MeetingRequest, Precedence, RequestPin, RequestState
from app.meetings.queries import vetoed_pairs
from app.registrations.models import Participant, RegistrationState
from app.registrations.queries import slot_wishes, unavailable_slots
from app.timetables.models import Meeting, MeetingState, Seat, Timetable, TimetableState


@dataclass(frozen=True)
class Placed:
    """Where a request's meeting is, from its first slot to its last; `participant_ids` in the order of the request's
    sides."""

    request_id: int
    slot_id: int
    table_id: int
    participant_ids: tuple[int, ...]
    cancelled: bool = False
    last_slot_id: int | None = None
    interpreter_id: int | None = None


@dataclass
class Material:
    """Rows of one event, by id. Slots in time order, open ones only; tables open ones only; people approved ones."""

    event: Event
    slots: list[Slot]
    tables: list[MeetingTable]
    participants: list[Participant]
    requests: list[MeetingRequest]
    closures: dict[int, frozenset[int]]
    """Table id -> slot ids in which it is closed."""
    away: dict[int, frozenset[int]]
    """Participant id -> slot ids, absences and sessions signed up for."""
    pins: dict[int, RequestPin]
    allowed: dict[int, frozenset[int]]
    earlier: dict[int, frozenset[int]]
    """Request id -> ids of requests that must lie in an earlier slot."""
    vetoes: frozenset[tuple[int, int]]
    scores: dict[int, float]
    """Request id -> reciprocal complementarity score in [0, 1]."""
    follows: dict[int, int]
    """Slot id -> id of the slot a meeting of several slots runs on in, closed slots included."""
    wishes: dict[int, dict[int, bool]]
    """Participant id -> slot id -> preferred (True) or disliked."""
    walks: list[tuple[str, str, int]]
    """(zone, zone, minutes) by name."""
    interpreters: list[Interpreter]
    interpreters_away: dict[int, frozenset[int]]
    published: dict[int, Placed] = field(default_factory=dict)

    @cached_property
    def slot_keys(self) -> dict[int, str]:
        return {slot.id: slot.key for slot in self.slots}

    @cached_property
    def table_labels(self) -> dict[int, str]:
        return {table.id: table.label for table in self.tables}

    @cached_property
    def codes(self) -> dict[int, str]:
        """Participant id -> code, approved participants only."""
        return {person.id: person.code for person in self.participants}

    @cached_property
    def earlier_codes(self) -> dict[int, list[str]]:
        codes = {request.id: request.code for request in self.requests}
        return {late: sorted(codes[e] for e in early if e in codes) for late, early in self.earlier.items()}

    @cached_property
    def _by_organisation(self) -> dict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for person in self.participants:
            found[person.organisation_id].append(person.id)
        return found

    @cached_property
    def _organisation_of(self) -> dict[int, int]:
        return {person.id: person.organisation_id for person in self.participants}

    def colleagues_of(self, participant_id: int) -> list[int]:
        """Approved participants of the same organisation, without the participant, by id."""
        organisation = self._organisation_of.get(participant_id)
        team = self._by_organisation.get(organisation, []) if organisation is not None else []
        return [person for person in team if person != participant_id]

    @cached_property
    def all_online(self) -> bool:
        """Whether there is no place to meet on site."""
        only_rooms = bool(self.tables) and all(table.zone.is_online for table in self.tables)
        return only_rooms or self.event.format is EventFormat.ONLINE

    @cached_property
    def people(self) -> dict[int, Participant]:
        """Approved participants by id."""
        return {person.id: person for person in self.participants}

    def span(self, slot_id: int, length: int) -> tuple[int, ...] | None:
        """The ids of `length` neighbouring open slots from one on; None when they are not there."""
        found = [slot_id]
        while len(found) < length and found[-1] in self.follows:
            found.append(self.follows[found[-1]])
        return tuple(found) if len(found) == length and all(s in self.slot_keys for s in found) else None

    def length_of(self, request: MeetingRequest) -> int:
        """How many slots a meeting lasts: as the request says, else the longer of the two types, else the event."""
        if request.length is not None:
            return request.length
        two = (self.people.get(request.requester_id), self.people.get(request.recipient_id))
        lengths = [person.type.meeting_length for person in two if person and person.type.meeting_length is not None]
        return max(lengths, default=self.event.meeting_length)

    def vetoed(self, one: int, other: int) -> bool:
        """Whether either of them does not want to meet the other."""
        return (one, other) in self.vetoes or (other, one) in self.vetoes


def load_material(session: Session, event: Event) -> Material:
    """Read an event; the number of queries does not depend on its size."""
    slots = slots_of(session, event.id)
    mine = select(MeetingRequest.id).where(MeetingRequest.event_id == event.id)
    allowed = select(AllowedSlot.request_id, AllowedSlot.slot_id).where(AllowedSlot.request_id.in_(mine))
    order = select(Precedence.later_id, Precedence.earlier_id).where(Precedence.later_id.in_(mine))
    pins = select(RequestPin).where(RequestPin.request_id.in_(mine))
    return Material(
        event=event,
        slots=[slot for slot in slots if slot.is_open],
        tables=open_tables(session, event),
        participants=_participants(session, event),
        requests=_requests(session, event),
        closures=gathered(closures_of(session, event.id)),
        away=gathered(unavailable_slots(session, event.id)),
        pins={pin.request_id: pin for pin in session.scalars(pins)},
        allowed=gathered(_pairs(session, allowed)),
        earlier=gathered(_pairs(session, order)),
        vetoes=frozenset(vetoed_pairs(session, event.id)),
        scores=_scores(session, event),
        follows=neighbours(slots),
        wishes=slot_wishes(session, event.id),
        walks=walks_of(session, event.id),
        interpreters=list(interpreters_of(session, event.id)),
        interpreters_away=gathered(interpreter_absences(session, event.id)),
        published=published_places(session, event),
    )


def open_tables(session: Session, event: Event) -> list[MeetingTable]:
    """Open tables with their zones, zone by zone."""
    return list(
        session.scalars(
            select(MeetingTable)
            .join(MeetingTable.zone)
            .options(contains_eager(MeetingTable.zone))
            .where(MeetingTable.event_id == event.id, MeetingTable.is_open)
            .order_by(Zone.position, Zone.id, MeetingTable.position, MeetingTable.id)
        )
    )


def _participants(session: Session, event: Event) -> list[Participant]:
    return list(
        session.scalars(
            select(Participant)
            .where(Participant.event_id == event.id, Participant.state == RegistrationState.APPROVED)
            .options(joinedload(Participant.type))
            .order_by(Participant.id)
        )
    )


def _requests(session: Session, event: Event) -> list[MeetingRequest]:
    return list(
        session.scalars(
            select(MeetingRequest)
            .where(MeetingRequest.event_id == event.id, MeetingRequest.state == RequestState.ACCEPTED)
            .order_by(MeetingRequest.id)
        )
    )


def _scores(session: Session, event: Event) -> dict[int, float]:
    """One score per request; where only the recipient's side was computed, that one."""
    asked = and_(
        Recommendation.participant_id == MeetingRequest.requester_id,
        Recommendation.other_id == MeetingRequest.recipient_id,
    )
    answered = and_(
        Recommendation.participant_id == MeetingRequest.recipient_id,
        Recommendation.other_id == MeetingRequest.requester_id,
    )
    rows = session.execute(
        select(MeetingRequest.id, Recommendation.score)
        .join(Recommendation, or_(asked, answered))
        .where(MeetingRequest.event_id == event.id, MeetingRequest.state == RequestState.ACCEPTED)
        .order_by(MeetingRequest.id, Recommendation.participant_id == MeetingRequest.requester_id)
    )
    return dict(rows.all())


def places_of(session: Session, timetable_id: int) -> dict[int, Placed]:
    """Request id -> where its meeting is in a timetable, cancelled ones included."""
    seats: defaultdict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Seat.meeting_id, Seat.participant_id)
        .where(Seat.timetable_id == timetable_id, Seat.part == 0)
        .order_by(Seat.id)
    )
    for meeting_id, participant_id in rows:
        seats[meeting_id].append(participant_id)
    meetings = session.execute(
        select(
            *(Meeting.id, Meeting.request_id, Meeting.slot_id, Meeting.table_id, Meeting.state),
            *(Meeting.last_slot_id, Meeting.interpreter_id),
        )
        .where(Meeting.timetable_id == timetable_id)
        .order_by(Meeting.id)
    )
    return {
        request: Placed(request, slot, table, tuple(seats[meeting]), state is MeetingState.CANCELLED, last, interpreter)
        for meeting, request, slot, table, state, last, interpreter in meetings
    }


def published_places(session: Session, event: Event) -> dict[int, Placed]:
    """The published timetable of an event; empty while there is none."""
    published = session.scalars(
        select(Timetable.id).where(_of(event, Timetable), Timetable.state == TimetableState.PUBLISHED)
    ).first()
    return places_of(session, published) if published is not None else {}


def _of(event: Event, model: Any) -> Any:
    return model.event_id == event.id


def _pairs(session: Session, query: Select[int, int]) -> list[tuple[int, int]]:
    return [(first, second) for first, second in session.execute(query)]


def gathered(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Pairs gathered by their first member."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}
