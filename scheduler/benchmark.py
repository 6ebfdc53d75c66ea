"""The published benchmark solved exactly: two formulations race, the first proof wins.

A constructed and compacted schedule stands ready as the answer should time run out, because core-guided search has no
schedule to show before its proof.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.benchmark_model import BreaksModel, build
from scheduler.compact import Compactor
from scheduler.construct import construct
from scheduler.errors import ImpossibleError, ProblemError, SchedulerError
from scheduler.instance import Instance
from scheduler.options import Result
from scheduler.plan import Plan, bits
from scheduler.result import result_of
from scheduler.run import Run
from scheduler.seat import seat

STEPS = 40_000  # compaction attempts before the proof is tried


@dataclass(frozen=True)
class Proof:
    """``status`` is "optimal", "infeasible" or "unknown"; with "optimal" the slots by meeting and their breaks."""

    status: str
    slots: list[int]
    breaks: int
    bound: int


def minimise_breaks(inst: Instance, fairness: int | None, run: Run, start: Plan | None) -> Proof:
    """Race the native and the totalizer model on up to two threads; with one worker, native first for a while.
    ``start`` is a schedule that keeps all rules: proven optimal once a bound reaches its breaks."""
    race = _Race(inst, fairness, run, start)
    if run.options.workers >= 2 and run.options.work_limit is None:
        threads = [threading.Thread(target=race.enter, args=(kind, run.left)) for kind in (False, True)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            threads[0].join(0.02)
            threads[1].join(0.02)
            if run.stopped():
                race.finish()
    else:
        race.enter(False, min(20.0, run.left / 2))
        race.enter(True, run.left)
    return race.proof


class _Race:
    def __init__(self, inst: Instance, fairness: int | None, run: Run, start: Plan | None) -> None:
        self.start = start
        self.inst = inst
        self.fairness = fairness
        self.run = run
        self.proof = Proof("unknown", [], 0, 0)
        self._lock = threading.Lock()
        self._solvers: list[cp_model.CpSolver] = []
        self._over = False

    def enter(self, totalizers: bool, seconds: float) -> None:
        """Build one formulation and search until proof, time-out, or the other one's proof."""
        if self._is_over() or seconds <= 0:
            return
        model = build(self.inst, self.fairness, totalizers)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.optimize_with_core = True
        solver.parameters.linearization_level = 0
        solver.parameters.random_seed = self.run.options.seed % 2**31
        if self.run.options.work_limit is None:
            solver.parameters.max_time_in_seconds = max(0.01, seconds)
        else:
            solver.parameters.max_deterministic_time = 60.0
        solver.best_bound_callback = self._bounded
        with self._lock:
            self._solvers.append(solver)
        status = cp_model.UNKNOWN if self._is_over() else solver.solve(model.cp)
        self._arrive(model, solver, status)

    def _bounded(self, bound: float) -> None:
        """The start schedule is optimal as soon as the proven bound reaches its breaks."""
        if self.start is None or self._is_over():
            return
        breaks = sum(break_counts(self.inst, self.start))
        if math.ceil(bound - 1e-6) >= breaks:
            with self._lock:
                self.proof = Proof("optimal", self.start.at, breaks, breaks)
            self.finish()

    def _is_over(self) -> bool:
        with self._lock:
            return self._over

    def _arrive(self, model: BreaksModel, solver: cp_model.CpSolver, status: cp_model.CpSolverStatus) -> None:
        with self._lock:
            if self._over:
                return
            if status == cp_model.OPTIMAL:
                slots = [next(t for t, x in row.items() if solver.boolean_value(x)) for row in model.x]
                breaks = round(solver.objective_value)
                self.proof = Proof("optimal", slots, breaks, breaks)
            elif status == cp_model.INFEASIBLE:
                self.proof = Proof("infeasible", [], 0, 0)
            else:
                return
        self.finish()

    def finish(self) -> None:
        """Stop everybody still searching."""
        with self._lock:
            self._over = True
            for solver in self._solvers:
                solver.stop_search()


def break_counts(inst: Instance, plan: Plan) -> list[int]:
    """Per participant: maximal runs of slots without a meeting between two meetings, over the whole horizon."""
    counts = []
    for person in range(inst.n_people):
        slots = list(bits(plan.busy[person]))
        counts.append(sum(b - a > 1 for a, b in pairwise(slots)))
    return counts


def solve_benchmark(inst: Instance, run: Run) -> Result:
    """Fewest breaks with every meeting held: proven when time allows, else the compacted first plan."""
    if not all(inst.must) or any(len(options) != 1 for options in inst.options):
        raise ProblemError("not_b2b", "requests", "the b2b mode needs must-meetings with one participant a side")
    run.bound = sum(inst.value)
    plan = construct(inst, [0] * len(inst.options), run.within(0.2))
    complete = plan.value == run.bound
    if complete:
        Compactor(plan, run.options.seed, count_absence=True).run(STEPS, run.within(0.1), hot=2.0)
        run.report("construct", plan)
    fair = complete and _fair(inst, plan, run.options.fairness)
    if fair and not any(break_counts(inst, plan)):
        return replace(_result(plan, run), status="optimal", breaks=0)
    proof = minimise_breaks(inst, run.options.fairness, run, plan if fair else None)
    if proof.status == "infeasible":
        raise ImpossibleError("infeasible", "requests", "the meetings cannot all be held (proven)")
    if proof.status == "optimal":
        plan = Plan(inst)
        for m, t in enumerate(proof.slots):
            plan.place(m, inst.options[m][0], t)
        run.report("prove", plan)
    elif not fair:
        raise SchedulerError("out_of_time", "requests", "no schedule with all meetings was found in time")
    breaks = sum(break_counts(inst, plan))
    status = "optimal" if proof.status == "optimal" else "feasible"
    gap = 0.0 if status == "optimal" else 1.0
    return replace(_result(plan, run), status=status, breaks=breaks, gap=gap)


def _fair(inst: Instance, plan: Plan, fairness: int | None) -> bool:
    breaks = break_counts(inst, plan)
    return fairness is None or max(breaks, default=0) - min(breaks, default=0) <= fairness


def _result(plan: Plan, run: Run) -> Result:
    return result_of(plan, run, seat(plan.inst, plan, run.stopped).table, [0.0] * (plan.inst.n_units + 1))
