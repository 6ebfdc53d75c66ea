"""A served Meetwright with people in it, and browsers for them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.app.core.served import ROOT, serving
from tests.services import free_port

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
# Generous, because it only bounds the wait of a test that fails anyway.
PATIENCE_MILLISECONDS = 30_000


@dataclass
class Site:
    """A serving process: where it is, one-time links by first name, and what the browsers complained of."""

    address: str
    links: dict[str, list[str]]
    browser: Browser
    cookies: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def stranger(self, **options: Any) -> Page:
        """A page of a browser in which nobody is signed in."""
        context = self.browser.new_context(base_url=self.address, locale="en-GB", **options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.on("console", self._note_message)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("requestfailed", self._note_failure)
        self.contexts.append(context)
        return context.new_page()

    def enter(self, name: str, **options: Any) -> Page:
        """A page of a browser of its own in which this person is signed in."""
        if name not in self.cookies:
            page = self.stranger()
            sign_in_by_link(page, self.links[name].pop())
            self.cookies[name] = page.context.storage_state()
        return self.stranger(storage_state=self.cookies[name], **(options or DESK))

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not self._is_offline(message.text):
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _note_failure(self, request: Request) -> None:
        aborted = request.failure in {"net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED"}
        if not aborted:
            self.complaints.append(f"{request.url}: {request.failure}")

    @staticmethod
    def _is_offline(text: str) -> bool:
        """What Chromium itself says while a test holds the network back."""
        return "ERR_INTERNET_DISCONNECTED" in text

    def close(self) -> None:
        """Close the browsers that were opened."""
        while self.contexts:
            self.contexts.pop().close()


def sign_in_by_link(page: Page, link: str) -> None:
    """Follow a one-time link as it stands in a mail."""
    page.goto(link)
    page.get_by_role("button", name="Sign in as").click()
    expect(page).not_to_have_url(link)


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real process with its worker on a database of its own; it ends after the module's tests."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    port, folder = free_port(), tmp_path_factory.mktemp("site")
    address = f"http://127.0.0.1:{port}"
    environment = {
        "MEETWRIGHT_SECRET_KEY": "a secret that only the journeys know, long enough",
        "MEETWRIGHT_DATABASE_URL": f"sqlite:///{folder / 'journeys.sqlite3'}",
        "MEETWRIGHT_PUBLIC_URL": address,
        "MEETWRIGHT_DOCUMENTS_FOLDER": str(folder / "documents"),
        "MEETWRIGHT_RATE_LIMITS": "false",
    }
    links = set_the_stage(folder, environment)
    with serving([sys.executable, "serve.py", "--port", str(port)], **environment):
        made = Site(address, links, browser)
        yield made
        made.close()


def set_the_stage(folder: Path, environment: dict[str, str]) -> dict[str, list[str]]:
    """Write the three events into a fresh database; return the sign-in links by first name."""
    stage = [sys.executable, "-m", "tests.journeys.stage"]
    done = subprocess.run(
        stage, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
    )
    links: dict[str, list[str]] = json.loads(done.stdout)
    return links


@pytest.fixture(autouse=True)
def no_complaints(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which a page wrote errors to its console, broke its content security policy or missed a file."""
    yield
    if "site" in request.fixturenames:
        site: Site = request.getfixturevalue("site")
        site.close()
        found, site.complaints = site.complaints, []
        assert found == []
