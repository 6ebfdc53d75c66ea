"""The parts of the directed score, each a small module. Every figure lies in [0, 1]; NaN says there is no input.

A part's `block(rows, cols)` gives, for participants at these positions, how well each of `cols` answers what each of
`rows` seeks: an array of len(rows) by len(cols). Its `reason` says in data why, for one pair.
"""

from typing import Protocol

from app.matching.parts.tables import FloatArray, IntArray
from app.matching.profiles import Profile
from app.matching.reasons import Reason


class Part(Protocol):
    """A part that is judged between two whole profiles."""

    def block(self, rows: IntArray, cols: IntArray) -> FloatArray: ...

    def reason(self, seeker: Profile, partner: Profile) -> Reason | None: ...
