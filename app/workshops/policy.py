"""Who may do what in a workshop.

The room is the staff of the event, those who lead the workshop, and the participants who signed up or were let in.
Whoever takes part in the partnership that the workshop serves may read it.
"""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.policy import need_user, signed_in_user
from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import Policy
from app.core.models import StoredFile
from app.events.models import Event, EventSession, SessionKind, StaffRole
from app.events.policy import event_of, event_organiser, staff_role
from app.partnerships import queries as partnerships
from app.registrations.models import Participant, RegistrationState
from app.registrations.policy import event_member, registration_of
from app.workshops import queries
from app.workshops.models import EntryKind, Workshop, WorkshopEntry


def _find(values: Mapping[str, Any]) -> tuple[Workshop, User]:
    """The workshop of the address and the one who asks; raises SignInNeeded, NotFound."""
    user, event = need_user(), event_of(values)
    number = values.get("number")
    if not isinstance(number, int) or isinstance(number, bool):
        raise NotFound(_("There is no workshop at this address."))
    workshop = queries.workshop_of_session(session(), number)
    if workshop is None or workshop.session.event_id != event.id:
        raise NotFound(_("There is no workshop at this address."))
    g.workshop = workshop
    g.workshop_roles = roles_in(session(), event, workshop, user)
    mine = registration_of(values)
    approved = mine is not None and mine.state is RegistrationState.APPROVED
    g.room_participant = mine if approved else None
    return workshop, user


def roles_in(db: Session, event: Event, workshop: Workshop, user: User | None) -> frozenset[str]:
    """The roles of the machine that an account has in a workshop: 'organiser', 'facilitator'."""
    found = set()
    if staff_role(db, event, user) is StaffRole.ORGANISER:
        found.add("organiser")
    if user is not None and queries.is_facilitator(db, workshop.id, user.id):
        found.add("facilitator")
    return frozenset(found)


def current_workshop() -> Workshop:
    """The workshop of this request, after its policy has found it."""
    found: Workshop = g.workshop
    return found


def current_session() -> EventSession:
    """The session of this request, after `workshop_beginner` has found it."""
    found: EventSession = g.event_session
    return found


def leading_roles() -> frozenset[str]:
    """In which roles the one who asks leads the current workshop; empty for everybody else."""
    found: frozenset[str] = g.workshop_roles
    return found


def room_participant() -> Participant | None:
    """The approved registration of the one who asks, or None."""
    found: Participant | None = g.room_participant
    return found


def is_of_the_room(workshop: Workshop, user: User) -> bool:
    """True for those who may add to the current workshop while it is open."""
    if g.workshop_roles or staff_role(session(), g.event, user) is not None:
        return True
    return g.room_participant is not None and queries.belongs_to_room(session(), workshop, g.room_participant)


def _reads(workshop: Workshop, user: User) -> bool:
    served = workshop.partnership
    return served is not None and partnerships.belongs(session(), served, user)


def _check_reader(values: Mapping[str, Any]) -> None:
    workshop, user = _find(values)
    if not is_of_the_room(workshop, user) and not _reads(workshop, user):
        raise Forbidden(_("Sign up for this workshop in the programme of the event first, or ask its organisers."))


def _check_room(values: Mapping[str, Any]) -> None:
    workshop, user = _find(values)
    if not is_of_the_room(workshop, user):
        raise Forbidden(_("Only those who take part in this workshop may add to it."))


def _check_leader(values: Mapping[str, Any]) -> None:
    _find(values)
    if not g.workshop_roles:
        raise Forbidden(_("Only those who lead this workshop may do this."))


def _check_beginner(values: Mapping[str, Any]) -> None:
    """The session is a workshop of an event that the one who asks organises."""
    event_organiser.check(values)
    number = values.get("number")
    found = session().get(EventSession, number) if isinstance(number, int) else None
    if found is None or found.event_id != event_of(values).id or found.kind is not SessionKind.WORKSHOP:
        raise NotFound(_("There is no workshop session at this address."))
    g.event_session = found


def _check_owner(values: Mapping[str, Any]) -> None:
    """The follow-up is one's own; whoever left the event may still tick off what they took on."""
    user = need_user()
    entry = session().get(WorkshopEntry, values.get("entry"))
    if entry is None or entry.kind is not EntryKind.FOLLOW_UP:
        raise NotFound(_("There is no such follow-up."))
    if entry.owner_id != user.id:
        raise Forbidden(_("Only the owner of this follow-up may do this."))
    g.follow_up = entry


def may_read_document(stored: StoredFile) -> bool:
    """True for those who may read the workshop a document belongs to."""
    user, workshop = signed_in_user(), session().get(Workshop, stored.subject_id)
    if user is None:
        need_user()
    if workshop is None or user is None:
        return False
    event = session().get_one(Event, workshop.session.event_id)
    g.event, g.staff_role = event, staff_role(session(), event, user)
    _find({"slug": event.slug, "number": workshop.session_id})
    return is_of_the_room(workshop, user) or _reads(workshop, user)


follow_up_owner = Policy("follow-up owner", _check_owner)
"""Whoever took a follow-up on."""
workshop_reader = Policy("workshop reader", _check_reader)
"""The room, and everybody who takes part in the partnership that the workshop serves."""
workshop_room = Policy("workshop room", _check_room)
"""Staff of the event, those who lead the workshop, participants who signed up or were let in."""
workshop_leader = Policy("workshop leader", _check_leader)
"""Organisers of the event and the facilitators of the workshop."""
workshop_beginner = Policy("workshop beginner", _check_beginner)
"""Organisers of the event, for a session that is a workshop."""
workshops_listed = event_member
"""The list of an event's workshops: approved participants and staff."""
