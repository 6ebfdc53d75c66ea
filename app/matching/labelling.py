"""What came of requests, written down as labels: the ground for `flask matching evaluate` and `learn`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import facts
from app.events.models import Event
from app.matching.gathering import requests_of
from app.matching.models import MatchLabel
from app.matching.queries import recommendation_between


def note_request(session: Session, request: Any) -> MatchLabel:
    """Write down how a request stands. The first time, the parts of the score of that moment are kept with it."""
    found = session.scalars(
        select(MatchLabel).where(MatchLabel.event_id == request.event_id, MatchLabel.request_code == request.code)
    ).first()
    if found is None:
        scored = recommendation_between(session, request.requester_id, request.recipient_id)
        found = _label(request, dict(scored.figures) if scored else {})
        session.add(found)
    found.state, found.mutual, found.answered_at = request.state.value, request.mutual, request.answered_at
    return found


def collect(session: Session, event: Event, now: datetime) -> int:
    """Write down requests that nobody noted (an import, the demo) and which meetings took place; returns how many
    labels the event has. Requests noted here have no parts of their day."""
    known = {
        row.request_code: row for row in session.scalars(select(MatchLabel).where(MatchLabel.event_id == event.id))
    }
    for request in requests_of(session, event):
        if request.is_proposed:  # nobody chose whom to ask
            continue
        label = known.get(request.code)
        if label is None:
            label = known[request.code] = _label(request, {})
            session.add(label)
        label.state, label.mutual, label.answered_at = request.state.value, request.mutual, request.answered_at
    for code, held in _held(session, event, now).items():
        if code in known:
            known[code].held = held
    session.flush()
    return len(known)


def labels_of(session: Session, event_id: int) -> list[MatchLabel]:
    """The labels of an event in the order in which was asked."""
    query = select(MatchLabel).where(MatchLabel.event_id == event_id)
    return list(session.scalars(query.order_by(MatchLabel.asked_at, MatchLabel.id)))


def _held(session: Session, event: Event, now: datetime) -> dict[str, bool]:
    answers = facts.meetings_held.send(session, event=event, now=now)
    return {code: held for _receiver, found in answers for code, held in (found or {}).items()}


def _label(request: Any, figures: Mapping[str, Any]) -> MatchLabel:
    return MatchLabel(
        event_id=request.event_id,
        request_code=request.code,
        asker_id=request.requester_id,
        asked_id=request.recipient_id,
        asked_at=request.created_at,
        state=request.state.value,
        mutual=request.mutual,
        figures=dict(figures),
    )
