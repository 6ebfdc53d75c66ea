"""The monitoring report: half-years, figures, corrections, every transition, pages."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from app.core.errors import Conflict, Forbidden, Invalid
from app.core.transitions import history
from app.feedback import process, queries, services
from app.feedback.models import MonitoringReport
from app.feedback.rules import Period, before, half_year, is_half_year
from app.partnerships.models import PartnershipMember
from app.projects.kinds import FundingState, Source
from tests.factories.agenda import publish
from tests.factories.partnerships import make_partnership
from tests.factories.projects import add_cost, add_funding, make_project

MACHINE = process.machine()
MOVING = [transition for transition in MACHINE.transitions if transition.source]
STEPS = [(transition, source) for transition in MOVING for source in transition.source]
PLACE = "/partnerships/textiles/reports"
ROLES = ("lead", "region", "mandated", "expert", "eligibility_officer", "evaluator", "secretariat", "project_lead")
FIRST = date(2027, 1, 1)


@pytest.fixture
def report(pipeline, session, clock) -> MonitoringReport:
    """A draft with all its texts, on a half-year that is over."""
    made = services.begin(session, clock, pipeline.lena, frozenset({"lead"}), pipeline.partnership, FIRST)
    texts = dict.fromkeys(services.TEXTS, "None.")
    services.edit(session, clock, pipeline.lena, made, services.ReportData(texts), based_on=0)
    clock.advance(timedelta(days=150))
    session.commit()
    return made


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2027, 1, 1), date(2027, 1, 1), date(2027, 6, 30)),
        (date(2027, 6, 30), date(2027, 1, 1), date(2027, 6, 30)),
        (date(2027, 7, 1), date(2027, 7, 1), date(2027, 12, 31)),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 6, 30)),
    ],
)
def test_the_half_year_of_a_day(day, first, last) -> None:
    period = half_year(day)
    assert (period.starts_on, period.ends_on, is_half_year(period)) == (first, last, True)
    assert before(period).ends_on == first - timedelta(days=1)
    assert period.holds(datetime.combine(last, datetime.max.time(), UTC))
    assert not period.holds(datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC))
    assert not is_half_year(Period(first, last - timedelta(days=1)))


def test_the_figures_fill_themselves_from_what_happened(pipeline, session, clock, cast) -> None:
    publish(session, clock, cast.event, [(pipeline.meeting, cast.slots[0], cast.tables[0])])
    for member in session.query(PartnershipMember):
        member.joined_at = clock()
    other = make_project(session, clock, pipeline.partnership, pipeline.lena, title="Old idea")
    other.created_at = datetime(2026, 5, 1, tzinfo=UTC)
    add_cost(session, clock, pipeline.project, pipeline.pia, "Line", 1_000_000)
    for source, euros, state, decided in (
        (Source.I3, 300_000, FundingState.SECURED, date(2027, 2, 1)),
        (Source.OWN, 200_000, FundingState.SECURED, date(2026, 12, 31)),
        (Source.LIFE, 100_000, FundingState.APPLIED, None),
        (Source.EIB, 900_000, FundingState.REJECTED, date(2027, 2, 1)),
    ):
        add_funding(session, clock, pipeline.project, pipeline.pia, source, euros, state=state, decided_on=decided)
    made = services.begin(session, clock, pipeline.lena, frozenset({"lead"}), pipeline.partnership, FIRST)

    assert {key: made.figures[key] for key in services.COUNTED} == {
        "members": 2, "member_countries": 2, "joined": 2, "left": 0, "events": 1, "participants": 2, "meetings": 1,
        "workshops": 0, "projects": 2, "new_projects": 1, "projects_funded": 1, "i3_projects": 1, "budget": 1_000_000,
        "secured": 500_000, "secured_in_period": 300_000, "applied": 100_000, "gap": 400_000,
    }  # fmt: skip
    assert made.figures["by_state"] == {"idea": 2}
    assert made.figures["by_type"] == {"demonstrator": 2}
    assert made.figures["by_source"] == {
        "i3": {"planned": 0, "applied": 0, "secured": 300_000},
        "life": {"planned": 0, "applied": 100_000, "secured": 0},
        "own": {"planned": 0, "applied": 0, "secured": 200_000},
    }
    assert made.figures["event_names"] == ["Spring Partnering Day"]
    assert sorted(made.figures["joined_regions"]) == ["ES51", "PT11"]
    assert made.figures["project_titles"] == ["Fibre sorting line"]


def test_an_earlier_half_year_counts_nothing_of_this_one(pipeline, session, clock, cast) -> None:
    publish(session, clock, cast.event, [(pipeline.meeting, cast.slots[0], cast.tables[0])])
    made = services.begin(session, clock, pipeline.lena, frozenset({"lead"}), pipeline.partnership, date(2026, 7, 1))
    assert [made.figures[key] for key in ("events", "meetings", "new_projects", "joined")] == [0, 0, 0, 0]


def comment_for(transition) -> str:
    return "Because of the tests." if transition.comment == "required" else ""


@pytest.mark.parametrize(("transition", "source"), STEPS, ids=[f"{t.key}-{s}" for t, s in STEPS])
def test_allowed_roles_take_it_others_do_not_and_one_entry_is_written(
    session, clock, pipeline, report, transition, source
) -> None:
    comment = comment_for(transition)
    for role in ROLES:
        report.state = source
        session.flush()
        version, written = report.version, len(history(session, "report", report.id))
        arguments = (session, clock, pipeline.lena, frozenset({role}), report, transition.key)
        if role not in transition.roles:
            with pytest.raises(Forbidden):
                services.take(*arguments, comment=comment)
            assert (report.state, len(history(session, "report", report.id))) == (source, written)
            continue
        services.take(*arguments, comment=comment)
        entries = history(session, "report", report.id)
        assert (report.state, report.version) == (transition.target, version + transition.reopens)
        assert len(entries) == written + 1
        detail = entries[-1].detail
        assert (detail["role"], detail["from"], detail["to"]) == (role, source, transition.target)
        assert (detail["comment"], entries[-1].at) == (comment, clock())


@pytest.mark.parametrize("transition", MOVING, ids=[t.key for t in MOVING])
def test_it_is_refused_from_other_states_and_without_a_wanted_reason(
    session, clock, pipeline, report, transition
) -> None:
    roles = frozenset(transition.roles)
    for state in sorted(MACHINE.keys - set(transition.source)):
        report.state = state
        session.commit()
        with pytest.raises(Conflict):
            services.take(session, clock, pipeline.lena, roles, report, transition.key, comment="Why not.")
    report.state = transition.source[0]
    session.commit()
    if transition.comment == "required":
        with pytest.raises(Invalid):
            services.take(session, clock, pipeline.lena, roles, report, transition.key, comment=" ")


@pytest.mark.parametrize("name", ["summary", "difficulties", "support_wanted"])
def test_a_report_with_an_empty_part_is_not_submitted(session, clock, pipeline, report, name) -> None:
    setattr(report, name, " ")
    with pytest.raises(Invalid) as caught:
        services.take(session, clock, pipeline.lena, frozenset({"lead"}), report, "submit")
    assert caught.value.message == f"Still to write: {name.replace('_', ' ')}."


def test_a_half_year_that_is_not_over_is_not_submitted(session, clock, pipeline, report) -> None:
    clock.now = datetime(2027, 6, 30, 23, 59, tzinfo=UTC)
    with pytest.raises(Invalid):
        services.take(session, clock, pipeline.lena, frozenset({"lead"}), report, "submit")
    clock.now = datetime(2027, 7, 1, tzinfo=UTC)
    services.take(session, clock, pipeline.lena, frozenset({"lead"}), report, "submit")
    assert report.state == "submitted"


def test_only_one_report_on_a_half_year_and_none_on_a_day_or_the_future(session, clock, pipeline, report) -> None:
    roles = frozenset({"lead"})
    with pytest.raises(Conflict):
        services.begin(session, clock, pipeline.lena, roles, pipeline.partnership, FIRST)
    for day in (date(2026, 7, 2), date(2028, 1, 1)):
        with pytest.raises(Invalid):
            services.begin(session, clock, pipeline.lena, roles, pipeline.partnership, day)
    with pytest.raises(Forbidden):
        services.begin(session, clock, pipeline.esra, frozenset({"expert"}), pipeline.partnership, date(2026, 7, 1))


def test_submitting_freezes_the_figures_as_they_stand(session, clock, pipeline, report) -> None:
    make_project(session, clock, pipeline.partnership, pipeline.lena, title="Second")
    services.take(session, clock, pipeline.lena, frozenset({"lead"}), report, "submit")
    assert report.figures["projects"] == 2
    make_project(session, clock, pipeline.partnership, pipeline.lena, title="Third")
    with pytest.raises(Conflict):
        services.gather_again(session, clock, pipeline.lena, report)
    assert report.figures["projects"] == 2
    with pytest.raises(Conflict):
        services.edit(session, clock, pipeline.lena, report, services.ReportData({}), based_on=1)


def test_a_correction_stands_beside_the_data_with_its_reason(session, clock, pipeline, report, sign_in) -> None:
    data = services.ReportData({}, {"meetings": (12, " ")})
    with pytest.raises(Invalid) as caught:
        services.edit(session, clock, pipeline.lena, report, data, based_on=1)
    assert caught.value.field == "reason_meetings"
    session.rollback()
    form = {
        "based_on": "1",
        "summary": "Good.",
        "value_meetings": "12",
        "reason_meetings": "Eleven were held elsewhere.",
    }
    assert sign_in(pipeline.lena).post(f"{PLACE}/{report.id}/edit", data=form).status_code == 302
    page = sign_in(pipeline.esra).get(f"{PLACE}/{report.id}").text
    assert "the data say 0, reported is 12. Eleven were held elsewhere." in " ".join(page.split())
    stale = sign_in(pipeline.rui).post(f"{PLACE}/{report.id}/edit", data=form)
    assert (stale.status_code, "Somebody else changed this report" in stale.text) == (422, True)
    book = load_workbook(io.BytesIO(sign_in(pipeline.rui).get(f"{PLACE}/{report.id}/report.xlsx").data))
    row = next(row for row in book["Figures"].iter_rows(values_only=True) if row[0] == "Meetings")
    assert row == ("Meetings", 0, 12, "Eleven were held elsewhere.")


def test_who_reads_writes_and_who_is_kept_out(pipeline, session, report, sign_in, client) -> None:
    address = f"{PLACE}/{report.id}"
    for who, reads, writes in (("lena", 200, 200), ("rui", 200, 200), ("sina", 200, 200), ("esra", 200, 403),
                               ("omar", 403, 403), ("pia", 403, 403)):  # fmt: skip
        browser = sign_in(getattr(pipeline, who))
        assert [browser.get(f"{PLACE}/").status_code, browser.get(address).status_code] == [reads, reads]
        assert browser.get(address + "/edit").status_code == writes
    assert client.get(address).status_code == 302
    assert sign_in(pipeline.rui).post(address + "/steps/submit").status_code == 403
    assert sign_in(pipeline.lena).post(address + "/steps/nonsense").status_code == 404
    assert sign_in(pipeline.lena).post(address + "/steps/submit").status_code == 302
    assert sign_in(pipeline.sina).post(address + "/steps/accept").status_code == 302
    session.expire_all()
    assert queries.reports_of(session, pipeline.partnership.id)[0].state == "accepted"
    assert sign_in(pipeline.lena).get(f"{PLACE}/99").status_code == 404


def test_a_region_begins_a_report_on_the_page(pipeline, session, clock, sign_in) -> None:
    assert sign_in(pipeline.esra).post(f"{PLACE}/", data={"starts_on": "2027-01-01"}).status_code == 403
    answer = sign_in(pipeline.rui).post(f"{PLACE}/", data={"starts_on": "2026-07-01"})
    (made,) = queries.reports_of(session, pipeline.partnership.id)
    assert (answer.location, made.starts_on) == (f"{PLACE}/{made.id}", date(2026, 7, 1))
    assert sign_in(pipeline.rui).post(f"{PLACE}/", data={"starts_on": "2026-07-01"}).status_code == 422


def test_a_project_of_another_partnership_does_not_count(app, pipeline, session, clock) -> None:
    with app.app_context():
        other = make_partnership(session, clock, pipeline.rui, slug="chemicals", nuts="ES51")
    make_project(session, clock, other, pipeline.rui, title="Elsewhere")
    made = services.begin(session, clock, pipeline.lena, frozenset({"lead"}), pipeline.partnership, FIRST)
    assert made.figures["projects"] == 1
