"""The judge: every broken rule and every measure of a schedule, recomputed from the problem alone.

It imports no solver and shares no code with the model, so that a mistake there cannot hide here. What makes a
schedule legal and how the measures are defined follows the exchange format, version 1, and the fields beyond it.
"""

from __future__ import annotations

from scheduler.judging import accounts, people, places
from scheduler.judging.diary import Diary
from scheduler.judging.findings import Broken, Judgement, Measures
from scheduler.problem import Problem
from scheduler.schedule import Schedule

__all__ = ["Broken", "Judgement", "Measures", "audit"]

RULES = (
    people.sides,
    people.attendance,
    people.loads,
    people.rows,
    people.languages,
    people.walking,
    places.tables,
    places.own_tables,
    places.ways,
    places.times,
    accounts.musts_and_order,
    accounts.bookkeeping,
)


def audit(problem: Problem, schedule: Schedule) -> Judgement:
    """Judge a schedule. Never raises on a bad schedule: whatever is wrong with it is in ``broken``."""
    diary = Diary(problem, schedule)
    broken = (*diary.unknown, *(found for rule in RULES for found in rule(diary)))
    return Judgement(broken, accounts.measures(diary), schedule.bound)
