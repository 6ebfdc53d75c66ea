"""A workshop with several browsers: what one adds, all see; a lost connection loses and doubles nothing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.core.served import ROOT, serving
from tests.journeys.conftest import DESK, PATIENCE_MILLISECONDS, PHONE, Site
from tests.journeys.test_accessibility import problems_of
from tests.services import free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served application with a workshop that is about to begin."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    port, folder = free_port(), tmp_path_factory.mktemp("workshop-site")
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MEETWRIGHT_SECRET_KEY": "a secret that only the journeys know, long enough",
        "MEETWRIGHT_DATABASE_URL": f"sqlite:///{folder / 'journeys.sqlite3'}",
        "MEETWRIGHT_PUBLIC_URL": address,
        "MEETWRIGHT_DOCUMENTS_FOLDER": str(folder / "documents"),
        "MEETWRIGHT_RATE_LIMITS": "false",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.workshop_stage"], cwd=ROOT, env={**os.environ, **environment},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    with serving([sys.executable, "serve.py", "--port", str(port)], **environment):
        made = Site(address, json.loads(done.stdout), browser)
        yield made
        made.close()


def decisions(page: Page) -> Any:
    return page.locator('[data-list="decision"] > li')


def add(page: Page, kind: str, text: str) -> None:
    page.locator(".composer__kinds").get_by_text(kind, exact=True).click()
    page.get_by_label("Text").fill(text)
    page.get_by_label("Text").press("Control+Enter")


def test_browsers_collect_decisions_live_and_the_minutes_hold_them(site: Site) -> None:
    room = f"/events/spring/workshops/{site.links['number'][0]}/"
    olga, pia, piotr = site.enter("olga"), site.enter("pia", **PHONE), site.enter("piotr")
    for page in (olga, pia):
        page.goto(room)
    expect(pia.locator("#composer")).to_have_count(0)
    olga.get_by_role("button", name="Open the workshop").click()
    expect(olga.locator("#composer")).to_be_visible()
    expect(pia.locator("#composer")).to_be_visible()  # her page followed by itself
    expect(olga.locator("#people li.is-here")).to_have_count(1)
    piotr.goto(room)
    expect(olga.locator("#people li.is-here")).to_have_count(2)

    add(pia, "Decision", "We build one sorting line")
    expect(decisions(olga)).to_contain_text(["We build one sorting line"])
    expect(decisions(piotr).first).to_contain_text("Proposed")
    decisions(olga).first.get_by_role("button", name="Agree").click()
    expect(decisions(pia).first).to_contain_text("Agreed")
    add(olga, "Decision", "It stands in Norte")
    expect(decisions(pia)).to_have_count(2)

    add(piotr, "Idea", "Rent the second shift")
    idea = pia.locator('[data-list="idea"] > li')
    idea.get_by_role("button", name="Support").click()
    expect(olga.locator('[data-list="idea"] [data-part="votes"]')).to_contain_text("1")
    pia.get_by_label("My group").select_option("Sorting")
    pia.get_by_role("button", name="Choose").click()
    expect(olga.locator("#people li", has_text="Pia Example")).to_contain_text("Sorting")

    pia.context.set_offline(True)
    expect(
        pia.locator("[data-connection][data-state=reconnecting], [data-connection][data-state=offline]").first
    ).to_be_attached()
    add(pia, "Decision", "Written without a connection")
    expect(decisions(pia)).to_have_count(3)
    add(olga, "Decision", "Added while she was away")
    expect(decisions(piotr)).to_have_count(3)
    pia.context.set_offline(False)
    for page in (olga, pia, piotr):
        expect(decisions(page)).to_have_count(4)
        expect(page.get_by_text("Written without a connection", exact=True)).to_have_count(1)

    add(olga, "Follow-up", "Send the bale data")
    expect(olga.get_by_label("Who takes care of it")).to_be_focused()
    olga.get_by_label("Who takes care of it").fill("Pia Example")
    olga.get_by_label("Until").fill("2099-05-01")
    olga.get_by_role("button", name="Add", exact=True).click()
    expect(pia.locator('[data-list="follow_up"] > li')).to_contain_text(["Pia Example"])

    olga.get_by_role("button", name="End the workshop").click()
    expect(pia.locator("#composer")).to_have_count(0)
    olga.get_by_role("link", name="Minutes").click()
    expect(olga.get_by_label("Minutes")).to_have_value(re.compile("It stands in Norte"))
    olga.get_by_role("button", name="Keep as a new version").click()
    expect(olga.get_by_role("heading", name="Decisions")).to_be_visible()
    olga.goto(room)
    olga.get_by_role("button", name="Finish the minutes").click()
    expect(pia.get_by_role("heading", level=1)).to_contain_text("Minuted")  # her page followed
    pia.goto(f"{room}minutes")
    expect(pia.get_by_text("Written without a connection")).to_be_visible()
    with pia.expect_download() as document:
        pia.get_by_role("link", name="Document").click()
    assert document.value.suggested_filename.endswith(".pdf")
    lena = site.enter("lena")
    lena.goto("/partnerships/textiles/workshops/")
    lena.get_by_role("link", name="Sorting together").click()
    expect(lena.get_by_role("link", name="Propose a project")).to_be_visible()


@pytest.mark.parametrize(
    "device", [PHONE | {"color_scheme": "dark"}, DESK | {"color_scheme": "light"}], ids=["phone", "desk"]
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(site: Site, device: dict[str, Any]) -> None:
    room = f"/events/spring/workshops/{site.links['number'][0]}/"
    pages = {
        "olga": [room, f"{room}prepare", f"{room}minutes", "/events/spring/workshops/"],
        "pia": [
            room,
            f"{room}minutes",
            "/events/spring/workshops/",
            "/events/spring/programme",
            "/",
            "/follow-ups/",
            "/account",
        ],
        "lena": ["/partnerships/textiles/workshops/"],
    }
    found = {}
    for name, paths in pages.items():
        page = site.enter(name, **device)
        for path in paths:
            if problems := problems_of(page, path):
                found[path] = problems
    assert found == {}
