"""Writes of agendas: each change gets a version, and everybody who looks at the agenda hears of it."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.agenda import queries, rules
from app.agenda.material import chunks
from app.agenda.models import AgendaChange
from app.core import audit
from app.core.clock import Clock
from app.core.live import announce
from app.events.models import Event
from app.i18n import offered_languages
from app.registrations.models import Participant
from app.timetables.models import TimetableChange


def record_changes(session: Session, event: Event, participant_ids: Collection[int], clock: Clock) -> int:
    """Give each agenda that differs from its last version the next one, and announce the change to `participant:<id>`.

    Returns how many changed. Versions have no gaps: the participants' rows are locked, in one order, until the
    transaction ends, and the agendas are read only then.
    """
    session.flush()
    people = _lock(session, sorted(set(participant_ids)))
    states = queries.states_of(session, sorted(people))
    count = 0
    for language, ids in by_language(session, sorted(people)).items():
        with force_locale(language):
            agendas = queries.agendas_of(session, event, ids)
        for participant_id in ids:
            state, agenda = states.get(participant_id), agendas[participant_id]
            # a page may have been opened before the first change, with items no change ever mentioned
            change = rules.change_from(state, agenda) if state else {**rules.fresh_start(agenda), "version": 1}
            if change is not None:
                _record(session, people[participant_id], change, clock)
                count += 1
    session.flush()
    return count


def _record(session: Session, participant: Participant, change: dict[str, Any], clock: Clock) -> None:
    participant.agenda_version = change["version"]
    session.add(AgendaChange(participant_id=participant.id, version=change["version"], payload=change, at=clock()))
    announce(session, clock, f"participant:{participant.id}", "agenda", change)


def _lock(session: Session, ids: list[int]) -> dict[int, Participant]:
    people: dict[int, Participant] = {}
    for chunk in chunks(ids):
        query = select(Participant).where(Participant.id.in_(chunk))
        query = query.order_by(Participant.id).with_for_update().execution_options(populate_existing=True)
        people.update({participant.id: participant for participant in session.scalars(query)})
    return people


def concerned_by(session: Session, event: Event, changes: Iterable[TimetableChange]) -> set[int]:
    """Whose agenda a set of timetable changes touches. A first publication touches everybody."""
    changes = list(changes)
    first = min((change.revision for change in changes), default=0)
    earlier = select(TimetableChange.id).where(TimetableChange.event_id == event.id, TimetableChange.revision < first)
    if session.scalars(earlier.limit(1)).first() is None:
        return set(queries.approved_ids(session, event.id))
    return {participant_id for change in changes for participant_id in change.participant_ids}


def renew_feed(session: Session, participant: Participant, actor: User, clock: Clock) -> str:
    """Give the personal calendar feed a new address; the old one stops working. Returns the new token."""
    participant.feed_token = secrets.token_urlsafe(32)
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action="agenda.renew_feed",
        subject_kind="participant",
        subject_id=participant.id,
        event_id=participant.event_id,
    )
    return participant.feed_token


def by_language(session: Session, ids: list[int]) -> dict[str, list[int]]:
    """Participants by the language to write to them in."""
    offered = offered_languages()
    groups: dict[str, list[int]] = defaultdict(list)
    for chunk in chunks(ids):
        query = select(Participant.id, User.language).join(User, User.id == Participant.user_id)
        for participant_id, language in session.execute(query.where(Participant.id.in_(chunk))):
            groups[language if language in offered else offered[0]].append(participant_id)
    return groups
