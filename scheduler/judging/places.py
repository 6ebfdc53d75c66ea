"""Rules about places: tables and their owners, ways of attending, slots allowed, pins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scheduler.judging.diary import Diary
from scheduler.judging.findings import Broken


def tables(diary: Diary) -> Iterator[Broken]:
    """Rule 3: one meeting per table and slot, only while the table is open."""
    taken: dict[tuple[str, str], str] = {}
    for meeting in diary.meetings:
        opened = diary.tables[meeting.table].slots
        for slot in diary.span(meeting):
            other = taken.get((meeting.table, slot.id))
            taken[meeting.table, slot.id] = meeting.request
            if other is not None:
                sentence = f"{meeting.table} seats {other} and {meeting.request} in {slot.id}"
                yield Broken("table_twice", sentence, (meeting.table, slot.id, other, meeting.request))
            if opened is not None and slot.id not in opened:
                sentence = f"{meeting.request}: {meeting.table} is closed in {slot.id}"
                yield Broken("table_closed", sentence, (meeting.request, meeting.table, slot.id))


def own_tables(diary: Diary) -> Iterator[Broken]:
    """Rule 4: owners meet at an own table of one of them, nobody else sits there."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for person in diary.people.values():
        if person.table:
            owners[person.table].add(person.id)
    for meeting in diary.meetings:
        own = {table for person in meeting.participants if (table := diary.people[person].table)}
        if own and meeting.table not in own:
            sentence = f"{meeting.request} is at {meeting.table}, not at {' or '.join(sorted(own))}"
            yield Broken("not_own_table", sentence, (meeting.request, meeting.table, *sorted(own)))
        if owners[meeting.table] and not owners[meeting.table] & set(meeting.participants):
            sentence = f"{meeting.request} is at {meeting.table}, which belongs to somebody else"
            yield Broken("foreign_table", sentence, (meeting.request, meeting.table))


def ways(diary: Diary) -> Iterator[Broken]:
    """Beyond the format: the place serves a way in which each participant attends."""
    for meeting in diary.meetings:
        serves = diary.tables[meeting.table].serves
        for person in meeting.participants:
            attends = diary.people[person].attends
            if not attends & serves:
                sentence = (
                    f"{meeting.request}: {person} attends {' or '.join(sorted(attends))}, "
                    f"{meeting.table} serves {' and '.join(sorted(serves))}"
                )
                yield Broken("wrong_way", sentence, (meeting.request, person, meeting.table))


def times(diary: Diary) -> Iterator[Broken]:
    """Rule 5: allowed slots and pins hold. Beyond the format: a meeting of several slots fits into its day."""
    for meeting in diary.meetings:
        request = diary.requests[meeting.request]
        if request.slots is not None and meeting.slot not in request.slots:
            sentence = f"{meeting.request}: {meeting.slot} is not one of its slots"
            yield Broken("slot_not_allowed", sentence, (meeting.request, meeting.slot))
        pin = request.pinned
        if pin and (meeting.slot != pin.slot or (pin.table and meeting.table != pin.table)):
            where = f"{pin.slot}, {pin.table}" if pin.table else pin.slot
            yield Broken("not_at_pin", f"{meeting.request} is pinned to {where}", (meeting.request, pin.slot))
        if len(diary.span(meeting)) < request.length:
            sentence = f"{meeting.request} needs {request.length} slots from {meeting.slot} on, its day is shorter"
            yield Broken("too_long", sentence, (meeting.request, meeting.slot))
