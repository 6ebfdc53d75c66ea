"""How the lists of an event came out, in figures an organiser can act on. Pure: nothing here knows the database."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.matching.advice import hints
from app.matching.metrics import exposure, gini
from app.matching.profiles import Profile
from app.matching.scoring import Ranked
from app.matching.weights import Weights

BINS = 10
MOST_WEAK = 200
"""So many participants without a good match are kept by name; `weak_total` counts all."""


@dataclass(frozen=True, slots=True)
class Weak:
    """A participant whose best match is not good: the best score, and what would help (codes of `advice.HINTS`)."""

    id: int
    best: float
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Histograms have `BINS` equal bins from 0 to 1. Scores lie in [0, 1]; `coverage` is the mean over listed pairs of
    the share of the weight that could be judged, both directions together."""

    people: int
    pairs: int
    pair_histogram: tuple[int, ...]
    best_histogram: tuple[int, ...]
    listed: int
    mean_listed: float
    coverage: float
    gini: float
    most_shown: int
    never_shown: int
    weak_total: int
    weak: tuple[Weak, ...]

    def as_data(self) -> dict[str, Any]:
        """A dictionary that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Overview":
        """The opposite of `as_data`."""
        weak = tuple(Weak(one["id"], one["best"], tuple(one["hints"])) for one in data["weak"])
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
        return cls(**{**values, "weak": weak})


def look_over(
    profiles: Sequence[Profile],
    best: Mapping[int, Sequence[Ranked]],
    listed: Mapping[int, Sequence[Ranked]],
    pair_histogram: NDArray[np.int64],
    weights: Weights,
    good: float,
) -> Overview:
    """Sum up: `best` are everybody's candidates by score, `listed` the fair lists, `pair_histogram` all pairs that no
    filter bars. `coverage` is left at 0; who knows the pairs puts it in."""
    tops = {profile.id: max((line.score for line in best.get(profile.id, ())), default=0.0) for profile in profiles}
    shown = exposure(([line.id for line in lines] for lines in listed.values()), tops)
    scores = [line.score for lines in listed.values() for line in lines]
    weak = sorted((p for p in profiles if tops[p.id] < good), key=lambda p: (tops[p.id], p.id))
    return Overview(
        people=len(profiles),
        pairs=int(pair_histogram.sum()),
        pair_histogram=tuple(int(count) for count in pair_histogram),
        best_histogram=tuple(int(count) for count in np.histogram(list(tops.values()), BINS, (0, 1))[0]),
        listed=len(scores),
        mean_listed=sum(scores) / len(scores) if scores else 0.0,
        coverage=0.0,
        gini=gini(shown.values()),
        most_shown=max(shown.values(), default=0),
        never_shown=sum(count == 0 for count in shown.values()),
        weak_total=len(weak),
        weak=tuple(
            Weak(p.id, tops[p.id], tuple(hint.code for hint in hints(p, weights))[:3]) for p in weak[:MOST_WEAK]
        ),
    )
