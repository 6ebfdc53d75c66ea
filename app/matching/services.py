"""Writes of matching: scores and reasons of an event, decisions, wishes, marks."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, facts
from app.core.clock import Clock
from app.core.database import Base
from app.core.errors import Invalid
from app.events.models import Event
from app.matching.decisions import LIST_LENGTH, Decisions
from app.matching.gathering import (
    decisions_of,
    filters_of,
    profiles_of,
    quiet_people,
    revisions_of,
)
from app.matching.models import (
    MarkKind,
    MatchingSettings,
    PartnerWish,
    ProfileState,
    Recommendation,
    RecommendationMark,
)
from app.matching.overview import Overview
from app.matching.scored import Progress, Rows, all_lists, rows_of, viewers_of, with_coverage
from app.matching.scoring import Matcher
from app.matching.semantic.meaning import Meaning, keep, meaning_of
from app.registrations.models import Participant

BEST = LIST_LENGTH
Table = TypeVar("Table", bound=Base)
CHUNK = 5_000


@dataclass(frozen=True)
class Computed:
    """The result of a computation, ready to be stored; `revisions` are those of the profiles it read."""

    rows: Rows
    overview: Overview
    revisions: Mapping[int, int]
    meaning: Meaning | None = None


def compute(
    session: Session, event: Event, *, best: int = BEST, decisions: Decisions | None = None,
    progress: Progress | None = None,
) -> Computed:  # fmt: skip
    """Score everybody against everybody: the best of each, and every pair later features ask for, both ways.

    Only reads, so that a long computation keeps nobody from writing; `store` writes the rows.
    """
    decided = decisions or decisions_of(session, event.id)
    revisions = {person: revision for person, (revision, _scored) in revisions_of(session, event.id).items()}
    profiles = profiles_of(session, event.id)
    known = {profile.id for profile in profiles}
    meaning = meaning_of(session, profiles, progress)
    matcher = Matcher(profiles, decided.weights, filters_of(session, event, decided), meaning=meaning)
    quiet = quiet_people(session, event, known, decided.quiet_below)
    lists = all_lists(matcher, decided, quiet, best=best, progress=progress)
    viewers = viewers_of(lists, best)
    for one, other in pairs_asked_for(session, event):
        if one in known and other in known:
            viewers.setdefault(min(one, other), {}).setdefault(max(one, other), set()).update((one, other))
    rows, coverage = rows_of(matcher, viewers, lists.fair, progress)
    return Computed(rows, with_coverage(lists.overview, coverage), revisions, meaning)


def pairs_asked_for(session: Session, event: Event, only: Collection[int] | None = None) -> set[tuple[int, int]]:
    """The pairs whose scores later features show, or those of them with somebody of `only`."""
    answers = facts.pairs_to_score.send(session, event=event, only=only)
    return {pair for _receiver, pairs in answers for pair in pairs}


def store(session: Session, event: Event, computed: Computed, clock: Clock) -> None:
    """Put computed rows in the place of the former ones. People who left in the meantime are left out."""
    settings = lock_settings(session, event.id)
    keep(session, computed.meaning)
    here = set(session.scalars(select(Participant.id).where(Participant.event_id == event.id)))
    of_event = select(Participant.id).where(Participant.event_id == event.id)
    session.execute(delete(Recommendation).where(Recommendation.participant_id.in_(of_event)))
    now = clock()
    insert_rows(
        session, (row for row in computed.rows if row["participant_id"] in here and row["other_id"] in here), now
    )
    settings.report, settings.computed_at = computed.overview.as_data(), now
    for person, revision in computed.revisions.items():
        mark_scored(session, person, revision)
    session.flush()


def insert_rows(session: Session, rows: Any, now: Any) -> None:
    """Write rows of recommendations, a few thousand at a time."""
    kept = [{**row, "computed_at": now} for row in rows]
    for start in range(0, len(kept), CHUNK):
        session.execute(insert(Recommendation), kept[start : start + CHUNK])


def lock_settings(session: Session, event_id: int) -> MatchingSettings:
    """The event's row, made when missing, locked until the end of the transaction: scores of one event are written by
    one at a time."""
    return _row(
        session,
        MatchingSettings,
        event_id,
        lambda: MatchingSettings(event_id=event_id, decisions={}, report={}, proposal={}),
    )


def _row(session: Session, table: type[Table], key: Any, make: Callable[[], Table]) -> Table:
    """The row of that key, locked; made when missing, also when somebody else makes it at the same moment."""
    row = session.get(table, key, with_for_update=True)
    if row is None:
        try:
            with session.begin_nested():
                session.add(make())
        except IntegrityError:
            session.expire_all()
        row = session.get(table, key, with_for_update=True)
    assert row is not None
    return row


def mark_scored(session: Session, participant_id: int, revision: int) -> None:
    """The stored scores are of this revision of the profile."""
    session.execute(update(ProfileState).where(ProfileState.participant_id == participant_id).values(scored=revision))


def note_change(session: Session, participant_id: int) -> None:
    """A profile changed: its scores are due."""
    state = _row(
        session, ProfileState, participant_id, lambda: ProfileState(participant_id=participant_id, revision=0, scored=0)
    )
    state.revision += 1
    session.flush()


def decide(session: Session, event: Event, actor: User, clock: Clock, decisions: Decisions) -> None:
    """Save what the organiser decided; a proposal that was waiting is done with."""
    row = lock_settings(session, event.id)
    row.decisions, row.proposal, row.revision = decisions.as_data(), {}, row.revision + 1
    session.flush()
    audit.record(
        session, clock, actor_id=actor.id, action="matching.decided", subject_kind="event", subject_id=event.id,
        event_id=event.id, detail=decisions.as_data(),
    )  # fmt: skip


def propose(session: Session, event_id: int, proposal: Mapping[str, Any]) -> None:
    """Lay learnt weights before the organiser, or take the last proposal away (an empty mapping)."""
    lock_settings(session, event_id).proposal = dict(proposal)
    session.flush()


def mark(session: Session, participant: Participant, other: Participant, kind: MarkKind | None, clock: Clock) -> None:
    """Save or dismiss somebody, or take that back with None."""
    if participant.id == other.id or participant.event_id != other.event_id:
        raise Invalid(_("You can only save other participants of this event."))
    row = session.get(RecommendationMark, (participant.id, other.id))
    if row is not None and kind is None:
        session.delete(row)
    elif row is not None and kind is not None:
        row.kind, row.created_at = kind, clock()
    elif kind is not None:
        session.add(RecommendationMark(participant_id=participant.id, other_id=other.id, kind=kind, created_at=clock()))
    session.flush()


def wish_of(session: Session, participant: Participant) -> PartnerWish:
    """The participant's wishes; a new, empty row when they never said any."""
    empty: dict[str, Any] = {"positions": [], "types": [], "sizes": [], "countries": [], "sectors": [], "ranked": True}
    return _row(session, PartnerWish, participant.id, lambda: PartnerWish(participant_id=participant.id, **empty))


def set_ranked(session: Session, participant: Participant, *, ranked: bool) -> None:
    """Switch the ranking of one's own lists on or off; nothing is scored anew."""
    wish_of(session, participant).ranked = ranked
    session.flush()


def set_wishes(
    session: Session, participant: Participant, actor: User, clock: Clock, wishes: Mapping[str, list[str]]
) -> None:
    """What the participant wishes of a partner: `positions`, `types`, `sizes`, `countries`, `sectors`."""
    row = wish_of(session, participant)
    for name in ("positions", "types", "sizes", "countries", "sectors"):
        setattr(row, name, list(dict.fromkeys(wishes.get(name, ()))))
    session.flush()
    facts.tell_participant_changed(session, participant=participant, actor=actor, clock=clock)
