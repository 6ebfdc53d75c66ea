"""Rules about the whole: must-meetings, order, every request accounted for; and the measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from scheduler.judging.diary import Diary
from scheduler.judging.findings import Broken, Measures


def musts_and_order(diary: Diary) -> Iterator[Broken]:
    """Rule 5: must-meetings are placed, later meetings start after the last slot of earlier ones."""
    for request in diary.requests.values():
        if request.must and request.id not in diary.placed:
            yield Broken("must_missing", f"{request.id} must be placed and is not", (request.id,))
        for earlier in request.after if request.id in diary.placed else ():
            if earlier not in diary.placed:
                continue
            first, second = diary.placed[earlier], diary.placed[request.id]
            if diary.rank[diary.span(first)[-1].id] >= diary.rank[second.slot]:
                yield Broken("order", f"{request.id} is not after {earlier}", (request.id, earlier))


def bookkeeping(diary: Diary) -> Iterator[Broken]:
    """Every request is either placed or unplaced with a reason; the value keeps below the claimed bound."""
    unplaced = {entry.request: entry.reason for entry in diary.schedule.unplaced}
    for request in diary.requests:
        if request in diary.placed and request in unplaced:
            yield Broken("placed_and_unplaced", f"{request} is both placed and unplaced", (request,))
        if request not in diary.placed and request not in unplaced:
            yield Broken("unaccounted", f"{request} is neither placed nor unplaced", (request,))
    for request, reason in unplaced.items():
        if not reason:
            yield Broken("no_reason", f"{request} is unplaced without a reason", (request,))
    value, bound = _value(diary), diary.schedule.bound
    if bound is not None and value > bound:
        yield Broken("above_bound", f"value {value} exceeds its own bound {bound}", ())


def measures(diary: Diary) -> Measures:
    """Every measure, also of a schedule that breaks rules."""
    breaks = idle = tables = zones = rushed = 0
    for person, agenda in diary.agendas():
        away = diary.people[person].away
        for (first, left), (second, right) in pairwise(agenda):
            between = diary.problem.slots[first + len(diary.span(left)) : second]
            run = sum(slot.id not in away for slot in between)
            breaks += run > 0
            idle += run
            tables += left.table != right.table
            zones += diary.tables[left.table].zone != diary.tables[right.table].zone
            rushed += bool(diary.problem.walks) and diary.hurries(left, right)
    asked = Counter(person for r in diary.requests.values() for side in r.sides for person in side)
    below = sum(max(0, min(p.min_meetings, asked[p.id]) - diary.load[p.id]) for p in diary.people.values())
    return Measures(
        requests=len(diary.requests),
        placed=len(diary.placed),
        value=_value(diary),
        breaks=breaks,
        idle_slots=idle,
        table_moves=tables,
        zone_moves=zones,
        below_minimum=below,
        participants_with_meetings=len(diary.load),
        fewest=min(diary.load.values(), default=0),
        most=max(diary.load.values(), default=0),
        unwelcome=sum(
            _unwelcome(diary, s.id, p) for m in diary.meetings for p in m.participants for s in diary.span(m)
        ),
        rushed=rushed,
    )


def _value(diary: Diary) -> int:
    return sum(diary.requests[request].value for request in diary.placed)


def _unwelcome(diary: Diary, slot: str, name: str) -> bool:
    person = diary.people[name]
    return slot in person.disliked or bool(person.preferred and slot not in person.preferred)
