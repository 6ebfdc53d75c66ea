"""The best pairs of an event with what carries them, to be read by an organiser before anybody is shown a list."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.events.models import Event
from app.matching.gathering import decisions_of, filters_of, profiles_of
from app.matching.reasons import Reason
from app.matching.scoring import Matcher, PairScore
from app.matching.semantic.meaning import meaning_of
from app.matching.sentences import told
from app.registrations.models import Participant


@dataclass(frozen=True)
class BestPair:
    """Two people by the names of their organisations; a sentence for each direction that has one."""

    score: float
    one: str
    two: str
    why: tuple[str, ...]


def best_pairs(session: Session, event: Event, count: int) -> list[BestPair]:
    """The `count` pairs of highest score, best first, as the profiles are now. Only reads.

    Colleagues and types that do not meet are left out; what one of two said about the other ("do not meet") is not
    known here.
    """
    decisions = decisions_of(session, event.id)
    profiles = profiles_of(session, event.id)
    meaning = meaning_of(session, profiles)
    matcher = Matcher(profiles, decisions.weights, filters_of(session, event, decisions), meaning=meaning)
    found = {
        (min(one, line.id), max(one, line.id)): line.score
        for one, lines in matcher.ranked_all(count)
        for line in lines
        if line.score >= decisions.floor
    }
    chosen = sorted(found, key=lambda pair: (-found[pair], pair))[:count]
    return [_told(session, matcher.score(*pair)) for pair in chosen]


def _told(session: Session, pair: PairScore) -> BestPair:
    one, two = (_organisation(session, person) for person in (pair.id, pair.other_id))
    carrying = [_carrying(pair, direction) for direction in ("gain", "give")]
    return BestPair(pair.score, one, two, tuple(told(reason, one, two) for reason in carrying if reason))


def _organisation(session: Session, participant_id: int) -> str:
    person = session.get_one(Participant, participant_id)
    return person.organisation.name


def _carrying(pair: PairScore, direction: str) -> Reason | None:
    """The need and the offer of that direction, or else its weightiest reason."""
    reasons = [reason for reason in pair.reasons if reason.direction == direction]
    return min(reasons, key=lambda reason: reason.part != "text", default=None)


def as_lines(pairs: list[BestPair]) -> list[str]:
    """For a terminal: a line for each pair, its sentences below."""
    lines = []
    for place, pair in enumerate(pairs, 1):
        lines.append(f"{place:>3}  {pair.score:.2f}  {pair.one} · {pair.two}")
        lines += [f"           {sentence}" for sentence in pair.why]
    return lines


def as_table(pairs: list[BestPair]) -> list[str]:
    """A table in Markdown."""
    rows = ["| | score | who | why |", "| --- | --- | --- | --- |"]
    for place, pair in enumerate(pairs, 1):
        cells = (str(place), f"{pair.score:.2f}", f"{pair.one} · {pair.two}", "<br>".join(pair.why))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows
