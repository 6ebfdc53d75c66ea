"""The picture of the phases says where a partnership stands, also beside the straight way."""

import pytest

from app.partnerships.models import Partnership
from app.partnerships.picture import phase_dots, straight_way
from app.partnerships.templates import shipped

SET_UP = ["Intake", "Expert assigned", "Scoping", "Scoping note agreed", "Drafting the expression of interest",
          "Expression of interest submitted", "Eligible", "Approved"]  # fmt: skip


def dots(state: str, phase: str = "set_up"):
    return phase_dots(shipped("s3-baseline"), Partnership(state=state, phase=phase))


def standings(state: str) -> dict[str, str]:
    return dict(dots(state)[0].states)


def test_the_straight_way_leads_from_the_intake_to_work(app):
    assert [state.name for state in straight_way(shipped("s3-baseline"))] == [*SET_UP, "Active"]


@pytest.mark.parametrize(("state", "done"), [("intake", 0), ("scoping", 2), ("eligible", 6), ("approved", 7)])
def test_on_the_way_all_before_is_done_and_all_after_ahead(app, state, done):
    found = [standing for _name, standing in dots(state)[0].states]
    assert found == ["done"] * done + ["now"] + ["ahead"] * (len(SET_UP) - done - 1)


@pytest.mark.parametrize(
    ("state", "name", "done"),
    [
        ("not_eligible", "Not eligible", SET_UP[:6]),
        ("deferred", "Deferred", SET_UP[:7]),
        ("rejected", "Rejected", SET_UP[:7]),
        ("rescoping", "Rescoping", SET_UP),
        ("closed", "Closed", []),
    ],
)
def test_beside_the_way_the_state_itself_is_shown_and_nothing_it_did_not_reach(app, state, name, done):
    found = standings(state)
    assert found[name] == "now"
    assert [key for key, standing in found.items() if standing == "done"] == done
    assert list(found.values()).count("now") == 1


def test_phases_before_are_done_and_phases_after_ahead(app):
    assert [dot.standing for dot in dots("active", "projects")] == ["done", "done", "now", "ahead"]
