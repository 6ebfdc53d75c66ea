"""The selection bound: which meetings could be held if only loads and table-slots counted.

Linear program over z[r,o] in [0,1], the share of request r held by option o:

    maximise    sum value[r] z[r,o]
    subject to  sum_o z[r,o] <= 1                   (= 1 for must-meetings)
                sum over meetings of unit u <= limit[u]
                sum over pool meetings     <= sum_t pool[t]

No times occur in it, so it is a relaxation of scheduling: a degree-constrained subgraph problem, and small.
The bound that is reported is not the solver's number. It is recomputed from its multipliers by weak duality
(Lagrange): for any a >= 0

    bound(a) = sum_u limit[u] a[u] + pool a[pool] + sum_r max(0, max_o (value[r] - sum of a over what o
    takes))

holds whatever the solver did, up to rounding in floating-point addition, which is allowed for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csc_matrix, hstack, identity, vstack

from scheduler.instance import Instance

FAIR_COLUMNS = 40_000  # beyond this size a second solve for the minimum wishes takes too long


@dataclass(frozen=True)
class Selection:
    """``bound`` limits the value of every legal schedule; ``choice`` gives the option index the program
    selects per request (-1: not selected); ``price`` is the multiplier of each unit, then of the pool."""

    bound: int
    choice: list[int]
    price: list[float]


def select(inst: Instance) -> Selection | None:
    """Solve the selection program. None when it is infeasible, which proves that the must-meetings clash."""
    columns = [(r, o) for r, options in enumerate(inst.options) for o in range(len(options))]
    if not columns:
        return None if any(inst.must) else Selection(0, [-1] * len(inst.options), [0.0] * (inst.n_units + 1))
    if any(must and not options for must, options in zip(inst.must, inst.options, strict=True)):
        return None
    answer = _program(inst, columns, {})
    if answer.status == 2:
        return None
    if answer.x is None:
        return Selection(sum(inst.value), [-1] * len(inst.options), [0.0] * (inst.n_units + 1))
    price = [max(0.0, -float(m)) for m in answer.ineqlin.marginals[: inst.n_units + 1]]
    choice = _round(inst, columns, answer.x)
    if len(columns) <= FAIR_COLUMNS:
        short = _short_of_minimum(inst, choice)
        if short:
            again = _program(inst, columns, short)
            choice = choice if again.x is None else _round(inst, columns, again.x[: len(columns)])
    return Selection(dual_bound(inst, price), choice, price)


def _short_of_minimum(inst: Instance, choice: list[int]) -> dict[int, int]:
    """Everybody with a wanted minimum, if the selection leaves anybody below it."""
    load = [0] * inst.n_people
    for r, o in enumerate(choice):
        for person in inst.options[r][o].who if o >= 0 else ():
            load[person] += 1
    if all(have >= want for have, want in zip(load, inst.wanted, strict=True)):
        return {}
    return {person: want for person, want in enumerate(inst.wanted) if want}


def _program(inst: Instance, columns: list[tuple[int, int]], wanted: dict[int, int]) -> OptimizeResult:
    """Solve it. ``wanted`` adds the meetings missing to each minimum, together dearer than nothing but a tie:
    maximise value - e * missing with missing[p] >= wanted[p] - load[p] and e * sum of wanted < 1."""
    matrix, limits = _constraints(inst, columns)
    equal, n = _musts(inst, columns), len(columns)
    lower = np.zeros(n + len(wanted))
    upper = np.concatenate([np.ones(n), np.array(list(wanted.values()), dtype=float)])
    cost = np.concatenate(
        [
            -np.array([inst.value[r] for r, _ in columns], dtype=float),
            np.full(len(wanted), 1 / (1 + sum(wanted.values()))),
        ]
    )
    if wanted:
        people = list(wanted)
        loads = matrix.tocsr()[people]
        filler = csc_matrix((matrix.shape[0], len(people)))
        matrix = vstack([hstack([matrix, filler]), hstack([-loads, -identity(len(people))])]).tocsc()
        limits = [*limits, *(-want for want in wanted.values())]
    return linprog(
        cost,
        A_ub=matrix,
        b_ub=limits,
        A_eq=None if equal is None else hstack([equal, csc_matrix((equal.shape[0], len(wanted)))]),
        b_eq=None if equal is None else np.ones(equal.shape[0]),
        bounds=np.column_stack([lower, upper]),
        method="highs-ds",
    )


def _musts(inst: Instance, columns: list[tuple[int, int]]) -> csc_matrix | None:
    """One row per must-meeting: its shares add up to one."""
    row = {r: i for i, r in enumerate(r for r, must in enumerate(inst.must) if must)}
    if not row:
        return None
    picked = [(row[r], j) for j, (r, _) in enumerate(columns) if r in row]
    places = ([i for i, _ in picked], [j for _, j in picked])
    return csc_matrix((np.ones(len(picked)), places), shape=(len(row), len(columns)))


def dual_bound(inst: Instance, price: list[float]) -> int:
    """The Lagrangian bound above for any prices; a whole number because values are."""
    total = math.fsum(limit * a for limit, a in zip(inst.limit, price[: inst.n_units], strict=True))
    total += sum(inst.pool) * price[inst.n_units]
    terms = []
    for value, options in zip(inst.value, inst.options, strict=True):
        best = 0.0
        for option in options:
            cost = sum(price[u] for u in option.units) + (price[inst.n_units] if option.pool else 0.0)
            best = max(best, value - cost)
        terms.append(best)
    total += math.fsum(terms)
    return math.floor(total * (1 + 1e-12) + 1e-6)


def _constraints(inst: Instance, columns: list[tuple[int, int]]) -> tuple[csc_matrix, list[int]]:
    """Rows: one per unit, one for the pool, one per request with several options."""
    limits = [*inst.limit, sum(inst.pool)]
    choice_row: dict[int, int] = {}
    rows: list[int] = []
    cols: list[int] = []
    for j, (r, o) in enumerate(columns):
        option = inst.options[r][o]
        taken = [*option.units, inst.n_units] if option.pool else list(option.units)
        if len(inst.options[r]) > 1:
            if r not in choice_row:
                choice_row[r] = len(limits)
                limits.append(1)
            taken.append(choice_row[r])
        rows += taken
        cols += [j] * len(taken)
    return csc_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(limits), len(columns))), limits


def _round(inst: Instance, columns: list[tuple[int, int]], share: np.ndarray) -> list[int]:
    """Per request the option with the largest share, if together they make at least a half."""
    choice = [-1] * len(inst.options)
    best = [0.0] * len(inst.options)
    total = [0.0] * len(inst.options)
    for (r, o), x in zip(columns, share.tolist(), strict=True):
        total[r] += x
        if x > best[r]:
            best[r], choice[r] = x, o
    return [o if total[r] > 0.499 else -1 for r, o in enumerate(choice)]
