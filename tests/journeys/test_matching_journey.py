"""A newcomer with an empty profile follows the advice, watches the list get better, and asks whom it puts first."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, Site
from tests.journeys.test_accessibility import problems_here
from tests.journeys.test_main_journey import register_without_entries

pytestmark = pytest.mark.browser


def test_a_thin_profile_gets_better_and_the_first_of_the_list_is_asked(site: Site) -> None:
    page = register_without_entries(site.stranger(**DESK), "Tess Thin", "tess@example.org")
    page.goto("/events/spring/partners")
    expect(page.locator("#advice")).to_contain_text("Write down what you need")
    before = judged(page)
    assert before < 40
    assert scores(page) == []

    follow(page, "Write down what you need")
    entry(page, "Pilot line for barrier coating on paper")
    page.goto("/events/spring/partners")
    expect(page.locator(".card-partner").first).to_contain_text("Piotr Poznański")
    after_need = (judged(page), scores(page)[0])
    assert after_need[0] > before
    expect(page.locator(".card-partner").first).to_contain_text("You need “Pilot line for barrier coating on paper”")

    follow(page, "Write down what you offer")
    entry(page, "Industrial partner for bio-based films")
    page.goto("/events/spring/partners")
    expect(page.locator(".card-partner").first).to_contain_text("They need “Industrial partner")
    after_offer = (judged(page), scores(page)[0])
    assert after_offer > after_need
    assert after_offer[1] > after_need[1]

    follow(page, "Say which type, size or country of partner you wish for")
    page.get_by_text("Research organisation", exact=True).first.click()
    page.get_by_role("button", name="Save").click()
    # The new order comes by itself, without a reload.
    expect(page.locator("#partner-list")).to_have_attribute("data-waiting", "no")
    assert scores(page)[0] >= after_offer[1]

    first = page.locator(".card-partner").first
    first.get_by_role("link", name=re.compile("^Ask for a meeting")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Piotr Poznański")
    expect(page.locator("#why")).to_contain_text("They are the kind of partner you wish for")
    page.get_by_label("Message").fill("Your pilot line is what we look for.")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Waiting for an answer. It blocks none of your time.")).to_be_visible()
    page.goto("/events/spring/requests?view=sent")
    expect(page.locator(".request").first).to_contain_text("You need “Pilot line for barrier coating on paper”")


def test_the_organiser_previews_saves_and_watches_the_scores_come_in(site: Site) -> None:
    olga = site.enter("olga")
    olga.goto("/events/spring/organise/matching")
    olga.get_by_label("Common language").fill("60")
    olga.get_by_role("button", name="Preview on the participants of this event").click()
    preview = olga.locator("#preview")
    expect(preview).to_contain_text("nothing is saved yet")
    expect(preview.get_by_role("group", name="Pairs that would come first")).to_contain_text("Hana Horáková")
    preview.get_by_role("button", name="Save and score everybody anew").click()
    expect(olga.get_by_text("Everybody is being scored anew")).to_be_visible()
    expect(olga.get_by_text("participants scored")).to_be_visible()
    olga.reload()
    expect(olga.get_by_label("Common language")).to_have_value(re.compile("^(3[0-9]|60)$"))


@pytest.mark.parametrize("device", [PHONE | {"color_scheme": "dark"}, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_a_preview(site: Site, device) -> None:
    olga = site.enter("olga", **device)
    olga.goto("/events/spring/organise/matching?preset=research")
    olga.get_by_role("button", name="Preview on the participants of this event").click()
    expect(olga.locator("#preview")).to_be_visible()
    assert problems_here(olga) == []


def follow(page: Page, advice: str) -> None:
    """Follow a piece of advice; on the list only the first three are shown."""
    link = page.locator("#advice").get_by_role("link", name=re.compile(f"^{advice}"))
    if not link.count():
        page.goto("/events/spring/me/matching")
    link.click()


def entry(page: Page, title: str) -> None:
    """Write down the need or offer whose form is open."""
    page.get_by_label("In one line").fill(title)
    page.get_by_role("textbox", name="Keywords").fill("barrier, paper")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def judged(page: Page) -> int:
    """How many percent the page says can be judged."""
    return int(re.findall(r"(\d+) % of what counts", page.locator("#advice").inner_text())[0])


def scores(page: Page) -> list[int]:
    """The scores on the page, in the order of the list."""
    return [int(re.findall(r"\d+", text)[0]) for text in page.locator(".score__value").all_inner_texts()]
