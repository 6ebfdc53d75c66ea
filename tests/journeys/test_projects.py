"""A project lead goes from a meeting to a funding mix; a rate cap is hit on the way, explained, and mended."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.projects.kinds import PlanSection
from tests.app.core.test_files import PDF
from tests.journeys.conftest import DESK, PHONE, Site
from tests.journeys.steps import open_agenda

pytestmark = pytest.mark.browser

EXPLAINED = (
    "I3-JOURNEY pays at most 70% of the costs it covers: €700,000 of €1,000,000."
    " You ask for €800,000 (80%), €100,000 too much."
    " Lower the line to €700,000 and find €100,000 elsewhere, or let it cover at least €1,142,858 of costs."
)


def save(page: Page, button: str, said: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(said)).to_be_visible()


def go_to(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages of this project").get_by_role("link", name=name).click()
    expect(page.get_by_role("navigation", name="Pages of this project").locator("[aria-current=page]")).to_have_text(
        re.compile(name)
    )


def take(page: Page, step: str, state: str) -> None:
    go_to(page, "Project")
    page.locator("#steps").get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_text(f"Done: {state}.")).to_be_visible()


def add_partner(page: Page, name: str, role: str, country: str, nuts: str) -> None:
    page.get_by_role("link", name="Add a partner").first.click()
    page.get_by_label("Organisation", exact=False).first.fill(name)
    page.get_by_label("Role in the project").select_option(label=role)
    page.get_by_label("Country").select_option(label=country)
    page.get_by_label("Region", exact=True).fill(nuts)
    save(page, "Save", "The partner is saved.")


def sign(page: Page, name: str, file: Path) -> None:
    panel = page.locator("section.panel").filter(has=page.get_by_role("heading", name=name))
    panel.get_by_text("Upload the signed letter").click()
    panel.get_by_label("Signed letter").set_input_files(file)
    panel.get_by_label("Signed on").fill(date.today().isoformat())  # noqa: DTZ011
    panel.get_by_label("Signed by").fill("Managing director")
    panel.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("The letter is kept.")).to_be_visible()


def write_plan(page: Page) -> None:
    for section in PlanSection:
        page.locator(f"#{section.value}").get_by_role("link", name="Write").click()
        # `all` does not wait: without this it may list the boxes of the page before.
        expect(page.get_by_label("Text", exact=False)).to_be_visible()
        for point in page.get_by_role("checkbox").all():
            point.check()
        page.get_by_label("Text", exact=False).fill("Ten words about what this section of the plan needs. " * 4)
        save(page, "Save this version", "The section is saved.")


def test_a_project_lead_goes_from_a_meeting_to_a_funding_mix(site: Site, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    page = site.enter("pia", **DESK)

    # The meeting becomes a project
    open_agenda(page, "today")
    page.locator("#agenda-days li").get_by_role("link", name="Piotr Poznański").first.click()
    page.get_by_role("link", name=re.compile("^Propose one to")).click()
    expect(page.get_by_text("Piave Polymers and Poznan Process Institute")).to_be_visible()
    page.get_by_label("Title").fill("Pilot line for barrier films")
    page.get_by_label("Problem").fill("Paper cups need a barrier without fluorine.")
    page.get_by_label("Solution").fill("A pilot line that both sides share.")
    page.get_by_label("Readiness level at the start").fill("6")
    page.get_by_label("Readiness level at the end").fill("8")
    page.locator(".choice").filter(has_text="Norte").click()
    save(page, "Propose", "The project is proposed.")
    expect(
        page.locator("#origins").get_by_role("link", name="Piave Polymers and Poznan Process Institute")
    ).to_be_visible()
    take(page, "Concept is written", "Concept")

    # A consortium that has signed
    go_to(page, "Consortium")
    add_partner(page, "Piave Polymers", "Coordinator", "Italy", "ITH3")
    add_partner(page, "Poznan Process Institute", "Partner", "Poland", "PL41")
    sign(page, "Piave Polymers", letter)
    go_to(page, "Project")
    expect(page.locator("#steps")).to_contain_text("Signed letters are missing of: Poznan Process Institute.")
    go_to(page, "Consortium")
    sign(page, "Poznan Process Institute", letter)
    take(page, "Consortium is formed", "Consortium")

    # Milestone, budget, business plan
    page.get_by_text("Add a milestone").click()
    milestones = page.locator("#milestones")
    milestones.get_by_role("textbox", name="Milestone").fill("Line runs")
    milestones.locator("[name=due]").fill((date.today() + timedelta(days=300)).isoformat())  # noqa: DTZ011
    milestones.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The milestone is added.")).to_be_visible()
    take(page, "Feasibility is confirmed", "Feasibility")
    go_to(page, "Budget")
    page.get_by_role("link", name="Add a cost").first.click()
    page.get_by_label("What for").fill("Pilot line")
    page.get_by_label("Euros").fill("1 000 000")
    save(page, "Save", "The cost is saved.")

    # The rate cap is hit
    go_to(page, "Funding")
    page.get_by_role("link", name="Add a source").first.click()
    page.get_by_label("Who pays").fill("I3")
    page.get_by_label("Source").select_option(label="I3")
    page.get_by_label("Euros").fill("800000")
    page.get_by_label("Call").select_option(label="I3: I3-JOURNEY")
    save(page, "Save", "The funding line is saved.")
    expect(page.locator("#findings")).to_contain_text(EXPLAINED)
    page.get_by_role("link", name="Add a source").first.click()
    page.get_by_label("Who pays").fill("Own money")
    page.get_by_label("Source").select_option(label="Own money")
    page.get_by_label("Instrument").select_option(label="Own contribution")
    page.get_by_label("Euros").fill("200,000")
    save(page, "Save", "The funding line is saved.")

    # The gate says the same, and the mended mix passes
    go_to(page, "Business plan")
    write_plan(page)
    take(page, "Business plan is complete", "Business plan")
    expect(page.locator("#steps")).to_contain_text("pays at most 70% of the costs it covers")
    go_to(page, "Funding")
    page.get_by_role("row").filter(has_text="I3-JOURNEY").get_by_role("link", name="Edit").click()
    page.get_by_label("Euros").fill("700000")
    save(page, "Save", "The funding line is saved.")
    expect(page.get_by_text("€100,000 are missing. Add a source, or declare this gap.")).to_be_visible()
    page.get_by_label("How it is to be closed").fill("A bank is asked.")
    save(page, "Declare", "The declaration is saved.")
    expect(page.locator("#findings")).to_contain_text("A gap of €100,000 of €1,000,000 is declared.")
    take(page, "Funding mix is settled", "Funding mix")
    expect(page.locator(".gate--now")).to_contain_text("Funding mix")

    # What the lead region sees of it
    region = site.enter("mira", **PHONE)
    region.goto("/partnerships/packaging/trace")
    way = region.locator(".trace").filter(has_text="Pilot line for barrier films").first
    expect(way).to_contain_text("Piave Polymers and Poznan Process Institute")
    expect(way).to_contain_text("Breaks off")


def test_the_pipeline_is_used_with_the_keyboard(site: Site) -> None:
    page = site.enter("mira", **DESK)
    page.goto("/partnerships/packaging/projects/")
    board = page.get_by_role("group", name="Pipeline")
    board.focus()
    before = board.evaluate("board => board.scrollLeft")
    for _press in range(8):
        page.keyboard.press("ArrowRight")
    expect(board).to_be_focused()
    page.wait_for_function("([board, before]) => board.scrollLeft > before", arg=[board.element_handle(), before])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.pipe__card') !== null")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Pages of this project")).to_be_visible()
