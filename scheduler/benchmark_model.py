"""The published benchmark's model: hold every meeting, minimise breaks over the whole horizon, proven.

    x[m,t] = 1  meeting m takes place in slot t           u[p,t] = 1  participant p is busy in slot t

A break is a maximal run of slots without a meeting between two meetings, whether or not the participant is away. The
formulation follows the ablation of Bofill et al. (JAIR 74, 2022): channelled u, two implied constraints, capacity over
clusters of meetings that share a participant, breaks by prefix variables. Ours are the count of the slots of a session
for each participant (clauses cannot count), the objective over participants instead of slots and the window of those
without a break (both in ``benchmark_breaks``), and what the bounds leave no room for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.benchmark_bound import Bounds
from scheduler.benchmark_breaks import count_breaks
from scheduler.benchmark_prices import UNIT
from scheduler.clauses import Clauses
from scheduler.instance import Instance
from scheduler.plan import bits


@dataclass
class BreaksModel:
    """``x[m][t]`` and ``busy[p][t]`` are variables of ``rules``, as are ``breaks``, whose sum is minimised."""

    inst: Instance
    bounds: Bounds
    rules: Clauses = field(default_factory=Clauses)
    x: list[dict[int, int]] = field(default_factory=list)
    busy: list[dict[int, int]] = field(default_factory=list)
    breaks: list[list[int]] = field(default_factory=list)

    def minimised(self) -> Clauses:
        """The rules with the objective."""
        twin = self.rules.copy()
        twin.minimise([literal for row in self.breaks for literal in row])
        return twin

    def limited(self, most: int) -> Clauses:
        """The question whether there is a schedule with at most so many breaks.

        Whatever exceeds the price bound must fit between it and that number, for each participant and slot alone:

            breaks of p + sum_t w[t] u[p,t] - cheapest[p] <= most - bound
            (2 tables[t] - sum_p u[p,t]) w[t] <= most - bound
        """
        twin = self.rules.copy()
        twin.count([literal for row in self.breaks for literal in row], 0, most)
        priced = self.bounds.prices
        slack = UNIT * most - priced.total
        if slack < 0 or not any(priced.prices):
            return twin
        for row, more, cheapest in zip(self.busy, self.breaks, priced.cheapest, strict=True):
            terms = [(literal, price) for t, literal in row.items() if (price := priced.prices[t])]
            twin.weigh([*terms, *((literal, UNIT) for literal in more)], cheapest + slack)
        for t, price in enumerate(priced.prices):
            if price:
                people = [row[t] for row in self.busy if t in row]
                twin.count(people, 2 * self.inst.open_tables[t] - slack // price, len(people))
        return twin


def build(inst: Instance, bounds: Bounds, fairness: int | None) -> BreaksModel:
    """The whole model; ``fairness`` is the largest allowed difference in breaks between two participants."""
    model = BreaksModel(inst, bounds)
    _hold_every_meeting(model)
    _be_busy_in_one_meeting(model)
    _meet_as_often_as_asked(model)
    _fit_the_tables(model)
    _keep_order(model)
    model.breaks = count_breaks(model.rules, inst, model.busy, bounds.windows.starts, fairness)
    for crowd in bounds.windows.crowds:
        first = [row[0] for p in crowd.people if (row := model.breaks[p])]
        model.rules.count(first, crowd.least, len(crowd.people))
    return model


def _hold_every_meeting(model: BreaksModel) -> None:
    """sum_t x[m,t] = 1."""
    for options in model.inst.options:
        model.x.append({t: model.rules.new() for option in options for t in bits(option.mask)})
        model.rules.one(model.x[-1].values())


def _be_busy_in_one_meeting(model: BreaksModel) -> None:
    """Exactly one of: a meeting of p in t, or not u[p,t]."""
    for requests in model.inst.requests_of[: model.inst.n_people]:
        row = {}
        for t in range(model.inst.n_slots):
            mine = [model.x[m][t] for m in requests if t in model.x[m]]
            if mine:
                row[t] = model.rules.new()
                model.rules.one([*mine, ~row[t]])
        model.busy.append(row)


def _meet_as_often_as_asked(model: BreaksModel) -> None:
    """Implied: sum_t u[p,t] = number of p's meetings, and over the slots S of a session that binds some of them,

    meetings of p possible in S only <= sum over t in S of u[p,t] <= meetings of p possible in S.
    """
    sessions = _sessions(model.inst)
    for row, requests in zip(model.busy, model.inst.requests_of, strict=False):
        model.rules.count(list(row.values()), len(requests), len(requests))
        masks = [model.inst.options[m][0].mask for m in requests]
        for session in sessions:
            within = [literal for t, literal in row.items() if session >> t & 1]
            least = sum(not mask & ~session for mask in masks)
            most = sum(bool(mask & session) for mask in masks)
            if within and len(within) < len(row) and (least > 0 or most < len(requests)):
                model.rules.count(within, least, most)


def _sessions(inst: Instance) -> list[int]:
    """Masks of the slots to which some request is restricted by its own, pins aside."""
    problem = inst.problem
    named = {frozenset(q.slots) for q in problem.requests if q.slots is not None and q.pinned is None}
    return sorted(sum(1 << problem.slot_index[name] for name in names) for names in named)


def _fit_the_tables(model: BreaksModel) -> None:
    """sum_c cluster[c,t] <= tables, and implied: sum_p u[p,t] <= 2 tables (one-to-one meetings)."""
    inst = model.inst
    clusters = _clusters(inst)
    for t in range(inst.n_slots):
        held = [literal for c in clusters if (literal := _any_of(model, c, t)) is not None]
        people = [row[t] for row in model.busy if t in row]
        for literals, most in ((held, inst.open_tables[t]), (people, 2 * inst.open_tables[t])):
            if len(literals) > most:
                model.rules.count(literals, 0, most)


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


def _any_of(model: BreaksModel, cluster: tuple[int, list[int]], t: int) -> int | None:
    """A literal for: some meeting of the cluster takes place in slot t."""
    person, group = cluster
    if len(group) == len(model.inst.requests_of[person]):
        return model.busy[person].get(t)
    members = [model.x[m][t] for m in group if t in model.x[m]]
    if len(members) <= 1:
        return members[0] if members else None
    some = model.rules.new()
    model.rules.one([*members, ~some])
    return some


def _keep_order(model: BreaksModel) -> None:
    """b before m: for each t, (b at t or later) + (m at t or earlier) <= 1."""
    for m, earlier in enumerate(model.inst.before):
        for b in earlier:
            for t in range(model.inst.n_slots):
                late = [literal for s, literal in model.x[b].items() if s >= t]
                early = [literal for s, literal in model.x[m].items() if s <= t]
                model.rules.at_most_one(late + early)
