"""Writes on when a participant is there: availability, sessions, check-in. Offered through `services`."""

from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import facts
from app.core.clock import Clock, in_zone
from app.core.errors import Conflict, Invalid
from app.events.models import EventSession, Phase, Room, Slot
from app.registrations.models import Absence, Participant, RegistrationState, SessionSignUp, SlotWish
from app.registrations.queries import absences_of, sessions_signed_up, wishes_of
from app.registrations.rules import first_overlap, seats_of
from app.registrations.trail import record

MOST_IN_A_ROW = 100


def set_absences(
    session: Session, clock: Clock, actor: User | None, participant: Participant, slot_ids: Collection[int]
) -> int:
    """Make `slot_ids` exactly the slots in which the participant cannot meet; returns how many changed.

    Slots that have begun stay as they are. Raises Invalid for a slot of another event, or when a slot that has begun
    would change.
    """
    slots = {slot.id: slot for slot in session.scalars(select(Slot).where(Slot.event_id == participant.event_id))}
    wanted = set(slot_ids)
    if wanted - slots.keys():
        raise Invalid(_("One of these times is not part of this event any more; reload the page."), field="slots")
    present = absences_of(session, participant.id)
    for slot_id in sorted(present ^ wanted):
        if slots[slot_id].starts_at <= clock():
            time = _time_of(participant, slots[slot_id])
            raise Invalid(_("%(time)s has begun already and cannot change.", time=time), field="slots")
    if present == wanted:
        return 0
    if present - wanted:
        session.execute(
            delete(Absence).where(Absence.participant_id == participant.id, Absence.slot_id.in_(present - wanted))
        )
    session.add_all(Absence(participant_id=participant.id, slot_id=slot_id) for slot_id in sorted(wanted - present))
    session.flush()
    record(session, clock, actor, participant, "registration.absences", {"slots": len(present ^ wanted)})
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)
    return len(present ^ wanted)


def set_wishes(
    session: Session,
    clock: Clock,
    actor: User | None,
    participant: Participant,
    wishes: Mapping[int, bool | None],
    *,
    max_in_a_row: int | None,
) -> bool:
    """Note which slots the participant prefers (True), dislikes (False) or has no wish about (None), and after how
    many meetings in a row they want a break; slots that are not named keep their wish. True when anything changed.

    Raises Invalid for a slot of another event or a number out of range.
    """
    if max_in_a_row is not None and not 1 <= max_in_a_row <= MOST_IN_A_ROW:
        raise Invalid(_("Use a number from 1 to %(n)s, or leave it empty.", n=MOST_IN_A_ROW), field="max_in_a_row")
    known = set(session.scalars(select(Slot.id).where(Slot.event_id == participant.event_id)))
    if wishes.keys() - known:
        raise Invalid(_("One of these times is not part of this event any more; reload the page."), field="slots")
    present = wishes_of(session, participant.id)
    changed = {slot_id: wish for slot_id, wish in wishes.items() if present.get(slot_id) is not wish}
    if not changed and participant.max_in_a_row == max_in_a_row:
        return False
    session.execute(
        delete(SlotWish).where(SlotWish.participant_id == participant.id, SlotWish.slot_id.in_(list(changed)))
    )
    session.add_all(
        SlotWish(participant_id=participant.id, slot_id=slot_id, preferred=wish)
        for slot_id, wish in sorted(changed.items())
        if wish is not None
    )
    participant.max_in_a_row = max_in_a_row
    session.flush()
    record(session, clock, actor, participant, "registration.wishes", {"slots": len(changed), "in_a_row": max_in_a_row})
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)
    return True


def sign_up(
    session: Session, clock: Clock, actor: User | None, participant: Participant, wanted: EventSession
) -> SessionSignUp:
    """Take a place in a session. The rows of the participant and of the session are locked, in this order, so that of
    two people who want the last seat one gets it, and one person cannot take two sessions at once.

    Raises Conflict when the session is full, has begun, overlaps another sign-up (both are named) or is taken already.
    """
    if wanted.event_id != participant.event_id or not wanted.sign_up:
        raise Invalid(_("There is no sign-up for this session; just come."))
    if participant.state is not RegistrationState.APPROVED:
        raise Conflict(_("You can sign up for sessions as soon as your registration is approved."))
    if wanted.starts_at <= clock() or participant.event.phase is Phase.CLOSED:
        raise Conflict(_("“%(title)s” has begun already.", title=wanted.title))
    session.execute(select(Participant.id).where(Participant.id == participant.id).with_for_update())
    session.execute(select(EventSession.id).where(EventSession.id == wanted.id).with_for_update())
    others = sessions_signed_up(session, participant.id)
    if wanted.id in {other.id for other in others}:
        raise Conflict(_("You are signed up for “%(title)s” already.", title=wanted.title))
    clash = first_overlap(wanted, others)
    if clash is not None:
        raise Conflict(
            _(
                "“%(wanted)s” (%(wanted_time)s) overlaps “%(other)s” (%(other_time)s), which you signed up for. "
                "Leave that one first.",
                wanted=wanted.title,
                wanted_time=_time_of(participant, wanted),
                other=clash.title,
                other_time=_time_of(participant, clash),
            ),
            code="session_overlap",
        )
    _check_seat(session, wanted)
    place = SessionSignUp(session_id=wanted.id, participant_id=participant.id, created_at=clock())
    session.add(place)
    session.flush()
    _tell_sessions(session, clock, actor, participant)
    return place


def _check_seat(session: Session, wanted: EventSession) -> None:
    room_capacity = session.scalar(select(Room.capacity).where(Room.id == wanted.room_id)) if wanted.room_id else None
    seats = seats_of(session.scalar(select(EventSession.capacity).where(EventSession.id == wanted.id)), room_capacity)
    if seats is None:
        return
    taken = session.scalar(select(func.count()).where(SessionSignUp.session_id == wanted.id)) or 0
    if taken >= seats:
        raise Conflict(
            _(
                "All %(n)d places of “%(title)s” are taken. There is no waiting list: a place that becomes free can be "
                "taken on this page at once.",
                n=seats,
                title=wanted.title,
            ),
            code="session_full",
        )


def leave_session(
    session: Session, clock: Clock, actor: User | None, participant: Participant, left: EventSession
) -> None:
    """Give a place in a session back. Leaving one that was not taken changes nothing."""
    gone = delete(SessionSignUp).where(
        SessionSignUp.session_id == left.id, SessionSignUp.participant_id == participant.id
    )
    if session.scalars(gone.returning(SessionSignUp.id)).all():
        _tell_sessions(session, clock, actor, participant)


def check_in(session: Session, clock: Clock, actor: User | None, participant: Participant) -> bool:
    """Note that a participant has arrived; False when that was noted before. Raises Conflict for one not admitted."""
    session.refresh(participant, with_for_update=True)
    if participant.state is not RegistrationState.APPROVED:
        raise Conflict(
            _("%(name)s is not admitted to this event; an organiser can change that.", name=participant.user.name)
        )
    if participant.checked_in_at is not None:
        return False
    participant.checked_in_at = clock()
    session.flush()
    record(session, clock, actor, participant, "registration.check_in")
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)
    return True


def undo_check_in(session: Session, clock: Clock, actor: User | None, participant: Participant) -> bool:
    """Take a check-in back; False when there was none."""
    session.refresh(participant, with_for_update=True)
    if participant.checked_in_at is None:
        return False
    participant.checked_in_at = None
    session.flush()
    record(session, clock, actor, participant, "registration.undo_check_in")
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)
    return True


def _time_of(participant: Participant, timed: EventSession | Slot) -> str:
    zone = participant.event.time_zone
    return f"{in_zone(timed.starts_at, zone):%H:%M}–{in_zone(timed.ends_at, zone):%H:%M}"


def _tell_sessions(session: Session, clock: Clock, actor: User | None, participant: Participant) -> None:
    facts.sessions_changed.send(
        session, event=participant.event, participant_ids=[participant.id], actor=actor, clock=clock
    )
