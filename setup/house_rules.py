"""Checks of this house that no ready-made tool knows: names of files, and what a strict browser policy would block.

Prints each breach as `file:line: what`, and exits with 1 when there is one.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app", "scheduler", "migrations", "setup", "tests")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
# The content security policy of app/core/web.py forbids all of these; a browser would drop them silently.
BLOCKED = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\s(?:src|type=[\"']application/json[\"']))[^>]*>", re.IGNORECASE),
    "an inline style": re.compile(r"<style[\s>]", re.IGNORECASE),
    "an address on another host": re.compile(r"<(?:script|link|img)[^>]*\s(?:src|href)=[\"']https?:", re.IGNORECASE),
}
# {{ … }} and {% … %} may hold a '>' that does not end the tag; {# … #} is not sent at all.
TEMPLATE_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def vague_names() -> Iterator[str]:
    """Modules and folders whose name says nothing."""
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*"):
            if path.stem.lower() in VAGUE_NAMES and (path.is_dir() or path.suffix in {".py", ".js", ".css", ".html"}):
                yield f"{path.relative_to(ROOT)}:1: a name that says nothing; name it for what is in it"


def blocked_markup() -> Iterator[str]:
    """Markup in templates that the browser would refuse."""
    for path in sorted((ROOT / "app").rglob("*.html")):
        text = TEMPLATE_CODE.sub(lambda found: "\n" * found[0].count("\n"), path.read_text(encoding="utf-8"))
        for what, pattern in BLOCKED.items():
            for found in pattern.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{path.relative_to(ROOT)}:{line}: {what}; the content security policy blocks it"


def main() -> None:
    """Report all breaches."""
    breaches = [*vague_names(), *blocked_markup()]
    print("\n".join(breaches) or "House rules: kept.")
    sys.exit(bool(breaches))


if __name__ == "__main__":
    main()
