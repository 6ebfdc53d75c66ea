"""The exact model (CP-SAT) over some requests, everything else standing still.

    x[r,o,t] = 1  when request r is held by option o in slot t

Rules, each a function below with its formula; the objective weighs value, minimum wishes and gaps so that the
first always outweighs the second and the second the third.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from scheduler.instance import Instance, Option
from scheduler.plan import Plan, bits

Literal = cp_model.IntVar
Key = tuple[int, int, int]


@dataclass
class Model:
    """A CP-SAT model with its variables; ``slots_of`` holds per (unit, slot) the variables that would use
    it."""

    inst: Instance
    plan: Plan
    free: list[int]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: dict[Key, Literal] = field(default_factory=dict)
    use: dict[tuple[int, int], list[Literal]] = field(default_factory=lambda: defaultdict(list))
    pool: dict[int, list[Literal]] = field(default_factory=lambda: defaultdict(list))
    units: dict[int, list[Literal]] = field(default_factory=lambda: defaultdict(list))
    value: list[tuple[int, Literal]] = field(default_factory=list)


def build(plan: Plan, free: Iterable[int]) -> Model:
    """The model of all legal ways to place the ``free`` requests around the others. They must not be in the
    plan."""
    model = Model(plan.inst, plan, list(free))
    _choose_once(model)
    _attend_one_at_a_time(model)
    _keep_limits(model)
    _fit_the_pool(model)
    _keep_order(model)
    _keep_rows_short(model)
    return model


def _choose_once(model: Model) -> None:
    """sum over o, t of x[r,o,t] <= 1, and = 1 for must-meetings."""
    inst, cp = model.inst, model.cp
    for r in model.free:
        mine = []
        for o, option in enumerate(inst.options[r]):
            if not model.plan.within_limits(option):
                continue
            for t in bits(model.plan.possible(r, option)):
                variable = cp.new_bool_var("")
                model.x[r, o, t] = variable
                mine.append(variable)
                model.value.append((inst.value[r], variable))
                for unit in option.units:
                    model.use[unit, t].append(variable)
                    model.units[unit].append(variable)
                if option.pool:
                    model.pool[t].append(variable)
        if inst.must[r]:
            cp.add_exactly_one(mine)
        elif mine:
            cp.add_at_most_one(mine)


def _attend_one_at_a_time(model: Model) -> None:
    """sum of x over everything of unit u in slot t <= 1."""
    for variables in model.use.values():
        if len(variables) > 1:
            model.cp.add_at_most_one(variables)


def _keep_limits(model: Model) -> None:
    """meetings of unit u <= limit[u], where slots alone do not say so."""
    for unit, variables in model.units.items():
        room = model.inst.limit[unit] - model.plan.load[unit]
        slots = sum(1 for t in range(model.inst.n_slots) if (unit, t) in model.use)
        if slots > room:
            model.cp.add(sum(variables) <= room)


def _fit_the_pool(model: Model) -> None:
    """pool meetings in slot t <= open pool tables in slot t."""
    for t, variables in model.pool.items():
        room = model.inst.pool[t] - model.plan.pool_used[t]
        if len(variables) > room:
            model.cp.add(sum(variables) <= room)


def _keep_order(model: Model) -> None:
    """b before r, both free: for each t, (b at t or later) + (r at t or earlier) <= 1. Fixed ones are in
    the masks."""
    inst = model.inst
    free = set(model.free)
    by_request: defaultdict[int, list[tuple[int, Literal]]] = defaultdict(list)
    for (r, _, t), variable in model.x.items():
        if inst.before[r] or inst.later[r]:
            by_request[r].append((t, variable))
    for r in model.free:
        for b in inst.before[r]:
            if b not in free:
                continue
            for t in range(inst.n_slots):
                late = [variable for s, variable in by_request[b] if s >= t]
                early = [variable for s, variable in by_request[r] if s <= t]
                if late and early:
                    model.cp.add_at_most_one(late + early)


def _keep_rows_short(model: Model) -> None:
    """Of any most_in_row[p] + 1 neighbouring slots of a day, p is free in one."""
    inst = model.inst
    for person in range(inst.n_people):
        most = inst.most_in_row[person]
        for day in inst.days if most and person in model.units else ():
            slots = list(bits(day))
            for window in zip(*(slots[k:] for k in range(most + 1)), strict=False):
                fixed = sum(model.plan.busy[person] >> t & 1 for t in window)
                literals = [x for t in window for x in model.use.get((person, t), ())]
                if literals:
                    model.cp.add(cp_model.LinearExpr.sum(literals) <= most - fixed)


def hint(model: Model, placed: dict[int, tuple[Option, int]]) -> None:
    """Start the search from where the requests were."""
    for (r, o, t), variable in model.x.items():
        was = placed.get(r)
        model.cp.add_hint(variable, was is not None and was[1] == t and was[0] is model.inst.options[r][o])


def shortfall(model: Model) -> list[Literal]:
    """Per participant below the wanted minimum: meetings still missing (one variable each)."""
    missing = []
    for person in {unit for unit in model.units if unit < model.inst.n_people}:
        want = model.inst.wanted[person] - model.plan.load[person]
        if want > 0:
            short = model.cp.new_int_var(0, want, "")
            model.cp.add(short >= want - sum(model.units[person]))
            missing.append(short)
    return missing


def apply(model: Model, solver: cp_model.CpSolver) -> None:
    """Put the solution into the plan."""
    for (r, o, t), variable in model.x.items():
        if solver.boolean_value(variable):
            model.plan.place(r, model.inst.options[r][o], t)
