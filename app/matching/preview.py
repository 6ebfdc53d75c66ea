"""What other decisions would do to the lists, before they are saved: on the event's own people, or a sample of them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.events.models import Event
from app.matching.decisions import LIST_LENGTH, Decisions
from app.matching.gathering import decisions_of, filters_of, profiles_of, quiet_people
from app.matching.overview import Overview
from app.matching.reasons import Reason
from app.matching.scored import Lists, all_lists
from app.matching.scoring import Matcher
from app.matching.semantic.meaning import meaning_of

MOST_PEOPLE = 400
"""A page waits for the preview, so a larger event is sampled: every so manieth participant."""
SHOWN = 12


@dataclass(frozen=True)
class PreviewPair:
    """A pair of participants by id; `before` is its score under the present decisions."""

    one: int
    two: int
    before: float
    after: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Preview:
    """`sampled` of `people` were looked at. `changed` is how many of them get another first partner."""

    people: int
    sampled: int
    before: Overview
    after: Overview
    changed: int
    pairs: tuple[PreviewPair, ...]


def preview(session: Session, event: Event, decisions: Decisions) -> Preview:
    """The lists under `decisions` beside those under the present ones. Only reads; up to two seconds of work."""
    present = decisions_of(session, event.id)
    everybody = profiles_of(session, event.id)
    step = -(-len(everybody) // MOST_PEOPLE) or 1
    sample = everybody[::step]
    old = Matcher(sample, present.weights, filters_of(session, event, present), meaning=meaning_of(session, sample))
    new = old.reweighted(decisions.weights, filters_of(session, event, decisions))
    known = {profile.id for profile in sample}
    lists = {
        matcher: all_lists(matcher, decided, quiet_people(session, event, known, decided.quiet_below), best=LIST_LENGTH)
        for matcher, decided in ((old, present), (new, decisions))
    }
    firsts_before, firsts_after = _firsts(lists[old]), _firsts(lists[new])
    return Preview(
        people=len(everybody),
        sampled=len(sample),
        before=lists[old].overview,
        after=lists[new].overview,
        changed=sum(firsts_before.get(one) != firsts_after.get(one) for one in known),
        pairs=_best_pairs(old, new, lists[new]),
    )


def _firsts(lists: Lists) -> dict[int, int]:
    return {one: lines[0].id for one, lines in lists.fair.items() if lines}


def _best_pairs(old: Matcher, new: Matcher, lists: Lists) -> tuple[PreviewPair, ...]:
    """The best pairs under the new decisions, nobody more than twice, so that many people are seen."""
    found = {
        (min(one, line.id), max(one, line.id)): line.score
        for one, ways in lists.ways.items()
        for line in ways["score"][:3]
    }
    seen: dict[int, int] = {}
    pairs: list[PreviewPair] = []
    for one, two in sorted(found, key=lambda pair: (-found[pair], pair)):
        if max(seen.get(one, 0), seen.get(two, 0)) >= 2:
            continue
        seen[one], seen[two] = seen.get(one, 0) + 1, seen.get(two, 0) + 1
        now = new.score(one, two)
        pairs.append(PreviewPair(one, two, old.score(one, two).score, now.score, now.reasons))
        if len(pairs) == SHOWN:
            break
    return tuple(pairs)
