"""The selection bound: which meetings could be held if only loads and table-slots counted.

Linear program over z[r,o] in [0,1], the share of request r held by the family of options o:

    maximise    sum value[r] z[r,o]
    subject to  sum_o z[r,o] <= 1                                  (= 1 for must-meetings)
                sum over meetings of unit u             <= limit[u]
                sum of length over meetings of unit u   <= slots in which u is free      (where meetings are long)
                sum of length over meetings of kind k   <= table-slots of kind k

No times occur in it, so it is a relaxation of scheduling: a degree-constrained subgraph problem, and small.
The bound that is reported is not the solver's number. It is recomputed from its multipliers by weak duality
(Lagrange): for any a >= 0, one for each of the rows above but the first,

    bound(a) = sum of limits times a + sum_r max(0, max_o (value[r] - sum of a over what o takes))

holds whatever the solver did, up to rounding in floating-point addition, which is allowed for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csc_matrix, hstack, identity, vstack

from scheduler.goals import FAIRNESS, VALUE, Goal, comes_first, tolerance
from scheduler.instance import NO_POOL, Instance, Option

Column = tuple[int, int]
TINY = 1e-7  # marginals below this are zero


@dataclass(frozen=True)
class Selection:
    """``bound`` limits the value of every legal schedule; ``choice`` gives the option index the program
    selects per request (-1: not selected); ``price`` is the multiplier of each of the ``Rows``."""

    bound: int
    choice: list[int]
    price: list[float]


class Rows:
    """The program's rows but those of single requests: units, kinds of pool, then units with long meetings."""

    def __init__(self, inst: Instance) -> None:
        self.inst = inst
        long = [r for r, length in enumerate(inst.length) if length > 1] if inst.some_long else []
        stretched = sorted({unit for r in long for option in inst.options[r] for unit in option.units})
        self.first_kind = inst.n_units
        self.stretch = {unit: inst.n_units + len(inst.kind_room) + i for i, unit in enumerate(stretched)}
        self.limits = [*inst.limit, *inst.kind_room, *(inst.free[unit].bit_count() for unit in stretched)]

    def taken(self, r: int, option: Option) -> list[tuple[int, int]]:
        """(row, amount) of everything that an option takes."""
        length = self.inst.length[r]
        found = [(unit, 1) for unit in option.units]
        if option.pool != NO_POOL:
            found.append((self.first_kind + self.inst.pools[option.pool].kind, length))
        if self.stretch:
            found += [(self.stretch[unit], length) for unit in option.units if unit in self.stretch]
        return found

    def names(self) -> list[str]:
        """A stable name of each row, for prices that outlive the run."""
        inst = self.inst
        units = [inst.unit_name(unit) for unit in range(inst.n_people)]
        units += [f"unit:{inst.unit_name(unit)}" for unit in range(inst.n_people, inst.n_units)]
        serves = {pool.kind: inst.problem.tables[pool.tables[0]].serves for pool in inst.pools}
        kinds = [f"pool:{'+'.join(sorted(serves[kind]))}" for kind in range(len(inst.kind_room))]
        return [*units, *kinds, *(f"slots:{inst.unit_name(unit)}" for unit in self.stretch)]


def select(inst: Instance, goals: tuple[Goal, ...]) -> Selection | None:
    """Solve the selection program. None when it is infeasible, which proves that the must-meetings clash."""
    rows = Rows(inst)
    nothing = [-1] * len(inst.options)
    columns = [(r, o) for r in range(len(inst.options)) for o in inst.families(r)]
    if not columns:
        return None if any(inst.must) else Selection(0, nothing, [0.0] * len(rows.limits))
    if any(must and not options for must, options in zip(inst.must, inst.options, strict=True)):
        return None
    program = _Program(inst, rows, columns)
    answer = program.solve()
    if answer.status == 2:
        return None
    if answer.x is None:
        return Selection(sum(inst.value), nothing, [0.0] * len(rows.limits))
    price = [max(0.0, -float(m)) for m in answer.ineqlin.marginals[: len(rows.limits)]]
    choice = _round(inst, columns, answer.x)
    if _short_of_minimum(inst, choice):
        choice = _fair_choice(inst, program, goals, answer) or choice
    return Selection(dual_bound(inst, price), choice, price)


def _fair_choice(inst: Instance, program: _Program, goals: tuple[Goal, ...], best: OptimizeResult) -> list[int] | None:
    """The selection that misses the fewest minimum wishes; None when rounding costs more value than may be given."""
    gives = dict.fromkeys((tolerance(goals, VALUE), 0.0)) if comes_first(goals, VALUE, FAIRNESS) else (1.0,)
    for give in gives:
        answer = program.solve_fairly(give, best)
        if answer.x is None:
            continue
        choice = _round(inst, program.columns, answer.x[: len(program.columns)])
        value = sum(inst.value[r] for r, o in enumerate(choice) if o >= 0)
        if value >= math.floor(-best.fun * (1 - give)):
            return choice
    return None


def _short_of_minimum(inst: Instance, choice: list[int]) -> bool:
    """Whether the selection leaves anybody below a wanted minimum."""
    load = [0] * inst.n_people
    for r, o in enumerate(choice):
        for person in inst.options[r][o].who if o >= 0 else ():
            load[person] += 1
    return any(have < want for have, want in zip(load, inst.wanted, strict=True))


class _Program:
    """The linear program in the solver's form."""

    def __init__(self, inst: Instance, rows: Rows, columns: list[Column]) -> None:
        self.inst = inst
        self.columns = columns
        self.value = np.array([inst.value[r] for r, _ in columns], dtype=float)
        self.matrix, self.limits = _constraints(inst, rows, columns)
        self.musts = _musts(inst, columns)

    def solve(self) -> OptimizeResult:
        """Maximise the value."""
        n = len(self.columns)
        return self._solve(-self.value, self.matrix, self.limits, np.zeros(n), np.ones(n))

    def solve_fairly(self, give: float, best: OptimizeResult) -> OptimizeResult:
        """Minimise sum of missing[p] with missing[p] >= wanted[p] - load[p] >= 0.

        ``give`` is the share of the value that may be lost. Nothing: on the optimal face of ``best``, which
        complementary slackness describes. There variables with a reduced cost keep their bound, rows with a price stay
        full, and what is left is small. Otherwise, above a floor under the value, minimise missing - value / (1 + sum
        of all values), so that value decides between equals.
        """
        wanted = {person: want for person, want in enumerate(self.inst.wanted) if want}
        n = len(self.columns)
        lower, upper = np.zeros(n), np.ones(n)
        parts, limits = [self.matrix], list(self.limits)
        cost = -self.value / (1 + self.value.sum())
        if give:
            parts.append(csc_matrix(-self.value[None, :]))
            limits.append(-math.ceil(-best.fun * (1 - give)))
        else:
            cost = np.zeros(n)
            upper[best.lower.marginals > TINY] = 0
            lower[best.upper.marginals < -TINY] = 1
            full = np.flatnonzero(best.ineqlin.marginals < -TINY)
            parts.append(-self.matrix.tocsr()[full])
            limits += [-self.limits[row] for row in full]
        parts.append(-self.matrix.tocsr()[list(wanted)])
        limits += [-want for want in wanted.values()]
        filler = csc_matrix((len(limits) - len(wanted), len(wanted)))
        missing = vstack([filler, -identity(len(wanted))])
        return self._solve(
            np.concatenate([cost, np.ones(len(wanted))]),
            hstack([vstack(parts), missing]).tocsc(),
            limits,
            np.concatenate([lower, np.zeros(len(wanted))]),
            np.concatenate([upper, np.array(list(wanted.values()), dtype=float)]),
        )

    def _solve(
        self, cost: np.ndarray, matrix: csc_matrix, limits: list[float], lower: np.ndarray, upper: np.ndarray
    ) -> OptimizeResult:
        musts = self.musts
        if musts is not None and len(cost) > musts.shape[1]:
            musts = hstack([musts, csc_matrix((musts.shape[0], len(cost) - musts.shape[1]))])
        return linprog(
            cost,
            A_ub=matrix,
            b_ub=limits,
            A_eq=musts,
            b_eq=None if musts is None else np.ones(musts.shape[0]),
            bounds=np.column_stack([lower, upper]),
            method="highs-ds",
        )


def _musts(inst: Instance, columns: list[Column]) -> csc_matrix | None:
    """One row per must-meeting: its shares add up to one."""
    row = {r: i for i, r in enumerate(r for r, must in enumerate(inst.must) if must)}
    if not row:
        return None
    picked = [(row[r], j) for j, (r, _) in enumerate(columns) if r in row]
    places = ([i for i, _ in picked], [j for _, j in picked])
    return csc_matrix((np.ones(len(picked)), places), shape=(len(row), len(columns)))


def dual_bound(inst: Instance, price: list[float]) -> int:
    """The Lagrangian bound above for any prices; a whole number because values are."""
    rows = Rows(inst)
    terms = [math.fsum(limit * a for limit, a in zip(rows.limits, price, strict=True))]
    for r, options in enumerate(inst.options):
        value, best = inst.value[r], 0.0
        for o, option in enumerate(options):
            if r in inst.truncated:
                best = value  # a team that was left out might take nothing that has a price
            elif option.family == o:
                best = max(best, value - sum([amount * price[row] for row, amount in rows.taken(r, option)]))
        terms.append(best)
    return math.floor(math.fsum(terms) * (1 + 1e-12) + 1e-6)


def _constraints(inst: Instance, rows: Rows, columns: list[Column]) -> tuple[csc_matrix, list[float]]:
    """The rows, then one per request with several families."""
    limits: list[float] = list(rows.limits)
    choice_row: dict[int, int] = {}
    at: list[int] = []
    cols: list[int] = []
    amounts: list[int] = []
    for j, (r, o) in enumerate(columns):
        taken = rows.taken(r, inst.options[r][o])
        if len(inst.options[r]) > 1:
            if r not in choice_row:
                choice_row[r] = len(limits)
                limits.append(1)
            taken.append((choice_row[r], 1))
        for row, amount in taken:
            at.append(row)
            amounts.append(amount)
            cols.append(j)
    return csc_matrix((np.array(amounts, dtype=float), (at, cols)), shape=(len(limits), len(columns))), limits


def _round(inst: Instance, columns: list[Column], share: np.ndarray) -> list[int]:
    """Per request the family with the largest share, if together they make at least a half."""
    choice = [-1] * len(inst.options)
    best = [0.0] * len(inst.options)
    total = [0.0] * len(inst.options)
    for (r, o), x in zip(columns, share.tolist(), strict=True):
        total[r] += x
        if x > best[r]:
            best[r], choice[r] = x, o
    return [o if total[r] > 0.499 else -1 for r, o in enumerate(choice)]
