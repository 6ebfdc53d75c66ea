"""An administrator writes the next version of a process on a form: by keyboard alone, and on a phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.journeys.conftest import DESK, PHONE, Site
from tests.journeys.test_accessibility import problems_here
from tests.journeys.test_keyboard import tab_to

pytestmark = pytest.mark.browser

LIST = "/partnerships/processes"


def copied(site: Site, key: str, **device: Any) -> Page:
    """The form of a fresh copy of the baseline."""
    page = site.enter("ada", **device)
    page.goto(f"{LIST}/s3-baseline")
    copy = page.locator("#copy")
    copy.get_by_label("Name", exact=False).first.fill("Our way")
    copy.get_by_label("Short name", exact=False).fill(key)
    copy.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("heading", name="Next version of “Our way”")).to_be_visible()
    return page


def test_parts_are_written_by_keyboard_and_kept_together(site: Site) -> None:
    page = copied(site, "by-keyboard", **DESK)
    page.get_by_label("Summary").focus()
    page.keyboard.press("End")
    page.keyboard.type(" Ours.")
    tab_to(page, "button Phases")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Phases", exact=True)).to_be_visible()
    tab_to(page, "button Add a phase")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("id", "phases.4.name")
    page.keyboard.type("Looking back")
    tab_to(page, "button Move up: New phase")
    page.keyboard.press("Enter")
    moved = page.get_by_role("button", name="Move up: Looking back")
    expect(moved).to_be_focused()
    expect(moved).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("value", "up:phases.2")
    tab_to(page, "button Check and keep")
    page.keyboard.press("Enter")
    expect(page.locator("#part li")).to_have_text(["Name", "Phases"])
    page.get_by_label("What is changed").focus()
    page.keyboard.type("A phase to look back")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 2 is kept")).to_be_visible()
    expect(page.locator(".page-head__lead")).to_contain_text("Ours.")


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_a_fault_leads_to_its_field_and_nothing_is_lost_by_mistake(site: Site, device: dict[str, Any]) -> None:
    page = copied(site, f"faulty-{device['viewport']['width']}", **device)
    fold = page.locator(".parts__fold > summary")

    def go(part: str) -> None:
        if fold.is_visible():
            fold.click()
        page.locator(".parts__part:visible", has_text=re.compile(f"^{part}")).click()
        expect(page.locator("#part-title")).to_have_text(part)

    go("S3 CoP 2024")
    page.get_by_label("Evaluators who must have scored").fill("0")
    go("Check and keep")
    expect(page.get_by_role("heading", name="This has to be mended before it can be kept.")).to_be_visible()
    assert problems_here(page) == []
    page.get_by_role("button", name="S3 CoP 2024: Evaluators who must have scored").click()
    wrong = page.get_by_label("Evaluators who must have scored")
    expect(wrong).to_be_focused()
    expect(wrong).to_be_in_viewport()
    expect(wrong).to_have_accessible_description("Use 1 or more.")
    assert problems_here(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wrong.fill("3")

    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="Cancel").click(no_wait_after=True)
    expect(wrong).to_have_value("3")
    assert asked == ["beforeunload"]
    go("Check and keep")
    page.get_by_label("What is changed").fill("Three evaluators")
    page.get_by_role("button", name="Keep version 2").click()
    expect(page.get_by_text("Version 2 is kept")).to_be_visible()
