"""Template filters of partnerships."""

from collections.abc import Sequence
from datetime import date

from flask import Flask
from markupsafe import Markup, escape

from app.i18n import day_name
from app.organisations import reference

LEAP_YEAR = 2024
"""Any year that has a 29 February."""


def marked(text: str, quotes: Sequence[str]) -> Markup:
    """The text with the first occurrence of each quoted passage in a <mark>; everything is escaped."""
    spans: list[tuple[int, int]] = []
    for quote in quotes:
        start = text.find(quote) if quote else -1
        if start >= 0 and all(start >= end or start + len(quote) <= begin for begin, end in spans):
            spans.append((start, start + len(quote)))
    pieces, at = Markup(""), 0
    for begin, end in sorted(spans):
        pieces += escape(text[at:begin]) + Markup("<mark>") + escape(text[begin:end]) + Markup("</mark>")
        at = end
    return pieces + escape(text[at:])


def day_of_year(text: str) -> str:
    """'30 September' of '09-30', as process templates name days of every year."""
    return day_name(date.fromisoformat(f"{LEAP_YEAR}-{text}"), "d MMMM")


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(day_of_year=day_of_year, marked=marked, translated=reference.translated)
