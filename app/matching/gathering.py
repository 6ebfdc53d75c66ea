"""Reads what the scorer needs out of the database: profiles, filters, decisions, revisions."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.core import facts
from app.events.models import Event, Slot
from app.events.queries import permissions_of, types_of
from app.marketplace.models import Entry, EntryKind
from app.marketplace.queries import entries_for_matching
from app.matching.decisions import Decisions
from app.matching.filters import Filters
from app.matching.models import MatchingSettings, PartnerWish, ProfileState
from app.matching.profiles import Profile, Statement
from app.registrations.models import Participant, RegistrationState
from app.registrations.queries import unavailable_slots


def profiles_of(session: Session, event_id: int, only: Collection[int] | None = None) -> list[Profile]:
    """What the scorer reads of every approved participant of an event, or of those among `only`."""
    here = [Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED]
    if only is not None:
        here.append(Participant.id.in_(only))
    query = select(Participant).where(*here)
    people = session.scalars(
        query.options(joinedload(Participant.organisation), joinedload(Participant.type)).order_by(Participant.id)
    ).all()
    entries = entries_for_matching(session, event_id, only)
    needs, offers = _by_participant(entries, EntryKind.NEED), _by_participant(entries, EntryKind.OFFER)
    wishes = {w.participant_id: w for w in session.scalars(_wishes_of(here))}
    return [
        profile_of(person, needs.get(person.id, ()), offers.get(person.id, ()), wishes.get(person.id))
        for person in people
    ]


def _wishes_of(here: Sequence[Any]) -> Select[Any]:
    return select(PartnerWish).join(Participant, Participant.id == PartnerWish.participant_id).where(*here)


def profile_of(
    person: Participant, needs: Sequence[Statement], offers: Sequence[Statement], wish: PartnerWish | None
) -> Profile:
    """The scorer's view of one participant."""
    return Profile(
        id=person.id,
        organisation_id=person.organisation_id,
        country=person.organisation.country,
        languages=tuple(person.languages or ()),
        sectors=(person.organisation.nace,) if person.organisation.nace else (),
        size=person.organisation.size,
        value_chain_position=person.value_chain_position,
        participant_type=person.type.key,
        needs=tuple(needs),
        offers=tuple(offers),
        wanted_sectors=tuple(wish.sectors) if wish else (),
        wanted_positions=tuple(wish.positions) if wish else (),
        wanted_types=tuple(wish.types) if wish else (),
        wanted_sizes=tuple(wish.sizes) if wish else (),
        wanted_countries=tuple(wish.countries) if wish else (),
    )


def settings_of(session: Session, event_id: int) -> MatchingSettings | None:
    """The event's row, if anything was decided or computed."""
    return session.get(MatchingSettings, event_id)


def decisions_of(session: Session, event_id: int) -> Decisions:
    """What the organiser decided, or the defaults."""
    row = settings_of(session, event_id)
    return Decisions.from_data(row.decisions if row else {})


def filters_of(session: Session, event: Event, decisions: Decisions) -> Filters:
    """Types that do not meet and, when so decided, people without a free slot in common.

    Vetoes come and go between two computations, so the lists look at them when shown.
    """
    permissions = permissions_of(session, event.id)
    may_ask = None
    if permissions is not None:
        keys = {kind.id: kind.key for kind in types_of(session, event.id)}
        may_ask = frozenset((keys[a], keys[b]) for a, b in permissions)
    return Filters(may_ask=may_ask, free_slots=_free_slots(session, event) if decisions.common_slot else None)


def _free_slots(session: Session, event: Event) -> dict[int, frozenset[int]] | None:
    """The open slots each participant can take; None for an event without slots, where nobody could meet anybody."""
    slots = set(session.scalars(select(Slot.id).where(Slot.event_id == event.id, Slot.is_open)))
    if not slots:
        return None
    taken: dict[int, set[int]] = {}
    for participant_id, slot_id in unavailable_slots(session, event.id):
        taken.setdefault(participant_id, set()).add(slot_id)
    people = session.scalars(select(Participant.id).where(Participant.event_id == event.id))
    return {person: frozenset(slots - taken.get(person, set())) for person in people}


def revisions_of(session: Session, event_id: int, only: int | None = None) -> dict[int, tuple[int, int]]:
    """Revision of the profile, and the one that was scored, of every participant whose profile ever changed, or of
    `only` one."""
    query = (
        select(ProfileState.participant_id, ProfileState.revision, ProfileState.scored)
        .join(Participant, Participant.id == ProfileState.participant_id)
        .where(Participant.event_id == event_id)
    )
    rows = session.execute(query if only is None else query.where(Participant.id == only))
    return {person: (revision, scored) for person, revision, scored in rows}


def requests_of(session: Session, event: Event) -> list[Any]:
    """The event's meeting requests, as the features that know them answer."""
    answers = facts.requests_made.send(session, event=event)
    return [request for _receiver, requests in answers for request in requests or ()]


def quiet_people(session: Session, event: Event, people: Collection[int], below: int) -> frozenset[int]:
    """Who got fewer than `below` requests so far; nobody while nobody got any."""
    received = Counter(request.recipient_id for request in requests_of(session, event))
    return frozenset(person for person in people if received[person] < below) if received else frozenset()


def _by_participant(entries: Sequence[Entry], kind: EntryKind) -> dict[int, list[Statement]]:
    found: dict[int, list[Statement]] = {}
    for entry in entries:
        if entry.kind is kind and entry.participant_id is not None:
            found.setdefault(entry.participant_id, []).append(
                Statement(
                    id=entry.id,
                    title=entry.title,
                    text=entry.text,
                    keywords=tuple(entry.keywords or ()),
                    trl_min=entry.trl_min,
                    trl_max=entry.trl_max,
                    partnership_kind=entry.partnership,
                )
            )
    return found
