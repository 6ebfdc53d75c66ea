import re

import pytest
from sqlalchemy import func, select

from app.demo import services
from app.demo.building import SMALL_SIZE
from app.events.models import Slot
from app.matching.models import Recommendation
from app.registrations.models import Participant
from app.timetables.models import Meeting, Timetable
from app.timetables.queries import published_timetable

SMALL = ["demo", "--size", str(SMALL_SIZE)]


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=[*arguments])


def test_registration_stage_reports_people_and_no_requests(run):
    result = run(*SMALL, "--stage", "registration")
    assert result.exit_code == 0, result.output
    assert f"participants  {SMALL_SIZE} from" in result.output
    assert "requests      0" in result.output


def test_stages_follow_one_another_on_the_same_event(run):
    run(*SMALL, "--stage", "registration")
    result = run(*SMALL, "--stage", "booking")
    assert result.exit_code == 0, result.output
    assert "Loading" not in result.output
    assert "phase booking" in result.output
    assert int(re.search(r"accepted (\d+)", result.output)[1]) > SMALL_SIZE


def test_second_run_says_the_same(run):
    run(*SMALL, "--stage", "booking")
    first, second = run(*SMALL, "--stage", "booking"), run(*SMALL, "--stage", "booking")
    assert first.output == second.output


def test_scheduled_stage_publishes_a_legal_timetable_near_its_bound(run, session):
    result = run(*SMALL, "--time-limit", "5")
    assert result.exit_code == 0, result.output
    assert "phase scheduling" in result.output
    placed = int(re.search(r"placed\s+(\d+)", result.output)[1])
    gap = float(re.search(r"gap\s+([\d.]+)%", result.output)[1])
    assert placed > SMALL_SIZE
    assert gap <= 1
    event = services.demo_event(session)
    timetable = published_timetable(session, event.id)
    meetings = select(func.count(Meeting.id)).where(Meeting.timetable_id == timetable.id)
    assert session.scalar(meetings) == placed
    assert session.scalar(select(func.count(Recommendation.id))) > 0


def test_live_stage_is_today_with_people_checked_in(run, session, clock):
    result = run(*SMALL, "--stage", "live", "--time-limit", "5")
    assert result.exit_code == 0, result.output
    assert "phase live" in result.output
    assert session.scalar(select(func.min(Slot.day))) == services.local_date(clock)
    arrived = session.scalar(select(func.count(Participant.checked_in_at)))
    assert 0 < arrived < SMALL_SIZE


def test_partnership_stage_adds_an_active_partnership_to_the_scheduled_event(run):
    result = run(*SMALL, "--stage", "partnership", "--time-limit", "5")
    assert result.exit_code == 0, result.output
    assert "phase scheduling" in result.output
    assert "state active, phase projects" in result.output
    regions, countries = map(int, re.search(r"regions\s+(\d+) from (\d+) countries", result.output).groups())
    assert (regions >= 7, countries >= 5) == (True, True)


def test_second_run_leaves_the_published_timetable_alone(run, session):
    first = run(*SMALL, "--time-limit", "5")
    second = run(*SMALL, "--time-limit", "5")
    assert "Scheduling" in first.output
    assert "Scheduling" not in second.output
    assert first.output.endswith(second.output)
    assert session.scalar(select(func.count(Timetable.id))) == 1


def test_links_sign_in_the_organiser_and_two_participants(run, client):
    run(*SMALL, "--stage", "booking")
    result = run("demo", "--links")
    assert result.exit_code == 0, result.output
    addresses = re.findall(r"http://localhost(\S+)", result.output)
    assert len(set(addresses)) == 3
    assert result.output.count("organiser") == 1
    assert client.get(addresses[0]).status_code == 200


def test_the_demo_is_loaded_and_its_links_printed_in_one_go(run):
    result = run(*SMALL, "--stage", "booking", "--with-links")
    assert result.exit_code == 0, result.output
    assert "phase booking" in result.output
    assert len(re.findall(r"http://localhost(\S+)", result.output)) == 3


def test_links_without_an_event_say_what_to_do(run):
    result = run("demo", "--links")
    assert result.exit_code != 0
    assert "`flask demo` loads it" in result.output


def test_unknown_stage_is_refused_with_the_known_ones(run):
    result = run("demo", "--stage", "party")
    assert result.exit_code == 2
    assert "registration" in result.output
