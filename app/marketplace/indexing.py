"""Writes the index of the marketplace: words, their pieces and facets, for SQLite and PostgreSQL alike.

Everything is taken from the face that a reader without further rights sees (`masking.face`), so what an anonymous entry
keeps back is not in the index, and neither search nor counts can give it away.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session, joinedload

from app.marketplace.masking import Face, face, section_of
from app.marketplace.models import Entry, FacetValue, Posting, Term, TermPiece
from app.marketplace.rules import words_of
from app.registrations.models import Participant

T = TypeVar("T")
CHUNK = 500
MANY = 1000
"""From so many entries written at once, the statistics of the database are renewed as well."""
TITLE, KEYWORDS, OWNER, SUMMARY, TEXT = 8, 6, 5, 4, 1
"""How much a word counts by where it stands."""


def pieces_of(word: str) -> set[str]:
    """The runs of three letters of a word between blanks."""
    padded = f" {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def weights_of(shown: Face) -> dict[str, int]:
    """Each word of a face with the weight of its most prominent place."""
    details = shown.details
    owner = f"{shown.owner.name} {shown.owner.organisation}" if shown.owner else ""
    places = (
        (TEXT, " ".join((shown.text, details.role, details.advantages, details.specification))),
        (SUMMARY, shown.summary),
        (OWNER, owner),
        (KEYWORDS, " ".join((*shown.keywords, *details.market_keywords, *details.technology_keywords))),
        (TITLE, shown.title),
    )
    return {word: weight for weight, text in places for word in words_of(text)}


def facets_of(shown: Face) -> set[tuple[str, str]]:
    """(facet, value) pairs under which a face is found."""
    found = {("kind", shown.kind.value)}
    found |= {("sector", section)} if (section := section_of(shown.sector)) else set()
    found |= {("country", shown.country)} if shown.country else set()
    found |= {("region", shown.region[:4])} if len(shown.region) >= 3 else set()
    found |= {("segment", shown.segment)} if shown.segment else set()
    found |= {("language", code) for code in shown.languages}
    found |= {("partnership", code) for code in shown.partnerships}
    found |= {("profile", shown.profile_code)} if shown.profile_code else set()
    if shown.trl_min or shown.trl_max:
        found |= {("trl", str(level)) for level in range(shown.trl_min or 1, (shown.trl_max or 9) + 1)}
    return found


def index_entries(session: Session, ids: Collection[int]) -> None:
    """Bring the index of these entries up to date, in the current transaction; what is right already is left alone."""
    written = 0
    for chunk in _chunks(sorted(ids)):
        found = session.scalars(
            select(Entry)
            .where(Entry.id.in_(chunk))
            .options(
                joinedload(Entry.owner),
                joinedload(Entry.organisation),
                joinedload(Entry.participant).joinedload(Participant.organisation),
            )
        )
        written += _write(session, found.all())
    if written >= MANY:
        refresh_statistics(session)


def refresh_statistics(session: Session) -> None:
    """After a great change: PostgreSQL plans by figures that it renews a minute later, and without them a first search
    over 15,000 entries took 23 s instead of a quarter of one. Changes no row."""
    if session.get_bind().dialect.name == "postgresql":
        tables = (Entry, FacetValue, Posting, Term, TermPiece)
        session.execute(text(f"ANALYZE {', '.join(table.__tablename__ for table in tables)}"))


def _write(session: Session, entries: Sequence[Entry]) -> int:
    """Returns how many of them had to be written."""
    faces = {entry.id: face(entry) for entry in entries}
    found = {number: (weights_of(shown), sorted(facets_of(shown))) for number, shown in faces.items()}
    prints = {number: _fingerprint(*said) for number, said in found.items()}
    stale = {entry.id: entry for entry in entries if entry.indexed_as != prints[entry.id]}
    session.execute(delete(Posting).where(Posting.entry_id.in_(list(stale))))
    session.execute(delete(FacetValue).where(FacetValue.entry_id.in_(list(stale))))
    terms = _terms(session, {word for number in stale for word in found[number][0]})
    postings = [
        {"entry_id": number, "term_id": terms[word], "weight": weight}
        for number in stale
        for word, weight in found[number][0].items()
    ]
    values = [
        {"entry_id": number, "facet": facet, "value": value} for number in stale for facet, value in found[number][1]
    ]
    for rows, table in ((postings, Posting), (values, FacetValue)):
        if rows:
            session.execute(insert(table), rows)
    for number, entry in stale.items():
        entry.indexed_as = prints[number]
    session.flush()
    return len(stale)


def _fingerprint(weights: dict[str, int], facets: list[tuple[str, str]]) -> str:
    return hashlib.sha256(repr((sorted(weights.items()), facets)).encode()).hexdigest()[:32]


def _terms(session: Session, words: set[str]) -> dict[str, int]:
    """The ids of these words; those that are new are added with their pieces."""
    found = _known(session, words)
    missing = sorted(words - set(found))
    if not missing:
        return found
    _add_words(session, missing)
    added = _known(session, set(missing))
    rows = [{"piece": piece, "term_id": number} for word, number in added.items() for piece in sorted(pieces_of(word))]
    _insert_new(session, TermPiece, rows)
    return found | added


def _known(session: Session, words: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in _chunks(sorted(words)):
        # The lock keeps `forget_unused_words` from deleting a word between here and the row that will refer to it.
        known = select(Term.word, Term.id).where(Term.word.in_(chunk)).with_for_update(read=True, key_share=True)
        found.update(dict(session.execute(known).all()))
    return found


def _add_words(session: Session, words: list[str]) -> None:
    _insert_new(session, Term, [{"word": word} for word in words])


def _insert_new(session: Session, table: type[Term] | type[TermPiece], rows: list[dict[str, object]]) -> None:
    """Add rows, passing over those that another transaction added in the meantime."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_new
    else:
        from sqlalchemy.dialects.sqlite import insert as insert_new  # type: ignore[assignment]
    for chunk in _chunks(rows):
        session.execute(insert_new(table).on_conflict_do_nothing(), chunk)


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def waiting_for_index(session: Session, limit: int = 2000) -> list[int]:
    """Entries that are not in the index yet: written before there was one, or in bulk."""
    return list(session.scalars(select(Entry.id).where(Entry.indexed_as.is_(None)).order_by(Entry.id).limit(limit)))


def forget_unused_words(session: Session) -> None:
    """Delete words that no entry holds any more. Words that somebody is about to use are locked and passed over; the
    second statement looks again, since an entry may have been written between the first one's view and its locks."""
    unused = ~select(Posting.term_id).where(Posting.term_id == Term.id).exists()
    locked = session.scalars(select(Term.id).where(unused).with_for_update(skip_locked=True)).all()
    for chunk in _chunks(locked):
        session.execute(delete(Term).where(Term.id.in_(chunk), unused).execution_options(synchronize_session=False))
