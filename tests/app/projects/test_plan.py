"""When a business plan is complete."""

from app.projects.kinds import PlanSection, Source
from app.projects.rules.plan import QUESTIONS, Section, judge, share_complete
from tests.app.projects.material import line, project

LONG = "word " * 30
DONE = {kind: Section(LONG, frozenset(range(QUESTIONS[kind]))) for kind in PlanSection}
FUNDED = project(line(1, Source.OWN, 2_000_000))


def test_a_plan_with_every_section_is_complete() -> None:
    judged = judge(DONE, FUNDED)

    assert [row.section for row in judged] == list(PlanSection)
    assert all(row.complete for row in judged)
    assert share_complete(judged) == 100


def test_nothing_written_is_nothing_done() -> None:
    judged = judge({}, project(costs=()))

    assert not any(row.complete for row in judged)
    assert share_complete(judged) == 0


def test_each_section_says_what_it_lacks() -> None:
    short = DONE | {PlanSection.MARKET: Section("word " * 29, frozenset({0, 2}))}
    rows = {row.section: row for row in judge(short, project(costs=()))}

    assert rows[PlanSection.MARKET].lacking == ("too_short", "points")
    assert rows[PlanSection.MARKET].open_points == (1,)
    assert rows[PlanSection.FINANCIALS].lacking == ("no_budget",)
    assert rows[PlanSection.CASH_FLOW].lacking == ("no_cash_flow",)
    assert rows[PlanSection.EXIT].complete
    assert 80 < share_complete(list(rows.values())) < 100
