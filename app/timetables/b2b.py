"""An event out of an instance of the published benchmark (.dzn): a real brokerage event without names.

Stable names are the instance's own: participants b1.., meetings m1.., slots s1.., tables t1... Its sessions become two
meeting windows with a lunch break between, its forbidden slots absences, its fixed slots pins.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from secrets import token_urlsafe

from flask_babel import gettext as _
from sqlalchemy.orm import Session

import scheduler
from app.accounts.services import find_or_create_user
from app.core.clock import Clock, to_utc
from app.core.errors import Invalid
from app.events.models import Event, MeetingTable, MeetingWindow, ParticipantType, Phase, Slot, Zone
from app.events.queries import event_by_slug
from app.meetings.models import AllowedSlot, MeetingRequest, Precedence, RequestPin, RequestState
from app.organisations.models import Organisation
from app.registrations.models import Absence, Participant, RegistrationState
from scheduler.b2b import read_b2b

TIME_ZONE = "Europe/Madrid"
DAYS_AHEAD = 60
OPENS = time(9, 0)
SLOT_MINUTES = 20
LUNCH = timedelta(minutes=60)


def read_instance(path: Path) -> scheduler.Problem:
    """The instance in a file; raises Invalid that names what is wrong with it."""
    try:
        problem = read_b2b(path)
    except scheduler.ProblemError as error:
        raise Invalid(_("%(file)s is no benchmark instance: %(error)s", file=path.name, error=str(error))) from error
    pairs = Counter(tuple(sorted(side[0] for side in request.sides)) for request in problem.requests)
    for (one, other), times in pairs.items():
        if times > 1 or one == other:
            raise Invalid(
                _(
                    "%(one)s and %(other)s are to meet more than once; an event has one request a pair.",
                    one=one,
                    other=other,
                )
            )
    return problem


def import_instance(session: Session, problem: scheduler.Problem, slug: str, clock: Clock) -> Event:
    """A new event of the instance, with every request accepted. Raises Invalid when the slug is taken."""
    if event_by_slug(session, slug) is not None:
        raise Invalid(_("There is an event “%(slug)s” already; choose another name.", slug=slug), field="slug")
    event = Event(
        slug=slug,
        name=_("Brokerage event %(name)s", name=problem.name),
        summary=_("A real brokerage event of the published benchmark, without names."),
        time_zone=TIME_ZONE,
        phase=Phase.SCHEDULING,
        created_at=clock(),
    )
    session.add(event)
    session.flush()
    slots = _slots(session, event, problem, clock)
    _tables(session, event, problem)
    people = _people(session, event, problem, slots, clock)
    _requests(session, event, problem, people, slots, clock)
    return event


def _slots(session: Session, event: Event, problem: scheduler.Problem, clock: Clock) -> dict[str, Slot]:
    """All on one day, in a morning and an afternoon window."""
    day = (clock() + timedelta(days=DAYS_AHEAD)).date()
    morning = _morning(problem)
    moment = datetime.combine(day, OPENS)
    made: dict[str, Slot] = {}
    for part in (problem.slots[:morning], problem.slots[morning:]):
        if not part:
            continue
        window = _window(session, event, day, moment, len(part))
        for slot in part:
            starts = to_utc(moment, event.time_zone)
            moment += timedelta(minutes=SLOT_MINUTES)
            ends = to_utc(moment, event.time_zone)
            made[slot.id] = Slot(
                event_id=event.id, window_id=window.id, key=slot.id, day=day, starts_at=starts, ends_at=ends
            )
        moment += LUNCH
    session.add_all(made.values())
    session.flush()
    return made


def _morning(problem: scheduler.Problem) -> int:
    """How many slots come before lunch: the morning session where a meeting asks for one, else the first half."""
    first = problem.slots[0].id if problem.slots else ""
    sizes = {len(r.slots) for r in problem.requests if r.slots is not None and first in r.slots}
    return max(sizes) if sizes else (len(problem.slots) + 1) // 2


def _window(session: Session, event: Event, day: date, starts: datetime, count: int) -> MeetingWindow:
    ends = starts + timedelta(minutes=SLOT_MINUTES * count)
    if ends.date() != day:
        raise Invalid(_("The instance has more slots than fit into one day."))
    window = MeetingWindow(
        event_id=event.id, day=day, starts=starts.time(), ends=ends.time(), slot_minutes=SLOT_MINUTES, break_minutes=0
    )
    session.add(window)
    session.flush()
    return window


def _tables(session: Session, event: Event, problem: scheduler.Problem) -> None:
    zone = Zone(event_id=event.id, name=_("Hall"))
    session.add(zone)
    session.flush()
    session.add_all(
        MeetingTable(event_id=event.id, zone_id=zone.id, label=table.id, position=n)
        for n, table in enumerate(problem.tables)
    )


def _people(
    session: Session, event: Event, problem: scheduler.Problem, slots: dict[str, Slot], clock: Clock
) -> dict[str, Participant]:
    kind = ParticipantType(event_id=event.id, key="company", name=_("Company"))
    session.add(kind)
    session.flush()
    made = {}
    for person in problem.participants:
        number = person.id.removeprefix("b")
        user = find_or_create_user(
            session, clock, email=f"{person.id}@{event.slug}.example", name=_("Participant %(n)s", n=number)
        )
        firm = Organisation(name=_("Company %(n)s", n=number), kind="company", country="ES", created_at=clock())
        session.add(firm)
        session.flush()
        made[person.id] = Participant(
            event_id=event.id,
            user_id=user.id,
            organisation_id=firm.id,
            type_id=kind.id,
            code=person.id,
            state=RegistrationState.APPROVED,
            languages=["en"],
            feed_token=token_urlsafe(32),
            created_at=clock(),
        )
    session.add_all(made.values())
    session.flush()
    session.add_all(
        Absence(participant_id=made[person.id].id, slot_id=slots[key].id)
        for person in problem.participants
        for key in sorted(person.away)
    )
    return made


def _requests(
    session: Session,
    event: Event,
    problem: scheduler.Problem,
    people: dict[str, Participant],
    slots: dict[str, Slot],
    clock: Clock,
) -> None:
    made = {}
    for row in problem.requests:
        one, other = (people[side[0]].id for side in row.sides)
        made[row.id] = MeetingRequest(
            event_id=event.id,
            code=row.id,
            requester_id=one,
            recipient_id=other,
            low_id=min(one, other),
            high_id=max(one, other),
            state=RequestState.ACCEPTED,
            created_at=clock(),
            answered_at=clock(),
        )
    session.add_all(made.values())
    session.flush()
    for row in problem.requests:
        mine = made[row.id].id
        if row.slots is not None:
            session.add_all(AllowedSlot(request_id=mine, slot_id=slots[key].id) for key in sorted(row.slots))
        if row.pinned is not None:
            session.add(RequestPin(request_id=mine, slot_id=slots[row.pinned.slot].id))
        session.add_all(Precedence(earlier_id=made[earlier].id, later_id=mine) for earlier in row.after)
    session.flush()
