"""A model of Boolean variables, written directly in CP-SAT's own format.

A literal is a whole number as in that format: the index of a variable, or ``~index`` for its negation. The format is
reached through the part of OR-Tools beneath ``cp_model``: that one imports pandas, which takes longer than proving most
of the published benchmark's instances.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model_helper


class Clauses:
    """Variables and constraints so far. Copies are independent."""

    def __init__(self) -> None:
        self.proto = cp_model_helper.CpModelProto()

    def copy(self) -> Clauses:
        """The same model, to go on differently."""
        twin = Clauses()
        twin.proto.copy_from(self.proto)
        return twin

    @property
    def has_objective(self) -> bool:
        """Whether something is to be minimised."""
        return len(self.proto.objective.vars) > 0

    def new(self) -> int:
        """A new Boolean variable."""
        self.proto.variables.add().domain.extend((0, 1))
        return len(self.proto.variables) - 1

    def clause(self, *literals: int) -> None:
        """At least one of them."""
        self.proto.constraints.add().bool_or.literals.extend(literals)

    def one(self, literals: Iterable[int]) -> None:
        """Exactly one of them."""
        self.proto.constraints.add().exactly_one.literals.extend(literals)

    def at_most_one(self, literals: Iterable[int]) -> None:
        """None or one of them."""
        self.proto.constraints.add().at_most_one.literals.extend(literals)

    def count(self, variables: Sequence[int], least: int, most: int) -> None:
        """Between ``least`` and ``most`` of these variables (no negations)."""
        linear = self.proto.constraints.add().linear
        linear.vars.extend(variables)
        linear.coeffs.extend([1] * len(variables))
        linear.domain.extend((least, most))

    def weigh(self, terms: Sequence[tuple[int, int]], most: int) -> None:
        """The weights (not negative) of the true ones among these (variable, weight) add up to at most ``most``."""
        linear = self.proto.constraints.add().linear
        linear.vars.extend(variable for variable, _ in terms)
        linear.coeffs.extend(weight for _, weight in terms)
        linear.domain.extend((0, most))

    def minimise(self, variables: Sequence[int]) -> None:
        """The objective: as few of these variables as possible."""
        self.proto.objective.vars.extend(variables)
        self.proto.objective.coeffs.extend([1] * len(variables))

    def unary(self, literals: Sequence[int], most: int, exact: bool) -> list[int]:
        """Totalizer (Bailleux and Boufkhad, CP 2003): result[k] holds if more than k literals do, up to ``most``; with
        ``exact`` only then. At least one literal."""
        if len(literals) == 1:
            return list(literals)
        half = len(literals) // 2
        left, right = (self.unary(part, most, exact) for part in (literals[:half], literals[half:]))
        total = [self.new() for _ in range(min(most, len(left) + len(right)))]
        for i in range(len(left) + 1):
            for j in range(len(right) + 1):
                if 0 < i + j <= len(total):
                    reasons = [~literal for literal in (*left[max(0, i - 1) : i], *right[max(0, j - 1) : j])]
                    self.clause(*reasons, total[i + j - 1])
                if exact and i + j < len(total):
                    self.clause(*left[i : i + 1], *right[j : j + 1], ~total[i + j])
        for higher, lower in zip(total[1:], total, strict=False):
            self.clause(~higher, lower)
        return total
