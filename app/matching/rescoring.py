"""A new or edited profile is scored within seconds: with everybody, but without computing anybody else.

A worker keeps the matcher of the event it served last. Before it is used again, every profile whose revision differs
from the one in the matcher is taken in, whoever changed it and whichever worker scored it; when the organiser decided
something else, it is built afresh. So several workers may serve one event.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.events.models import Event
from app.matching import services
from app.matching.decisions import LIST_LENGTH, Decisions
from app.matching.gathering import (
    decisions_of,
    filters_of,
    profiles_of,
    quiet_people,
    revisions_of,
    settings_of,
)
from app.matching.models import Recommendation
from app.matching.profiles import Profile
from app.matching.scored import CANDIDATES, Rows, above, lengths, row_of, spread_rules
from app.matching.scoring import Matcher, Order, Ranked
from app.matching.semantic.meaning import Meaning, add_texts, keep, meaning_of
from app.matching.spread import SpreadRules, spread
from app.registrations.models import Participant

TOO_MANY = 0.2
"""When more than this share of the profiles changed, the whole event is computed: words have become rarer or more
frequent by then, too."""


@dataclass
class Kept:
    """The matcher of one event, with the revision of each profile in it and of the decisions it was built by."""

    event_id: int
    matcher: Matcher
    decisions: Decisions
    settings_revision: int
    meaning: Meaning | None
    revisions: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rescored:
    """What changed for some profiles: their lists, and which of whom they were scored by."""

    people: tuple[int, ...]
    ways: Mapping[int, Mapping[Order, list[Ranked]]]
    revisions: Mapping[int, int]


_kept: dict[str, Kept] = {}
"""At most one, under 'last': a matcher of a large event holds half a gigabyte."""


def forget() -> None:
    """Let go of the kept matcher."""
    _kept.clear()


def due(session: Session, event_id: int) -> list[int]:
    """Participants whose profile changed since it was scored."""
    return [person for person, (revision, scored) in revisions_of(session, event_id).items() if revision != scored]


def is_too_much(session: Session, event_id: int, people: Collection[int]) -> bool:
    """True when the whole event should be computed: never computed so far, or too many changes."""
    settings = settings_of(session, event_id)
    if settings is None or settings.computed_at is None:
        return True
    total = session.scalar(select(func.count()).select_from(Participant).where(Participant.event_id == event_id))
    return len(people) > max(5, TOO_MANY * (total or 0))


def matcher_of(session: Session, event: Event) -> Kept:
    """The matcher of an event, as of this transaction."""
    settings = settings_of(session, event.id)
    decided = settings.revision if settings else 0
    revisions = {person: revision for person, (revision, _scored) in revisions_of(session, event.id).items()}
    kept = _kept.get("last")
    if kept is None or kept.event_id != event.id or kept.settings_revision != decided:
        decisions = decisions_of(session, event.id)
        filters = filters_of(session, event, decisions)
        profiles = profiles_of(session, event.id)
        meaning = meaning_of(session, profiles)
        matcher = Matcher(profiles, decisions.weights, filters, meaning=meaning)
        kept = _kept["last"] = Kept(event.id, matcher, decisions, decided, meaning, revisions)
        return kept
    stale = [person for person, revision in revisions.items() if kept.revisions.get(person, 0) != revision]
    if stale:
        kept.matcher.refilter(filters_of(session, event, kept.decisions))
        found = {profile.id: profile for profile in profiles_of(session, event.id, stale)}
        if kept.meaning is not None:
            add_texts(session, kept.meaning, list(found.values()))
        for person in stale:
            # Who left stays in the matcher without a word, and so on nobody's list.
            if person in found or person in kept.matcher:
                kept.matcher.put(found.get(person) or Profile(person, organisation_id=-person))
        kept.revisions = revisions
    return kept


def rescore(session: Session, event: Event, people: Collection[int]) -> Rescored:
    """Score these people with everybody. Only reads."""
    kept = matcher_of(session, event)
    ways = {
        person: {
            by: above(lines, kept.decisions.floor)
            for by, lines in kept.matcher.ranked_ways(person, {**lengths(LIST_LENGTH), "score": None}).items()
        }
        for person in people
        if person in kept.matcher
    }
    return Rescored(tuple(people), ways, {person: kept.revisions.get(person, 0) for person in people})


def store(session: Session, event: Event, rescored: Rescored, clock: Clock) -> set[int]:
    """Put the new rows of these people in the place of the old ones, and give them their places on the lists of
    others; returns everybody whose list changed."""
    services.lock_settings(session, event.id)
    keep(session, _kept["last"].meaning)
    matcher, decisions = _kept["last"].matcher, _kept["last"].decisions
    everybody = {profile.id: profile.organisation_id for profile in matcher.profiles}
    quiet = quiet_people(session, event, everybody, decisions.quiet_below)
    rules = spread_rules(decisions, len(everybody), quiet)
    touched: set[int] = set()
    for person in rescored.people:
        old = or_(Recommendation.participant_id == person, Recommendation.other_id == person)
        touched |= set(session.scalars(select(Recommendation.participant_id).where(old)))
        session.execute(delete(Recommendation).where(old))
        ways = rescored.ways.get(person)
        if ways:
            viewers = _viewers(session, event, person, ways, rules)
            services.insert_rows(session, _rows(matcher, person, viewers), clock())
            touched |= {viewer for seen_by in viewers.values() for viewer in seen_by}
        services.mark_scored(session, person, rescored.revisions[person])
    _give_places(session, event.id, touched, everybody, rules)
    return touched


def _viewers(
    session: Session, event: Event, person: int, ways: Mapping[Order, list[Ranked]], rules: SpreadRules
) -> dict[int, set[int]]:
    """Whom `person` has a row with, and who of the two sees it."""
    own = {line.id for by in ("gain", "give") for line in ways[by]}
    own |= {line.id for line in ways["score"][:CANDIDATES]}
    viewers = {other: {person} for other in own}
    weakest = _weakest(session, event.id, rules.length)
    for line in ways["score"]:
        if line.score > weakest.get(line.id, 0.0):
            viewers.setdefault(line.id, set()).add(line.id)
    for one, two in services.pairs_asked_for(session, event, [person]):
        other = two if one == person else one
        viewers.setdefault(other, set()).update((one, two))
    return viewers


def _weakest(session: Session, event_id: int, length: int) -> dict[int, float]:
    """The score of the last place on each full list of the event."""
    query = (
        select(Recommendation.participant_id, func.min(Recommendation.score), func.count())
        .join(Participant, Participant.id == Recommendation.participant_id)
        .where(Participant.event_id == event_id, Recommendation.place.is_not(None))
        .group_by(Recommendation.participant_id)
    )
    return {person: lowest for person, lowest, count in session.execute(query) if count >= length}


def _rows(matcher: Matcher, person: int, viewers: Mapping[int, set[int]]) -> Rows:
    known = [other for other in viewers if other in matcher]
    return [row_of(pair, viewer, None) for pair in matcher.scores(person, known) for viewer in viewers[pair.other_id]]


def _give_places(
    session: Session, event_id: int, owners: Collection[int], everybody: Mapping[int, int], rules: SpreadRules
) -> None:
    """Places on the lists of `owners`, one list after the other, as the exposure of people stands."""
    shown = _exposure(session, event_id)
    for owner in sorted(owners):
        rows = session.execute(
            select(Recommendation.id, Recommendation.other_id, Recommendation.score, Recommendation.place).where(
                Recommendation.participant_id == owner
            )
        ).all()
        shown.subtract(row.other_id for row in rows if row.place is not None)
        candidates = [Ranked(row.other_id, row.score, None, None) for row in rows if row.other_id in everybody]
        fair = spread({owner: candidates}, everybody.__getitem__, rules, shown)[owner]
        places = {line.id: at for at, line in enumerate(fair, 1)}
        shown.update(places.keys())
        for row in rows:
            if row.place != places.get(row.other_id):
                session.execute(
                    update(Recommendation).where(Recommendation.id == row.id).values(place=places.get(row.other_id))
                )


def _exposure(session: Session, event_id: int) -> Counter[int]:
    query = (
        select(Recommendation.other_id, func.count())
        .join(Participant, Participant.id == Recommendation.participant_id)
        .where(Participant.event_id == event_id, Recommendation.place.is_not(None))
        .group_by(Recommendation.other_id)
    )
    return Counter(dict(session.execute(query).all()))
