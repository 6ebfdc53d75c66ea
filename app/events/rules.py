"""Pure decisions about an event's time, space and phases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _

from app.core.clock import in_zone, to_utc
from app.core.errors import Invalid
from app.events.models import Event, EventFormat, EventSession, Phase, Slot

MAX_SLOTS_A_WINDOW = 96


@dataclass(frozen=True)
class PlannedSlot:
    """A slot as a window makes it; times in UTC."""

    key: str
    day: date
    starts_at: datetime
    ends_at: datetime


def plan_slots(
    day: date, starts: time, ends: time, slot_minutes: int, break_minutes: int, zone: str
) -> list[PlannedSlot]:
    """The slots of a window, in order; the last one ends at or before `ends`.

    Raises Invalid when the lengths do not make sense or not even one slot fits.
    """
    if not 5 <= slot_minutes <= 240:
        raise Invalid(_("A slot lasts from 5 to 240 minutes."), field="slot_minutes")
    if not 0 <= break_minutes <= 120:
        raise Invalid(_("A break lasts from 0 to 120 minutes."), field="break_minutes")
    if starts >= ends:
        raise Invalid(_("The window ends before it starts; change one of the two times."), field="ends")
    length, step = timedelta(minutes=slot_minutes), timedelta(minutes=slot_minutes + break_minutes)
    moment, last = datetime.combine(day, starts), datetime.combine(day, ends)
    planned: list[PlannedSlot] = []
    while moment + length <= last and len(planned) < MAX_SLOTS_A_WINDOW:
        start = to_utc(moment, zone)
        planned.append(PlannedSlot(f"{moment:%Y%m%d-%H%M}", day, start, start + length))
        moment += step
    if not planned:
        raise Invalid(
            _("Not one slot of %(n)d minutes fits; make the window longer or the slots shorter.", n=slot_minutes),
            field="ends",
        )
    return planned


def check_not_past(planned: Sequence[PlannedSlot], now: datetime, zone: str) -> None:
    """Raise Invalid when the first slot would lie in the past."""
    if planned[0].starts_at < now:
        raise Invalid(
            _(
                "%(when)s is in the past at the event (it is %(now)s there); choose a later day or time.",
                when=f"{in_zone(planned[0].starts_at, zone):%d.%m.%Y %H:%M}",
                now=f"{in_zone(now, zone):%d.%m.%Y %H:%M}",
            ),
            field="day",
        )


def check_no_overlap(planned: Sequence[PlannedSlot], present: Sequence[Slot], zone: str) -> None:
    """Raise Invalid naming the first present slot that a planned one overlaps."""
    for new in planned:
        for old in present:
            if new.starts_at < old.ends_at and old.starts_at < new.ends_at:
                raise Invalid(
                    _(
                        "The slot %(new)s overlaps the present slot %(old)s; move the window or remove the other one.",
                        new=span(new.starts_at, new.ends_at, zone),
                        old=span(old.starts_at, old.ends_at, zone),
                    ),
                    field="starts",
                )


def span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """'02.03.2027 10:05–10:25' in `zone`."""
    return f"{in_zone(starts_at, zone):%d.%m.%Y %H:%M}–{in_zone(ends_at, zone):%H:%M}"


def check_session_times(
    event: Event, starts_at: datetime, ends_at: datetime, room_id: int | None, others: Sequence[EventSession]
) -> None:
    """Raise Invalid when a session ends before it starts or its room is taken by another."""
    if starts_at >= ends_at:
        raise Invalid(_("The session ends before it starts; change one of the two times."), field="ends")
    for other in others:
        same_room = room_id is not None and other.room_id == room_id
        if same_room and starts_at < other.ends_at and other.starts_at < ends_at:
            raise Invalid(
                _(
                    "The room is taken by “%(title)s”, %(when)s; choose another room or time.",
                    title=other.title,
                    when=span(other.starts_at, other.ends_at, event.time_zone),
                ),
                field="room_id",
            )


@dataclass(frozen=True)
class Check:
    """One thing that must, or should, be mended before launch. `page` is the endpoint where it is mended."""

    serious: bool
    text: str
    page: str


@dataclass(frozen=True)
class SetUp:
    """What the checks look at."""

    slots: int
    tables: int
    tables_without_link: int
    types: int
    sessions_without_room: int
    online_zone: bool
    staff: int
    serves_both: int = 0
    interpreters: int = 0


def launch_checks(event: Event, found: SetUp, now: datetime) -> list[Check]:
    """The silent mistakes of this event's set-up, the serious ones first."""
    checks: list[Check] = []
    if not found.slots:
        checks.append(Check(True, _("There are no meeting slots, so no meeting can take place."), "events.days"))
    if not found.tables:
        checks.append(Check(True, _("There are no tables, so no meeting can be seated."), "events.tables"))
    if not found.types:
        checks.append(Check(True, _("There is no participant type, so nobody can register."), "events.types"))
    if event.max_meetings is not None and event.max_meetings == 0:
        checks.append(Check(True, _("The limit of meetings per person is 0: nobody would meet."), "events.settings"))
    if event.max_open_requests is not None and event.max_open_requests == 0:
        checks.append(Check(True, _("The limit of requests is 0: nobody could ask."), "events.settings"))
    if event.max_meetings is not None and event.min_meetings > event.max_meetings:
        checks.append(Check(True, _("The wanted minimum of meetings is above the maximum."), "events.settings"))
    if event.booking_closes_at and event.phase is Phase.BOOKING and event.booking_closes_at <= now:
        checks.append(Check(True, _("Requests are in progress, but their closing time has passed."), "events.settings"))
    if event.format.value != "on_site" and not found.online_zone:
        checks.append(Check(True, _("The event is (partly) online, but no zone is online."), "events.tables"))
    if found.tables_without_link:
        text = _("%(n)d online tables have no link; people would not find each other.", n=found.tables_without_link)
        checks.append(Check(False, text, "events.tables"))
    if found.sessions_without_room:
        text = _("%(n)d sessions have neither room nor link.", n=found.sessions_without_room)
        checks.append(Check(False, text, "events.sessions"))
    if found.staff < 2:
        text = _("Only one person can organise; invite a second in case of illness.")
        checks.append(Check(False, text, "events.staff"))
    return sorted([*checks, *_meeting_checks(event, found)], key=lambda check: not check.serious)


def _meeting_checks(event: Event, found: SetUp) -> list[Check]:
    """What would keep certain people from meeting, without anybody having meant it."""
    checks = []
    if event.format is EventFormat.MIXED and found.online_zone and not found.serves_both:
        text = _("No table serves both: people on site and people online cannot meet. Mark tables with a screen.")
        checks.append(Check(False, text, "events.tables"))
    if found.interpreters and not event.common_language:
        text = _("There are interpreters, but languages do not matter: nobody would be called.")
        checks.append(Check(False, text, "events.interpreters_list"))
    return checks
