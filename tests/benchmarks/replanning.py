"""Re-planning at size: how long it takes, how little moves, and how much value it leaves, as a Markdown table.

    python -m tests.benchmarks.replanning PROBLEM.json [SECONDS]

The problem is scheduled once (``SECONDS``, 60 unless given), then three changes meet that schedule in the same process:
the participant with the most meetings leaves, the table with the most meetings closes, and twenty requests arrive. Each
is re-planned three times, the median counts, and scheduled afresh for the value to compare with.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import replace

from scheduler import Options, Problem, Request, Schedule, audit, read_problem, replan, solve

COLUMNS = ("change", "seconds", "lost", "added", "moved", "cancelled", "value", "from scratch", "ratio", "legal")


def changes(problem: Problem, published: Schedule) -> dict[str, Problem]:
    """The changed problems by what happened."""
    people = Counter(person for meeting in published.meetings for person in meeting.participants)
    owned = {person.table for person in problem.participants}
    seats = Counter(meeting.table for meeting in published.meetings if meeting.table not in owned)
    gone, closed = people.most_common(1)[0][0], seats.most_common(1)[0][0]
    everywhere = frozenset(slot.id for slot in problem.slots)
    chance = random.Random(1)
    names = [person.id for person in problem.participants]
    values = [request.value for request in problem.requests]
    arriving = tuple(
        Request(f"new{i}", tuple((name,) for name in chance.sample(names, 2)), chance.choice(values)) for i in range(20)
    )
    return {
        "the busiest participant leaves": replace(
            problem,
            participants=tuple(replace(p, away=everywhere) if p.id == gone else p for p in problem.participants),
        ),
        "the busiest table closes": replace(
            problem, tables=tuple(replace(t, slots=frozenset()) if t.id == closed else t for t in problem.tables)
        ),
        "twenty requests arrive": replace(problem, requests=(*problem.requests, *arriving)),
    }


def main() -> int:
    problem = read_problem(sys.argv[1])
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    first = solve(problem, Options(time_limit=seconds))
    print(f"| {' | '.join(COLUMNS)} |")
    print(f"|{' --- |' * len(COLUMNS)}")
    for what, changed in changes(problem, first.schedule).items():
        taken = []
        for _ in range(3):
            began = time.monotonic()
            new = replan(changed, first.schedule, prices=first.prices)
            taken.append(time.monotonic() - began)
        afresh = solve(changed, Options(time_limit=seconds / 2))
        cells = (
            what,
            f"{statistics.median(taken):.2f}",
            new.lost,
            *(new.count(kind) for kind in ("added", "moved", "cancelled")),
            new.result.value,
            afresh.value,
            f"{new.result.value / afresh.value:.6f}",
            audit(changed, new.result.schedule).legal,
        )
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
