"""The demo's investment projects: one of each type, through every gate, with money that leads back to a priority."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.core import files
from app.demo.projects import grow_projects, load_projects, load_report
from app.events.models import Event
from app.feedback.queries import reports_of
from app.projects import queries
from app.projects.kinds import Instrument, ProjectType
from app.projects.models import PlanAttachment
from app.projects.rules.cashflow import cash_flow
from app.projects.rules.material import Weight
from app.projects.rules.trace import Stage
from app.projects.tracing import build, starts_of, traced
from tests.factories.partnerships import make_member

STATES = {
    "OPENPOLY": "funding_mix", "SORTCENTRE": "funded", "WOOLPASS": "applied", "ATELIERS": "business_plan",
    "COTTONMILL": "feasibility", "NANOWEAR": "implementing",
}  # fmt: skip


@pytest.fixture
def loaded(app, session, clock, pipeline, cast):
    """The six projects beside nothing else."""
    session.delete(pipeline.project)
    for nuts in ("ITC1", "FRE1", "DED4", "CZ05", "BE23", "EL52"):
        make_member(session, clock, pipeline.partnership, None, nuts)
    session.flush()
    with app.app_context():
        assert load_projects(session, clock, pipeline.partnership, cast.event, pipeline.lena) == 6
    session.commit()
    return queries.projects_of(session, pipeline.partnership.id)


def test_there_is_one_of_each_type_in_the_state_its_gates_let_it_reach(loaded) -> None:
    assert {project.acronym: project.state for project in loaded} == STATES
    assert {project.type for project in loaded} == set(ProjectType)


def test_the_checks_stop_only_what_is_not_settled_yet(loaded, clock) -> None:
    stops = {
        project.acronym: [f.code for f in queries.findings_of(project, clock()) if f.weight is Weight.STOP]
        for project in loaded
    }
    assert {name: codes for name, codes in stops.items() if codes} == {"ATELIERS": ["gap_not_declared"]}


def test_every_loan_is_paid_back_in_the_cash_flow(loaded) -> None:
    lenders = [p for p in loaded if any(line.instrument is Instrument.LOAN for line in p.funding_lines)]
    assert {p.acronym for p in lenders} == {"OPENPOLY", "ATELIERS", "COTTONMILL", "NANOWEAR"}
    for project in lenders:
        table = cash_flow(queries.material_of(project))
        lent = sum(line.euros for line in project.funding_lines if line.instrument is Instrument.LOAN)
        assert table.unclear == ()
        assert sum(year.repayment for year in table.years) == lent
        assert sum(year.interest for year in table.years) > 0


def test_every_project_measures_itself_on_the_way_from_start_to_target(loaded, clock) -> None:
    today = clock().date()
    for project in loaded:
        values = [(row, value) for row in project.indicators for value in row.values]
        assert values
        assert all(row.due > today for row in project.indicators)
        assert all(project.created_at.date() < value.day < today for _row, value in values)
        assert all(0 < row.share(value.value) < 1 for row, value in values)


def test_documents_lie_beside_sections_of_two_plans(app, loaded, session) -> None:
    rows = session.scalars(select(PlanAttachment)).all()
    names = {project.id: project.acronym for project in loaded}
    beside = {(names[row.project_id], row.section.value) for row in rows}
    assert beside == {(name, place) for name, place in beside if name in {"OPENPOLY", "NANOWEAR"}}
    assert len(beside) == len(rows) == 6
    with app.app_context():
        assert list(files.verify(session)) == []


def test_every_funding_line_leads_back_to_a_priority(loaded, session) -> None:
    starts = starts_of(session)
    rows = traced(session, build(session, starts), starts)
    assert {row.start.kind for row in rows} == {"funding_line"}
    assert len(rows) == sum(len(project.funding_lines) for project in loaded) == 19
    assert all(row.chain.arrives for row in rows)
    assert {thing.stage for row in rows for thing in row.chain.things} >= {
        Stage.FUNDING, Stage.PROJECT, Stage.ENCOUNTER, Stage.PRIORITY,
    }  # fmt: skip


def test_a_second_run_changes_nothing(app, loaded, session, clock, pipeline, cast) -> None:
    with app.app_context():
        assert load_projects(session, clock, pipeline.partnership, cast.event, pipeline.lena) == 0
    assert session.query(Event).count() == 2


def test_the_report_is_accepted_and_counts_what_came_of_it(loaded, session, clock, pipeline) -> None:
    assert load_report(session, clock, pipeline.partnership, pipeline.lena, pipeline.sina)
    (report,) = reports_of(session, pipeline.partnership.id)
    assert (report.state, report.figures["projects"], report.figures["meetings"]) == ("accepted", 6, 4)
    told = {(row["project"], row["name"]): (row["value"], row["day"]) for row in report.figures["indicators"]}
    kept = [(project, row) for project in loaded for row in project.indicators]
    assert len(told) == len(kept)
    for project, row in kept:
        newest = max((v for v in row.values if v.day <= report.ends_on), key=lambda v: v.day, default=None)
        assert told[project.title, row.name] == ((newest.value, newest.day.isoformat()) if newest else (None, None))
    assert sum(value is not None for value, _day in told.values()) >= 3
    assert not load_report(session, clock, pipeline.partnership, pipeline.lena, pipeline.sina)


def test_the_step_of_the_partnership_stage_finds_who_acts(app, session, clock, pipeline, cast) -> None:
    session.delete(pipeline.project)
    session.flush()
    stage = SimpleNamespace(session=session, clock=clock, partnership=pipeline.partnership, event=cast.event)
    with app.app_context():
        grow_projects(stage)
        grow_projects(stage)
    found = queries.projects_of(session, pipeline.partnership.id)
    assert {project.acronym: project.state for project in found} == STATES
    assert [report.state for report in reports_of(session, pipeline.partnership.id)] == ["accepted"]
