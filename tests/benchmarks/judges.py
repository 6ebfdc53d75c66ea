"""Do two judges agree? Random small problems, random schedules for them, legal and broken.

    python -m tests.benchmarks.judges OTHER.py [SCHEDULES]

``OTHER.py`` is a program with a function ``judge(problem, schedule)`` that takes and gives JSON of the exchange format
and knows nothing beyond it. Compared are legality and every measure; the first schedule on which they differ is
printed, and the exit code is 1.
"""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from scheduler import ImpossibleError, Options, audit, problem_from_json, schedule_from_json, schedule_to_json, solve

MEASURES = (
    "requests", "placed", "value", "breaks", "idle_slots", "table_moves", "zone_moves", "below_minimum",
    "participants_with_meetings", "fewest", "most",
)  # fmt: skip


def a_problem(chance: random.Random) -> dict[str, Any]:
    """A random problem with every field of the format."""
    slots = [{"id": f"s{i}", "day": f"d{i // 3}"} for i in range(6)]
    names = [slot["id"] for slot in slots]
    tables = [{"id": f"t{i}", "zone": "AB"[i % 2], "slots": some(chance, names, 0.8)} for i in range(4)]
    people = [
        {
            "id": f"p{i}",
            "away": chance.sample(names, chance.choice((0, 0, 1, 2))),
            "min_meetings": chance.choice((0, 1, 2)),
            "max_meetings": chance.choice((None, None, 1, 3)),
            "table": chance.choice((None, None, None, "t0", "t1")),
        }
        for i in range(7)
    ]
    ids = [person["id"] for person in people]
    requests = []
    for i in range(9):
        team = chance.sample(ids, 4)
        pin = {"slot": chance.choice(names), "table": chance.choice((None, "t2"))}
        requests.append(
            {
                "id": f"r{i}",
                "sides": [team[:1], team[1 : chance.choice((2, 3))], *([team[3:]] if chance.random() < 0.1 else [])],
                "value": chance.randint(1, 99),
                "must": chance.random() < 0.05,
                "slots": some(chance, names, 0.8),
                "pinned": pin if chance.random() < 0.1 else None,
                "after": [f"r{(i + chance.randint(1, 8)) % 9}"] if chance.random() < 0.15 else [],
            }
        )
    return {
        "format": "matchmaking-problem/1",
        "name": "random",
        "slots": slots,
        "tables": tables,
        "participants": people,
        "requests": requests,
    }


def some(chance: random.Random, names: list[str], often: float) -> list[str] | None:
    """Mostly None, else a few of the names."""
    return None if chance.random() < often else chance.sample(names, 3)


def broken_a_little(chance: random.Random, problem: dict[str, Any], schedule: dict[str, Any]) -> dict[str, Any]:
    """The schedule with up to three random changes."""
    changed: dict[str, Any] = json.loads(json.dumps(schedule))
    meetings, unplaced = changed["meetings"], changed["unplaced"]
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        kind = chance.randrange(8)
        if kind == 0 or not meetings:
            request = chance.choice(problem["requests"])
            meetings.append(a_meeting(chance, problem, request))
        elif kind == 1:
            chance.choice(meetings)["slot"] = chance.choice(problem["slots"])["id"]
        elif kind == 2:
            chance.choice(meetings)["table"] = chance.choice(problem["tables"])["id"]
        elif kind == 3:
            chance.choice(meetings)["participants"][0] = chance.choice(problem["participants"])["id"]
        elif kind == 4:
            gone = meetings.pop(chance.randrange(len(meetings)))
            if chance.random() < 0.5:
                unplaced.append({"request": gone["request"], "reason": chance.choice(("outranked", ""))})
        elif kind == 5 and unplaced:
            request = unplaced.pop(chance.randrange(len(unplaced)))["request"]
            found = next(row for row in problem["requests"] if row["id"] == request)
            meetings.append(a_meeting(chance, problem, found))
        elif kind == 6:
            changed["bound"] = chance.choice((None, 0, 10**6))
        else:
            chance.choice(meetings)[chance.choice(("request", "slot", "table"))] = "nobody knows"
    return changed


def a_meeting(chance: random.Random, problem: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    return {
        "request": request["id"],
        "participants": [chance.choice(side) for side in request["sides"]],
        "slot": chance.choice(problem["slots"])["id"],
        "table": chance.choice(problem["tables"])["id"],
    }


def compare(other: Any, schedules: int) -> int:
    """Judge that many schedules twice; 0 when nothing differs."""
    chance = random.Random(1)
    seen: Counter[bool] = Counter()
    codes: Counter[str] = Counter()
    while seen.total() < schedules:
        raw = a_problem(chance)
        problem = problem_from_json(raw)
        try:
            start = schedule_to_json(solve(problem, Options(work_limit=20)).schedule)
        except ImpossibleError:
            start = {"meetings": [], "unplaced": [{"request": r["id"], "reason": "none"} for r in raw["requests"]]}
        for _ in range(50):
            schedule = broken_a_little(chance, raw, {**start, "bound": start.get("bound")})
            ours, theirs = audit(problem, schedule_from_json(schedule)).to_json(), other.judge(raw, schedule)
            differing = [key for key in ("legal", *MEASURES) if ours[key] != theirs[key]]
            if differing:
                print(json.dumps({"problem": raw, "schedule": schedule, "ours": ours, "theirs": theirs}))
                print(f"the judges differ in {', '.join(differing)}", file=sys.stderr)
                return 1
            seen[ours["legal"]] += 1
            codes.update({rule["code"] for rule in ours["broken"]})
    print(f"{seen.total()} schedules, {seen[True]} legal and {seen[False]} broken: the judges agree on all")
    print("broken rules: " + ", ".join(f"{code} {n}" for code, n in sorted(codes.items())))
    return 0


def main() -> int:
    path = Path(sys.argv[1])
    spec = importlib.util.spec_from_file_location("other_judge", path)
    assert spec is not None
    assert spec.loader is not None
    other = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(other)
    return compare(other, int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)


if __name__ == "__main__":
    sys.exit(main())
