"""What people do in the journeys, in the words of the pages."""

import re
from pathlib import Path
from typing import Any

from icalendar import Calendar
from playwright.sync_api import Page, Response, expect

# Notes each new look of a part of the page, with the moment in milliseconds since 1970, comparable between pages.
WATCH = """id => {
  const place = document.getElementById(id);
  window.looks = [];
  new MutationObserver(() => window.looks.push([performance.timeOrigin + performance.now(), place.textContent]))
    .observe(place, { childList: true, subtree: true, characterData: true });
}"""


def watch(page: Page, part: str) -> None:
    """Note from now on when this part of the page changes; a reload would forget the notes."""
    page.evaluate(WATCH, part)


def answered_at(response: Response) -> float:
    """When the first byte of an answer arrived, in milliseconds since 1970."""
    timing = response.request.timing
    return float(timing["startTime"] + timing["responseStart"])


def open_agenda(page: Page, slug: str) -> None:
    """Open one's agenda and wait until it is connected."""
    page.goto(f"/events/{slug}/agenda")
    connected(page)


def connected(page: Page) -> None:
    """Wait until the page follows changes."""
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "live")


def meeting_with(page: Page, name: str) -> Any:
    """The line of one's agenda with this partner."""
    return page.locator("#agenda-days li").filter(has=page.get_by_role("link", name=name))


def open_move(page: Page, slug: str, one: str, other: str) -> None:
    """As organiser, click a meeting of the published timetable and then "Move"."""
    page.goto(f"/events/{slug}/organise/timetable?which=published")
    page.locator("[data-meeting]").filter(has_text=one).filter(has_text=other).click()
    page.locator("#meeting").get_by_role("link", name="Move").click()
    expect(page.locator("#meeting").get_by_role("heading", name=re.compile("^Tables at"))).to_be_visible()


def move_to(page: Page, start: str, table: str) -> Response:
    """Choose a slot and a free table in the drawer; return the answer to the move."""
    drawer = page.locator("#meeting")
    tables = drawer.get_by_role("heading", name=re.compile(f"^Tables at .*{start}"))
    if not tables.count():
        drawer.get_by_role("link", name=f"Tables {start}").click()
    expect(tables).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        drawer.get_by_role("button", name=re.compile(f"^{table}")).click()
    expect(page.get_by_text("The meeting was moved.")).to_be_visible()
    return sent.value


def take_calendar(page: Page, folder: Path) -> dict[str, Any]:
    """Download the calendar file in reach; return its events by their summary."""
    with page.expect_download() as started:
        # On a phone now and next come first, and the calendar stands below the days.
        page.get_by_role("link", name=re.compile("^(Calendar file|Download once)")).first.click()
    file = folder / "taken.ics"
    started.value.save_as(file)
    calendar = Calendar.from_ical(file.read_bytes())
    return {str(entry["summary"]): entry for entry in calendar.walk("VEVENT")}


def lines(page: Page) -> list[list[str]]:
    """What stands in an agenda: id, time, partner, place and the small print of each meeting and session, in order."""
    found: list[list[str]] = page.locator("#agenda-days li:has(article)").evaluate_all(
        """rows => rows.map(row => [row.querySelector("article").id, row.querySelector("time").dateTime,
             ...row.querySelector("article").innerText.split("\\n").map(part => part.trim()).filter(Boolean)])"""
    )
    return found


def other_slot(page: Page) -> str:
    """The start of the last slot in which a table is free, in the open drawer."""
    row = page.locator("#meeting .listing__row").filter(has_text=re.compile(r"tables? free")).last
    return str(row.locator("strong").text_content())


def cancel(page: Page, slug: str, one: str, other: str, reason: str) -> None:
    """As organiser, cancel a published meeting."""
    page.goto(f"/events/{slug}/organise/timetable?which=published")
    page.locator("[data-meeting]").filter(has_text=one).filter(has_text=other).click()
    page.locator("#meeting").get_by_text("Cancel this meeting").click()
    page.locator("#meeting").get_by_label("Reason").fill(reason)
    page.locator("#meeting").get_by_role("button", name="Cancel the meeting").click()
    expect(page.get_by_text("The meeting was cancelled.")).to_be_visible()
