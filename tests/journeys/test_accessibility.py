"""axe-core on the main pages, at the width of a phone and of a desk, in light and in dark."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.app.core.served import ROOT
from tests.journeys.conftest import DESK, PHONE, Site

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run(document, {
  runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } }, resultTypes: ["violations"],
}).then(found => found.passes.length < 10 ? ["axe looked at next to nothing"] : found.violations.map(rule => {
  const places = rule.nodes.slice(0, 3).map(node => node.target.join(" "));
  return `${rule.id}: ${places.join(" | ")}`;
}))"""
TO_TOP = """async () => {
  for (let calm = 0, tries = 0; calm < 2 && tries < 50; tries += 1) {
    calm = scrollY === 0 ? calm + 1 : 0;
    scrollTo({ top: 0, behavior: "instant" });
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
PAGES = {
    "nobody": [
        "/",
        "/sign-in",
        "/events/today/",
        "/events/spring/register",
        "/events/today/programme",
        "/calls/",
        "/open-data/",
        "/partnerships/packaging/opportunities",
    ],
    "pia": [
        "/events/today/me",
        "/events/today/me/entries",
        "/events/today/me/availability",
        "/events/today/partners",
        "/events/today/partners/hana",
        "/events/today/partners?sort=gain",
        "/events/today/me/matching",
        "/events/today/requests",
        "/events/today/agenda",
        "/events/today/screen",
        "/events/today/me/entries/new/need",
        "/marketplace",
        "/marketplace?q=coatign&kind=offer",
        "/marketplace/mine",
        "/marketplace/mine/new/need",
        "/marketplace/mine/import",
        "/marketplace/mine/aaaaaaaaaaaaaaaa",
        "/marketplace/entries/bbbbbbbbbbbbbbbb",
        "/marketplace/interests?view=received",
        "/marketplace/interests?view=sent",
        "/marketplace/searches?q=fibre",
    ],
    "olga": [
        "/events/today/organise/",
        "/events/today/organise/days",
        "/events/today/organise/tables",
        "/events/today/organise/settings",
        "/events/today/organise/types",
        "/events/today/organise/walking",
        "/events/today/organise/interpreters",
        "/events/today/organise/interpreters/1",
        "/events/today/organise/participants",
        "/events/today/organise/requests",
        "/events/today/organise/matching",
        "/events/today/organise/runs",
        "/events/today/organise/runs/1",
        "/events/today/organise/timetable?which=published",
        "/events/today/organise/timetable/interpreters?which=published",
        "/events/today/organise/unplaced?which=draft",
        "/events/today/organise/publish",
        "/events/today/organise/versions",
    ],
    "mira": [
        "/partnerships/packaging/projects/",
        "/partnerships/packaging/projects/new",
        "/partnerships/packaging/projects/2/",
        "/partnerships/packaging/projects/2/edit",
        "/partnerships/packaging/projects/2/consortium",
        "/partnerships/packaging/projects/2/partners/new",
        "/partnerships/packaging/projects/2/plan",
        "/partnerships/packaging/projects/2/plan/market",
        "/partnerships/packaging/projects/2/budget",
        "/partnerships/packaging/projects/2/budget/new",
        "/partnerships/packaging/projects/2/funding",
        "/partnerships/packaging/projects/2/funding/new",
        "/partnerships/packaging/projects/5/funding",
        "/partnerships/packaging/projects/2/cash-flow",
        "/partnerships/packaging/projects/2/indicators",
        "/partnerships/packaging/projects/2/trail",
        "/partnerships/packaging/trace",
        "/partnerships/packaging/trace/priority/2",
        "/partnerships/packaging/reports/",
        "/partnerships/packaging/reports/1",
    ],
    "sven": ["/calls/new", "/calls/1"],
    "ada": ["/admin/", "/events/new"],
}
PARTNERSHIP_PAGES = {
    "ada": [
        "/partnerships/desk",
        "/partnerships/desk/windows",
        "/partnerships/desk/people",
        "/partnerships/desk/areas",
        "/partnerships/processes",
        "/partnerships/processes/s3-baseline",
        "/partnerships/processes/s3-baseline/edit",
        "/partnerships/processes/s3-baseline/edit?part=phases",
        "/partnerships/processes/s3-baseline/edit?part=documents",
        "/partnerships/processes/s3-baseline/edit?part=documents.0",
        "/partnerships/processes/s3-baseline/edit?part=rule_sets.0",
        "/partnerships/processes/s3-baseline/edit?part=lists",
        "/partnerships/processes/s3-baseline/edit?part=machines.partnership.transitions",
        "/partnerships/processes/s3-baseline/edit?part=keep",
        "/partnerships/processes/s3-baseline/edit/json",
        "/partnerships/hydrogen/people",
    ],
    "lena": [
        "/partnerships/",
        "/partnerships/new",
        "/partnerships/textiles/",
        "/partnerships/textiles/documents",
        "/partnerships/textiles/documents/scoping_note/edit",
        "/partnerships/textiles/regions",
        "/partnerships/textiles/regions/1",
        "/partnerships/textiles/submission",
        "/partnerships/textiles/support",
        "/partnerships/textiles/history",
    ],
    "rui": [
        "/partnerships/hydrogen/documents/scoping_note",
        "/partnerships/hydrogen/documents/scoping_note/compare",
        "/partnerships/hydrogen/documents/expression_of_interest",
    ],
    "konrad": ["/partnerships/hydrogen/judging"],
}


ALL_PAGES = {name: [*PAGES.get(name, []), *PARTNERSHIP_PAGES.get(name, [])] for name in PAGES | PARTNERSHIP_PAGES}


@pytest.mark.parametrize("name", ALL_PAGES)
@pytest.mark.parametrize(
    "device", [PHONE | {"color_scheme": "dark"}, DESK | {"color_scheme": "light"}], ids=["phone", "desk"]
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(site: Site, device: dict[str, Any], name: str) -> None:
    found = {}
    page = site.stranger(**device) if name == "nobody" else site.enter(name, **device)
    for path in ALL_PAGES[name]:
        if problems := problems_of(page, path):
            found[path] = problems
    assert found == {}


def problems_of(page: Page, path: str) -> list[str]:
    """What axe finds on a page, whether it opens at all, and whether it must be scrolled sideways."""
    answer = page.goto(path, wait_until="load")
    problems = [] if answer and answer.ok else [f"answered {answer and answer.status}"]
    problems += [] if page.url.endswith(path) else [f"led to {page.url}"]
    return problems + problems_here(page)


def problems_here(page: Page) -> list[str]:
    """What axe finds on a page as it stands, and whether it must be scrolled sideways.

    From the top: a button half under the bar of a page that scrolls on to its anchor would be too small a target.
    """
    page.evaluate(TO_TOP)
    # Through the debugger, which the page's content security policy does not restrict; the policy itself stays on.
    page.evaluate(AXE)
    problems: list[str] = page.evaluate(RUN, TAGS)
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return problems + ([f"{wide} px wide on a screen of {screen}"] if wide > screen else [])
