"""Documents beside the plan, indicators and their values: on the pages, in exports, in the monitoring report."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.core.errors import Conflict, Invalid
from app.core.models import StoredFile
from app.feedback.figures import gather
from app.feedback.rules import Period
from app.projects import queries, services
from app.projects.models import IndicatorValue, PlanAttachment, ProjectIndicator
from app.projects.services import IndicatorData
from tests.app.core.test_files import PDF

ONE = "/partnerships/textiles/projects/1"
FIBRES = {"name": "Fibres sorted", "unit": "t a year", "baseline": "100", "target": "900", "due": "2028-12-31"}


@pytest.fixture
def pia(pipeline, sign_in):
    return sign_in(pipeline.pia)


def attach(page, section="market", name="study.pdf"):
    form = {"file": (io.BytesIO(PDF), name)}
    return page.post(f"{ONE}/plan/{section}/attachments", data=form)


def test_a_document_stands_beside_its_section_and_stays_when_it_is_taken_off(pipeline, session, pia):
    assert attach(pia).status_code == 302
    assert "study.pdf" in pia.get(f"{ONE}/plan").text
    assert "study.pdf" in pia.get(f"{ONE}/plan/market").text
    assert "study.pdf" not in pia.get(f"{ONE}/plan/risk").text
    book = load_workbook(io.BytesIO(pia.get(f"{ONE}/project.xlsx").data))
    assert list(book["Business plan"].values)[1][3] == "study.pdf"
    row = session.query(PlanAttachment).one()
    assert pia.post(f"{ONE}/plan/attachments/{row.id}/take-off").status_code == 302
    assert "study.pdf" not in pia.get(f"{ONE}/plan").text
    assert session.query(StoredFile).count() == 1
    assert "study.pdf" in pia.get(f"{ONE}/").text
    trail = pia.get(f"{ONE}/trail").text
    assert "Document taken off the plan: study.pdf" in trail


def paper(page):
    """The words of the PDF, as they follow each other."""
    content = page.get(f"{ONE}/project.pdf").data
    return " ".join(" ".join(part.extract_text() for part in PdfReader(io.BytesIO(content)).pages).split())


def test_the_paper_lists_indicators_with_their_newest_value_and_documents_where_they_stand(pipeline, session, pia):
    assert not {"Indicators", "Documents"} & set(paper(pia).split()), "no empty tables"
    attach(pia, name="market study <2027> & more.pdf")
    attach(pia, "risk", "risks.pdf")
    attach(pia, "risk", "taken-off.pdf")
    gone = session.query(PlanAttachment).order_by(PlanAttachment.id.desc()).first()
    pia.post(f"{ONE}/plan/attachments/{gone.id}/take-off")
    pia.post(f"{ONE}/indicators", data=FIBRES)
    pia.post(f"{ONE}/indicators", data=FIBRES | {"name": "Jobs", "unit": "", "baseline": "0", "target": "12500.5"})
    row = session.query(ProjectIndicator).filter_by(name="Fibres sorted").one()
    for day, value in (("2027-01-31", "150"), ("2027-02-28", "300")):
        pia.post(f"{ONE}/indicators/{row.id}/values", data={"day": day, "value": value, "source": "Weighbridge"})
    words = paper(pia)
    assert "Fibres sorted (t a year) 100 900 31 Dec 2028 300 28 Feb 2027 25% Weighbridge" in words
    assert "Jobs 0 12,500.5 31 Dec 2028 not measured" in words
    assert "Market Documents: market study <2027> & more.pdf" in words, "a section of which nothing is written yet"
    assert "Documents: risks.pdf" in words
    table = words.partition("Document Section of the plan Added on ")[2]
    assert table.startswith("market study <2027> & more.pdf Market 1 Mar 2027 risks.pdf Risks")
    assert "taken-off.pdf 1 Mar 2027" in table
    assert words.count("taken-off.pdf") == 1


def test_only_writers_of_the_project_attach_and_measure(pipeline, session, sign_in, client, pia):
    assert attach(pia).status_code == 302
    assert pia.post(f"{ONE}/indicators", data=FIBRES).status_code == 302
    attachment, indicator = session.query(PlanAttachment).one(), session.query(ProjectIndicator).one()
    doors = (
        (f"{ONE}/plan/market/attachments", {}),
        (f"{ONE}/plan/attachments/{attachment.id}/take-off", {}),
        (f"{ONE}/indicators", FIBRES | {"name": "Jobs"}),
        (f"{ONE}/indicators/{indicator.id}/values", {"day": "2027-02-01", "value": "5"}),
        (f"{ONE}/indicators/{indicator.id}/remove", {}),
    )
    json_please = {"Accept": "application/json"}
    for address, form in doors:
        assert client.post(address, data=form, headers=json_please).status_code == 401, address
        for other in (pipeline.ines, pipeline.omar):
            assert sign_in(other).post(address, data=form, headers=json_please).status_code in {403, 404}, address
    assert sign_in(pipeline.ines).get(f"{ONE}/indicators").status_code == 200
    assert sign_in(pipeline.omar).get(f"{ONE}/indicators").status_code in {403, 404}
    assert session.query(IndicatorValue).count() == 0


def test_an_indicator_is_measured_and_corrected_and_shows_how_far_it_is(pipeline, session, pia):
    assert pia.post(f"{ONE}/indicators", data=FIBRES).status_code == 302
    row = session.query(ProjectIndicator).one()
    values = f"{ONE}/indicators/{row.id}/values"
    assert pia.post(values, data={"day": "2027-01-31", "value": "150", "source": "Scale"}).status_code == 302
    assert pia.post(values, data={"day": "2027-02-28", "value": "250"}).status_code == 302
    assert pia.post(values, data={"day": "2027-02-28", "value": "300"}).status_code == 302
    session.expire_all()
    assert [(v.day, v.value) for v in row.values] == [(date(2027, 1, 31), 150), (date(2027, 2, 28), 300)]
    page = pia.get(f"{ONE}/indicators").text
    assert "300 t a year" in page
    assert "25 % of the way." in page
    late = pia.post(values, data={"day": "2027-03-02", "value": "1"})
    assert late.status_code == 422
    assert "This day lies ahead." in late.text
    assert pia.post(values, data={"day": "2027-03-01", "value": "many"}).status_code == 422
    assert pia.post(f"{ONE}/indicators/{row.id}/remove").status_code == 409, "reports rest on its values"
    assert pia.post(f"{ONE}/indicators/99/values", data={"day": "2027-03-01", "value": "1"}).status_code == 404
    book = load_workbook(io.BytesIO(pia.get(f"{ONE}/project.xlsx").data))
    assert [row[6] for row in list(book["Indicators"].values)[1:]] == [150, 300]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 161}, "name"), ({"target": 1.0}, "target"),
        ({"target": float("nan")}, "target"), ({"baseline": float("inf")}, "baseline"), ({"name": "known"}, "name"),
    ],
)  # fmt: skip
def test_indicators_that_make_no_sense_are_refused_at_their_field(session, clock, pipeline, values, field):
    sound = {"name": "Known", "unit": "", "baseline": 1.0, "target": 2.0, "due": date(2028, 1, 1)}
    services.add_indicator(session, clock, pipeline.pia, pipeline.project, IndicatorData(**sound))
    with pytest.raises(Invalid) as refused:
        services.add_indicator(
            session, clock, pipeline.pia, pipeline.project, IndicatorData(**(sound | {"name": "New"} | values))
        )
    assert refused.value.field == field


def test_a_target_below_the_start_counts_downwards():
    row = ProjectIndicator(name="Waste", baseline=10.0, target=2.0, due=date(2028, 1, 1))
    assert [row.share(value) for value in (10.0, 6.0, 2.0, 0.0, 12.0)] == [0, 0.5, 1, 1, 0]


@pytest.mark.usefixtures("context")
def test_the_monitoring_report_takes_the_newest_value_of_its_period(session, clock, pipeline):
    data = IndicatorData("Fibres", "t", 0, 200, date(2028, 1, 1))
    row = services.add_indicator(session, clock, pipeline.pia, pipeline.project, data)
    for day, value in ((date(2026, 12, 30), 50), (date(2027, 2, 1), 100)):
        services.measure(session, clock, pipeline.pia, pipeline.project, row, day, value)
    found = gather(session, pipeline.partnership, Period(date(2026, 7, 1), date(2026, 12, 31)))["indicators"]
    assert [(each["value"], each["day"], each["share"]) for each in found] == [(50, "2026-12-30", 25)]
    before = gather(session, pipeline.partnership, Period(date(2026, 1, 1), date(2026, 6, 30)))["indicators"]
    assert before[0]["value"] is None
    other = services.add_indicator(
        session, clock, pipeline.pia, pipeline.project, IndicatorData("Jobs", "", 0, 1, date(2028, 1, 1))
    )
    services.remove_indicator(session, clock, pipeline.pia, pipeline.project, other)
    with pytest.raises(Conflict):
        services.remove_indicator(session, clock, pipeline.pia, pipeline.project, row)
    assert [each.name for each in pipeline.project.indicators] == ["Fibres"]
    assert queries.attachments_of(session, pipeline.project.id) == {}
