"""Who cannot do without a break: windows and pigeon-holes.

Somebody with k meetings and no break meets in one window, k slots in a row. A window is possible if all k meetings can
be matched to its slots, each in a slot of its session in which both are there (by augmenting paths). No possible
window: a break is certain. Meetings in the morning and in the afternoon leave only windows around noon, and then
partners crowd: if n meetings of p lie in a range of m < n slots whenever the partners Q are without a break, then at
least n - m of Q have one. Clauses would have to refute the pigeon-hole principle for each of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.instance import Instance
from scheduler.plan import bits


@dataclass(frozen=True)
class Crowd:
    """At least ``least`` of these participants have a break."""

    people: frozenset[int]
    least: int


@dataclass(frozen=True)
class Windows:
    """``starts`` by participant: mask of the first slots of possible windows (all, for somebody who never meets)."""

    starts: list[int]
    crowds: list[Crowd]

    @property
    def breaks(self) -> int:
        """Breaks that no schedule can do without: of crowds without a participant in common, chosen greedily."""
        total, used = 0, set[int]()
        for crowd in sorted(self.crowds, key=lambda c: (len(c.people) / c.least, sorted(c.people))):
            if not used & crowd.people:
                used |= crowd.people
                total += crowd.least
        return total


def find_windows(inst: Instance) -> Windows:
    """Participants without any window are crowds of one; then those that crowd around a partner."""
    starts = [_starts(inst, person) for person in range(inst.n_people)]
    certain = {person for person, mask in enumerate(starts) if not mask}
    spans = [_span(mask, len(inst.requests_of[person])) for person, mask in enumerate(starts)]
    least: dict[frozenset[int], int] = {frozenset((person,)): 1 for person in certain}
    for person in range(inst.n_people):
        for people, missing in _crowded(inst, person, spans, certain):
            least[people] = max(missing, least.get(people, 0))
    return Windows(starts, [Crowd(people, number) for people, number in least.items()])


def _starts(inst: Instance, person: int) -> int:
    masks = [inst.options[r][0].mask for r in inst.requests_of[person]]
    window = (1 << len(masks)) - 1
    found = 0
    common = (1 << inst.n_slots) - 1
    for mask in masks:
        common &= mask
    for first in range(inst.n_slots - len(masks) + 1):
        here = window << first
        if here & ~common == 0 or _all_matched([mask & here for mask in masks]):
            found |= 1 << first
    return found


def _all_matched(masks: list[int]) -> bool:
    """Whether each can have a slot of its own."""
    owner: dict[int, int] = {}

    def seat(i: int, tried: set[int]) -> bool:
        for t in bits(masks[i]):
            if t not in tried:
                tried.add(t)
                if t not in owner or seat(owner[t], tried):
                    owner[t] = i
                    return True
        return False

    return all(seat(i, set()) for i in range(len(masks)))


def _span(starts: int, meetings: int) -> int:
    """The slots of all possible windows."""
    span = 0
    for k in range(meetings):
        span |= starts << k
    return span


def _crowded(inst: Instance, person: int, spans: list[int], certain: set[int]) -> Iterable[tuple[frozenset[int], int]]:
    """(partners without whose break the meetings do not fit, how many of them need one), range by range."""
    meetings = []  # (slots possible, those without a break of the partner, partner)
    for r in inst.requests_of[person]:
        mask, partner = inst.options[r][0].mask, _partner(inst, r, person)
        meetings.append((mask, mask if partner in certain else mask & spans[partner], partner))
    for slots in _ranges([narrow for _, narrow, _ in meetings], inst.n_slots):
        always = sum(not mask & ~slots for mask, _, _ in meetings)
        crowd = [partner for mask, narrow, partner in meetings if mask & ~slots and not narrow & ~slots]
        people = frozenset(crowd)
        missing = always + len(crowd) - (slots & inst.free[person]).bit_count()
        if people and missing > 0 and len(people) == len(crowd):
            yield people, missing


def _ranges(masks: list[int], n_slots: int) -> Iterable[int]:
    """Ranges of slots from where one of the masks begins to where one ends, those without any limit aside."""
    limited = [mask for mask in masks if mask and mask != (1 << n_slots) - 1]
    starts = {(mask & -mask).bit_length() - 1 for mask in limited}
    ends = {mask.bit_length() for mask in limited}
    return ((1 << end) - (1 << start) for start in sorted(starts) for end in sorted(ends) if start < end)


def _partner(inst: Instance, r: int, person: int) -> int:
    return next(q for q in inst.options[r][0].who if q != person)
