"""A scheduling run as the organiser sees it: numbers while it works, and the order of its goals."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Site
from tests.journeys.test_keyboard import tab_to

pytestmark = pytest.mark.browser

RUNS = "/events/crowd/organise/runs"


def test_a_first_value_shows_while_the_run_goes_on(site: Site) -> None:
    page = site.enter("olga")
    page.goto(RUNS)
    page.get_by_label("Time limit in seconds").fill("300")
    page.get_by_role("button", name="Start the run").click()
    expect(page).to_have_url(re.compile(r"/runs/\d+$"))
    expect(page.locator("#run-value")).to_have_text(re.compile(r"^\d+$"))
    expect(page.locator("#run-state")).to_have_text("Running")
    expect(page.locator("#run-placed")).to_have_text(re.compile(r"^\d+$"))
    expect(page.get_by_role("button", name="Stop and keep the best so far")).to_be_visible()
    page.get_by_role("button", name="Stop and keep the best so far").click()
    expect(page.get_by_text("This run is the draft now.")).to_be_visible()
    expect(page.get_by_role("heading", name="What came out")).to_be_visible()


def test_goals_change_places_from_the_keyboard(site: Site) -> None:
    page = site.enter("olga")
    page.goto(RUNS)
    tab_to(page, "summary What matters, in this order")
    page.keyboard.press("Enter")
    tab_to(page, "button Fair shares: one up")
    page.keyboard.press("Enter")
    expect(page.locator(".goals__row").first).to_contain_text("Fair shares")
    expect(page.locator("[data-goals-said]")).to_have_text("Fair shares is now number 1 of 6")
    expect(page.locator(":focus")).to_have_text("Fair shares: one up")
    page.keyboard.press("Enter")  # already at the top
    expect(page.locator(".goals__row").first).to_contain_text("Fair shares")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".goals__row").first).to_contain_text("Value")
    expect(page).to_have_url(re.compile(r"/runs$"))


def test_goals_change_places_on_a_phone_without_scripts(site: Site) -> None:
    page = site.enter("olga", **PHONE, java_script_enabled=False)
    page.goto(RUNS)
    page.locator("summary").filter(has_text="What matters").tap()
    page.get_by_role("button", name="Compact days: one up").tap()
    expect(page.locator(".goals__row").nth(1)).to_contain_text("Compact days")
