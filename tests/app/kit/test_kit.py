"""The design kit as a reader meets it: colours, keyboard, times, accessibility."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from playwright.sync_api import Browser, Page, Route

from config import ROOT

ACCENTS = ("lagoon", "cobalt", "iris", "plum", "rose", "rust", "moss", "slate")
SURFACES = ("paper", "surface", "sunken", "hover", "raised")
KINDS = ("ok", "wait", "stop", "info", "pin")
READ, SEEN = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11

READABLE = [
    *product(("ink", "ink-2", "ink-3"), (*SURFACES, "quiet-soft", "accent-soft")),
    *product(("accent-text",), ("surface", "paper", "hover", "accent-soft")),
    *((f"{kind}-text", ground) for kind in KINDS for ground in (f"{kind}-soft", "surface", "paper", "hover")),
    *(("ink", f"{kind}-soft") for kind in KINDS),
    *product(("on-stage", "on-stage-2"), ("stage", "stage-2")),
    *product(("on-accent",), ("accent", "accent-deep")),
]
VISIBLE = [
    *product(("line-strong", "focus", "accent"), ("paper", "surface")),
    *((f"{kind}-solid", "surface") for kind in KINDS),
]

CONTRASTS = """(pairs) => {
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (token) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--${token})`;
    document.body.append(probe);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    probe.remove();
    const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return pairs.map(([one, other]) => {
    const [a, b] = [light(one), light(other)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  });
}"""


@pytest.fixture
def show(app: Flask, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open markup as a page of the application, with its own scripts and styles; options go to the browser."""
    contexts = []

    def open_page(markup: str, **options: Any) -> Page:
        context = browser.new_context(base_url="http://localhost", **options)
        contexts.append(context)

        def answer(route: Route) -> None:
            path = route.request.url.removeprefix("http://localhost")
            if path == "/kit":
                route.fulfill(body=markup, content_type="text/html; charset=utf-8")
                return
            with app.test_client().get(path) as reply:
                route.fulfill(status=reply.status_code, body=reply.get_data(), content_type=reply.content_type)

        context.route("**/*", answer)
        page = context.new_page()
        page.goto("/kit")
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_accent_is_readable_in_both_themes(show: Callable[..., Page], theme: str) -> None:
    tokens = (ROOT / "app" / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    page = show(f"<html><style>{tokens}</style><body></body></html>", color_scheme=theme)
    faint = []
    for accent in ACCENTS:
        page.evaluate("(name) => { document.documentElement.dataset.accent = name; }", accent)
        for pairs, least in ((READABLE, READ), (VISIBLE, SEEN)):
            found = page.evaluate(CONTRASTS, [list(pair) for pair in pairs])
            faint += [(accent, *pair, ratio) for pair, ratio in zip(pairs, found, strict=True) if ratio < least]

    assert faint == []


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 390), ("light", 1280), ("dark", 1280)])
def test_the_gallery_is_accessible_and_fits(app: Flask, show: Callable[..., Page], theme: str, width: int) -> None:
    with app.test_request_context("/"):
        markup = render_template("kit/gallery.html")
    page = show(markup, color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    options = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]

    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


GRID = """{% extends "layouts/public.html" %}{% from "kit/timetable.html" import timetable_grid %}
{% block main %}{{ timetable_grid(board, "Tuesday") }}{% endblock %}"""


def two_by_three() -> dict[str, Any]:
    """Two slots and a break at three tables in two zones; one meeting, one closed table."""
    meeting = {"kind": "meeting", "id": 7, "a": "Aalto", "b": "Novák"}
    return {
        "zones": [
            {"name": "Blue", "tables": [{"id": "t1", "name": "1"}, {"id": "t2", "name": "2"}]},
            {"name": "Online", "tables": [{"id": "t3", "name": "O1"}]},
        ],
        "rows": [
            {"kind": "slot", "id": "s1", "label": "09:00", "end": "09:20", "cells": [None, None, meeting]},
            {"kind": "break", "label": "09:20", "text": "Coffee"},
            {"kind": "slot", "id": "s2", "label": "09:40", "cells": [None, {"kind": "blocked"}, None]},
        ],
    }


@pytest.mark.browser
def test_the_timetable_grid_is_one_tab_stop_with_arrow_keys_inside(app: Flask, show: Callable[..., Page]) -> None:
    with app.test_request_context("/"):
        markup = render_template_string(GRID, board=two_by_three())
    page = show(markup)
    page.evaluate("document.addEventListener('grid:activate', (event) => { window.opened = event.detail.meeting; })")
    page.locator('[role="gridcell"][tabindex="0"]').focus()
    visited = []
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Control+ArrowUp", "End", "Enter"):
        page.keyboard.press(key)
        visited.append(page.evaluate("document.activeElement.id"))

    assert visited == ["c-s1-t2", "c-s2-t2", "c-s2-t2", "c-s1-t2", "c-s1-t3", "c-s1-t3"]
    assert page.evaluate("window.opened") == "7"
    assert page.locator('[role="gridcell"][tabindex="0"]').count() == 1


TIME = """{% extends "layouts/public.html" %}{% from "kit/times.html" import time_range %}
{% block main %}<p id="when">{{ time_range(start, end, "Europe/Rome") }}</p>{% endblock %}"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("zone", "text"),
    [("Europe/Paris", "09:00–09:20"), ("Asia/Tokyo", "09:00–09:2017:00 your time"), ("Pacific/Honolulu", None)],
)
def test_own_time_stands_beside_event_time_where_they_differ(
    app: Flask, show: Callable[..., Page], zone: str, text: str | None
) -> None:
    start, end = datetime(2027, 3, 9, 8, 0, tzinfo=UTC), datetime(2027, 3, 9, 8, 20, tzinfo=UTC)
    with app.test_request_context("/"):
        markup = render_template_string(TIME, start=start, end=end)
    shown = show(markup, timezone_id=zone, locale="en-GB").locator("#when").text_content()

    # Honolulu is still at the evening before: the day belongs to the time.
    assert shown == text if text else "Mon" in str(shown)


def test_the_same_person_always_has_the_same_tint(app: Flask) -> None:
    source = '{% from "kit/people.html" import avatar %}{{ avatar(name) }}'
    with app.test_request_context("/"):
        names = ("Ines Carvalho", "Åsa Lind", "Ng", "")
        drawn = {name: {render_template_string(source, name=name) for _ in range(2)} for name in names}

    assert all(len(ways) == 1 for ways in drawn.values())
    assert ">IC<" in drawn["Ines Carvalho"].pop()
    assert ">NG<" in drawn["Ng"].pop()
    assert ">?<" in drawn[""].pop()
