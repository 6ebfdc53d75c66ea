"""Re-planning: a published schedule meets a changed problem, and as few meetings as possible move.

What still holds stays. Then, the most valuable first, every request without a meeting is placed: into a free place,
which moves nothing, else after a chain of a few moves, as long as the budget lasts. No placed meeting is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from scheduler.bound import Rows, dual_bound, select
from scheduler.compile import compile_problem
from scheduler.construct import insert_any, place_freely
from scheduler.contradictions import refuse_contradictions
from scheduler.engine import solve
from scheduler.errors import ProblemError
from scheduler.instance import NO_POOL, Instance, Option
from scheduler.memory import collector_paused
from scheduler.options import Options, Progress, Result
from scheduler.plan import Plan
from scheduler.problem import Problem
from scheduler.result import result_of
from scheduler.run import Run
from scheduler.schedule import Meeting, Schedule
from scheduler.seat import seat

MOVES_PER_CHANGE = 3


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one request: ``kind`` is "added", "moved" (other slot or people), "reseated" (other table
    only) or "cancelled"; ``before`` and ``after`` are its meetings, None where there is none."""

    kind: str
    request: str
    before: Meeting | None
    after: Meeting | None


@dataclass(frozen=True, slots=True)
class Replan:
    """The new schedule and exactly what changed; ``lost`` counts published meetings that no longer held."""

    result: Result
    changes: tuple[Change, ...]
    lost: int

    def count(self, kind: str) -> int:
        """How many changes are of this kind."""
        return sum(change.kind == kind for change in self.changes)

    def summary(self) -> dict[str, object]:
        """The line that ``replan`` prints last."""
        kinds = ("added", "moved", "reseated", "cancelled")
        return {**self.result.summary(), "lost": self.lost, **{kind: self.count(kind) for kind in kinds}}


def replan(
    problem: Problem,
    published: Schedule,
    options: Options,
    now: str | None = None,
    max_moves: int | None = None,
    prices: Mapping[str, float] | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Replan:
    """The new schedule for the changed problem; see ``scheduler.replan``."""
    with collector_paused():
        return _replan(problem, published, Run(options, progress, stop), now, max_moves, prices)


def _replan(
    problem: Problem,
    published: Schedule,
    run: Run,
    now: str | None,
    max_moves: int | None,
    prices: Mapping[str, float] | None,
) -> Replan:
    whole = compile_problem(problem)
    refuse_contradictions(whole)
    if now is not None and now not in problem.slot_index:
        raise ProblemError("unknown_id", "now", f"there is no slot {now!r}")
    kept = keep_published(whole, published, 0 if now is None else problem.slot_index[now])
    inst, plan = kept.inst, kept.plan
    origin = list(zip(plan.at, plan.how, strict=True))
    budget = MOVES_PER_CHANGE * (len(kept.lost) + len(kept.new)) if max_moves is None else max_moves
    _fill(plan, budget, run, kept.touched() if max_moves is None else None)
    if any(must and t < 0 for must, t in zip(inst.must, plan.at, strict=True)):
        result = solve(problem, run.options, run.tell, run.asked, published)
        return Replan(result, _changes(published, result.schedule.meetings), len(kept.lost))
    price = _price(whole, prices, run.options)
    run.bound = dual_bound(whole, price)
    run.report("replan", plan)
    keep = _kept_tables(problem, plan, origin, published)
    result = result_of(plan, run, seat(inst, plan, run.stopped, keep=keep).table, price)
    return Replan(result, _changes(published, result.schedule.meetings), len(kept.lost))


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a published schedule still holds, as a plan; ``lost`` are the requests whose meeting does not, ``new``
    those that the schedule did not know."""

    inst: Instance
    plan: Plan
    lost: tuple[int, ...]
    new: tuple[int, ...]

    def touched(self) -> set[int]:
        """The units of everything lost or new."""
        requests = (*self.lost, *self.new)
        return {unit for r in requests for option in self.inst.options[r] for unit in option.units}


def keep_published(inst: Instance, published: Schedule, first: int) -> Kept:
    """Place every published meeting that still holds, and freeze the slots before ``first``."""
    problem = inst.problem
    found: dict[int, tuple[Option, int]] = {}
    homeless: set[int] = set()  # their table has closed: if somebody must go, then they
    known = {meeting.request for meeting in published.meetings} | {u.request for u in published.unplaced}
    for meeting in published.meetings:
        r, t = problem.request_index.get(meeting.request), problem.slot_index.get(meeting.slot)
        option = None if r is None or t is None else _same_people(inst, r, meeting, t)
        if r is not None and t is not None and option is not None and option.mask >> t & 1:
            found[r] = option, t
            if not inst.opened[problem.table_index.get(meeting.table, 0)] >> t & 1:
                homeless.add(r)
    later = ((1 << inst.n_slots) - 1) & ~((1 << first) - 1)
    past = {r for r, (_, t) in found.items() if t < first}
    options = inst.options
    if first:
        allowed = [1 << found[r][1] if r in past else later for r in range(len(options))]
        options = tuple(_only(mine, mask) for mine, mask in zip(options, allowed, strict=True))
    inst = replace(inst, options=options, fixed=tuple(f or r in past for r, f in enumerate(inst.fixed)))
    plan = Plan(inst)
    for r, (option, t) in sorted(found.items(), key=lambda item: (item[0] in homeless, item[1][1], item[0])):
        if plan.fits(r, option, t):
            plan.place(r, option, t)
    rank = problem.request_index
    lost = tuple(rank[m.request] for m in published.meetings if m.request in rank and plan.at[rank[m.request]] < 0)
    return Kept(inst, plan, lost, tuple(r for r, q in enumerate(problem.requests) if q.id not in known))


def _same_people(inst: Instance, r: int, meeting: Meeting, t: int) -> Option | None:
    """The option by which the meeting is held: its people and interpreter in its slot, at its table if possible."""
    names = [inst.problem.participant_index.get(person, -1) for person in meeting.participants]
    mine = [option for option in inst.options[r] if list(option.who) == names]
    if len(mine) < 2:
        return mine[0] if mine else None
    table = inst.problem.table_index.get(meeting.table, -1)
    pool = inst.pool_of.get(table, NO_POOL)

    def fit(option: Option) -> tuple[bool, bool, bool]:
        helper = None if option.interpreter < 0 else inst.unit_name(option.interpreter)
        seated = table in option.tables or (not option.tables and option.pool == pool)
        return helper == meeting.interpreter, bool(option.mask >> t & 1), seated

    return max(mine, key=fit, default=None)


def _only(options: tuple[Option, ...], mask: int) -> tuple[Option, ...]:
    return tuple(option._replace(mask=option.mask & mask) for option in options if option.mask & mask)


def _fill(plan: Plan, budget: int, run: Run, touched: set[int] | None) -> None:
    """Free places first, for everybody; then chains for the requests of the touched units (None: for all), the longer
    the later, while the budget of moves lasts. What no change has touched was tried when the schedule was made."""
    inst = plan.inst
    waiting = [r for r, t in enumerate(plan.at) if t < 0 and inst.options[r]]
    waiting.sort(key=lambda r: (not inst.must[r], -inst.value[r], r))
    waiting = [r for r in waiting if not any(place_freely(plan, r, inst.family(r, o)) for o in inst.families(r))]
    if touched is not None:
        near = {r for unit in touched for r in inst.requests_of[unit]}
        waiting = [r for r in waiting if inst.must[r] or r in near]
    for longest in (1, 2, MOVES_PER_CHANGE):
        for r in waiting:
            if run.stopped():
                return
            if plan.at[r] >= 0 or not any(plan.within_limits(option) for option in inst.options[r]):
                continue
            plan.journal.clear()
            placed = insert_any(plan, r, longest)
            moved = _moved(plan)
            if placed and moved <= budget:
                budget -= moved
            else:
                _undo(plan, r if placed else None)


def _moved(plan: Plan) -> int:
    """Meetings that the swaps in the journal have left in another slot."""
    was: dict[int, int] = {}
    for found, a, b in reversed(plan.journal):
        for r in found:
            now = was.get(r, plan.at[r])
            was[r] = b if now == a else a
    return sum(plan.at[r] != t for r, t in was.items())


def _undo(plan: Plan, added: int | None) -> None:
    """Take the added meeting out and all swaps back."""
    if added is not None:
        plan.remove(added)
    for found, a, b in reversed(plan.journal[:]):
        plan.swap(found, a, b)
    plan.journal.clear()


def _price(inst: Instance, prices: Mapping[str, float] | None, options: Options) -> list[float]:
    """Multipliers from an earlier run by name, or fresh ones."""
    rows = Rows(inst)
    if prices is None:
        selection = select(inst, options.goals)
        return [0.0] * len(rows.limits) if selection is None else selection.price
    return [prices.get(name, 0.0) for name in rows.names()]


def _kept_tables(
    problem: Problem, plan: Plan, origin: list[tuple[int, Option | None]], published: Schedule
) -> dict[int, int]:
    """Tables of the meetings that have neither moved nor changed their people."""
    keep = {}
    for meeting in published.meetings:
        r, table = problem.request_index.get(meeting.request), problem.table_index.get(meeting.table)
        if r is not None and table is not None and plan.at[r] >= 0 and origin[r] == (plan.at[r], plan.how[r]):
            keep[r] = table
    return keep


def _changes(published: Schedule, meetings: tuple[Meeting, ...]) -> tuple[Change, ...]:
    old = {meeting.request: meeting for meeting in published.meetings}
    new = {meeting.request: meeting for meeting in meetings}
    changes = []
    for request in dict.fromkeys((*old, *new)):
        before, after = old.get(request), new.get(request)
        if before != after:
            changes.append(Change(_kind(before, after), request, before, after))
    return tuple(changes)


def _kind(before: Meeting | None, after: Meeting | None) -> str:
    if before is None:
        return "added"
    if after is None:
        return "cancelled"
    same = (before.slot, before.participants) == (after.slot, after.participants)
    return "reseated" if same else "moved"
