"""A region from the scoping note to the submitted expression of interest; an evaluator with a conflict is refused."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app.core.test_files import PDF
from tests.journeys.conftest import PHONE, Site

pytestmark = pytest.mark.browser

NOTE = {
    "Vision": "Every fibre comes back.",
    "Mission": "We connect sorters, recyclers and spinners.",
    "Key objective": "Six joint projects.",
    "Thematic scope": "Cotton, wool and polyester.",
    "Target market and needs": "Workwear with recycled content.",
    "Where the regions complement each other": "Sorting in one region, spinning in the other.",
    "Governance": "A board of all regions.",
}
INTEREST = {
    "Relevance of the area": "Textiles are a value chain of the circular economy policy.",
    "Added value of working together": "No region has all steps.",
    "Granularity": "Nine segments.",
    "Plan to involve stakeholders": "Clusters recruit firms.",
    "Geographic balance": "South and north.",
}


def fill(page: Page, texts: dict[str, str]) -> None:
    """Fill the long fields of a document by their labels."""
    for label, text in texts.items():
        page.get_by_label(label).first.fill(text)


def test_a_region_goes_from_the_scoping_note_to_a_submitted_expression_of_interest(site: Site, tmp_path: Path) -> None:
    page = site.enter("lena")
    page.goto("/partnerships/")
    page.get_by_role("link", name="Circular Textiles").click()
    expect(page.get_by_role("heading", name="Where it stands")).to_be_visible()

    # The scoping note: written with a gap, which the page names; then complete, frozen and signed.
    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("link", name=re.compile(r"Write\s*: Scoping note")).click()
    fill(page, NOTE)
    page.get_by_label("Platform").select_option(label="Industrial modernisation")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("#state")).to_contain_text("First action plan")
    page.get_by_role("link", name="Write", exact=True).click()
    row = page.get_by_role("group", name="First action plan, row 1")
    row.get_by_label("Action").fill("Mapping survey")
    row.get_by_label("Owner").fill("Norte")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("All mandatory parts are filled.")).to_be_visible()
    page.get_by_label("What is new in this version").fill("First version for signature")
    page.get_by_role("button", name="Freeze this version").click()
    page.get_by_role("button", name="Sign for Norte").click()
    expect(page.locator("#signatures").get_by_text("Signed", exact=True)).to_be_visible()

    # Words that are marked land in the form for a comment.
    page.get_by_text("Cotton, wool and polyester.").select_text()
    expect(page.get_by_label("Passage (optional)")).to_have_value("Cotton, wool and polyester.")
    expect(page.get_by_label("Part of the document")).to_have_value("scope")

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Close scoping").click()
    page.get_by_role("button", name="Begin the expression of interest").click()

    # Letter and strategy of the own region: a wrong file first.
    page.get_by_role("link", name="Regions", exact=True).click()
    page.get_by_role("link", name="Norte", exact=True).click()
    wrong, right = tmp_path / "letter.pdf", tmp_path / "commitment.pdf"
    wrong.write_bytes(b"this is no PDF")
    right.write_bytes(PDF)
    upload_letter(page, wrong)
    expect(page.get_by_text("This file is not really a PDF").first).to_be_visible()
    forget_refusal(site)
    upload_letter(page, right)
    expect(page.get_by_role("link", name="commitment.pdf")).to_be_visible()
    page.get_by_role("textbox", name="Priority").first.fill("Advanced textiles")
    page.get_by_label("Address of the strategy").fill("https://strategy.example/s3.pdf")
    page.get_by_role("button", name="Add and link").click()
    expect(page.get_by_role("link", name="Advanced textiles")).to_be_visible()

    # The expression of interest, its pre-check, and the submission.
    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("link", name=re.compile(r"Write\s*: Expression of interest")).click()
    fill(page, INTEREST)
    page.get_by_label("Cluster", exact=True).check()
    page.get_by_label("The partnership stays open to every committed EU region").check()
    page.get_by_label("What is written here is true and agreed among the lead regions").check()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("link", name="Documents", exact=True).first.click()
    page.get_by_role("link", name="Submission").click()
    expect(page.get_by_text("3 regions from 3 Member States count; 3 from 3 are needed.")).to_be_visible()
    expect(page.locator("#precheck").get_by_text("Not met")).to_have_count(0)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Submitted. The eligibility officer takes over.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Drafting the expression of interest → Expression of interest submitted")
    expect(first).to_contain_text("commitment.pdf")


def forget_refusal(site: Site) -> None:
    """The browser complains of a form that was refused, which is what the test wanted; of nothing else, though."""
    assert all("422" in complaint for complaint in site.complaints), site.complaints
    site.complaints.clear()


def upload_letter(page: Page, file: Path) -> None:
    """Fill in the form of a commitment letter."""
    form = page.locator("#letter form")
    form.get_by_label("Signed letter").set_input_files(file)
    form.get_by_label("Representative authority").fill("Norte Region")
    form.get_by_label("Signed by").fill("Ana Reis")
    form.get_by_label("Function").fill("President")
    form.get_by_label("Date of the letter").fill("2026-01-15")
    form.get_by_label("Committed for (months)").fill("24")
    form.get_by_role("button", name="Upload").click()


def test_an_evaluator_with_a_conflict_is_refused(site: Site) -> None:
    vera = site.enter("vera", **PHONE)
    vera.goto("/partnerships/hydrogen/judging")
    expect(vera.get_by_role("button", name="Keep my scores")).to_have_count(0)
    vera.get_by_label("I have a conflict of interest and will not judge this case.").check()
    vera.get_by_role("button", name="Declare").click()
    expect(vera.get_by_text("Say in a few words what the conflict is.").first).to_be_visible()
    forget_refusal(site)
    vera.get_by_label("What the conflict is").fill("My sister works for the region.")
    vera.get_by_role("button", name="Declare").click()
    expect(vera.get_by_text("You declared a conflict of interest in this case.")).to_be_visible()
    expect(vera.get_by_role("button", name="Keep my scores")).to_have_count(0)

    # Somebody who sends the form all the same, past the page.
    token = vera.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    answer = vera.request.post(
        "/partnerships/hydrogen/judging/scores",
        form={"csrf_token": token, "points-leads": "10"},
        headers={"Accept": "application/json"},
    )
    assert answer.status == 403
    assert answer.json()["code"] == "conflict_of_interest"

    konrad = site.enter("konrad")
    konrad.goto("/partnerships/hydrogen/judging")
    konrad.get_by_label("I have no personal, professional or financial interest in this case.").check()
    konrad.get_by_role("button", name="Declare").click()
    expect(konrad.get_by_label("Points, 0 to", exact=False).first).to_be_visible()
    for field in konrad.get_by_label("Points, 0 to", exact=False).all():
        field.fill("9")
    konrad.get_by_role("button", name="Keep my scores").click()
    expect(konrad.get_by_text("1 of 2 evaluators have scored every criterion.")).to_be_visible()
    expect(konrad.locator("#declared")).to_contain_text("My sister works for the region.")
