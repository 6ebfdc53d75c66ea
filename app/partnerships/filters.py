"""Template filters of partnerships."""

from collections.abc import Sequence

from flask import Flask
from markupsafe import Markup, escape

from app.organisations import reference


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


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(marked=marked, translated=reference.translated)
