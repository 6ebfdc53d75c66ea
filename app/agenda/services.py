"""Writes of agendas: each change gets a version, and everybody who looks at the agenda hears of it."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping

from flask_babel import force_locale
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.agenda import queries, rules
from app.agenda.models import AgendaChange
from app.core import audit
from app.core.clock import Clock
from app.core.live import announce
from app.events.models import Event
from app.i18n import offered_languages
from app.registrations.models import Participant
from app.timetables.models import TimetableChange

Touched = Mapping[int, Iterable[str] | None]
"""Participant ids with the ids of the agenda items that may have changed; None: any of them."""


def record_changes(session: Session, event: Event, touched: Touched, clock: Clock) -> None:
    """Give each agenda its next version, write the change down and announce it to `participant:<id>`.

    Versions have no gaps: the participants' rows are locked, in one order, until the transaction ends, and the agendas
    are read only then.
    """
    session.flush()
    versions = _raise_versions(session, sorted(touched))
    for language, ids in _by_language(session, sorted(versions)).items():
        with force_locale(language):
            agendas = queries.agendas_of(session, event, ids)
            changes = {i: rules.change_of(agendas[i], touched[i]) for i in ids}
        for participant_id, change in changes.items():
            session.add(
                AgendaChange(
                    participant_id=participant_id, version=versions[participant_id], payload=change, at=clock()
                )
            )
            announce(session, clock, f"participant:{participant_id}", "agenda", change)
    session.flush()


def touched_by(session: Session, event: Event, changes: Iterable[TimetableChange]) -> dict[int, set[str] | None]:
    """Whose agenda a set of timetable changes touches, and in which items. A first publication touches everybody."""
    changes = list(changes)
    first = min((change.revision for change in changes), default=0)
    earlier = select(TimetableChange.id).where(
        TimetableChange.event_id == event.id, TimetableChange.revision < first
    )
    if session.scalars(earlier.limit(1)).first() is None:
        return dict.fromkeys(queries.approved_ids(session, event.id))
    touched: dict[int, set[str] | None] = defaultdict(set)
    for change in changes:
        slots = {s for s in (change.old_slot_id, change.new_slot_id) if s is not None}
        items = {queries.meeting_item(change.request_id), *map(queries.slot_item, slots)}
        for participant_id in change.participant_ids:
            known = touched[participant_id]
            if known is not None:
                known |= items
    return dict(touched)


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


def _raise_versions(session: Session, ids: list[int]) -> dict[int, int]:
    versions: dict[int, int] = {}
    for start in range(0, len(ids), queries.CHUNK):
        chunk = ids[start : start + queries.CHUNK]
        locked = select(Participant.id).where(Participant.id.in_(chunk)).order_by(Participant.id)
        session.execute(locked.with_for_update()).all()
        raised = (
            update(Participant)
            .where(Participant.id.in_(chunk))
            .values(agenda_version=Participant.agenda_version + 1)
            .returning(Participant.id, Participant.agenda_version)
            .execution_options(synchronize_session="fetch")
        )
        versions.update({row[0]: row[1] for row in session.execute(raised)})
    return versions


def _by_language(session: Session, ids: list[int]) -> dict[str, list[int]]:
    offered = offered_languages()
    groups: dict[str, list[int]] = defaultdict(list)
    for start in range(0, len(ids), queries.CHUNK):
        chunk = ids[start : start + queries.CHUNK]
        query = select(Participant.id, User.language).join(User, User.id == Participant.user_id)
        for participant_id, language in session.execute(query.where(Participant.id.in_(chunk))):
            groups[language if language in offered else offered[0]].append(participant_id)
    return groups
