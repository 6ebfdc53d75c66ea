"""Writes on sessions, participant types, permissions, staff, settings and phases."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts import mails as account_mails
from app.accounts.models import User
from app.accounts.services import find_or_create_user
from app.core import audit, facts
from app.core.clock import Clock, is_time_zone
from app.core.errors import Conflict, Invalid
from app.events import queries, rules
from app.events.models import (
    Event,
    EventSession,
    MeetingPermission,
    ParticipantType,
    Phase,
    SessionKind,
    Slot,
    Speaker,
    Staff,
    StaffRole,
)

SPEAKERS_MAX = 20
LONGEST_MEETING = 12


def save_session(
    session: Session,
    event: Event,
    found: EventSession | None,
    actor: User,
    clock: Clock,
    *,
    values: Mapping[str, Any],
    speakers: Sequence[tuple[str, str]],
) -> EventSession:
    """Create or change a session; `speakers` are (name, affiliation) in order.

    Raises Invalid when its room is taken or the times make no sense. Those signed up hear of a new time or place, and
    their calendar entries rise in SEQUENCE.
    """
    starts_at: datetime = values["starts_at"]
    ends_at: datetime = values["ends_at"]
    others = [s for s in queries.sessions_of(session, event.id) if found is None or s.id != found.id]
    rules.check_session_times(event, starts_at, ends_at, values["room_id"], others)
    if found is None and starts_at < clock():
        raise Invalid(_("This time is in the past; choose a later one."), field="starts")
    if len(speakers) > SPEAKERS_MAX:
        raise Invalid(_("A session has at most %(n)d speakers.", n=SPEAKERS_MAX), field="speakers")
    row = found or EventSession(event_id=event.id, sequence=0)
    moved = found is not None and (row.starts_at, row.ends_at, row.room_id, row.link) != (
        starts_at,
        ends_at,
        values["room_id"],
        values["link"],
    )
    for name in ("title", "abstract", "starts_at", "ends_at", "room_id", "capacity", "sign_up", "is_public", "link"):
        setattr(row, name, values[name])
    row.kind = SessionKind(values["kind"])
    row.speakers = [Speaker(name=n, affiliation=a, position=i) for i, (n, a) in enumerate(speakers)]
    row.sequence += 1 if moved else 0
    session.add(row)
    session.flush()
    facts.sessions_changed.send(session, event=event, participant_ids=None, actor=actor, clock=clock)
    return row


def remove_session(session: Session, event: Event, found: EventSession, actor: User, clock: Clock) -> None:
    """Remove a session; those signed up are told by the features that hear of it."""
    facts.session_leaving.send(session, event=event, event_session=found, actor=actor, clock=clock)
    session.delete(found)
    session.flush()
    facts.sessions_changed.send(session, event=event, participant_ids=None, actor=actor, clock=clock)


def save_settings(session: Session, event: Event, actor: User, clock: Clock, values: Mapping[str, Any]) -> None:
    """Change the event's own data. Raises Invalid on an unknown zone or limits that contradict each other."""
    if not is_time_zone(values["time_zone"]):
        raise Invalid(_("Unknown time zone; use a name such as Europe/Brussels."), field="time_zone")
    has_slots = session.scalars(select(Slot.id).where(Slot.event_id == event.id).limit(1)).first() is not None
    if values["time_zone"] != event.time_zone and has_slots:
        raise Invalid(
            _("The time zone is fixed while there are slots: their times would shift. Remove the windows first."),
            field="time_zone",
        )
    maximum, minimum = values.get("max_meetings"), values.get("min_meetings") or 0
    if maximum is not None and minimum > maximum:
        raise Invalid(_("The minimum is above the maximum."), field="min_meetings")
    for name, value in values.items():
        setattr(event, name, value)
    audit.record(
        session, clock, actor_id=actor.id, action="event.settings", subject_kind="event", subject_id=event.id,
        event_id=event.id,
    )  # fmt: skip
    session.flush()


def change_phase(session: Session, event: Event, phase: Phase, actor: User, clock: Clock) -> None:
    """Move an event to another phase, forward or back; nothing is lost by it."""
    before = event.phase
    event.phase = phase
    audit.record(
        session, clock, actor_id=actor.id, action="event.phase", subject_kind="event", subject_id=event.id,
        event_id=event.id, detail={"from": before.value, "to": phase.value},
    )  # fmt: skip
    session.flush()


def add_type(
    session: Session, event: Event, *, key: str, name: str, max_meetings: int | None, max_open_requests: int | None
) -> ParticipantType:
    """Add a participant type. Raises Invalid when its key is taken."""
    present = queries.types_of(session, event.id)
    if any(kind.key == key for kind in present):
        raise Invalid(_("There is a type with the key “%(key)s” already.", key=key), field="key")
    row = ParticipantType(
        event_id=event.id,
        key=key,
        name=name,
        position=len(present),
        max_meetings=max_meetings,
        max_open_requests=max_open_requests,
    )
    session.add(row)
    session.flush()
    return row


def set_permissions(session: Session, event: Event, pairs: Collection[tuple[int, int]]) -> None:
    """Who may ask whom, as (asking type id, asked type id); all pairs: no restriction at all."""
    ids = {kind.id for kind in queries.types_of(session, event.id)}
    allowed = {(a, b) for a, b in pairs if a in ids and b in ids}
    if not allowed and ids:
        raise Invalid(_("Nobody could ask anybody; allow at least one pair."))
    session.execute(delete(MeetingPermission).where(MeetingPermission.event_id == event.id))
    if len(allowed) < len(ids) ** 2:
        session.add_all(MeetingPermission(event_id=event.id, from_type_id=a, to_type_id=b) for a, b in sorted(allowed))
    session.flush()


def set_lengths(session: Session, event: Event, actor: User, clock: Clock, lengths: Mapping[int, int | None]) -> None:
    """Set how many slots meetings with each type last; None: as usual at the event. Raises Invalid out of range."""
    for kind in queries.types_of(session, event.id):
        length = lengths.get(kind.id)
        if length is not None and not 1 <= length <= LONGEST_MEETING:
            message = _("%(type)s: a meeting lasts from 1 to %(n)s slots.", type=kind.name, n=LONGEST_MEETING)
            raise Invalid(message)
        kind.meeting_length = length
    session.flush()
    audit.record(
        session, clock, actor_id=actor.id, action="event.lengths", subject_kind="event", subject_id=event.id,
        event_id=event.id, detail={str(key): value for key, value in lengths.items()},
    )  # fmt: skip


def add_staff(
    session: Session, event: Event, actor: User, clock: Clock, *, email: str, name: str, role: StaffRole
) -> Staff:
    """Give an account a role in the event; a new one is invited by mail. Raises Conflict when it has one already."""
    user = find_or_create_user(session, clock, email=email, name=name)
    present = session.scalars(select(Staff).where(Staff.event_id == event.id, Staff.user_id == user.id)).first()
    if present is not None:
        raise Conflict(_("%(name)s belongs to the staff already.", name=user.name))
    row = Staff(event_id=event.id, user=user, role=role, created_at=clock())
    session.add(row)
    session.flush()
    what = _("to help run “%(event)s”", event=event.name)
    path = url_for("events.dashboard", slug=event.slug)
    account_mails.send_invitation(session, clock, user, what, actor.name, path)
    audit.record(
        session, clock, actor_id=actor.id, action="event.staff.add", subject_kind="user", subject_id=user.id,
        event_id=event.id, detail={"role": role.value},
    )  # fmt: skip
    return row


def remove_staff(session: Session, event: Event, row: Staff, actor: User, clock: Clock) -> None:
    """Take a role away; the last organiser stays. Raises Conflict."""
    if row.role is StaffRole.ORGANISER:
        query = select(func.count()).select_from(Staff)
        left = session.scalar(query.where(Staff.event_id == event.id, Staff.role == StaffRole.ORGANISER))
        if (left or 0) < 2:
            raise Conflict(_("An event keeps at least one organiser; add another one first."))
    audit.record(
        session, clock, actor_id=actor.id, action="event.staff.remove", subject_kind="user", subject_id=row.user_id,
        event_id=event.id,
    )  # fmt: skip
    session.delete(row)
    session.flush()
