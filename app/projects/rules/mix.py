"""The funding mix: who pays how much of the budget, how sure that is, and what is missing."""

from dataclasses import dataclass

from app.projects.kinds import FundingState, Source
from app.projects.rules.material import FULL, Project

SURE_FIRST = (FundingState.SECURED, FundingState.APPLIED, FundingState.PLANNED)


@dataclass(frozen=True)
class Share:
    """What one source gives in one state; `source` None is the gap. `part` in basis points of the larger of budget and
    money found, so that the parts of a bar add up to its length."""

    source: Source | None
    state: FundingState | None
    euros: int
    part: int


@dataclass(frozen=True)
class Mix:
    """All shares, by source in the order of their amounts, the gap last."""

    shares: tuple[Share, ...]
    budget: int
    found: int
    secured: int
    gap: int


def mix(project: Project) -> Mix:
    """The mix of everything that was not refused."""
    sums: dict[tuple[Source, FundingState], int] = {}
    by_source: dict[Source, int] = {}
    for line in project.funding:
        if line.counts:
            key = (line.source, line.state)
            sums[key] = sums.get(key, 0) + line.euros
            by_source[line.source] = by_source.get(line.source, 0) + line.euros
    whole = max(project.budget, project.found)
    keys = sorted(sums, key=lambda key: (-by_source[key[0]], key[0].value, SURE_FIRST.index(key[1])))
    shares = [Share(source, state, sums[source, state], _part(sums[source, state], whole)) for source, state in keys]
    gap = max(0, project.gap)
    if gap:
        shares.append(Share(None, None, gap, _part(gap, whole)))
    secured = sum(euros for (_source, state), euros in sums.items() if state is FundingState.SECURED)
    return Mix(tuple(shares), project.budget, project.found, secured, project.gap)


def _part(euros: int, whole: int) -> int:
    return euros * FULL // whole if whole else 0
