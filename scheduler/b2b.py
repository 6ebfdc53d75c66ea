"""The published benchmark format (.dzn): real brokerage events, all of whose meetings are to be held.

Bofill, Coll, Garcia, Giraldez-Cru, Pesant, Suy and Villaret, "Constraint Solving Approaches to the
Business-to-Business Meeting Scheduling Problem", JAIR 74 (2022) 263-301. Ids are the file's own numbers, counted from
1: meeting ``m7``, participant ``b12``, slot ``s3``, table ``t5``. All slots make one day, because the benchmark counts
breaks over the whole horizon.
"""

from __future__ import annotations

import re
from pathlib import Path

from scheduler.errors import ProblemError
from scheduler.problem import Participant, Pin, Problem, Request, Slot, Table

MORNING, AFTERNOON = 1, 2


def read_b2b(path: str | Path) -> Problem:
    """Read a .dzn file. Raises ``ProblemError`` naming the field that is missing or out of range."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ProblemError("unreadable", str(path), error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise ProblemError("not_dzn", str(path), "is not a text file") from None
    return problem_from_dzn(text, Path(path).stem)


def problem_from_dzn(text: str, name: str) -> Problem:
    """Every meeting becomes a must-request of value 1 with the benchmark's slots, pins and order."""
    n_people, n_tables = _number(text, "nBusiness"), _number(text, "nTables")
    n_slots, morning = _number(text, "nTotalSlots"), _number(text, "nMorningSlots")
    numbers = _numbers(text, "requested")
    triples = list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=False))
    if len(numbers) % 3 or len(triples) != _number(text, "nMeetings"):
        raise ProblemError("not_dzn", "requested", "does not hold nMeetings rows of three numbers")
    away = [{s for s in group if s} for group in _sets(text, "forbidden", n_people)]
    before = [{m for m in group if m} for group in _sets(text, "precedences", len(triples))]
    fixed = _numbers(text, "fixed")
    if len(fixed) != len(triples):
        raise ProblemError("not_dzn", "fixed", "does not hold one number per meeting")
    _in_range(triples, n_people, away, before, fixed, n_slots)
    return Problem(
        name=name,
        slots=tuple(Slot(f"s{s}", "d1") for s in range(1, n_slots + 1)),
        tables=tuple(Table(f"t{t}") for t in range(1, n_tables + 1)),
        participants=tuple(
            Participant(f"b{b}", away=frozenset(f"s{s}" for s in slots)) for b, slots in enumerate(away, 1)
        ),
        requests=tuple(
            Request(
                id=f"m{m}",
                sides=((f"b{a}",), (f"b{b}",)),
                value=1,
                must=True,
                slots=_session(session, morning, n_slots),
                pinned=Pin(f"s{at}") if at else None,
                after=tuple(f"m{e}" for e in sorted(earlier)),
            )
            for m, ((a, b, session), at, earlier) in enumerate(zip(triples, fixed, before, strict=True), 1)
        ),
    )


def _session(session: int, morning: int, n_slots: int) -> frozenset[str] | None:
    if session == MORNING:
        return frozenset(f"s{s}" for s in range(1, morning + 1))
    if session == AFTERNOON:
        return frozenset(f"s{s}" for s in range(morning + 1, n_slots + 1))
    return None


def _in_range(
    triples: list[tuple[int, int, int]],
    n_people: int,
    away: list[set[int]],
    before: list[set[int]],
    fixed: list[int],
    n_slots: int,
) -> None:
    for m, (a, b, _) in enumerate(triples, 1):
        if not (1 <= a <= n_people and 1 <= b <= n_people):
            raise ProblemError("unknown_id", f"requested row {m}", f"there is no participant {max(a, b)}")
        if not 0 <= fixed[m - 1] <= n_slots:
            raise ProblemError("unknown_id", f"fixed entry {m}", f"there is no slot {fixed[m - 1]}")
        if max(before[m - 1], default=0) > len(triples):
            raise ProblemError("unknown_id", f"precedences entry {m}", "names a meeting that does not exist")
    for b, slots in enumerate(away, 1):
        if max(slots, default=0) > n_slots:
            raise ProblemError("unknown_id", f"forbidden entry {b}", "names a slot that does not exist")


def _number(text: str, key: str) -> int:
    found = re.search(rf"\b{key}\s*=\s*(\d{{1,9}})\s*;", text)
    if found is None:
        raise ProblemError("not_dzn", key, "is missing or not a whole number")
    return int(found[1])


def _block(text: str, key: str) -> str:
    found = re.search(rf"\b{key}\s*=\s*\[(.*?)\]\s*;", text, re.DOTALL)
    if found is None:
        raise ProblemError("not_dzn", key, "is missing or not a list")
    return found[1]


def _numbers(text: str, key: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", _block(text, key))]


def _sets(text: str, key: str, length: int) -> list[list[int]]:
    groups = re.findall(r"\{([^}]*)\}", _block(text, key))
    if len(groups) != length:
        raise ProblemError("not_dzn", key, f"holds {len(groups)} sets instead of {length}")
    return [[int(number) for number in re.findall(r"\d+", group)] for group in groups]
