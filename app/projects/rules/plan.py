"""Completeness of a business plan.

The sections and what is asked in each follow the topics on which the Commission's technical assistance for
interregional partnerships advises: mix of sources, vehicle, governance, business model, marketing and sales,
financials, cash flow, due diligence, intellectual property.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.projects.kinds import PlanSection
from app.projects.rules.cashflow import cash_flow
from app.projects.rules.material import Project

LEAST_WORDS = 30
"""A section with fewer words says too little to be judged; long enough for three sentences."""

QUESTIONS: dict[PlanSection, int] = {
    PlanSection.MARKET: 3,
    PlanSection.MODEL: 3,
    PlanSection.OPERATIONS: 3,
    PlanSection.GOVERNANCE: 3,
    PlanSection.IPR: 2,
    PlanSection.FINANCIALS: 3,
    PlanSection.CASH_FLOW: 2,
    PlanSection.RISK: 2,
    PlanSection.EXIT: 2,
}
"""How many points of each section are ticked off; the pages put them into words."""


@dataclass(frozen=True)
class Section:
    """One section as somebody wrote it; `answered` are the numbers of the points that are ticked off."""

    text: str = ""
    answered: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Judged:
    """What a section lacks, as codes: 'too_short', 'points', 'no_budget', 'no_cash_flow'; nothing when complete."""

    section: PlanSection
    words: int
    lacking: tuple[str, ...]
    open_points: tuple[int, ...]

    @property
    def complete(self) -> bool:
        return not self.lacking


def judge(sections: Mapping[PlanSection, Section], project: Project) -> list[Judged]:
    """Every section in order, also those nobody wrote yet."""
    return [_judge(kind, sections.get(kind, Section()), project) for kind in PlanSection]


def _judge(kind: PlanSection, section: Section, project: Project) -> Judged:
    words = len(section.text.split())
    open_points = tuple(n for n in range(QUESTIONS[kind]) if n not in section.answered)
    lacking = ["too_short"] if words < LEAST_WORDS else []
    if open_points:
        lacking.append("points")
    if kind is PlanSection.FINANCIALS and project.budget == 0:
        lacking.append("no_budget")
    if kind is PlanSection.CASH_FLOW and not any(row.secured or row.open for row in cash_flow(project).years):
        lacking.append("no_cash_flow")
    return Judged(kind, words, tuple(lacking), open_points)


def share_complete(judged: list[Judged]) -> int:
    """How many of a hundred parts are done: each section counts its text, each of its points and its figures."""
    wanted = sum(1 + QUESTIONS[row.section] for row in judged)
    lacking = sum(("too_short" in row.lacking) + len(row.open_points) for row in judged)
    figures = [row for row in judged if row.section in (PlanSection.FINANCIALS, PlanSection.CASH_FLOW)]
    missing = sum("no_budget" in row.lacking or "no_cash_flow" in row.lacking for row in figures)
    whole = wanted + len(figures)
    return 100 * (whole - lacking - missing) // whole if whole else 0
