"""What a meeting request is worth to the timetable: the number the scheduler adds up."""

import math

PRIORITY_BASE = {"must": 55, "high": 35, "normal": 15}
SCORE_SPAN = 30
MUTUAL_BONUS = 15


def value_of_request(priority: str, score: float | None, *, mutual: bool) -> int:
    """The value of one request: an integer from 1 to 100.

    value = base(priority) + 30 · score + 15 if both asked for each other; base is 55 for 'must', 35 for 'high', 15 for
    'normal'. `score` is the reciprocal score in [0, 1]; None counts as 0. So a step in priority is worth two thirds of
    the whole span of the score, and mutual interest half of it. Raises ValueError for another priority or score.
    """
    if priority not in PRIORITY_BASE:
        raise ValueError(f"priority must be one of {', '.join(PRIORITY_BASE)}, not {priority!r}")
    known = 0.0 if score is None else score
    if not 0 <= known <= 1:
        raise ValueError(f"score must lie between 0 and 1, not {score}")
    # Half up, so that the page's formula and a reader's pencil agree (round() would go to even).
    return PRIORITY_BASE[priority] + math.floor(SCORE_SPAN * known + 0.5) + (MUTUAL_BONUS if mutual else 0)
