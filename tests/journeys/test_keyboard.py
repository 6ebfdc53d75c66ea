"""The two things people do most, without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import Site

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const at = document.activeElement;
  return [at.getAttribute("role") ?? at.tagName.toLowerCase(), at.innerText || at.getAttribute("aria-label") || ""];
}"""
STEPS_AT_MOST = 80


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on `wanted`: a role or an element's name, and the beginning of its text."""
    seen = []
    for _ in range(STEPS_AT_MOST):
        page.keyboard.press("Tab")
        seen.append(" ".join(" ".join(page.evaluate(FOCUSED)).split()))
        if seen[-1].startswith(wanted):
            return
    raise AssertionError(f"Tab never reaches {wanted!r}; it passes {seen}")


def test_the_organiser_moves_a_meeting(site: Site) -> None:
    page = site.enter("olga")
    page.goto("/events/today/organise/timetable?which=published")
    tab_to(page, "gridcell")
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_contain_text("Hana Horáková")
    page.keyboard.press("Enter")
    drawer = page.locator("#meeting")
    expect(drawer).to_be_visible()
    expect(drawer.get_by_role("link", name="Move")).to_be_visible()
    tab_to(page, "a Move")
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("heading", name="Slots")).to_be_visible()
    start = steps.other_slot(page)
    tab_to(page, f"a Tables {start}")
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("heading", name=f"{start}")).to_be_visible()
    tab_to(page, "button A2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The meeting was moved.")).to_be_visible()
    row = page.locator("tr").filter(has=page.locator("th", has_text=start))
    expect(row).to_contain_text("Hana Horáková")


def test_escape_leads_back_to_the_cell(site: Site) -> None:
    page = site.enter("olga")
    page.goto("/events/today/organise/timetable?which=published")
    tab_to(page, "gridcell")
    page.keyboard.press("Enter")
    expect(page.locator("#meeting").get_by_role("link", name="Move")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#meeting")).to_be_hidden()
    expect(page.locator(":focus")).to_have_attribute("role", "gridcell")


def test_a_participant_accepts_a_request(site: Site) -> None:
    page = site.enter("piotr")
    page.goto("/events/today/requests")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    tab_to(page, "button Accept Jonas Jensen")
    page.keyboard.press("Enter")
    expect(page.locator(".request").filter(has_text="Jonas Jensen").get_by_text("Accepted")).to_be_visible()
