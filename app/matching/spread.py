"""Fair lists: nobody fills everybody's page, and one list does not name one organisation five times.

Both steps only reorder or leave out; they never change a score.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.matching.scoring import Ranked

Lists = Mapping[int, Sequence[Ranked]]


@dataclass(frozen=True, slots=True)
class SpreadRules:
    """`length` of each list; at most `per_organisation` colleagues in one list; nobody in more than `cap` lists.

    `quiet_boost` is added, for ordering only, to the score of participants in `quiet` (those with few requests so far).
    """

    length: int = 20
    per_organisation: int = 2
    cap: int | None = None
    quiet_boost: float = 0.0
    quiet: frozenset[int] = frozenset()


def default_cap(people: int, length: int) -> int:
    """Three times the average: with all lists full, everyone is on `length` lists on average."""
    return max(1, min(people - 1, 3 * length))


def spread(
    lists: Lists,
    organisation_of: Callable[[int], int],
    rules: SpreadRules,
    shown_before: Mapping[int, int] | None = None,
) -> dict[int, list[Ranked]]:
    """Cut long candidate lists down to `rules.length`, round by round.

    In each round everyone, the worst-served first (lowest best score), takes the best candidate that the rules still
    allow. So a popular participant goes to those who have the least choice. Give candidates well beyond `length`, or
    lists stay short. `shown_before` says on how many other lists people stand already. The same input gives the same
    lists; an owner's entries keep the order in which they were taken.
    """
    waiting = {owner: iter(_ordered(lines, rules)) for owner, lines in lists.items()}
    order = sorted(lists, key=lambda owner: (max((line.score for line in lists[owner]), default=0.0), owner))
    taken: dict[int, list[Ranked]] = {owner: [] for owner in lists}
    seats: dict[int, Counter[int]] = {owner: Counter() for owner in lists}
    shown: Counter[int] = Counter(shown_before or {})
    for _ in range(rules.length):
        for owner in order:
            for line in waiting[owner]:
                organisation = organisation_of(line.id)
                full = rules.cap is not None and shown[line.id] >= rules.cap
                if not full and seats[owner][organisation] < rules.per_organisation:
                    taken[owner].append(line)
                    seats[owner][organisation] += 1
                    shown[line.id] += 1
                    break
    return taken


def _ordered(lines: Sequence[Ranked], rules: SpreadRules) -> list[Ranked]:
    def key(line: Ranked) -> tuple[float, int]:
        return -(line.score + (rules.quiet_boost if line.id in rules.quiet else 0.0)), line.id

    return sorted(lines, key=key)
