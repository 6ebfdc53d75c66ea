"""The checks of setup/house_rules.py bite where they should, and only there."""

import runpy
from pathlib import Path

import pytest

RULES = runpy.run_path(str(Path(__file__).resolve().parents[2] / "setup" / "house_rules.py"), run_name="rules")


def breaches(markup: str) -> list[str]:
    text = RULES["TEMPLATE_CODE"].sub("", markup)
    return [what for what, pattern in RULES["BLOCKED"].items() if pattern.search(text)]


@pytest.mark.parametrize(
    ("markup", "breach"),
    [
        ('<p class="a" style="color: red">', "a style attribute"),
        ('<button\n  onclick="go()">', "an event attribute"),
        ("<script>go()</script>", "an inline script"),
        ('<script type="module">', "an inline script"),
        ("<style>p { color: red }</style>", "an inline style"),
        ('<link rel="stylesheet" href="https://example.org/a.css">', "an address on another host"),
    ],
)
def test_blocked_markup_is_found(markup: str, breach: str) -> None:
    assert breaches(markup) == [breach]


@pytest.mark.parametrize(
    "markup",
    [
        '<script type="module" src="{{ static_file(\'js/grid.js\') }}"></script>',
        '<script type="application/json" id="data">{}</script>',
        '<p class="{% if a > b %}on{% endif %}" data-on="1">style = onclick</p>',
        "{# <style> #}",
    ],
)
def test_other_markup_is_left_alone(markup: str) -> None:
    assert breaches(markup) == []
