"""The published benchmark solved exactly: two formulations race, the first proof wins.

A constructed and compacted schedule stands ready as the answer should time run out, because core-guided search has no
schedule to show before its proof.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.benchmark_model import BreaksModel, build, start_from
from scheduler.instance import Instance
from scheduler.plan import Plan, bits
from scheduler.run import Run


@dataclass(frozen=True)
class Proof:
    """``status`` is "optimal", "infeasible" or "unknown"; with "optimal" the slots by meeting and their breaks."""

    status: str
    slots: list[int]
    breaks: int
    bound: int


def minimise_breaks(inst: Instance, fairness: int | None, run: Run, start: Plan | None) -> Proof:
    """Race the native and the totalizer model on up to two threads; with one worker, native first for a while.
    ``start`` is a schedule that keeps all rules: a hint, and its breaks an upper limit."""
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
        if self.start is not None:
            start_from(model, self.start.at, sum(break_counts(self.inst, self.start)))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.optimize_with_core = True
        solver.parameters.linearization_level = 0
        solver.parameters.random_seed = self.run.options.seed % 2**31
        if self.run.options.work_limit is None:
            solver.parameters.max_time_in_seconds = max(0.01, seconds)
        else:
            solver.parameters.max_deterministic_time = 60.0
        with self._lock:
            self._solvers.append(solver)
        status = cp_model.UNKNOWN if self._is_over() else solver.solve(model.cp)
        self._arrive(model, solver, status)

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
