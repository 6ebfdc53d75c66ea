"""The stages of the demo event, each on top of the one before."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.demo import queries, services
from app.demo.partnering import build_partnership, demo_partnership
from app.events.models import Event, Phase
from app.matching import services as matching
from app.matching.models import Recommendation
from app.organisations.reference import region_country
from app.partnerships.queries import members_of
from app.registrations.models import Participant
from app.timetables import services as timetables
from app.timetables.models import Timetable
from app.timetables.queries import draft_timetable, published_timetable

EVENT_STAGES = ("registration", "booking", "scheduled", "live")
STAGES = (*EVENT_STAGES, "partnership")
"""The last one is a partnership whose event is scheduled."""
Say = Callable[[str], None]


def bring_to_stage(
    session: Session, clock: Clock, stage: str, *, size: int, time_limit: int, say: Say = lambda _line: None
) -> Event:
    """Bring the demo event to ``stage`` and commit after each step; what is done already is left alone.

    ``time_limit`` is the engine's, in seconds. An event that was loaded before keeps its days, also when it goes live.
    """
    event = services.demo_event(session)
    if event is None:
        say(f"Loading the demo event with {size} participants ...")
        event = services.load_registrations(session, clock, size=size, starts_today=stage == "live")
        session.commit()
    reached = EVENT_STAGES.index("scheduled" if stage == "partnership" else stage)
    if reached >= EVENT_STAGES.index("booking"):
        _booking(session, clock, event)
        session.commit()
    if reached >= EVENT_STAGES.index("scheduled"):
        _scheduled(session, clock, event, time_limit, say)
        session.commit()
    if reached >= EVENT_STAGES.index("live"):
        _live(session, clock, event)
        session.commit()
    if stage == "partnership":
        build_partnership(session, clock, event, say)
    return event


def _booking(session: Session, clock: Clock, event: Event) -> None:
    services.load_requests(session, clock, event)
    services.advance_phase(session, event, Phase.BOOKING)


def _scheduled(session: Session, clock: Clock, event: Event, time_limit: int, say: Say) -> None:
    """Score, schedule and publish, each unless that was done before."""
    if not _is_scored(session, event):
        say("Scoring everybody against everybody ...")
        matching.store(session, event, matching.compute(session, event), clock)
        session.commit()
    if published_timetable(session, event.id) is None:
        organiser = queries.organiser_of(session, event)
        if draft_timetable(session, event.id) is None:
            say(f"Scheduling, at most {time_limit} seconds ...")
            timetables.solve_now(
                session, event, timetables.RunOptions(time_limit=time_limit), clock=clock, actor=organiser
            )
            session.commit()
        timetables.publish(session, event, organiser, clock, note="First timetable")
    services.advance_phase(session, event, Phase.SCHEDULING)


def _is_scored(session: Session, event: Event) -> bool:
    scored = select(Recommendation.id).join(Participant, Participant.id == Recommendation.participant_id)
    return session.scalars(scored.where(Participant.event_id == event.id).limit(1)).first() is not None


def _live(session: Session, clock: Clock, event: Event) -> None:
    services.advance_phase(session, event, Phase.LIVE)
    services.check_in_arrivals(session, clock, event)


def report(session: Session, event: Event) -> list[str]:
    """Return the lines that sum the event up; the last ones only once a timetable is published."""
    found = queries.figures(session, event)
    lines = [
        f"{event.name} ({event.slug}), phase {event.phase.value}",
        f"  participants  {found.participants} from {found.organisations} organisations, {found.countries} countries",
        f"  needs, offers {found.entries}",
        f"  requests      {found.requests}, accepted {found.accepted}",
    ]
    timetable = published_timetable(session, event.id)
    lines += [] if timetable is None else _of_timetable(timetable)
    return lines + _of_partnership(session)


def _of_partnership(session: Session) -> list[str]:
    partnership = demo_partnership(session)
    if partnership is None:
        return []
    members = members_of(session, partnership.id)
    countries = len({region_country(member.nuts) for member in members})
    return [
        f"{partnership.name} ({partnership.slug}), state {partnership.state}, phase {partnership.phase}",
        f"  regions       {len(members)} from {countries} countries",
        *(f"  {what:<13} {number}" for what, number in queries.partnership_figures(session, partnership.id).items()),
    ]


def _of_timetable(timetable: Timetable) -> list[str]:
    run = timetable.run
    if run is None or run.gap is None:
        return []
    return [
        f"  placed        {run.placed} meetings",
        f"  value         {run.value}",
        f"  bound         {run.bound}",
        f"  gap           {run.gap:.2%}",
    ]
