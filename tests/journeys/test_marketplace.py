"""From a slip in the search box to an address: ask an anonymous owner, who agrees."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE, Site

pytestmark = pytest.mark.browser
TITLE = "Grade of starch that seals at 140 °C"


def test_two_people_get_in_touch_over_an_anonymous_entry(site: Site) -> None:
    eva = site.enter("eva", **PHONE)
    eva.goto("/marketplace")
    eva.get_by_label("Search", exact=True).fill("strach")
    eva.get_by_role("button", name="Search", exact=True).click()
    expect(eva.get_by_text("Nothing holds “strach”; shown instead: starch.")).to_be_visible()
    eva.get_by_role("link", name=TITLE).click()
    expect(eva.get_by_text("Anonymous. The owner decides")).to_be_visible()
    eva.get_by_label("Your message").fill("We measure seals and would like to test your grade.")
    eva.get_by_role("button", name="Ask to get in touch").click()
    expect(eva.get_by_text("Waiting for an answer").first).to_be_visible()
    expect(eva.get_by_text("Piave")).to_have_count(0)

    pia = site.enter("pia", **DESK)
    pia.goto("/marketplace/interests")
    pia.get_by_role("button", name=re.compile("Get in touch.*Eva Ek")).click()
    expect(pia.get_by_role("link", name="eva@example.org")).to_be_visible()

    eva.reload()
    expect(eva.get_by_text("Piave Polymers").first).to_be_visible()
    expect(eva.get_by_role("link", name="pia@example.org")).to_be_visible()

    pia.goto(f"/marketplace/mine/{'a' * 16}")
    expect(pia.get_by_role("cell", name="Looked at it")).to_be_visible()


def test_filters_apply_by_themselves_and_fold_on_a_phone(site: Site) -> None:
    desk = site.enter("jonas", **DESK)
    desk.goto("/marketplace")
    desk.get_by_role("checkbox", name="Need", exact=False).first.check()
    desk.wait_for_url("**kind=need**")
    expect(desk.get_by_role("link", name=TITLE)).to_have_count(0)
    phone = site.enter("jonas", **PHONE)
    phone.goto("/marketplace")
    expect(phone.get_by_role("group", name="Country")).to_be_hidden()
    phone.get_by_text("Filters").click()
    expect(phone.get_by_role("group", name="Country")).to_be_visible()
