"""Breaks in the published benchmark's model: by prefix variables, counted in unary for each participant.

    held[p,t] = 1  p met in slot t or before     end[p,t] = 1  a break of p ends before slot t
    more[p,i] = 1  p has more than i breaks      minimise the sum of more

Counting by participant leaves one or two literals each in the objective instead of one per slot, and cores are found
among those. Somebody without a break meets in one window of as many slots as meetings, said by ``held`` alone: once a
meeting is placed, everything beyond the window is closed at once, which prefix variables by themselves only notice when
all meetings are placed.
"""

from __future__ import annotations

from scheduler.clauses import Clauses
from scheduler.instance import Instance


def breaks_in(busy: int) -> int:
    """Breaks of an agenda given as a mask of slots: maximal rows of meetings, less one."""
    return max(0, (busy & ~(busy << 1)).bit_count() - 1)


def count_breaks(
    rules: Clauses, inst: Instance, busy: list[dict[int, int]], starts: list[int], fairness: int | None
) -> list[list[int]]:
    """The variables ``more`` by participant, at most ``fairness`` of them true for anybody. That is the rule if
    somebody has no break in any schedule, because of meeting never, once or always; otherwise it is counted from the
    smallest number of breaks, and then a break may not be claimed without having it. ``starts`` as in ``Windows``."""
    sizes = [len(requests) for requests in inst.requests_of[: inst.n_people]]
    certain = any(size in (0, 1, inst.n_slots) for size in sizes)
    most = inst.n_slots if fairness is None or not certain else fairness
    exact = not certain and fairness is not None
    rows = [
        _more_breaks(rules, row, size, first, most, exact) if 1 < size < inst.n_slots else []
        for row, size, first in zip(busy, sizes, starts, strict=True)
    ]
    if fairness is not None and not certain:
        _share_breaks(rules, rows, fairness)
    return rows


def _more_breaks(rules: Clauses, row: dict[int, int], meetings: int, starts: int, most: int, exact: bool) -> list[int]:
    """held[p,t] >= u[p,t], held monotone; end[p,t] >= held[p,t-1] and not u[p,t-1] and u[p,t]; more[p] counts end."""
    held = _held(rules, row, exact)
    ends = []
    for t, now in row.items():
        before, last = held[t - 1] if t else None, row.get(t - 1)
        if before is not None and last != before:
            ends.append(_end(rules, before, last, now, exact))
    total = rules.unary(ends, most + 1, exact) if ends else []
    for literal in total[most:]:
        rules.clause(~literal)
    some = [total[0]] if total and most else []
    _one_window(rules, row, held, meetings, starts, some)
    return total[:most]


def _held(rules: Clauses, row: dict[int, int], exact: bool) -> list[int | None]:
    """By slot; None as long as it is certainly false."""
    held: list[int | None] = []
    for t in range(max(row, default=-1) + 1):
        before, now = held[-1] if held else None, row.get(t)
        if before is None or now is None:
            held.append(now if before is None else before)
            continue
        longer = rules.new()
        rules.clause(~before, longer)
        rules.clause(~now, longer)
        if exact:
            rules.clause(~longer, before, now)
        held.append(longer)
    return held


def _end(rules: Clauses, before: int, last: int | None, now: int, exact: bool) -> int:
    """A literal for: a break ends just before a meeting in this slot."""
    end = rules.new()
    rules.clause(end, ~before, ~now, *([] if last is None else [last]))
    if exact:
        rules.clause(~end, before)
        rules.clause(~end, now)
        if last is not None:
            rules.clause(~end, ~last)
    return end


def _one_window(
    rules: Clauses, row: dict[int, int], held: list[int | None], meetings: int, starts: int, some: list[int]
) -> None:
    """Implied, without a break: busy in slot t if and only if the first of k meetings lies in t-k+1 .. t,

    u[p,t] <=> held[p,t] and not held[p,t-k]   or some break.
    """
    for t, begun in enumerate(held):
        if begun is None:
            continue
        over, now = held[t - meetings] if t >= meetings else None, row.get(t)
        if over is not None and now is not None:
            rules.clause(*some, ~now, ~over)
        if over is not None or now != begun:
            rules.clause(*some, ~begun, *(literal for literal in (over, now) if literal is not None))
    before: int | None = None
    for t, begun in enumerate(held[: starts.bit_length()]):
        if begun is not None and begun != before and not starts >> t & 1:
            rules.clause(*some, ~begun, *([] if before is None else [before]))
        before = begun
    rules.clause(*some, *([] if before is None else [before]))


def _share_breaks(rules: Clauses, rows: list[list[int]], fairness: int) -> None:
    """fewest <= breaks of p <= fewest + fairness, in unary: everybody has more than i breaks if fewest > i."""
    deepest = max((len(row) for row in rows), default=0)
    fewest = [rules.new() for _ in range(deepest)]
    for higher, lower in zip(fewest[1:], fewest, strict=False):
        rules.clause(~higher, lower)
    for row in rows:
        for i, least in enumerate(fewest):
            rules.clause(~least, *row[i : i + 1])
        for i, literal in enumerate(row[fairness:]):
            rules.clause(~literal, fewest[i])
