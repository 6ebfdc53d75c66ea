"""Writes of matching: scores and reasons of an event, kept as `Recommendation` rows."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, joinedload

from app.core import facts
from app.core.clock import Clock
from app.events.models import Event
from app.events.queries import permissions_of, types_of
from app.marketplace.models import Entry, EntryKind
from app.marketplace.queries import entries_for_matching
from app.matching.filters import Filters
from app.matching.models import Recommendation
from app.matching.profiles import Profile, Statement
from app.matching.scoring import Matcher
from app.registrations.models import Participant, RegistrationState

BEST = 24
REASONS_KEPT = 5


def profiles_of(session: Session, event_id: int) -> list[Profile]:
    """What the scorer reads of every approved participant of an event."""
    query = select(Participant).where(Participant.event_id == event_id, Participant.state == RegistrationState.APPROVED)
    people = session.scalars(
        query.options(joinedload(Participant.organisation), joinedload(Participant.type)).order_by(Participant.id)
    ).all()
    entries = entries_for_matching(session, event_id)
    needs, offers = _by_participant(entries, EntryKind.NEED), _by_participant(entries, EntryKind.OFFER)
    return [
        Profile(
            id=person.id,
            organisation_id=person.organisation_id,
            country=person.organisation.country,
            languages=tuple(person.languages or ()),
            sectors=(person.organisation.nace,) if person.organisation.nace else (),
            size=person.organisation.size,
            value_chain_position=person.value_chain_position,
            participant_type=person.type.key,
            needs=tuple(needs.get(person.id, ())),
            offers=tuple(offers.get(person.id, ())),
        )
        for person in people
    ]


def compute(session: Session, event: Event, *, best: int = BEST) -> list[dict[str, object]]:
    """Score everybody against everybody: the best of each, and every pair later features ask for, both ways.

    Only reads, so that a long computation keeps nobody from writing; `store` writes the rows.
    """
    profiles = profiles_of(session, event.id)
    known = {profile.id for profile in profiles}
    matcher = Matcher(profiles, filters=_filters(session, event))
    asked_for = facts.pairs_to_score.send(session, event=event)
    wanted: dict[tuple[int, int], set[int]] = {}
    for one, lines in matcher.ranked_all(best):
        for line in lines:
            wanted.setdefault((min(one, line.id), max(one, line.id)), set()).add(one)
    for one, other in (pair for _receiver, pairs in asked_for for pair in pairs):
        if one in known and other in known:
            wanted.setdefault((min(one, other), max(one, other)), set()).update((one, other))
    return [row for pair, viewers in wanted.items() for row in _rows(matcher, *pair, viewers)]


def store(session: Session, event: Event, rows: Sequence[Mapping[str, object]], clock: Clock) -> None:
    """Put computed rows in the place of the former ones. People who left in the meantime are left out."""
    here = set(session.scalars(select(Participant.id).where(Participant.event_id == event.id)))
    session.execute(delete(Recommendation).where(Recommendation.participant_id.in_(here)))
    now = clock()
    kept = [{**row, "computed_at": now} for row in rows if row["participant_id"] in here and row["other_id"] in here]
    if kept:
        session.execute(insert(Recommendation), kept)


def _rows(matcher: Matcher, low: int, high: int, viewers: Collection[int]) -> list[dict[str, object]]:
    """The rows of one pair, scored once: the score is the same both ways, gain and give change places."""
    found = matcher.score(low, high)
    gain, give = found.gain.score or 0.0, found.give.score or 0.0
    kept = found.reasons[:REASONS_KEPT]
    views = {
        low: (high, gain, give, kept),
        high: (low, give, gain, tuple(reason.turned() for reason in kept)),
    }
    return [
        {
            "participant_id": viewer,
            "other_id": views[viewer][0],
            "score": found.score,
            "gain": views[viewer][1],
            "give": views[viewer][2],
            "reasons": [reason.as_data() for reason in views[viewer][3]],
        }
        for viewer in viewers
    ]


def _filters(session: Session, event: Event) -> Filters:
    """Types that do not meet; vetoes come and go between two computations, so the lists look at them when shown."""
    permissions = permissions_of(session, event.id)
    if permissions is None:
        return Filters()
    keys = {kind.id: kind.key for kind in types_of(session, event.id)}
    return Filters(may_ask=frozenset((keys[a], keys[b]) for a, b in permissions))


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
