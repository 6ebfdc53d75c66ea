"""Search over the entries a viewer may see: words with slips, facets with counts, order.

A word finds entries that hold it or a word that begins with it. If it finds none among those the viewer may see, the
words nearest to it by edit distance stand in for it, again only words of entries the viewer may see: what a reader is
not shown changes nothing of what they find.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, and_, exists, false, func, select
from sqlalchemy.orm import Session

from app.marketplace.indexing import pieces_of
from app.marketplace.models import Entry, FacetValue, Posting, Reach, Term, TermPiece
from app.marketplace.queries import Viewer, visible_to
from app.marketplace.rules import words_of
from app.registrations.models import Participant

FACETS = ("kind", "sector", "country", "region", "trl", "language", "segment", "partnership", "profile")
SORTS = ("relevance", "newest", "ending")
PER_PAGE = 20
WORDS = 8
NEAR_AT_MOST = 12
CANDIDATES = 1500
VALUES_AT_MOST = 20


@dataclass(frozen=True)
class Criteria:
    """What somebody looks for; within a facet any value will do, across facets all must hold."""

    q: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    event: str = ""
    sort: str = "relevance"

    @classmethod
    def of(cls, values: Mapping[str, Iterable[str]]) -> "Criteria":
        """From the lists of an address or a stored search; what means nothing is passed over."""
        first = {name: next(iter(found), "") for name, found in values.items()}
        chosen = {name: tuple(dict.fromkeys(v[:40] for v in values.get(name, ()) if v)) for name in FACETS}
        return cls(
            q=" ".join(first.get("q", "").split())[:200],
            facets={name: found[:VALUES_AT_MOST] for name, found in chosen.items() if found},
            event=first.get("event", "")[:80],
            sort=first.get("sort", "") if first.get("sort", "") in SORTS else "relevance",
        )

    def as_data(self) -> dict[str, list[str]]:
        """Lists by name; `of` reads them, and so does an address."""
        found = {name: list(values) for name, values in self.facets.items()}
        one = {"q": self.q, "event": self.event, "sort": self.sort if self.sort != "relevance" else ""}
        return {**{name: [value] for name, value in one.items() if value}, **found}

    @property
    def is_empty(self) -> bool:
        """True when everything would be found."""
        return not (self.q or self.facets or self.event)


@dataclass(frozen=True)
class Word:
    """A word of the query: the words that answer it, by id, each with how far (0 to 1); and what stood in for it."""

    asked: str
    terms: Mapping[int, float]
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """Ids of all that was found, in order, and how the words were understood."""

    ids: Sequence[int]
    words: Sequence[Word]

    def page(self, number: int) -> Sequence[int]:
        """The ids of one page; pages count from 1."""
        return self.ids[(number - 1) * PER_PAGE : number * PER_PAGE]

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.ids) // PER_PAGE))


def find(
    session: Session, viewer: Viewer, wanted: Criteria, now: datetime, *, since: datetime | None = None
) -> Results:
    """What a viewer may see and fits, best or newest first. `since`: only what was published after it."""
    words = understood(session, viewer, wanted.q, now)
    query = select(Entry.id).where(*conditions(viewer, wanted, words, now)).order_by(*_order(wanted.sort))
    if since is not None:
        query = query.where(Entry.published_at > since)
    ids = list(session.scalars(query))
    if wanted.sort == "relevance" and words:
        points = _points(session, words)
        ids.sort(key=lambda number: points.get(number, 0.0), reverse=True)
    return Results(ids, words)


def count(session: Session, viewer: Viewer, wanted: Criteria, now: datetime) -> int:
    """How many entries `find` would find."""
    words = understood(session, viewer, wanted.q, now)
    return session.scalar(select(func.count(Entry.id)).where(*conditions(viewer, wanted, words, now))) or 0


def _order(sort: str) -> tuple[Any, ...]:
    """By days and random codes: to the minute the order would tie an anonymous entry to its owner's others."""
    newest = (func.date(Entry.published_at).desc(), Entry.code)
    if sort == "ending":
        return (Entry.expires_at.is_(None), func.date(Entry.expires_at), *newest)
    return newest


def conditions(
    viewer: Viewer, wanted: Criteria, words: Sequence[Word], now: datetime, *, without: str = ""
) -> list[ColumnElement[bool]]:
    """The conditions of a search; `without` leaves out one facet, to count its values."""
    found: list[ColumnElement[bool]] = [visible_to(viewer, now)]
    for word in words:
        found.append(Entry.id.in_(select(Posting.entry_id).where(Posting.term_id.in_(list(word.terms)))))
    for name, values in wanted.facets.items():
        if name != without:
            here = select(FacetValue.entry_id).where(FacetValue.facet == name, FacetValue.value.in_(values))
            found.append(Entry.id.in_(here))
    if wanted.event:
        found.append(_at_event(viewer, wanted.event))
    return found


def _at_event(viewer: Viewer, event_id: str) -> ColumnElement[bool]:
    """Entries of one of the viewer's events; of another one nothing, since that would tell who takes part there. None
    that is anonymous to all members: that would tell where its owner was."""
    number = int(event_id) if event_id.isdecimal() and len(event_id) < 10 else 0
    if number not in viewer.event_ids and not viewer.everywhere:
        return false()
    here = exists().where(Participant.id == Entry.participant_id, Participant.event_id == number)
    return and_(here, ~and_(Entry.anonymous, Entry.reach == Reach.MEMBERS))


def count_facets(
    session: Session, viewer: Viewer, wanted: Criteria, words: Sequence[Word], now: datetime
) -> dict[str, dict[str, int]]:
    """By facet and value, how many entries a reader would find who chose this value in this facet."""
    counts: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    chosen = [name for name in FACETS if name in wanted.facets]
    rest = [name for name in FACETS if name not in wanted.facets]
    for names in [rest, *([name] for name in chosen)]:
        left_out = names[0] if names != rest else ""
        matching = select(Entry.id).where(*conditions(viewer, wanted, words, now, without=left_out))
        query = select(FacetValue.facet, FacetValue.value, func.count())
        query = query.where(FacetValue.facet.in_(names), FacetValue.entry_id.in_(matching))
        for facet, value, count in session.execute(query.group_by(FacetValue.facet, FacetValue.value)):
            counts[facet][value] = count
    return counts


# Words


def understood(session: Session, viewer: Viewer, text: str, now: datetime) -> list[Word]:
    """Each word of a query with the known words that answer it."""
    return [_word(session, viewer, word, now) for word in list(dict.fromkeys(words_of(text)))[:WORDS]]


def _word(session: Session, viewer: Viewer, word: str, now: datetime) -> Word:
    same = Term.word.startswith(word, autoescape=True) if len(word) > 2 else Term.word == word
    begins = select(Term.id, Term.word).where(same)
    terms = {number: 1.0 if known == word else 0.6 for number, known in session.execute(begins)}
    if _seen(session, viewer, terms, now):
        return Word(word, terms)
    near = _near(session, word)
    visible = _seen(session, viewer, near, now)
    found = dict.fromkeys(visible, 0.5)
    names = tuple(sorted(visible.values(), key=lambda known: (OSA.distance(word, known), known)))
    return Word(word, found, names)


def _near(session: Session, word: str) -> set[int]:
    """Ids of the words that a slip or two away from this one; short words allow none."""
    allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if not allowed:
        return set()
    length = func.length(Term.word)
    shared = func.count()
    query = (
        select(Term.id, Term.word)
        .join(TermPiece, TermPiece.term_id == Term.id)
        .where(TermPiece.piece.in_(pieces_of(word)), length.between(len(word) - allowed, len(word) + allowed))
        .group_by(Term.id, Term.word)
        .order_by(shared.desc(), Term.word)
        .limit(CANDIDATES)
    )
    candidates = dict(session.execute(query).all())
    scored = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=allowed, limit=NEAR_AT_MOST)
    return {number for _known, _distance, number in scored}


def _seen(session: Session, viewer: Viewer, term_ids: Collection[int], now: datetime) -> dict[int, str]:
    """Those of these words that an entry the viewer may see holds."""
    if not term_ids:
        return {}
    holds = exists().where(Posting.term_id == Term.id, Posting.entry_id == Entry.id, visible_to(viewer, now))
    return dict(session.execute(select(Term.id, Term.word).where(Term.id.in_(list(term_ids)), holds)).all())


def _points(session: Session, words: Sequence[Word]) -> dict[int, float]:
    """By entry, how prominently it holds the words of the query."""
    points: dict[int, float] = {}
    for word in words:
        best: dict[int, float] = {}
        query = select(Posting.entry_id, Posting.term_id, Posting.weight).where(Posting.term_id.in_(list(word.terms)))
        for entry_id, term_id, weight in session.execute(query):
            best[entry_id] = max(best.get(entry_id, 0.0), weight * word.terms[term_id])
        for entry_id, found in best.items():
            points[entry_id] = points.get(entry_id, 0.0) + found
    return points
