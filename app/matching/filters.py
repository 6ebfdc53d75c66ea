"""Who is never proposed to whom, whatever the score."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.matching.profiles import Profile

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Filters:
    """The hard rules; colleagues of one organisation and one person with itself are always barred.

    `vetoes`: pairs of participant ids, in any order, of which one side said "do not meet". `may_ask`: pairs (type of
    the asker, type of the asked) that the event allows; None allows all, and with it a participant without type may
    neither ask nor be asked. `free_slots`: for each participant id the slots it is free in; None asks nothing, and a
    participant missing from the mapping is free in all. `allowed(seeker, partner)`: any further rule; it is called
    for every pair still standing, so it suits small events.
    """

    vetoes: frozenset[tuple[int, int]] = frozenset()
    may_ask: frozenset[tuple[str, str]] | None = None
    free_slots: Mapping[int, frozenset[int]] | None = None
    allowed: Callable[[Profile, Profile], bool] | None = field(default=None)


NO_FILTERS = Filters()


class Bars:
    """The filters over all profiles of an event, ready for many pairs."""

    def __init__(self, filters: Filters, profiles: Sequence[Profile]) -> None:
        self._filters, self._profiles = filters, profiles
        self._ids = np.array([profile.id for profile in profiles], dtype=np.int64)
        self._organisations = np.array([profile.organisation_id for profile in profiles], dtype=np.int64)
        types = sorted({profile.participant_type or "" for profile in profiles})
        self._types = np.array([types.index(profile.participant_type or "") for profile in profiles], dtype=np.int64)
        grid = filters.may_ask
        self._grid = np.array([[grid is None or (one, two) in grid for two in types] for one in types])
        self._free = self._free_table()
        place = {profile.id: at for at, profile in enumerate(profiles)}
        self._vetoed: dict[int, list[int]] = {}
        for one, two in filters.vetoes:
            if one in place and two in place:
                self._vetoed.setdefault(place[one], []).append(place[two])
                self._vetoed.setdefault(place[two], []).append(place[one])

    def _free_table(self) -> NDArray[np.float32] | None:
        free = self._filters.free_slots
        if free is None:
            return None
        slots = sorted({slot for free_ones in free.values() for slot in free_ones})
        everything = frozenset(slots)
        rows = [[slot in free.get(profile.id, everything) for slot in slots] for profile in self._profiles]
        return np.array(rows, dtype=np.float32).reshape(len(self._profiles), len(slots))

    def block(self, rows: IntArray, cols: IntArray) -> BoolArray:
        """True where the pair is barred: len(rows) by len(cols), rows ask."""
        barred = self._organisations[rows][:, None] == self._organisations[cols][None, :]
        barred |= self._ids[rows][:, None] == self._ids[cols][None, :]
        if self._filters.may_ask is not None:
            barred |= ~self._grid[self._types[rows]][:, self._types[cols]]
        if self._free is not None:
            barred |= self._free[rows] @ self._free[cols].T == 0
        if self._vetoed:
            self._bar_vetoed(barred, rows, cols)
        if self._filters.allowed is not None:
            for row, col in np.argwhere(~barred):
                one, two = self._profiles[rows[row]], self._profiles[cols[col]]
                barred[row, col] = not self._filters.allowed(one, two)
        return np.asarray(barred)

    def _bar_vetoed(self, barred: BoolArray, rows: IntArray, cols: IntArray) -> None:
        for row, place in enumerate(rows):
            if int(place) in self._vetoed:
                barred[row] |= np.isin(cols, self._vetoed[int(place)])
