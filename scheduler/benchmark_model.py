"""The published benchmark's model: hold every meeting, minimise breaks over the whole horizon, proven.

    x[m,t] = 1  meeting m takes place in slot t           u[p,t] = 1  participant p is busy in slot t

A break is a maximal run of slots without a meeting between two meetings, whether or not the participant is away. The
formulation follows the ablation of Bofill et al. (JAIR 74, 2022): channelled u, two implied constraints, capacity over
clusters of meetings that share a participant, breaks by prefix variables. Cardinality is stated either natively or
through totalizers; neither is faster everywhere, so ``benchmark`` races them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from scheduler.instance import Instance
from scheduler.plan import bits

Literal = cp_model.IntVar
BoolLike = cp_model.IntVar | cp_model.NotBooleanVariable


@dataclass
class BreaksModel:
    """The model and its variables: ``x[m][t]``, ``busy[p][t]`` and ``ends[p]``, the break indicators of p."""

    inst: Instance
    totalizers: bool
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: list[dict[int, Literal]] = field(default_factory=list)
    busy: list[dict[int, Literal]] = field(default_factory=list)
    ends: list[list[Literal]] = field(default_factory=list)


def build(inst: Instance, fairness: int | None, totalizers: bool) -> BreaksModel:
    """The whole model; ``fairness`` is the largest allowed difference in breaks between two participants."""
    model = BreaksModel(inst, totalizers)
    _hold_every_meeting(model)
    _be_busy_in_one_meeting(model)
    _meet_as_often_as_asked(model)
    _fit_the_tables(model)
    _keep_order(model)
    _count_breaks(model)
    if fairness is not None:
        _share_breaks(model, fairness)
    model.cp.minimize(cp_model.LinearExpr.sum([end for ends in model.ends for end in ends]))
    return model


def _hold_every_meeting(model: BreaksModel) -> None:
    """sum_t x[m,t] = 1."""
    for options in model.inst.options:
        row = {t: model.cp.new_bool_var("") for option in options for t in bits(option.mask)}
        model.x.append(row)
        model.cp.add_exactly_one(row.values())


def _be_busy_in_one_meeting(model: BreaksModel) -> None:
    """Exactly one of: a meeting of p in t, or not u[p,t]."""
    inst, cp = model.inst, model.cp
    for person in range(inst.n_people):
        row = {}
        for t in bits(inst.free[person]):
            mine = [model.x[m][t] for m in inst.requests_of[person] if t in model.x[m]]
            if mine:
                row[t] = cp.new_bool_var("")
                cp.add_exactly_one([*mine, row[t].negated()])
        model.busy.append(row)


def _meet_as_often_as_asked(model: BreaksModel) -> None:
    """Implied: sum_t u[p,t] = number of p's meetings."""
    for person, row in enumerate(model.busy):
        _exactly(model, list(row.values()), len(model.inst.requests_of[person]))


def _fit_the_tables(model: BreaksModel) -> None:
    """sum_c cluster[c,t] <= tables, and implied: sum_p u[p,t] <= 2 tables (one-to-one meetings)."""
    inst = model.inst
    clusters = _clusters(inst)
    for t in range(inst.n_slots):
        held = [literal for c in clusters if (literal := _any_of(model, c, t)) is not None]
        _at_most(model, held, inst.pools[0].room[t])
        people = [row[t] for row in model.busy if t in row]
        _at_most(model, people, 2 * inst.pools[0].room[t])


def _clusters(inst: Instance) -> list[tuple[int, list[int]]]:
    """A partition of the meetings into groups sharing one participant: stars, the largest first."""
    open_meetings = [set(inst.requests_of[p]) for p in range(inst.n_people)]
    clusters: list[tuple[int, list[int]]] = []
    while True:
        person = max(range(inst.n_people), key=lambda p: len(open_meetings[p]), default=-1)
        if person < 0 or not open_meetings[person]:
            return clusters
        group = sorted(open_meetings[person])
        clusters.append((person, group))
        for mine in open_meetings:
            mine.difference_update(group)


def _any_of(model: BreaksModel, cluster: tuple[int, list[int]], t: int) -> Literal | None:
    """A literal for: some meeting of the cluster takes place in slot t."""
    person, group = cluster
    if len(group) == len(model.inst.requests_of[person]):
        return model.busy[person].get(t)
    members = [model.x[m][t] for m in group if t in model.x[m]]
    if len(members) <= 1:
        return members[0] if members else None
    some = model.cp.new_bool_var("")
    model.cp.add_exactly_one([*members, some.negated()])
    return some


def _keep_order(model: BreaksModel) -> None:
    """b before m: for each t, (b at t or later) + (m at t or earlier) <= 1."""
    for m, earlier in enumerate(model.inst.before):
        for b in earlier:
            for t in range(model.inst.n_slots):
                late = [literal for s, literal in model.x[b].items() if s >= t]
                early = [literal for s, literal in model.x[m].items() if s <= t]
                model.cp.add_at_most_one(late + early)


def _count_breaks(model: BreaksModel) -> None:
    """held[p,t] >= u[p,t], held monotone; ends[p,t] >= held[p,t] and not u[p,t] and u[p,t+1]."""
    for person, row in enumerate(model.busy):
        meetings = len(model.inst.requests_of[person])
        trivial = meetings <= 1 or meetings == model.inst.n_slots
        model.ends.append([] if trivial else _breaks_of(model, row))


def _breaks_of(model: BreaksModel, row: dict[int, Literal]) -> list[Literal]:
    cp = model.cp
    held: BoolLike | None = None
    ends = []
    for t in range(model.inst.n_slots):
        now = row.get(t)
        if held is not None and now is not None and row.get(t - 1) is not held:
            before = row.get(t - 1)
            end = cp.new_bool_var("")
            cp.add_bool_or([end, held.negated(), now.negated(), *([] if before is None else [before])])
            ends.append(end)
        if now is None:
            continue
        if held is None:
            held = now
        else:
            longer = cp.new_bool_var("")
            cp.add_implication(held, longer)
            cp.add_implication(now, longer)
            held = longer
    return ends


def _share_breaks(model: BreaksModel, fairness: int) -> None:
    """breaks of any two participants differ by at most ``fairness``. Someone who meets never, once or always has
    no break, and then the rule is: nobody has more than ``fairness``."""
    cp = model.cp
    certain = any(not ends for ends in model.ends)
    fewest = 0 if certain else cp.new_int_var(0, model.inst.n_slots, "")
    for ends in model.ends:
        breaks = cp_model.LinearExpr.sum(ends)
        if len(ends) > fairness or not certain:
            cp.add(breaks <= fewest + fairness)
        if not certain:
            cp.add(breaks >= fewest)


def _exactly(model: BreaksModel, literals: Sequence[Literal], count: int) -> None:
    if not model.totalizers or len(literals) <= 1:
        model.cp.add(cp_model.LinearExpr.sum(list(literals)) == count)
        return
    if len(literals) < count:
        model.cp.add_bool_or([])
        return
    total = _totalizer(model.cp, literals, count + 1, both=True)
    if count:
        model.cp.add_bool_and([total[count - 1]])
    if count < len(total):
        model.cp.add_bool_and([total[count].negated()])


def _at_most(model: BreaksModel, literals: Sequence[Literal], count: int) -> None:
    if len(literals) <= count:
        return
    if not model.totalizers:
        model.cp.add(cp_model.LinearExpr.sum(list(literals)) <= count)
        return
    total = _totalizer(model.cp, literals, count + 1, both=False)
    model.cp.add_bool_and([total[count].negated()])


def _totalizer(cp: cp_model.CpModel, literals: Sequence[Literal], most: int, both: bool) -> list[Literal]:
    """Unary count (Bailleux and Boufkhad, CP 2003): result[k] holds if more than k literals do, up to ``most``;
    with ``both`` also the other way round."""
    if len(literals) == 1:
        return list(literals)
    half = len(literals) // 2
    left = _totalizer(cp, literals[:half], most, both)
    right = _totalizer(cp, literals[half:], most, both)
    total = [cp.new_bool_var("") for _ in range(min(most, len(left) + len(right)))]
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            if 0 < i + j <= len(total):
                reasons = [left[i - 1].negated()] * (i > 0) + [right[j - 1].negated()] * (j > 0)
                cp.add_bool_or([*reasons, total[i + j - 1]])
            if both and i + j < len(total):
                reasons = [*left[i : i + 1], *right[j : j + 1]]
                cp.add_bool_or([*reasons, total[i + j].negated()])
    for higher, lower in zip(total[1:], total, strict=False):
        cp.add_implication(higher, lower)
    return total
