"""The schedule looked up by request, participant and time; meetings with unknown ids are set aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from scheduler.judging.findings import Broken
from scheduler.problem import Problem, Slot
from scheduler.schedule import Meeting, Schedule

Agenda = list[tuple[int, Meeting]]


class Diary:
    """``slots``, ``tables``, ``people``, ``requests`` and ``interpreters`` by id, ``rank`` the position of a slot;
    ``meetings`` those whose ids are all known, ``placed`` the same by request, ``load`` meetings of each person."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem = problem
        self.schedule = schedule
        self.slots = {slot.id: slot for slot in problem.slots}
        self.rank = {slot.id: i for i, slot in enumerate(problem.slots)}
        self._alone = {slot.id: (slot,) for slot in problem.slots}
        self.tables = {table.id: table for table in problem.tables}
        self.people = {person.id: person for person in problem.participants}
        self.requests = {request.id: request for request in problem.requests}
        self.interpreters = {person.id: person for person in problem.interpreters or ()}
        self.meetings: list[Meeting] = []
        self.unknown: list[Broken] = []
        for meeting in schedule.meetings:
            strange = self._strange(meeting)
            if strange:
                sentence = f"{meeting.request}: unknown {', '.join(strange)}"
                self.unknown.append(Broken("unknown_id", sentence, (meeting.request, *strange)))
            else:
                self.meetings.append(meeting)
        self.placed = {meeting.request: meeting for meeting in self.meetings}
        self.load = Counter(person for meeting in self.meetings for person in meeting.participants)

    def _strange(self, meeting: Meeting) -> list[str]:
        """The ids of a meeting that are not known."""
        known = meeting.request in self.requests and meeting.slot in self.slots and meeting.table in self.tables
        if known and meeting.interpreter is None and self.people.keys() >= set(meeting.participants):
            return []
        strange = [] if meeting.request in self.requests else [meeting.request]
        strange += [] if meeting.slot in self.slots else [meeting.slot]
        strange += [] if meeting.table in self.tables else [meeting.table]
        helper = meeting.interpreter
        strange += [helper] if helper is not None and helper not in self.interpreters else []
        return strange + [person for person in meeting.participants if person not in self.people]

    def span(self, meeting: Meeting) -> tuple[Slot, ...]:
        """The slots a meeting lasts, as far as its day goes."""
        length = self.requests[meeting.request].length
        if length == 1:
            return self._alone[meeting.slot]
        first = self.rank[meeting.slot]
        slots = self.problem.slots[first : first + length]
        return tuple(slot for slot in slots if slot.day == slots[0].day)

    def agendas(self) -> Iterator[tuple[str, Agenda]]:
        """Per participant and day, the (slot position, meeting) in time order."""
        days: defaultdict[tuple[str, str], dict[int, Meeting]] = defaultdict(dict)
        for meeting in self.meetings:
            for person in meeting.participants:
                days[person, self.slots[meeting.slot].day][self.rank[meeting.slot]] = meeting
        for (person, _), agenda in days.items():
            yield person, sorted(agenda.items(), key=lambda entry: entry[0])

    def hurries(self, first: Meeting, second: Meeting) -> bool:
        """Whether the way from the first meeting to a later one of the same day takes longer than the time between."""
        zones = {self.tables[first.table].zone, self.tables[second.table].zone}
        walk = next((walk.minutes for walk in self.problem.walks if set(walk.zones) == zones), 0)
        last = self.span(first)[-1]
        between = _minutes_between(last, self.slots[second.slot])
        if between is None:
            return walk > 0 and self.rank[second.slot] <= self.rank[last.id] + 1
        return walk > between


def _minutes_between(first: Slot, second: Slot) -> float | None:
    """From the end of one slot to the start of another; None when the slots do not say."""
    if first.start is None or second.start is None or first.minutes is None:
        return None
    end = datetime.fromisoformat(first.start) + timedelta(minutes=first.minutes)
    return (datetime.fromisoformat(second.start) - end).total_seconds() / 60
