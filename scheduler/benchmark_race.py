"""The proof: two searches that help each other, one by cores, one asking whether so few breaks suffice.

``prove`` minimises breaks by core-guided search; each core raises the lower bound. ``ask`` takes the lower bound for
the answer and looks for a schedule with no more breaks; a refusal raises the bound as well. It always tries a meeting's
absence first instead of returning to what it tried last, so that the two differ: the first is better at refusing, the
second at finding. Either uses what the other has learnt about the bound.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

from ortools.sat.python import cp_model_helper
from ortools.sat.python.cp_model_helper import FEASIBLE, INFEASIBLE, MODEL_INVALID, OPTIMAL

from scheduler.benchmark_breaks import breaks_in
from scheduler.benchmark_model import BreaksModel
from scheduler.clauses import Clauses
from scheduler.run import Run

POLL = 0.01  # seconds between two looks at the searches
LIMITED = 60.0  # deterministic time of each search where the clock plays no part
PATIENCE = 5.0  # seconds (deterministic time) for the first question while no schedule is known
GROWTH = 1.5  # of the patience from one question to the next
SLACK = 1e-6  # rounding of the solver's bound


@dataclass
class Proof:
    """What is known: no schedule has fewer than ``lower`` breaks; one with ``upper`` exists (None: none is known yet),
    with ``slots`` by meeting if it was found by search; ``infeasible`` once it is certain that there is none."""

    lower: int
    upper: int | None
    slots: list[int] | None = None
    infeasible: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing is left to prove."""
        return self.infeasible or (self.upper is not None and self.lower >= self.upper)


class Race:
    """The searches of one model, on as many threads as there are workers, at most two."""

    def __init__(self, model: BreaksModel, proof: Proof, run: Run) -> None:
        self.model = model
        self.proof = proof
        self.run = run
        self.timed = run.options.work_limit is None
        self._cancelled = False
        self._lock = threading.Lock()
        self._searching: dict[cp_model_helper.SolveWrapper, int | None] = {}
        jobs = [self._ask, self._prove] if run.options.workers >= 2 and self.timed else [self._ask_and_prove]
        self._threads = [threading.Thread(target=job, args=(run.left if self.timed else LIMITED,)) for job in jobs]
        for thread in self._threads:
            thread.start()

    def step(self) -> bool:
        """Wait a moment and end what has become pointless; whether anybody still searches."""
        for thread in self._threads:
            thread.join(POLL)
        self._cancelled |= self.run.stopped()
        with self._lock:
            for solver, most in self._searching.items():
                if self._over or (most is not None and most < self.proof.lower):
                    solver.stop_search()
        return any(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        """End all searches, whatever has happened."""
        self._cancelled = True
        while self.step():
            pass

    @property
    def _over(self) -> bool:
        return self._cancelled or self.proof.done

    def _ask_and_prove(self, budget: float) -> None:
        """One after the other, for one worker."""
        self._ask(budget / 2 if self.timed else budget)
        self._prove(self.run.left if self.timed else budget)

    def _prove(self, budget: float) -> None:
        """Core-guided: the first schedule found is the best."""
        if not self._over:
            response = self._search(self.model.minimised(), None, budget)
            if response.status == INFEASIBLE:
                self.proof.infeasible = True
            elif response.status == OPTIMAL:
                self._found(response)
                self._raise(response.objective_value)

    def _ask(self, budget: float) -> None:
        """For a schedule with no more breaks than the bound. As long as none is known, now and then for any, and only
        for any once the first question has been refused: there may be none."""
        anything = sum(map(len, self.model.breaks))
        patience, refused, any_next = PATIENCE, False, False
        while not self._over and budget > 0:
            unknown = self.proof.upper is None
            most = anything if unknown and (refused or any_next) else self.proof.lower
            limit = min(budget, patience) if unknown and not refused else budget
            response = self._search(self.model.limited(most), most if most < anything else None, limit)
            if response.status in (OPTIMAL, FEASIBLE):
                self._found(response)
            elif response.status == INFEASIBLE:
                refused = True
                self.proof.infeasible |= most >= anything
                self._raise(most + 1)
            else:
                any_next, patience = not any_next, GROWTH * patience
            budget -= response.wall_time if self.timed else response.deterministic_time

    def _search(self, rules: Clauses, most: int | None, budget: float) -> cp_model_helper.CpSolverResponse:
        """One run of the solver, to be stopped once ``most`` is below the bound."""
        solver = cp_model_helper.SolveWrapper()
        settings = self._settings(budget)
        if rules.has_objective:
            settings.optimize_with_core = True
            solver.add_best_bound_callback(self._raise)
        else:
            settings.use_phase_saving = False
        solver.set_parameters(settings)
        with self._lock:
            self._searching[solver] = most
        response: cp_model_helper.CpSolverResponse = solver.solve(rules.proto)  # type: ignore[no-untyped-call]
        with self._lock:
            del self._searching[solver]
        assert response.status != MODEL_INVALID
        return response

    def _settings(self, budget: float) -> cp_model_helper.SatParameters:
        """No linear relaxation, which is weak here, and one round of presolve: more take longer than they save."""
        settings = cp_model_helper.SatParameters()
        settings.num_workers = 1
        settings.linearization_level = 0
        settings.max_presolve_iterations = 1
        settings.random_seed = self.run.options.seed % 2**31
        if self.timed:
            settings.max_time_in_seconds = max(0.01, budget)
        else:
            settings.max_deterministic_time = budget
        return settings

    def _raise(self, bound: float) -> None:
        if math.isfinite(bound):  # infinite once there is no schedule at all
            with self._lock:
                self.proof.lower = max(self.proof.lower, math.ceil(bound - SLACK))

    def _found(self, response: cp_model_helper.CpSolverResponse) -> None:
        solution = list(response.solution)
        slots = [next(t for t, x in row.items() if solution[x]) for row in self.model.x]
        busy = [sum(1 << t for t, u in row.items() if solution[u]) for row in self.model.busy]
        breaks = sum(map(breaks_in, busy))
        with self._lock:
            if self.proof.upper is None or breaks < self.proof.upper:
                self.proof.slots, self.proof.upper = slots, breaks
