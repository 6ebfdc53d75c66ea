"""Rules about people: who takes part, when, how often, in which language, and whether they can get there in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from scheduler.judging.diary import Diary
from scheduler.judging.findings import Broken
from scheduler.schedule import Meeting


def sides(diary: Diary) -> Iterator[Broken]:
    """Rule 1: at most once, one participant from each side, all different."""
    for request, times in Counter(meeting.request for meeting in diary.meetings).items():
        if times > 1:
            yield Broken("placed_twice", f"{request} is placed {times} times", (request,))
    for meeting in diary.meetings:
        wanted = diary.requests[meeting.request].sides
        who = meeting.participants
        fits = len(who) == len(wanted) == len(set(who)) and all(
            person in side for person, side in zip(who, wanted, strict=True)
        )
        if not fits:
            sentence = f"{meeting.request}: {', '.join(who) or 'nobody'} is not one from each side"
            yield Broken("wrong_participants", sentence, (meeting.request, *who))


def attendance(diary: Diary) -> Iterator[Broken]:
    """Rule 2: nobody in two meetings in one slot, nobody while away; the same for interpreters."""
    busy: dict[tuple[str, str], str] = {}
    for meeting in diary.meetings:
        absences = [(person, diary.people[person].away) for person in meeting.participants]
        if meeting.interpreter is not None:
            absences.append((f"interpreter {meeting.interpreter}", diary.interpreters[meeting.interpreter].away))
        for slot in diary.span(meeting):
            for person, away in absences:
                other = busy.get((person, slot.id))
                busy[person, slot.id] = meeting.request
                if other is not None:
                    sentence = f"{person} is in {other} and {meeting.request} in {slot.id}"
                    yield Broken("double_booking", sentence, (person, slot.id, other, meeting.request))
                if slot.id in away:
                    sentence = f"{meeting.request}: {person} is away in {slot.id}"
                    yield Broken("away", sentence, (meeting.request, person, slot.id))


def loads(diary: Diary) -> Iterator[Broken]:
    """Rule 2: nobody in more meetings than ``max_meetings``."""
    limits = [(person, load, diary.people[person].max_meetings) for person, load in diary.load.items()]
    helpers = Counter(m.interpreter for m in diary.meetings if m.interpreter is not None)
    limits += [(person, load, diary.interpreters[person].max_meetings) for person, load in helpers.items()]
    for person, load, most in limits:
        if most is not None and load > most:
            yield Broken("over_maximum", f"{person} has {load} meetings, at most {most} are allowed", (person,))


def rows(diary: Diary) -> Iterator[Broken]:
    """Beyond the format: nobody is in meetings for more than ``max_in_a_row`` neighbouring slots of a day."""
    for person, agenda in diary.agendas():
        most = diary.people[person].max_in_a_row
        if most is None:
            continue
        row, last = 0, -2
        for place, meeting in agenda:
            length = len(diary.span(meeting))
            before = row if place == last + 1 else 0
            row, last = before + length, place + length - 1
            if before <= most < row:
                yield Broken("too_many_in_a_row", f"{person} has more than {most} meetings in a row", (person,))


def languages(diary: Diary) -> Iterator[Broken]:
    """Beyond the format: people without a common language have an interpreter who understands each of them."""
    if diary.problem.interpreters is None:
        return
    for meeting in diary.meetings:
        spoken = [known for person in meeting.participants if (known := diary.people[person].languages)]
        if not spoken or frozenset.intersection(*spoken):
            continue
        helper = None if meeting.interpreter is None else diary.interpreters[meeting.interpreter].languages
        if helper is None or not all(helper & known for known in spoken):
            sentence = f"{meeting.request}: {', '.join(meeting.participants)} cannot understand each other"
            yield Broken("no_common_language", sentence, (meeting.request, *meeting.participants))


def walking(diary: Diary) -> Iterator[Broken]:
    """Beyond the format: where a hurry is forbidden, two meetings of a day leave time for the way between them."""
    if not diary.problem.walks or diary.problem.walking_price is not None:
        return
    for person, agenda in diary.agendas():
        meetings: list[Meeting] = [meeting for _, meeting in agenda]
        for first, second in combinations(meetings, 2):
            if diary.hurries(first, second):
                sentence = f"{person} has no time to walk from {first.request} to {second.request}"
                yield Broken("no_time_to_walk", sentence, (person, first.request, second.request))
