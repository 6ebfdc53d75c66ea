"""The exact model (CP-SAT) over some requests, everything else standing still.

    x[r,o,t] = 1  when request r is held by option o from slot t on

Each rule is stated by its own module in ``rules``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from scheduler.instance import NO_POOL, Instance, Option
from scheduler.masks import bits
from scheduler.plan import Plan
from scheduler.rules import attendance, limits, order, rows, sides, tables, walking

Literal = cp_model.IntVar
Key = tuple[int, int, int]
RULES = (sides, attendance, limits, tables, order, rows, walking)


@dataclass
class Model:
    """A CP-SAT model with its variables, by what they use: ``request``, ``use`` (unit, slot), ``units``, ``pool``
    (pool, slot)."""

    inst: Instance
    plan: Plan
    free: list[int]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: dict[Key, Literal] = field(default_factory=dict)
    request: dict[int, list[Literal]] = field(default_factory=dict)
    use: dict[tuple[int, int], list[Literal]] = field(default_factory=lambda: defaultdict(list))
    units: dict[int, list[Literal]] = field(default_factory=lambda: defaultdict(list))
    pool: dict[tuple[int, int], list[Literal]] = field(default_factory=lambda: defaultdict(list))

    def at_most(self, literals: Sequence[Literal], count: int) -> None:
        """At most ``count`` of the literals hold."""
        self.cp.add(cp_model.LinearExpr.sum(list(literals)) <= count)

    def weighted(self, terms: Sequence[tuple[int, Literal]]) -> cp_model.LinearExpr:
        """The sum of weight times literal."""
        return cp_model.LinearExpr.weighted_sum([x for _, x in terms], [weight for weight, _ in terms])


def build(plan: Plan, free: Iterable[int]) -> Model:
    """The model of all legal ways to place the ``free`` requests around the others. They must not be in the
    plan."""
    model = Model(plan.inst, plan, list(free))
    for r in model.free:
        model.request[r] = []
        for o, option in enumerate(plan.inst.options[r]):
            if plan.within_limits(option):
                for t in bits(plan.possible(r, option)):
                    _add(model, r, o, t)
    for rule in RULES:
        rule.constrain(model)
    return model


def _add(model: Model, r: int, o: int, t: int) -> None:
    """One variable, filed under everything that it uses."""
    variable = model.cp.new_bool_var("")
    option = model.inst.options[r][o]
    model.x[r, o, t] = variable
    model.request[r].append(variable)
    for unit in option.units:
        model.units[unit].append(variable)
    for s in range(t, t + model.inst.length[r]):
        for unit in option.units:
            model.use[unit, s].append(variable)
        if option.pool != NO_POOL:
            model.pool[option.pool, s].append(variable)


def hint(model: Model, placed: dict[int, tuple[Option, int]]) -> None:
    """Start the search from where the requests were."""
    for (r, o, t), variable in model.x.items():
        was = placed.get(r)
        model.cp.add_hint(variable, was is not None and was[1] == t and was[0] is model.inst.options[r][o])


def apply(model: Model, solver: cp_model.CpSolver) -> None:
    """Put the solution into the plan."""
    for (r, o, t), variable in model.x.items():
        if solver.boolean_value(variable):
            model.plan.place(r, model.inst.options[r][o], t)
