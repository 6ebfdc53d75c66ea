"""A respondent answers on a phone; an analyst goes from the heat map to a workshop; axe looks at every page of it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.core.served import ROOT, serving
from tests.journeys.conftest import DESK, PATIENCE_MILLISECONDS, PHONE, Site
from tests.journeys.test_accessibility import problems_here, problems_of
from tests.services import free_port

pytestmark = pytest.mark.browser

BASE = "/partnerships/textiles/surveys"
MAPPED = f"{BASE}/mapping-of-circular-textiles"
SECOND = f"{BASE}/second-survey"
DESIGN = f"{BASE}/in-design"


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served application with surveys in it."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    port, folder = free_port(), tmp_path_factory.mktemp("survey-site")
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MEETWRIGHT_SECRET_KEY": "a secret that only the journeys know, long enough",
        "MEETWRIGHT_DATABASE_URL": f"sqlite:///{folder / 'journeys.sqlite3'}",
        "MEETWRIGHT_PUBLIC_URL": address,
        "MEETWRIGHT_DOCUMENTS_FOLDER": str(folder / "documents"),
        "MEETWRIGHT_RATE_LIMITS": "false",
    }
    stage = [sys.executable, "-m", "tests.journeys.survey_stage"]
    done = subprocess.run(
        stage, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
    )
    with serving([sys.executable, "serve.py", "--port", str(port)], **environment):
        made = Site(address, json.loads(done.stdout), browser)
        yield made
        made.close()


def test_a_respondent_on_a_phone_saves_resumes_and_submits(site: Site) -> None:
    link = site.links["answer"][0]
    page = site.stranger(**PHONE)
    page.goto(link)
    expect(page.get_by_text("What can you do for circular textiles?")).to_be_visible()
    page.get_by_role("link", name="Your organisation").click()
    expect(page.get_by_label("Name of the organisation")).to_have_value("Fiação do Ave")
    page.get_by_label("Type", exact=False).first.select_option("small")
    page.get_by_label("Region code").select_option("PT119")
    page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_role("heading", name="Place in the value chain")).to_be_visible()
    page.get_by_label("We are active here").nth(3).check()
    page.get_by_role("button", name="Save and stop here").click()
    expect(page.get_by_text("Still to do before you can submit")).to_be_visible()

    later = site.stranger(**PHONE)
    later.goto(link)
    expect(later.get_by_text("2 of 7")).to_be_visible()
    later.get_by_role("link", name="What you need").click()
    later.get_by_role("link", name="Add: need").click()
    later.get_by_label("Need or challenge").fill("A line that opens cotton without shortening it")
    later.get_by_role("button", name="Save", exact=True).click()
    expect(later.get_by_role("alert")).to_contain_text("Choose an answer")
    forgive_refused_form(site)
    later.get_by_label("Segment of the value chain").select_option("components")
    later.get_by_label("Urgency").select_option("4")
    later.get_by_role("button", name="Save", exact=True).click()
    expect(later.get_by_role("heading", name="A line that opens cotton without shortening it")).to_be_visible()
    later.get_by_role("button", name="Save and stop here").click()

    later.get_by_role("link", name="Your organisation").click()
    later.get_by_label("My answers may be used for this mapping").check()
    later.get_by_role("button", name="Save and stop here").click()
    later.get_by_role("button", name="Submit the answers").click()
    expect(later.get_by_text("Your answers are submitted. Thank you!")).to_be_visible()

    lena = site.enter("lena")
    lena.goto(f"{SECOND}/responses")
    row = lena.get_by_role("row", name="Fiação do Ave")
    expect(row).to_contain_text("Submitted")
    row.get_by_role("link").click()
    expect(lena.get_by_text("A line that opens cotton without shortening it")).to_be_visible()
    lena.get_by_role("button", name="Validate").click()
    expect(lena.get_by_role("heading", level=1)).to_contain_text("Validated")


def test_answers_save_themselves_and_two_windows_lose_nothing(site: Site) -> None:
    link = site.links["other"][0]
    page = site.stranger(**PHONE)
    page.goto(f"{link}respondent")
    page.get_by_label("Your name").press_sequentially("Berta")
    expect(page.locator("[data-autosave-status]")).to_contain_text(re.compile(r"Saved at \d\d:\d\d"))

    second = site.stranger(**DESK)
    second.goto(f"{link}respondent")
    expect(second.get_by_label("Your name")).to_have_value("Berta")
    page.get_by_label("Website").fill("https://ave.example")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
    page.reload()
    expect(page.get_by_label("Website")).to_have_value("https://ave.example")

    second.get_by_label("Your name").fill("Bruno")
    expect(second.get_by_role("heading", name="Saved in another window meanwhile")).to_be_visible()
    expect(second.locator("[data-theirs]")).to_contain_text("Berta")
    expect(second.get_by_label("Your name")).to_have_value("Bruno")
    assert problems_here(second) == []
    second.get_by_label("Website").fill("https://ave.example")
    second.get_by_role("button", name="Keep what stands here").click()
    expect(second.locator("[data-autosave-status]")).to_contain_text("Saved at")
    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("Bruno")
    expect(page.get_by_label("Website")).to_have_value("https://ave.example")

    page.goto(f"{link}needs/new")
    page.get_by_label("Need or challenge").fill("Half a need")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Not saved yet")
    page.get_by_label("Segment of the value chain").select_option("components")
    page.get_by_label("Urgency").select_option("4")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
    expect(page).to_have_url(re.compile(r"/needs/[0-9a-z-]+$"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Half a need")).to_have_count(1)
    site.complaints[:] = [each for each in site.complaints if "409" not in each]


def test_an_analyst_goes_from_the_heat_map_to_a_workshop(site: Site) -> None:
    page = site.enter("lena")
    page.goto(f"{MAPPED}/runs")
    page.get_by_label("Note").fill("First look")
    page.get_by_role("button", name="Compute").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Run 2")
    page.get_by_role("link", name="Gap", exact=True).click()
    expect(page.get_by_text("What a region needs and does not have itself")).to_be_visible()
    cell = strongest_gap(page)
    name = str(cell.get_attribute("aria-label"))
    region = name.partition(",")[0]
    cell.click()
    expect(page.get_by_label("Region", exact=True)).not_to_have_value("")
    pair = page.locator("tbody th a").first
    expect(pair).to_contain_text(region)
    pair.click()
    expect(page.get_by_text("What it rests on").first).to_be_visible()
    expect(page.get_by_text("Make something of it")).to_have_count(0)

    page.get_by_text("Keep", exact=True).click()
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_role("alert")).to_contain_text("the partnership sees this reason")
    forgive_refused_form(site)
    page.get_by_label("Reason").fill("Both regions have confirmed it.")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_role("heading", name="Make something of it")).to_be_visible()

    day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    page.get_by_label("Title").fill("Closing the gap together")
    page.get_by_label("Event", exact=True).select_option(label="Spring Partnering Day (Europe/Brussels)")
    page.get_by_label("Begins").fill(f"{day}T14:00")
    page.get_by_label("Ends").fill(f"{day}T15:30")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name=re.compile("^Open :")).click()
    expect(page).to_have_url(f"{site.address}/events/spring/workshops/1/prepare")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Closing the gap together")
    expect(page.get_by_role("textbox", name="Agenda")).to_have_value(re.compile("Welcome"))

    page.goto(f"{MAPPED}/runs/2/")
    page.get_by_role("button", name="Finish curation").click()
    page.get_by_role("button", name="Share with the partnership").click()
    mona = site.enter("mona")
    mona.goto(f"{MAPPED}/runs/2/complementarity")
    expect(mona.get_by_text("1 of 1 findings")).to_be_visible()
    mona.locator("tbody th a").first.click()
    expect(mona.get_by_text("Both regions have confirmed it.")).to_be_visible()
    expect(mona.get_by_role("button", name="Create")).to_have_count(0)


def test_from_the_heat_map_to_a_request_that_the_other_side_accepts(site: Site) -> None:
    region, segment, number = site.links["match"]
    page = site.enter("lena")
    page.goto(f"{MAPPED}/runs/1/?show=need")
    page.get_by_role("link", name=re.compile(f"^{re.escape(region)}, {re.escape(segment)}: ")).click()
    page.locator(f'tbody th a[href$="/findings/{number}"]').click()
    expect(page.get_by_role("heading", name="Organisations that go best together")).to_be_visible()
    page.get_by_role("button", name="Propose meetings at Spring Partnering Day").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Meetings from a match")
    expect(page.locator("#requests li")).to_have_count(1)
    expect(page.locator("#requests li")).to_contain_text("Waiting for an answer")
    expect(page.get_by_role("heading", name="Invited, not registered yet")).to_be_visible()
    here = page.url
    assert problems_of(page, here.removeprefix(site.address)) == []
    seeker = site.enter("seeker", **PHONE)
    seeker.goto("/events/spring/requests?view=sent")
    expect(seeker.get_by_text("from a match")).to_be_visible()
    giver = site.enter("giver", **PHONE)
    giver.goto("/events/spring/requests")
    expect(giver.get_by_text("from a match")).to_be_visible()
    assert problems_of(giver, "/events/spring/requests") == []
    giver.get_by_role("button", name="Accept").click()
    expect(giver.get_by_text("Agreed.", exact=False).first).to_be_visible()
    page.goto(here)
    expect(page.locator("#requests li")).to_contain_text("Accepted")


def test_a_need_that_nobody_answers_leads_from_the_heat_map_to_the_white_spot(site: Site) -> None:
    page = site.enter("lena")
    page.goto(f"{MAPPED}/runs/1/?show=gap")
    page.get_by_role("link", name=re.compile("Washing and care: [1-9]")).first.click()
    page.get_by_role("link", name=re.compile("White spots \\(1\\)")).click()
    expect(page.get_by_text("nowhere")).to_be_visible()


def forgive_refused_form(site: Site) -> None:
    """Chromium notes every answer of 422 as an error, also a form that comes back as it should."""
    site.complaints[:] = [complaint for complaint in site.complaints if "422" not in complaint]


def strongest_gap(page: Page) -> Any:
    """The cell with the highest figure, but for the segment that nobody offers anything in."""
    cells = page.locator('td.heat a:not([aria-label*="Washing and care"])')
    figures = [int(text) for text in cells.all_inner_texts()]
    return cells.nth(figures.index(max(figures)))


PAGES = {
    "lena": [
        f"{BASE}/",
        f"{MAPPED}/",
        f"{MAPPED}/responses",
        f"{MAPPED}/responses/r0001/",
        f"{MAPPED}/runs",
        f"{MAPPED}/runs/1/",
        f"{MAPPED}/runs/1/?show=gap",
        f"{MAPPED}/runs/1/complementarity",
        f"{MAPPED}/runs/1/critical_mass",
        f"{MAPPED}/runs/1/challenge",
        f"{MAPPED}/runs/1/white_spot",
        f"{MAPPED}/runs/1/network",
        f"{MAPPED}/runs/1/about",
        f"{MAPPED}/runs/1/findings/1",
        f"{MAPPED}/exchange",
        f"{MAPPED}/public",
        f"{DESIGN}/settings",
        f"{DESIGN}/chain",
        f"{DESIGN}/questions",
        f"{DESIGN}/people",
    ],
    "mona": [f"{MAPPED}/", f"{MAPPED}/runs/1/"],
}


@pytest.mark.parametrize(
    "device", [PHONE | {"color_scheme": "dark"}, DESK | {"color_scheme": "light"}], ids=["phone", "desk"]
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(site: Site, device: dict[str, Any]) -> None:
    found = {}
    for name, paths in PAGES.items():
        page = site.enter(name, **device)
        for path in paths:
            if problems := problems_of(page, path):
                found[path] = problems
    stranger = site.stranger(**device)
    link = site.links["other"][0].removeprefix(site.address)
    for part in ("", "respondent", "positions", "capabilities", "capabilities/new", "needs", "infrastructure/new",
                 "cooperation"):  # fmt: skip
        if problems := problems_of(stranger, f"{link}{part}"):
            found[part] = problems
    assert found == {}
