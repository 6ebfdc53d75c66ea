"""The goals of a run: their order, their tolerances, and the page on which both are set."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.errors import Invalid
from app.timetables import engine, goals
from app.timetables.goals import USUAL, Goal
from app.timetables.models import SchedulingRun
from app.timetables.options import Mode, RunOptions
from tests.cast import Cast, FixedClock
from tests.factories.timetables import make_crowd, make_published

BASE = "/events/spring/organise/runs"
ORDER = ["fairness", "stability", "value", "moves", "compactness", "preferences"]
FORM = {"time_limit": "5", "workers": "1", "seed": "3"}
NAMES = [goal.name for goal in USUAL]


def test_every_goal_of_the_engine_has_words() -> None:
    assert list(engine.GOALS) == NAMES
    assert set(goals.TITLES) == set(goals.WORDS) == set(NAMES)


@given(st.permutations(NAMES), st.sampled_from(NAMES), st.sampled_from(["up", "down"]))
def test_moving_changes_one_neighbour_and_there_and_back_is_nothing(order: list[str], name: str, step: str) -> None:
    before = tuple(Goal(entry) for entry in order)
    after = goals.moved(before, name, step)
    assert sorted(goal.name for goal in after) == sorted(order)
    if after != before:
        assert goals.moved(after, name, "down" if step == "up" else "up") == before
    else:
        assert before[0 if step == "up" else -1].name == name


@pytest.mark.parametrize("bad", [["luck"], ["value", "value"]])
def test_strange_and_doubled_goals_are_refused(bad: list[str]) -> None:
    with pytest.raises(Invalid):
        goals.checked([Goal(name) for name in bad])


def test_options_keep_their_goals_and_mode() -> None:
    options = RunOptions(mode=Mode.FILL, goals=(Goal("fairness", 0.01), *USUAL[:1], *USUAL[2:]))
    assert RunOptions.from_json(options.to_json()) == options
    assert RunOptions.from_json({"seed": 4, "keep_published": True}) == RunOptions(seed=4)


def test_a_run_is_started_with_the_order_of_the_form(
    session: Session, cast: Cast, clock: FixedClock, sign_in: Callable[[User], FlaskClient]
) -> None:
    make_crowd(session, clock, cast, 1)
    olga = sign_in(cast.olga)
    answer = olga.post(BASE, data={**FORM, "goal": ORDER, "tolerance-fairness": "0.01"})
    run = session.scalars(select(SchedulingRun)).one()
    assert answer.status_code == 302
    assert run.options["goals"] == [[name, 0.01 if name == "fairness" else 0.0] for name in ORDER]
    page = olga.get(f"{BASE}/{run.id}").text
    assert "may cost 1 %" in page
    next_time = olga.get(BASE).text
    assert next_time.index('value="fairness"') < next_time.index('value="value"')  # the order is kept


def test_without_scripts_the_buttons_bring_the_form_back_in_the_new_order(
    session: Session, cast: Cast, clock: FixedClock, sign_in: Callable[[User], FlaskClient]
) -> None:
    make_crowd(session, clock, cast, 1)
    answer = sign_in(cast.olga).post(BASE, data={**FORM, "seed": "77", "goal": NAMES, "move": "fairness|up"})
    assert answer.status_code == 200
    assert session.scalars(select(SchedulingRun)).all() == []
    assert answer.text.index('value="fairness"') < answer.text.index('name="goal" value="value"')
    assert 'value="77"' in answer.text  # what was filled in is still there


@pytest.mark.parametrize(
    "bad", [{"goal": ["luck"]}, {"goal": NAMES, "tolerance-value": "much"}, {"goal": NAMES, "tolerance-value": "2"},
            {"goal": NAMES, "move": "luck|up"}, {"mode": "magic"}],
)  # fmt: skip
def test_nonsense_is_refused(
    session: Session, cast: Cast, clock: FixedClock, sign_in: Callable[[User], FlaskClient], bad: dict[str, object]
) -> None:
    make_crowd(session, clock, cast, 1)
    assert sign_in(cast.olga).post(BASE, data={**FORM, **bad}).status_code == 422
    assert session.scalars(select(SchedulingRun)).all() == []


def test_runs_are_compared_by_every_measure(
    session: Session, cast: Cast, clock: FixedClock, sign_in: Callable[[User], FlaskClient]
) -> None:
    make_crowd(session, clock, cast, 2)
    make_published(session, clock, cast)
    olga = sign_in(cast.olga)
    page = olga.get(BASE).text
    headings = ["Breaks / idle", "Moves table / zone", "Hurries"]
    for heading in [*headings, "Below minimum", "Unwelcome times", "Moved"]:
        assert f">{heading}</th>" in page
    assert "As few moves as possible" in page
    answer = olga.post(BASE, data={**FORM, "mode": "replan"})
    assert answer.status_code == 302
    assert "As few moves as possible" in olga.get(answer.location).text
