"""The demo world in plain data: an event, its people, what they need and offer, and who asks whom.

Nothing here knows a database. Keys are strings that mean the same in every run with the same seed, size and date.
Times are aware. Codes of countries, regions and so on are those of ``app.organisations.reference``.
"""

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class Event:
    """The event itself; ``accent`` is its colour."""

    slug: str
    name: str
    summary: str
    description: str
    place: str
    time_zone: str
    accent: str
    max_meetings: int
    min_meetings: int
    max_open_requests: int
    registration_closes_at: datetime
    booking_closes_at: datetime


@dataclass(frozen=True, slots=True)
class ParticipantType:
    """A role of participants and how many meetings its people may have."""

    key: str
    name: str
    max_meetings: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a day with meetings, in local wall-clock time."""

    key: str
    day: date
    starts: time
    ends: time
    slot_minutes: int
    break_minutes: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One meeting time; ``key`` is day and number, such as ``d1-04``."""

    key: str
    window: str
    day: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Table:
    """A place for one meeting per slot; ``link`` for an online room."""

    label: str
    zone: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A group of tables near each other."""

    name: str
    is_online: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """A room for sessions."""

    name: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the programme; ``kind`` and times as shown, ``speakers`` are codes of participants."""

    key: str
    room: str
    kind: str
    title: str
    abstract: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    sign_up: bool
    speakers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """An invented organisation; ``theme`` is the sub-theme it works in, ``domain`` its name on .example."""

    key: str
    name: str
    kind: str
    size: str
    country: str
    nuts: str
    nace: str
    domain: str
    description: str
    theme: str
    chain: str
    languages: tuple[str, ...]

    @property
    def website(self) -> str:
        return f"https://www.{self.domain}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A need or an offer. ``subjects`` are the materials, products, places or fields it is about; ``language`` is the
    one it is written in. Which offer answers which need is for `answers` to say."""

    kind: str
    title: str
    text: str
    keywords: tuple[str, ...]
    trl_min: int
    trl_max: int
    partnership: str
    topic: str
    subjects: tuple[str, ...]
    language: str = "en"

    def answers(self, need: "Entry") -> bool:
        """Whether this offer is what ``need`` asks for: the same topic, and a keyword in common beside the subject."""
        return self.topic == need.topic and bool(set(self.keywords) & set(need.keywords) - set(need.subjects))


@dataclass(frozen=True, slots=True)
class Participant:
    """A person at the event, with needs, offers and the slots and sessions that keep them from meetings."""

    code: str
    first: str
    last: str
    email: str
    organisation: str
    type: str
    job_title: str
    about: str
    languages: tuple[str, ...]
    chain: str
    trl_min: int
    trl_max: int
    needs: tuple[Entry, ...]
    offers: tuple[Entry, ...]
    online: bool
    own_table: str | None
    max_meetings: int | None
    absences: tuple[str, ...]
    sessions: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Request:
    """A meeting request; ``asked_at`` and ``answered_at`` lie before the date the world was built for."""

    code: str
    requester: str
    recipient: str
    message: str
    priority: str
    recipient_priority: str | None
    mutual: bool
    state: str
    answer_reason: str
    any_colleague: bool
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Veto:
    """``participant`` does not want to meet ``other``."""

    participant: str
    other: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything the demo event is made of."""

    event: Event
    types: tuple[ParticipantType, ...]
    permissions: tuple[tuple[str, str], ...]
    windows: tuple[Window, ...]
    slots: tuple[Slot, ...]
    zones: tuple[Zone, ...]
    tables: tuple[Table, ...]
    rooms: tuple[Room, ...]
    sessions: tuple[Session, ...]
    organisations: tuple[Organisation, ...]
    participants: tuple[Participant, ...]
    requests: tuple[Request, ...]
    vetoes: tuple[Veto, ...]
